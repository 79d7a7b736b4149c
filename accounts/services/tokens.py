"""API tokens: making and revoking them, and whose a secret is."""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from accounts.exceptions import TokenError, TokenNotFoundError
from accounts.models import LOCAL_USERNAME, ApiToken, User
from accounts.services.users import lock_owner
from accounts.validation import Problems, problems_with

MAX_TOKENS = 100

# What a secret begins with, so that a scanner finds one that was published by mistake.
MARK = "dset_"
_SECRET_BYTES = 32
_SHOWN_LENGTH = len(MARK) + 6
_USE_IS_NOTED_EVERY = timedelta(minutes=1)

logger = logging.getLogger(__name__)


@sensitive_variables("secret")
def create_token(*, owner: User, name: str) -> tuple[ApiToken, str]:
    """A new token with its secret, which cannot be had again. Raises TokenError."""
    secret = MARK + secrets.token_urlsafe(_SECRET_BYTES)
    token = ApiToken(owner=owner, name=name.strip(), digest=_digest(secret), prefix=secret[:_SHOWN_LENGTH])
    with transaction.atomic():
        lock_owner(owner)
        if problems := problems_with(token) or _problems_with_owner(owner):
            raise TokenError(problems)
        token.save(force_insert=True)
    return token, secret


def revoke_token(*, owner: User, token_id: UUID) -> None:
    """Delete a token: from now on its secret is nobody's. Raises TokenNotFoundError."""
    deleted, _ = ApiToken.objects.owned_by(owner).filter(pk=token_id).delete()
    if not deleted:
        raise TokenNotFoundError(token_id)


@sensitive_variables("secret")
def user_of_token(secret: str) -> User | None:
    """Whose `secret` is; None if nobody's, or of somebody who may not come in.

    One query, and once a minute a second that notes the use.
    """
    if not secret.startswith(MARK):
        return None
    token = ApiToken.objects.select_related("owner").filter(digest=_digest(secret)).first()
    if token is None or not token.owner.may_come_in:
        return None
    _note_use(token, timezone.now())
    return token.owner


def _note_use(token: ApiToken, now: datetime) -> None:
    """Write down the use, unless that was just done; a database too busy for it is no reason to refuse the request."""
    noted_long_ago = now - _USE_IS_NOTED_EVERY
    if token.last_used_at is not None and token.last_used_at > noted_long_ago:
        return
    long_ago = Q(last_used_at=None) | Q(last_used_at__lte=noted_long_ago)
    try:
        ApiToken.objects.filter(long_ago, pk=token.pk).update(last_used_at=now)
    except OperationalError:
        logger.warning("The use of a token could not be noted", extra={"token_id": token.pk}, exc_info=True)


def _digest(secret: str) -> str:
    # Fast on purpose. Slow hashes protect what people think up; 256 random bits cannot be guessed at any speed.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _problems_with_owner(owner: User) -> Problems:
    if owner.username == LOCAL_USERNAME:
        return {
            "": [
                "The local user needs no token: while AUTH_ENABLED is false nobody is asked for one, and with logins "
                "the local user cannot come in."
            ]
        }
    if not owner.is_active:
        return {"": [f"The user {owner.username} is not active; a token would open nothing."]}
    if ApiToken.objects.owned_by(owner).count() >= MAX_TOKENS:
        return {"": [f"There are {MAX_TOKENS} tokens already, which is the limit. Revoke one that is not in use."]}
    return {}
