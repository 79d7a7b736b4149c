"""What the API says is deployed, and how closely to look at it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from ninja import Schema
from pydantic import Field

from accounts.endpoints.paging import Page, PageQuery
from accounts.endpoints.types import Filters, Line
from deployments.installer.diffs import FileDiff
from deployments.installer.status import DeploymentStatus, Status
from deployments.models import Deployment
from deployments.schemas.results import FileDiffRead
from profiles.enums import ArtifactType, Platform
from profiles.platforms import approval_for
from projects.schemas import ProjectReference

# By a name of its own: in the API's document a `Status` or `Kind` alone would be everybody's.
type DeploymentState = Status


ApprovalField = Field(
    description="Where the platform uses such an artifact only once its user has agreed: what to do there. Whether "
    "they have, only the platform knows. Null where nobody is asked.",
    examples=[None],
)


class ClaimRead(Schema):
    """Who wants a deployment there."""

    claimant: str = Field(examples=["set:0f8fad5b-d9cb-469f-a165-70867728950e"])
    label: str = Field(examples=["Full-stack"])


class DeploymentStatusRead(Schema):
    """How a deployment is, compared with the disk and with what would be deployed today."""

    artifact_uuid: UUID
    artifact_id: str = Field(examples=["skill:pdf"])
    namespace: str = Field(examples=[""])
    profile_id: str = Field(examples=["claude_code"])
    platform: str = Field(examples=["claude_code"])
    status: DeploymentState = Field(examples=["in_sync"])
    reasons: list[str] = Field(examples=[[]])
    claims: list[ClaimRead]
    approval: str | None = ApprovalField
    paths: list[str] = Field(examples=[[".claude/skills/pdf"]])
    diffs: list[FileDiffRead] = Field(description="What was edited, when asked for.", examples=[[]])

    @classmethod
    def of(cls, status: DeploymentStatus) -> "DeploymentStatusRead":
        """The schema of a status."""
        return cls(
            artifact_uuid=status.target.artifact_uuid,
            artifact_id=status.target.label,
            namespace=status.target.namespace,
            profile_id=status.target.profile_id,
            platform=status.target.platform,
            status=status.status,
            reasons=list(status.reasons),
            claims=[ClaimRead(claimant=claim.key, label=claim.label) for claim in status.claims],
            approval=approval_for(status.target.platform, status.target.artifact_type),
            paths=list(status.paths),
            diffs=[FileDiffRead.from_orm(diff) for diff in status.diffs],
        )


class DeploymentQuery(Filters):
    """How closely to look."""

    on_disk: bool = Field(False, description="Compare it with the disk, and with what would be deployed today.")
    diffs: bool = Field(False, description="Do so, and say what was edited.")


class DeploymentListQuery(PageQuery, DeploymentQuery):
    """Which deployments, and how closely to look at those that are shown."""

    profile_id: Line = Field("", description="Only under this profile.")
    artifact_uuid: UUID | None = Field(None, description="Only of this artifact.")
    type: ArtifactType | None = Field(None, description="Only of artifacts of this type.")
    claimant: Line = Field("", description="Only what it claims; a set's is `set:` and its id.")

    @property
    def filters(self) -> dict[str, Any]:
        """What is to be true of a deployment."""
        return self.model_dump(include={"profile_id", "artifact_uuid", "type", "claimant"})


class DeploymentFacts(Schema):
    """What is recorded of an artifact in a project under a profile."""

    id: UUID
    project_id: UUID
    artifact_uuid: UUID
    artifact_type: ArtifactType
    artifact_id: str = Field(examples=["skill:pdf"])
    namespace: str = Field(description="The plugin it came in, or nothing.", examples=[""])
    deployment_profile_id: str = Field(examples=["claude_code"])
    platform: Platform
    profile_root_dir: str = Field(description="The profile's folder when it was deployed.", examples=[".claude"])
    deployed_by: str | None = Field(description="A user name; null if they are gone.", examples=["local-user"])
    deployed_at: datetime
    claims: list[ClaimRead]
    approval: str | None = ApprovalField
    paths: list[str] = Field(examples=[[".claude/skills/pdf"]])

    @classmethod
    def of_row(cls, row: Deployment, **more: Any) -> Self:
        """The schema of a deployment that came with its claims, its placements and who deployed it."""
        return cls(
            id=row.pk,
            project_id=row.project_id,
            artifact_uuid=row.artifact_uuid,
            artifact_type=ArtifactType(row.artifact_type),
            artifact_id=row.label,
            namespace=row.namespace,
            deployment_profile_id=row.deployment_profile_id,
            platform=Platform(row.platform),
            profile_root_dir=row.profile_root_dir,
            deployed_by=row.deployed_by.username if row.deployed_by else None,
            deployed_at=row.deployed_at,
            claims=[ClaimRead(claimant=claim.claimant, label=claim.label) for claim in row.claims.all()],
            approval=approval_for(row.platform, row.artifact_type),
            paths=list(dict.fromkeys(placement.path for placement in row.placements.all())),
            **more,
        )


class DeploymentRead(DeploymentFacts):
    """An artifact in a project under a profile. Status and reasons are null where nobody looked at the disk."""

    status: DeploymentState | None = Field(examples=["in_sync"])
    reasons: list[str] | None = Field(examples=[[]])
    diffs: list[FileDiffRead] | None = Field(description="What was edited, when asked for.", examples=[None])

    @classmethod
    def of(cls, row: Deployment, status: DeploymentStatus | None, *, with_diffs: bool) -> "DeploymentRead":
        """The schema of a deployment and, where somebody looked, of its `status`."""
        diffs: Sequence[FileDiff] | None = status.diffs if status and with_diffs else None
        return cls.of_row(
            row,
            status=status.status if status else None,
            reasons=list(status.reasons) if status else None,
            diffs=None if diffs is None else [FileDiffRead.from_orm(diff) for diff in diffs],
        )


class DeploymentListResponse(Page[DeploymentRead]):
    """Some of what is deployed in a project."""


class ArtifactDeploymentRead(DeploymentFacts):
    """Where an artifact is."""

    project: ProjectReference

    @classmethod
    def of(cls, row: Deployment) -> "ArtifactDeploymentRead":
        """The schema of a deployment whose project came along."""
        return cls.of_row(row, project=ProjectReference.from_orm(row.project))


class ArtifactDeploymentListResponse(Page[ArtifactDeploymentRead]):
    """Some of the places in the caller's projects where an artifact is."""
