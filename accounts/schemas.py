"""What the API takes and gives about tokens."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from ninja import Schema
from pydantic import Field

from accounts.endpoints.paging import Page
from accounts.endpoints.types import Body, Name
from accounts.models import ApiToken


class TokenCreate(Body):
    """A new token."""

    name: Name = Field(description="What to know it by.", examples=["Nightly deploy"])


class TokenRead(Schema):
    """A token, without its secret."""

    id: UUID
    name: str = Field(examples=["Nightly deploy"])
    prefix: str = Field(description="What its secret begins with.", examples=["dset_Vq3xZ1"])
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute; null if never.")

    @classmethod
    def of(cls, row: ApiToken, **more: Any) -> Self:
        """The schema of a token."""
        return cls(
            id=row.pk,
            name=row.name,
            prefix=row.prefix,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            **more,
        )


class TokenCreated(TokenRead):
    """A token with its secret, which is not shown again."""

    token: str = Field(
        description="The secret, to send as `Authorization: Bearer …`. Only a hash of it is kept.",
        examples=["dset_Vq3xZ1N0dJmQk7bYt5uWcR8aLsE2hGfPiXoKvMzBn4y"],
    )


class TokenListResponse(Page[TokenRead]):
    """The caller's tokens, oldest first."""
