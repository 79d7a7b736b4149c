"""What artifacts tell the floors above."""

from django.dispatch import Signal

group_deleting = Signal()
"""Sent with `group` inside the transaction that deletes it, before the row goes."""
