"""What the API takes and gives about sets."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, model_validator

from accounts.endpoints.paging import Page, PageQuery
from accounts.endpoints.types import (
    LEFT_OUT,
    MAX_INDEX,
    Body,
    Filters,
    Flag,
    Index,
    Line,
    Name,
    Prose,
    StorableText,
    Tags,
)
from accounts.ordering import Sort
from artifacts.models import Artifact
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import MemberRow, TagCount
from deployment_sets.services.graph import SetSummary
from deployment_sets.services.live import Live
from deployment_sets.services.resolution import Container, Explanation, MemberKind, Resolution, ResolvedArtifact
from deployments.schemas import BatchDeployResponse, DeploymentStatusRead, RunRequest
from deployments.services.reports import Report
from profiles.enums import ArtifactType
from projects.models import Project
from projects.schemas import ProjectReference

MOST_MEMBERS_SHOWN = 1000
MOST_RESOLVED_SHOWN = 10_000

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
            artifact_type=row.artifact_type,
            position=row.position,
            missing=row.missing,
        )


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


class MemberListResponse(Page[MemberResponse]):
    """Some members of a set, in order."""


class TagRead(Schema):
    """A tag, and how many of the caller's sets carry it."""

    name: str = Field(examples=["web"])
    set_count: int = Field(ge=1, examples=[4])

    @classmethod
    def of(cls, tag: TagCount) -> "TagRead":
        """The schema of a tag."""
        return cls(name=tag.name, set_count=tag.set_count)


class TagListResponse(Page[TagRead]):
    """The tags that the caller's sets carry."""


class ContainerRead(Schema):
    """A set or group on the way to an artifact."""

    kind: MemberKind = Field(examples=["set"])
    id: UUID
    name: str = Field(examples=["Backend"])

    @classmethod
    def of(cls, container: Container) -> "ContainerRead":
        """The schema of a container."""
        return cls(kind=container.kind, id=container.id, name=container.name)


class ResolvedArtifactRead(Schema):
    """An artifact that a set stands for. `trail` leads to it: the sets and groups in between, outermost first."""

    artifact_uuid: UUID
    artifact_id: str = Field(examples=["skill:pdf"])
    type: ArtifactType
    namespace: str = Field(examples=[""])
    name: str = Field(examples=["pdf"])
    missing: bool = Field(description="Its collection does not have it any more; deploying it is an error.")
    trail: list[ContainerRead]


class ResolveQuery(Filters):
    """Which part of the list."""

    limit: int = Field(MOST_RESOLVED_SHOWN, ge=1, le=MOST_RESOLVED_SHOWN)
    offset: int = Field(0, ge=0, le=MAX_INDEX)


class ResolveResponse(Schema):
    """What a set stands for, in order and without duplicates."""

    set_id: UUID
    total_count: int = Field(ge=0, description="How many artifacts in all, the missing ones included.", examples=[48])
    depth: int = Field(ge=1, examples=[3])
    duplicates_removed: int = Field(ge=0, description="How many more trails led to what was there already.")
    artifacts: list[ResolvedArtifactRead]

    @classmethod
    def of(
        cls, resolution: Resolution, shown: Sequence[ResolvedArtifact], artifacts: Mapping[UUID, Artifact]
    ) -> "ResolveResponse":
        """The schema of a resolution, of which only a part is `shown`; `artifacts` are the rows of that part."""
        return cls(
            set_id=resolution.root.id,
            total_count=resolution.total_count,
            depth=resolution.depth,
            duplicates_removed=resolution.duplicates_removed,
            artifacts=[
                ResolvedArtifactRead(
                    artifact_uuid=resolved.uuid,
                    artifact_id=artifact.artifact_id,
                    type=ArtifactType(artifact.type),
                    namespace=artifact.namespace,
                    name=artifact.name,
                    missing=resolved.missing,
                    trail=trail_of(resolved.trail),
                )
                for resolved in shown
                if (artifact := artifacts.get(resolved.uuid)) is not None
            ],
        )


class ExplainQuery(Filters):
    """Which artifact."""

    artifact_uuid: UUID


class ExplainResponse(Schema):
    """Why a set stands for an artifact; no trail at all where it does not."""

    trail_count: int = Field(ge=0, description="How many trails lead to it, exactly.", examples=[1])
    trails: list[list[ContainerRead]] = Field(description="The first 50 of them.")
    direct_containers: list[ContainerRead] = Field(description="All sets and groups that hold it themselves.")

    @classmethod
    def of(cls, explanation: Explanation) -> "ExplainResponse":
        """The schema of an explanation."""
        return cls(
            trail_count=explanation.trail_count,
            trails=[trail_of(trail) for trail in explanation.trails],
            direct_containers=trail_of(explanation.direct_containers),
        )


