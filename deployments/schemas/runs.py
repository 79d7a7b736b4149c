"""What the API says of runs."""

from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import Field

from accounts.endpoints.paging import Page, PageQuery
from deployments.installer.decisions import OnConflict
from deployments.models import Run, RunItem
from deployments.schemas.results import DeployResultItem, ResultStatus, RunCounts, RunKind

# By a name of its own: in the API's document a `Status` or `Kind` alone would be everybody's.
type RunState = Run.State


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
