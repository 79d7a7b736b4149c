"""Reads of what belongs to a user."""

from django.db.models import QuerySet

from accounts.models import ApiToken, User


def tokens_of(owner: User) -> QuerySet[ApiToken]:
    """The owner's tokens, oldest first."""
    return ApiToken.objects.owned_by(owner)
