"""What the API takes and gives about deploying: choices, results, deployments and runs."""

from uuid import UUID

from ninja import Schema
from pydantic import Field

from accounts.endpoints.types import Body, Flag, Line
from deployments.installer.decisions import Action, OnConflict
from deployments.installer.diffs import DiffKind, FileDiff
from deployments.installer.journal import Result
from deployments.installer.status import DeploymentStatus, Status
from deployments.models import Run, RunItem
from deployments.services.reports import Report
from deployments.services.runs import RunOptions

# By names of their own: in the API's document a `Status` or `Kind` alone would be everybody's.
type RunKind = Run.Kind
type ResultStatus = RunItem.Status
type DeploymentState = Status


class RunRequest(Body):
    """How a run goes about it."""

    on_conflict: OnConflict = Field(
        OnConflict.FAIL,
        description="What becomes of files that somebody else wrote or edited: an error, skipped, or overwritten.",
    )
    atomic: Flag = Field(False, description="On the first error, take the whole run back.")
    dry_run: Flag = Field(False, description="Only say what would happen; nothing is written or recorded.")
    diffs: Flag = Field(False, description="Say for each artifact what changes inside its files.")
    fingerprint: Line | None = Field(
        None, description="Of a plan seen before: only exactly that plan is applied, else 409."
    )

    @property
    def options(self) -> RunOptions:
        """As the services take them."""
        return RunOptions(
            on_conflict=self.on_conflict,
            atomic=self.atomic,
            dry_run=self.dry_run,
            diffs=self.diffs,
            fingerprint=self.fingerprint,
        )


class FileDiffRead(Schema):
    """How one file differs: a unified diff, or a note where there is none to show."""

    path: str = Field(examples=[".claude/skills/pdf/SKILL.md"])
    kind: DiffKind
    text: str = Field(examples=["--- a/notes.md\n+++ b/notes.md\n@@ -1 +1 @@\n-old\n+new\n"])
    note: str = Field(examples=[""])

    @classmethod
    def of(cls, diff: FileDiff) -> "FileDiffRead":
        """The schema of a diff."""
        return cls(path=diff.path, kind=diff.kind, text=diff.text, note=diff.note)


class DeployResultItem(Schema):
    """What became, or would become, of one artifact under one profile."""

    artifact_uuid: UUID
    artifact_id: str = Field(examples=["skill:pdf"])
    namespace: str = Field(description="The plugin it came in, or nothing.", examples=[""])
    profile_id: str = Field(examples=["claude_code"])
    platform: str = Field(examples=["claude_code"])
    status: ResultStatus = Field(examples=["success"])
    action: Action
    reason: str = Field(examples=[""])
    error: str | None = Field(description="The reason, where the status is `error`.", examples=[None])
    warnings: list[str] = Field(description="What the platform cannot express, and what to look at.", examples=[[]])
    paths: list[str] = Field(examples=[[".claude/skills/pdf"]])
    diffs: list[FileDiffRead] | None = Field(description="What changes in its files, when asked for.", examples=[None])

    @classmethod
    def of(cls, result: Result, diffs: tuple[FileDiff, ...] | None = None) -> "DeployResultItem":
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
            paths=list(result.paths),
            diffs=None if diffs is None else [FileDiffRead.of(diff) for diff in diffs],
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
            paths=list(status.paths),
            diffs=[FileDiffRead.of(diff) for diff in status.diffs],
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
            results=[DeployResultItem.of(*pair) for pair in zip(report.results, diffs, strict=True)],
        )
