"""What the API takes and gives about sets themselves."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import Schema
from pydantic import Field

from accounts.endpoints.paging import Page, PageQuery
from accounts.endpoints.types import (
    LEFT_OUT,
    Body,
    Line,
    Name,
    Prose,
    StorableText,
    Tags,
)
from accounts.ordering import Sort
from deployment_sets.models import DeploymentSet
from deployment_sets.schemas.members import MOST_MEMBERS_SHOWN, MemberResponse
from deployment_sets.services.graph import SetSummary

Colour = Annotated[Line, Field(json_schema_extra={"pattern": "^(#[0-9a-fA-F]{6})?$"}, examples=["#4f46e5"])]
Icon = Annotated[StorableText, Field(max_length=64, examples=["layers"])]


class DeploymentSetCreate(Body):
    """A new set."""

    name: Name = Field(examples=["Full-stack"])
    description: Prose | None = Field(None, examples=["All that a web project needs"])
    color: Colour | None = None
    icon: Icon | None = None
    tags: Tags | None = None


class DeploymentSetUpdate(Body):
    """What is to change about a set: only what is sent. Null clears a field, except the name."""

    name: Name = Field(LEFT_OUT, examples=["Full-stack"])
    description: Prose | None = Field(None, examples=["All that a web project needs"])
    color: Colour | None = None
    icon: Icon | None = None
    tags: Tags | None = None

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(exclude_unset=True)


class DeploymentSetResponse(Schema):
    """A set, and how much it holds. Counts and depth are null for a set that cannot be resolved."""

    id: UUID
    name: str = Field(examples=["Full-stack"])
    description: str = Field(examples=["All that a web project needs"])
    color: str = Field(description="As #rrggbb, or nothing.", examples=["#4f46e5"])
    icon: str = Field(examples=["layers"])
    tags: list[str] = Field(examples=[["web"]])
    owner_id: str = Field(description="The owner's user name.", examples=["local-user"])
    member_count: int = Field(ge=0, examples=[12])
    resolved_count: int | None = Field(description="How many artifacts it stands for.", examples=[48])
    depth: int | None = Field(description="How many sets the longest path has, itself counted.", examples=[3])
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: DeploymentSet, summary: SetSummary, **more: Any) -> Self:
        """The schema of a set whose tags and owner came along."""
        return cls(
            id=row.pk,
            name=row.name,
            description=row.description,
            color=row.color,
            icon=row.icon,
            tags=row.tags,
            owner_id=row.owner.username,
            member_count=summary.member_count,
            resolved_count=summary.resolved_count,
            depth=summary.depth,
            created_at=row.created_at,
            updated_at=row.updated_at,
            **more,
        )


class DeploymentSetDetail(DeploymentSetResponse):
    """A set with its direct members: the first thousand; `/members` pages through all."""

    members: list[MemberResponse] = Field(json_schema_extra={"maxItems": MOST_MEMBERS_SHOWN})


class DeploymentSetListQuery(PageQuery):
    """Which sets, and in what order."""

    name: Line = Field("", description="Only sets whose name contains this, in whatever case.")
    tag: Line = Field("", description="Only sets with this tag.")
    sort: Sort = Field("name", description="By what; with a hyphen the other way around.")


class DeploymentSetListResponse(Page[DeploymentSetResponse]):
    """Some of the caller's sets."""


class TagRead(Schema):
    """A tag, and how many of the caller's sets carry it."""

    name: str = Field(examples=["web"])
    set_count: int = Field(ge=1, examples=[4])


class TagListResponse(Page[TagRead]):
    """The tags that the caller's sets carry."""


class SetReference(Schema):
    """A set by id and name."""

    id: UUID
    name: str = Field(examples=["Full-stack"])


class SetReferenceListResponse(Page[SetReference]):
    """The caller's sets that hold something as a direct member."""
