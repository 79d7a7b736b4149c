"""What the API gives about what becomes of a set on each platform."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from ninja import Schema
from pydantic import Field

from accounts.endpoints.paging import PageQuery
from deployment_sets.capabilities import MOST_COUNTED, ArtifactCapabilities, Capability, FidelityCounts
from deployment_sets.services.resolution import Resolution
from deployments.installer.decisions import MAX_WARNINGS
from profiles.enums import ArtifactType, Platform
from profiles.fidelity import Fidelity


class CapabilitiesQuery(PageQuery):
    """Which artifacts of the set, and whether to count them."""

    counts: bool = Field(
        False, description=f"Count for how many artifacts of the set, at most the first {MOST_COUNTED:,}, what is true."
    )


class FieldWarningRead(Schema):
    """One thing that differs from what the artifact says."""

    field: str = Field(description="As the artifact writes it.", examples=["tools"])
    message: str = Field(examples=["Codex agents have no list of tools."])
    is_loss: bool = Field(description="False where it is written in another way and means the same.", examples=[True])


class CapabilityRead(Schema):
    """What becomes of an artifact on one platform."""

    platform: Platform = Field(examples=["codex"])
    fidelity: Fidelity = Field(
        description=" ".join(f"`{each}`: {each.meaning}." for each in Fidelity),
        examples=["lossy"],
    )
    reason: str = Field(
        description="Why nothing is placed, or what 'translated' means where there is no warning.", examples=[""]
    )
    warnings: list[FieldWarningRead] = Field(description=f"The first {MAX_WARNINGS} of them.")
    warning_count: int = Field(ge=0, examples=[1])

    @classmethod
    def of(cls, capability: Capability) -> "CapabilityRead":
        """The schema of a capability."""
        return cls(
            platform=capability.platform,
            fidelity=capability.fidelity,
            reason=capability.reason,
            warnings=[FieldWarningRead.from_orm(warning) for warning in capability.warnings],
            warning_count=len(capability.warnings) + capability.more_warnings,
        )


class ArtifactCapabilitiesRead(Schema):
    """An artifact that a set stands for, and what becomes of it on each platform."""

    artifact_uuid: UUID
    artifact_id: str = Field(examples=["agent:reviewer"])
    type: ArtifactType
    namespace: str = Field(examples=[""])
    name: str = Field(examples=["reviewer"])
    platforms: list[CapabilityRead]

    @classmethod
    def of(cls, row: ArtifactCapabilities) -> "ArtifactCapabilitiesRead":
        """The schema of an artifact on every platform."""
        return cls(
            artifact_uuid=row.uuid,
            artifact_id=f"{row.type}:{row.name}",
            type=row.type,
            namespace=row.namespace,
            name=row.name,
            platforms=[CapabilityRead.of(capability) for capability in row.platforms],
        )


class FidelityCountsRead(Schema):
    """For how many artifacts what is true on one platform."""

    platform: Platform = Field(examples=["codex"])
    exact: int = Field(ge=0, examples=[30])
    translated: int = Field(ge=0, examples=[8])
    lossy: int = Field(ge=0, examples=[6])
    unsupported: int = Field(ge=0, examples=[4])
    refused: int = Field(ge=0, examples=[0])
    missing: int = Field(ge=0, examples=[0])

    @classmethod
    def of(cls, platform: Platform, counts: Mapping[Fidelity, int]) -> "FidelityCountsRead":
        """The schema of what was counted."""
        return cls(platform=platform, **{each.value: counts.get(each, 0) for each in Fidelity})


class CapabilitiesResponse(Schema):
    """What becomes of some of a set's artifacts on each platform."""

    set_id: UUID
    total_count: int = Field(ge=0, description="How many artifacts in all, the missing ones included.", examples=[48])
    counted_count: int | None = Field(ge=0, description="How many of them were counted, if any were.", examples=[None])
    counts: list[FidelityCountsRead] | None = Field(description="By platform, when asked for.")
    artifacts: list[ArtifactCapabilitiesRead]

    @classmethod
    def of(
        cls, resolution: Resolution, rows: Sequence[ArtifactCapabilities], counts: FidelityCounts | None
    ) -> "CapabilitiesResponse":
        """The schema of the part that is shown in `rows`, with what was counted of the whole."""
        return cls(
            set_id=resolution.root.id,
            total_count=resolution.total_count,
            counted_count=counts.counted if counts else None,
            counts=[FidelityCountsRead.of(*each) for each in counts.by_platform.items()] if counts else None,
            artifacts=[ArtifactCapabilitiesRead.of(row) for row in rows],
        )
