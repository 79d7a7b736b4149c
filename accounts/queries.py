"""Reads of what belongs to a user."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.exceptions import TokenNotFoundError
from accounts.models import ApiToken, User


def tokens_of(owner: User) -> QuerySet[ApiToken]:
    """The owner's tokens, oldest first."""
    return ApiToken.objects.owned_by(owner)


def token_of(owner: User, token_id: UUID) -> ApiToken:
    """One of the owner's tokens. Raises TokenNotFoundError."""
    token = tokens_of(owner).filter(pk=token_id).first()
    if token is None:
        raise TokenNotFoundError(token_id)
    return token
