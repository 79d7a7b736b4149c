"""What the API takes and gives about a set's direct members."""

from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from accounts.endpoints.paging import Page
from accounts.endpoints.types import (
    Body,
    Index,
)
from deployment_sets.queries import MemberRow
from deployment_sets.services.resolution import MemberKind
from profiles.enums import ArtifactType

MOST_MEMBERS_SHOWN = 1000


class MemberCreate(Body):
    """What to add to a set: exactly one of the three."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"artifact_uuid": "0f8fad5b-d9cb-469f-a165-70867728950e", "position": 0}]}
    )

    artifact_uuid: UUID | None = None
    group_id: UUID | None = None
    member_set_id: UUID | None = None
    position: Index | None = Field(None, description="Where; at the end if left out.")


class MemberUpdatePosition(Body):
    """Where a member is to stand; the others make room."""

    position: Index = Field(examples=[0])


class MemberResponse(Schema):
    """A direct member of a set. One of the three references is not null."""

    id: UUID
    member_type: MemberKind = Field(examples=["artifact"])
    artifact_uuid: UUID | None
    group_id: UUID | None = Field(examples=[None])
    member_set_id: UUID | None = Field(examples=[None])
    name: str = Field(examples=["pdf"])
    namespace: str = Field(description="Of an artifact: the plugin it came in, or nothing.", examples=[""])
    artifact_type: ArtifactType | None = Field(description="Of an artifact.", examples=["skill"])
    position: int = Field(ge=0)
    missing: bool = Field(description="An artifact that its collection does not have any more.")

    @classmethod
    def of(cls, row: MemberRow) -> "MemberResponse":
        """The schema of a member."""
        reference = {kind: row.target_id if row.kind is kind else None for kind in MemberKind}
        return cls(
            id=row.id,
            member_type=row.kind,
            artifact_uuid=reference[MemberKind.ARTIFACT],
            group_id=reference[MemberKind.GROUP],
            member_set_id=reference[MemberKind.SET],
            name=row.name,
            namespace=row.namespace,
            artifact_type=row.artifact_type,
            position=row.position,
            missing=row.missing,
        )


class MemberListResponse(Page[MemberResponse]):
    """Some members of a set, in order."""
