"""What the API says a run did, artifact by artifact."""

from uuid import UUID

from ninja import Schema
from pydantic import Field

from deployments.approvals import approval_kept, approval_of
from deployments.installer.decisions import Action
from deployments.installer.diffs import DiffKind, FileDiff
from deployments.installer.journal import Result
from deployments.installer.results import kept_result
from deployments.models import Run, RunItem
from deployments.services.reports import Report

# By a name of its own: in the API's document a `Status` or `Kind` alone would be everybody's.
type RunKind = Run.Kind
type ResultStatus = RunItem.Status


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