class BatchDeployRequest(RunRequest):
    """Where a set is to land, and how. Name profiles by exactly one of the three."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"project_id": "0f8fad5b-d9cb-469f-a165-70867728950e", "all_profiles": True, "dry_run": True}]
        }
    )

    project_id: UUID
    profile_id: Line | None = None
    profile_ids: Annotated[list[Line], Field(min_length=1, max_length=100)] | None = None
    all_profiles: Flag = False
    prune: Flag = Field(False, description="Also remove what the set put there before and does not hold any more.")

    @model_validator(mode="after")
    def name_profiles_in_one_way(self) -> Self:
        """Refuse a request that leaves open under which profiles, or says it twice."""
        ways = (self.profile_id is not None, self.profile_ids is not None, self.all_profiles)
        if sum(ways) != 1:
            raise ValueError("Name the profiles by exactly one of profile_id, profile_ids and all_profiles: true.")
        return self

    @property
    def profiles(self) -> Sequence[str] | None:
        """The ids that are named; None for all."""
        return [self.profile_id] if self.profile_id is not None else self.profile_ids


class BatchUndeployRequest(RunRequest):
    """Where a set is to be taken out, and how."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"project_id": "0f8fad5b-d9cb-469f-a165-70867728950e"}]})

    project_id: UUID
    profile_ids: Annotated[list[Line], Field(min_length=1, max_length=100)] | None = Field(
        None, description="Only under these; all if left out."
    )


class LiveQuery(PageQuery):
    """How closely to look."""

    on_disk: bool = Field(False, description="Compare every file there too: `drifted` says what was edited or deleted.")


class LiveRead(Schema):
    """A project and a profile that a set is deployed in."""

    project: ProjectReference
    profile_id: str = Field(examples=["claude_code"])
    deployment_count: int = Field(ge=0, examples=[48])
    is_stale: bool = Field(description="The set would have it otherwise, as far as the database knows.")
    behind: list[str] = Field(examples=[["2 outdated"]])
    drifted: list[DeploymentStatusRead] | None = Field(
        description="What was edited or deleted on disk; null where nobody looked."
    )
    problem: str = Field(description="Why nobody could look.", examples=[""])

    @classmethod
    def of(cls, live: Live) -> "LiveRead":
        """The schema of one place."""
        return cls(
            project=ProjectReference.of(live.project),
            profile_id=live.profile_id,
            deployment_count=live.deployment_count,
            is_stale=live.is_stale,
            behind=list(live.behind),
            drifted=None if live.drifted is None else [DeploymentStatusRead.of(status) for status in live.drifted],
            problem=live.problem,
        )


class LiveListResponse(Page[LiveRead]):
    """Where a set is live."""


class BringUpToDateRequest(RunRequest):
    """Where, and how."""

    project_id: UUID | None = Field(None, description="Only there; wherever the set is live if left out.")


class BroughtUpToDate(Schema):
    """What came of one project: a report, or why nothing was done there."""

    project: ProjectReference
    report: BatchDeployResponse | None
    problem: str = Field(examples=[""])

    @classmethod
    def of(cls, project: Project, outcome: Report | Exception) -> "BroughtUpToDate":
        """The schema of one project's outcome: what was done, or why nothing was."""
        if isinstance(outcome, Exception):
            return cls(project=ProjectReference.of(project), report=None, problem=str(outcome))
        return cls(project=ProjectReference.of(project), report=BatchDeployResponse.of(outcome), problem="")


class BringUpToDateResponse(Page[BroughtUpToDate]):
    """What came of each project."""


class SetReference(Schema):
    """A set by id and name."""

    id: UUID
    name: str = Field(examples=["Full-stack"])

    @classmethod
    def of(cls, row: DeploymentSet) -> "SetReference":
        """The schema of a set, no more than its name."""
        return cls(id=row.pk, name=row.name)


class SetReferenceListResponse(Page[SetReference]):
    """The caller's sets that hold something as a direct member."""


def trail_of(trail: Sequence[Container]) -> list[ContainerRead]:
    """The schema of a trail."""
    return [ContainerRead.of(container) for container in trail]
