"""What projects tell the floors above."""

from django.dispatch import Signal

project_registered = Signal()
"""Sent with `project` inside the transaction that registers it."""
