"""What the API takes and gives about groups."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from accounts.endpoints.paging import Page
from accounts.endpoints.types import LEFT_OUT, Body, Index, Line, Name, Prose
from artifacts.models import ArtifactGroup, GroupMembership
from artifacts.schemas.artifacts import ArtifactRead
from artifacts.schemas.collections import CollectionReference
from artifacts.schemas.lists import SortedQuery

MOST_ARTIFACTS_AT_ONCE = 1000

Artifacts = Annotated[
    list[UUID],
    Field(
        max_length=MOST_ARTIFACTS_AT_ONCE,
        json_schema_extra={"uniqueItems": True},
        examples=[["0f8fad5b-d9cb-469f-a165-70867728950e"]],
    ),
]


class GroupCreate(Body):
    """A new group."""

    name: Name = Field(examples=["Planning"])
    description: Prose | None = Field(None, examples=["What to begin with"])
    artifact_uuids: Artifacts = Field([], description="What is in it, in this order.")


class GroupUpdate(Body):
    """What is to change about a group: only what is sent."""

    name: Name = Field(LEFT_OUT, examples=["Planning"])
    description: Prose | None = Field(None, examples=["What to begin with"])

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(exclude_unset=True)


class GroupCopy(Body):
    """What the copy is to be called."""

    name: Name | None = Field(None, description="“X (copy)” if left out.", examples=["My planning"])


class GroupRead(Schema):
    """A group, without its artifacts."""

    id: UUID
    name: str = Field(examples=["Planning"])
    description: str = Field(examples=["What to begin with"])
    collection: CollectionReference | None = Field(
        description="The one whose import keeps it; null if people do.", examples=[None]
    )
    artifact_count: int = Field(ge=0, examples=[4])
    gone_at: datetime | None = Field(
        description="Since when its collection does not have it any more.", examples=[None]
    )
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: ArtifactGroup, artifact_count: int) -> "GroupRead":
        """The schema of a group whose collection came along."""
        return cls(
            id=row.pk,
            name=row.name,
            description=row.description,
            collection=None if row.collection is None else CollectionReference.from_orm(row.collection),
            artifact_count=artifact_count,
            gone_at=row.gone_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class GroupListQuery(SortedQuery):
    """Which groups, and in what order."""

    name: Line = Field("", description="Only those whose name contains this, in whatever case.")
    collection: UUID | None = Field(None, description="Only those of the collection with this id.")
    artifact: UUID | None = Field(None, description="Only those that hold the artifact with this uuid.")
    editable: bool | None = Field(None, description="Only those that people keep, or only those that imports do.")
    gone: bool | None = Field(None, description="Only those that are gone, or only those that are not.")


class GroupListResponse(Page[GroupRead]):
    """Some groups."""


class GroupArtifactsAdd(Body):
    """What to put into a group, in this order, all or none."""

    artifact_uuids: Annotated[Artifacts, Field(min_length=1)]
    position: Index | None = Field(None, description="Where the first one is to stand; at the end if left out.")


class GroupArtifactMove(Body):
    """Where an artifact is to stand in a group; the others make room."""

    position: Index = Field(examples=[0])


class GroupArtifactRead(Schema):
    """An artifact in a group, and where it stands."""

    position: int = Field(ge=0)
    artifact: ArtifactRead

    @classmethod
    def of(cls, row: GroupMembership) -> "GroupArtifactRead":
        """The schema of a membership whose artifact came along with all that is its own."""
        return cls(position=row.position, artifact=ArtifactRead.of(row.artifact))


class GroupArtifactListResponse(Page[GroupArtifactRead]):
    """Some artifacts of a group, in order."""
