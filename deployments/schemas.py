"""What the API takes and gives about deploying: choices, results, deployments and runs."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, model_validator

from accounts.endpoints.paging import Page, PageQuery
from accounts.endpoints.types import Body, Filters, Flag, Line
from deployments.approvals import approval_kept, approval_of
from deployments.installer.decisions import Action, OnConflict
from deployments.installer.diffs import DiffKind, FileDiff
from deployments.installer.journal import Result
from deployments.installer.results import kept_result
from deployments.installer.status import DeploymentStatus, Status
from deployments.models import Deployment, Run, RunItem
from deployments.services.reports import Report
from deployments.services.runs import RunOptions
from profiles.enums import ArtifactType, Platform
from profiles.platforms import approval_for
from projects.schemas import ProjectReference

# By names of their own: in the API's document a `Status` or `Kind` alone would be everybody's.
type RunKind = Run.Kind
type RunState = Run.State
type ResultStatus = RunItem.Status
type DeploymentState = Status


class UndoRequest(Body):
    """How an undo goes about it. It happens as a whole or not at all."""

    on_conflict: OnConflict = Field(
        OnConflict.FAIL,
        description="What becomes of files that somebody else wrote or edited: an error, skipped, or overwritten.",
    )
    dry_run: Flag = Field(False, description="Only say what would happen; nothing is written or recorded.")
    diffs: Flag = Field(False, description="Say for each artifact what changes inside its files.")
    fingerprint: Line | None = Field(
        None, description="Of a plan seen before: only exactly that plan is applied, else 409.", examples=[None]
    )

    @model_validator(mode="after")
    def look_or_do(self) -> Self:
        """A dry run applies no plan."""
        if self.dry_run and self.fingerprint is not None:
            raise ValueError("A dry run makes a plan, and fingerprint names one to apply. Leave out one of the two.")
        return self

    @property
    def options(self) -> RunOptions:
        """As the services take them."""
        return RunOptions(
            on_conflict=self.on_conflict, dry_run=self.dry_run, diffs=self.diffs, fingerprint=self.fingerprint
        )


class RunRequest(UndoRequest):
    """How a run goes about it."""

    atomic: Flag = Field(False, description="On the first error, take the whole run back.")

    @property
    def options(self) -> RunOptions:
        return replace(super().options, atomic=self.atomic)


class UndeployRequest(RunRequest):
    """What is to be taken out of a project: artifacts, all under some profiles, or both; or simply all."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"artifact_uuids": ["0f8fad5b-d9cb-469f-a165-70867728950e"], "dry_run": True}]}
    )

    artifact_uuids: Annotated[list[UUID], Field(min_length=1, max_length=1000)] | None = Field(
        None, description="Only these; any if left out. Those that are not there are passed over."
    )
    profile_ids: Annotated[list[Line], Field(min_length=1, max_length=100)] | None = Field(
        None, description="Only under these, be they deleted; under any if left out."
    )
    all: Flag = Field(False, description="All that is deployed there; in place of the other two.")

    @model_validator(mode="after")
    def say_what_is_meant(self) -> Self:
        """Refuse a request that leaves open what is to go, or says both that and all."""
        names_some = self.artifact_uuids is not None or self.profile_ids is not None
        if names_some == self.all:
            raise ValueError("Name artifact_uuids, profile_ids or both; or send all: true and neither.")
        return self


class FileDiffRead(Schema):
    """How one file differs: a unified diff, or a note where there is none to show."""

    path: str = Field(examples=[".claude/skills/pdf/SKILL.md"])
    kind: DiffKind
    text: str = Field(examples=["--- a/notes.md\n+++ b/notes.md\n@@ -1 +1 @@\n-old\n+new\n"])
    note: str = Field(examples=[""])


class DeployResultItem(Schema):
    """What became, or would become, of one artifact under one profile."""

    artifact_uuid: UUID
    artifact_id: str = Field(examples=["skill:pdf"])
    namespace: str = Field(description="The plugin it came in, or nothing.", examples=[""])
    profile_id: str = Field(examples=["claude_code"])
    platform: str = Field(examples=["claude_code"])
    status: ResultStatus = Field(examples=["success"])
    action: Action = Field(
        description="What is done: `create`, `update` or `remove`; `unchanged`: it is as it should be. Or what stands "
        "in the way: `conflict`, files that somebody else wrote or edited; `unsupported`, not for this profile; "
        "`missing`, its collection does not have it any more; `refused`, a name or a path that cannot be used, which "
        "no choice about conflicts would change."
    )
    reason: str = Field(examples=[""])
    error: str | None = Field(description="The reason, where the status is `error`.", examples=[None])
    warnings: list[str] = Field(description="What the platform cannot express, and what to look at.", examples=[[]])
    notes: list[str] = Field(description="What is written in another way there and means the same.", examples=[[]])
    approval: str | None = Field(
        description="Where the platform asks its user before it uses what is written here: what to do there. Null "
        "where nothing is written, or nobody is asked, or what was written has been taken back.",
        examples=[None],
    )
    paths: list[str] = Field(examples=[[".claude/skills/pdf"]])
    diffs: list[FileDiffRead] | None = Field(description="What changes in its files, when asked for.", examples=[None])

    @classmethod
    def of(
        cls, result: Result, *, approval: str | None, diffs: tuple[FileDiff, ...] | None = None
    ) -> "DeployResultItem":
        """The schema of a result."""
        return cls(
            artifact_uuid=result.artifact_uuid,
            artifact_id=result.artifact_id,
            namespace=result.namespace,
            profile_id=result.profile_id,
            platform=result.platform,
            status=RunItem.Status(result.status),
            action=Action(result.action),
            reason=result.reason,
            error=result.reason if result.status == RunItem.Status.ERROR else None,
            warnings=list(result.warnings),
            notes=list(result.notes),
            approval=approval,
            paths=list(result.paths),
            diffs=None if diffs is None else [FileDiffRead.from_orm(diff) for diff in diffs],
        )

    @classmethod
    def of_row(cls, row: RunItem) -> "DeployResultItem":
        """The schema of a result as it was kept, which came with its run."""
        return cls.of(kept_result(row), approval=approval_kept(row))


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


