"""What the API gives about what a set stands for, and why."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from ninja import Schema
from pydantic import Field

from accounts.endpoints.types import (
    MAX_INDEX,
    Filters,
)
from artifacts.models import Artifact
from deployment_sets.services.resolution import Container, Explanation, MemberKind, Resolution, ResolvedArtifact
from profiles.enums import ArtifactType

MOST_RESOLVED_SHOWN = 10_000


class ContainerRead(Schema):
    """A set or group on the way to an artifact."""

    kind: MemberKind = Field(examples=["set"])
    id: UUID
    name: str = Field(examples=["Backend"])


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


def trail_of(trail: Sequence[Container]) -> list[ContainerRead]:
    """The schema of a trail."""
    return [ContainerRead.from_orm(container) for container in trail]