class RunCounts(Schema):
    """How many results have each status."""

    success: int = Field(ge=0, examples=[12])
    skip: int = Field(ge=0, examples=[3])
    error: int = Field(ge=0, examples=[0])


class BatchDeployResponse(Schema):
    """What a run did, or with `dry_run` would do, artifact by artifact."""

    kind: RunKind = Field(examples=["deploy"])
    run_id: UUID | None = Field(description="Null for a dry run.")
    run_number: int | None = Field(description="Its number in its project.", examples=[7])
    dry_run: bool
    fingerprint: str = Field(description="Stands for exactly this plan.", examples=["9f2c" * 16])
    counts: RunCounts
    notes: list[str] = Field(description="What the run as a whole has to say.", examples=[[]])
    results: list[DeployResultItem]

    @classmethod
    def of(cls, report: Report) -> "BatchDeployResponse":
        """The schema of a report."""
        diffs = report.diffs or [None] * len(report.results)
        return cls(
            kind=report.kind,
            run_id=report.run.pk if report.run else None,
            run_number=report.run.number if report.run else None,
            dry_run=report.run is None,
            fingerprint=report.fingerprint,
            counts=RunCounts(**report.counts),
            notes=list(report.notes),
            results=[
                DeployResultItem.of(result, approval=approval_of(result), diffs=of_result)
                for result, of_result in zip(report.results, diffs, strict=True)
            ],
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


class RunOptionsRead(Schema):
    """What was chosen for a run; null where there was nothing to choose."""

    on_conflict: OnConflict | None = Field(None, examples=["fail"])
    atomic: bool | None = Field(None, examples=[False])
    prune: bool | None = Field(None, examples=[False])
    undone_run: int | None = Field(None, description="The number of the run that an undo took back.", examples=[None])


class RunRead(Schema):
    """One deploy, undeploy or undo in one project."""

    id: UUID
    project_id: UUID
    number: int = Field(ge=1, description="The project's own count.", examples=[7])
    kind: RunKind = Field(examples=["deploy"])
    state: RunState = Field(
        description="`running`: at work, or cut off and not seen to yet; `done`: what it did stands; `undone`: an undo "
        "has taken it back; `recovered`: it was cut off, and what it had done was taken back; `given_up`: it was to "
        "happen as a whole, something failed, and nothing was changed.",
        examples=["done"],
    )
    claimant: str = Field(
        description="In whose name, or nobody's.", examples=["set:0f8fad5b-d9cb-469f-a165-70867728950e"]
    )
    claimant_label: str = Field(examples=["Full-stack"])
    options: RunOptionsRead
    started_by: str | None = Field(description="A user name; null if they are gone.", examples=["local-user"])
    started_at: datetime
    finished_at: datetime | None
    progress_done: int = Field(ge=0, examples=[15])
    progress_total: int = Field(ge=0, examples=[15])
    notes: list[str] = Field(description="What the run as a whole has to say.", examples=[[]])
    counts: RunCounts

    @classmethod
    def of(cls, row: Run) -> "RunRead":
        """The schema of a run that came with its counts and who started it."""
        return cls(
            id=row.pk,
            project_id=row.project_id,
            number=row.number,
            kind=Run.Kind(row.kind),
            state=Run.State(row.state),
            claimant=row.claimant,
            claimant_label=row.claimant_label,
            options=RunOptionsRead(**row.options),
            started_by=row.started_by.username if row.started_by else None,
            started_at=row.started_at,
            finished_at=row.finished_at,
            progress_done=row.progress_done,
            progress_total=row.progress_total,
            notes=row.notes,
            counts=RunCounts(**{status.value: getattr(row, f"{status.value}_count") for status in RunItem.Status}),
        )


class RunListResponse(Page[RunRead]):
    """Some runs of a project, the last first."""


class RunResultQuery(PageQuery):
    """Which results of a run."""

    status: ResultStatus | None = Field(None, description="Only those that ended so.")


class RunResultListResponse(Page[DeployResultItem]):
    """Some of what a run did, in its order. Diffs are not kept: they are null."""
