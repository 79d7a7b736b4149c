"""A project as its page shows it: what is deployed there, as recorded at once and as it lies on the disk on demand."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from deployments.approvals import Approval, approvals_among, approvals_for, in_one_line
from deployments.exceptions import NothingToUndoError, ProjectFolderError
from deployments.installer.entry_decisions import describe_entry
from deployments.installer.status import DeploymentStatus, Status
from deployments.models import Deployment, Run
from deployments.queries import list_deployments
from deployments.services.status import statuses
from deployments.services.undo import last_undoable
from profiles.entries import decode_key
from profiles.queries import profiles_of
from projects.models import Project

ROWS_PER_PAGE = 100
# What a status is asked of is read from the disk; of more, only so many.
MOST_LOOKED_AT = 1_000

STATUS_WORDS: Mapping[Status, str] = {
    Status.IN_SYNC: "in sync",
    Status.MODIFIED: "modified",
    Status.OUTDATED: "outdated",
    Status.MODIFIED_OUTDATED: "modified, outdated",
    Status.DELETED: "deleted",
}
_TONES: Mapping[Status, str] = {
    Status.IN_SYNC: "good",
    Status.MODIFIED: "bad",
    Status.OUTDATED: "attention",
    Status.MODIFIED_OUTDATED: "bad",
    Status.DELETED: "bad",
}
_WAYS_BACK: Mapping[Status, str] = {
    Status.OUTDATED: "Update",
    Status.MODIFIED_OUTDATED: "Update",
    Status.DELETED: "Put back",
}


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which of a project's deployments are shown: with `words` in `type:name`, under a profile, in a status."""

    words: str = ""
    profile_id: str = ""
    status: Status | None = None

    @property
    def is_any(self) -> bool:
        """Whether anything may be left out."""
        return bool(self.words or self.profile_id or self.status)


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """How a deployment is, as a page says it."""

    status: DeploymentStatus

    @property
    def words(self) -> str:
        """The status as people read it."""
        return STATUS_WORDS[self.status.status]

    @property
    def tone(self) -> str:
        """Good, attention or bad."""
        return _TONES[self.status.status]

    @property
    def is_edited(self) -> bool:
        """Whether there is a difference between what was put there and what lies there."""
        return self.status.status not in (Status.IN_SYNC, Status.OUTDATED)

    @property
    def way_back(self) -> str:
        """What a deploy of its set would do for it; nothing where there is nothing to do."""
        return _WAYS_BACK.get(self.status.status, "")


@dataclass(frozen=True, slots=True)
class DeployedRow:
    """One deployment, and how it is where somebody looked."""

    deployment: Deployment
    entry: StatusEntry | None = None

    @property
    def places(self) -> list[str]:
        """Where it lies: paths, and entries in files that others share."""
        placements = self.deployment.placements.all()
        return [describe_entry(each.path, decode_key(each.entry)) if each.entry else each.path for each in placements]


@dataclass(frozen=True, slots=True)
class StatusCount:
    """How many deployments have a status."""

    words: str
    tone: str
    number: int


@dataclass(frozen=True, slots=True)
class DeployedList:
    """A page of deployments, counted by status where somebody looked at the disk.

    `problem` says why nobody could, `unseen` how many were left out because they are too many to look at.
    `approvals` are what platforms ask their user about, of all that matches but was not left out; nobody here knows
    what the user said.
    """

    page: Page[Any]
    rows: Sequence[DeployedRow] = ()
    problem: str = ""
    unseen: int = 0
    counts: Sequence[StatusCount] = ()
    approvals: Sequence[Approval] = ()

    @property
    def asked_first(self) -> str:
        """Whose platforms ask about some of it, in a line; nothing where none does."""
        return in_one_line(self.approvals)

    @property
    def deployments(self) -> list[Deployment]:
        """Those that are shown."""
        return [row.deployment for row in self.rows]


def deployed_list(project: Project, narrowing: Narrowing, *, page: str | None, on_disk: bool = False) -> DeployedList:
    """A page of what is deployed in `project`. Five queries, and a few more for a look at the disk.

    With `on_disk` the files of what is shown are read. Narrowed to a status, those of what else matches are as well, up
    to MOST_LOOKED_AT of them.
    """
    found = list_deployments(project, words=narrowing.words, profile_id=narrowing.profile_id)
    if narrowing.status is None:
        shown = Paginator(found, ROWS_PER_PAGE).get_page(page)
        return _looked_at(project, shown) if on_disk else _as_recorded(shown, approvals_among(found))
    return _of_status(project, found, narrowing.status, page)


def profile_choices(project: Project) -> list[str]:
    """The profiles by which deployments can be told apart: those there are, and those that only deployments know."""
    known = list(profiles_of(project).values_list("profile_id", flat=True))
    used = project.deployments.order_by("deployment_profile_id").values_list("deployment_profile_id", flat=True)
    return list(dict.fromkeys([*known, *used.distinct()]))


def run_to_undo(project: Project) -> Run | None:
    """The run that an undo would take back now."""
    try:
        return last_undoable(project)
    except NothingToUndoError:
        return None


def _as_recorded(page: Page[Deployment], approvals: Sequence[Approval]) -> DeployedList:
    return DeployedList(page, [DeployedRow(deployment) for deployment in page], approvals=approvals)


def _looked_at(project: Project, page: Page[Deployment]) -> DeployedList:
    deployments = list(page)
    try:
        entries = _entries(project, {deployment.pk for deployment in deployments})
    except ProjectFolderError as error:
        return DeployedList(page, [DeployedRow(deployment) for deployment in deployments], problem=str(error))
    rows = [DeployedRow(deployment, entries.get(_key(deployment))) for deployment in deployments]
    return DeployedList(page, rows, counts=_counts([row.entry for row in rows if row.entry]))


def _of_status(project: Project, found: QuerySet[Deployment], status: Status, page: str | None) -> DeployedList:
    looked = dict(found.values_list("pk", "artifact_uuid")[:MOST_LOOKED_AT])
    try:
        entries = _entries(project, set(looked))
    except ProjectFolderError as error:
        return DeployedList(Paginator(found.none(), ROWS_PER_PAGE).get_page(1), problem=str(error))
    matching = [key for key, entry in entries.items() if entry.status.status is status]
    shown = Paginator(matching, ROWS_PER_PAGE).get_page(page)
    by_key = {_key(each): each for each in found.filter(pk__in=looked, artifact_uuid__in=[uuid for uuid, _ in shown])}
    rows = [DeployedRow(by_key[key], entries[key]) for key in shown if key in by_key]
    approvals = approvals_for(entries[key].status.target for key in matching)
    return DeployedList(shown, rows, unseen=found.count() - len(looked), approvals=approvals)


def _entries(project: Project, deployments: set[UUID]) -> dict[tuple[UUID, str], StatusEntry]:
    if not deployments:
        return {}
    return {each.target.key: StatusEntry(each) for each in statuses(project=project, deployments=deployments)}


def _key(deployment: Deployment) -> tuple[UUID, str]:
    return deployment.artifact_uuid, deployment.deployment_profile_id


def _counts(entries: Sequence[StatusEntry]) -> list[StatusCount]:
    numbers = Counter(entry.status.status for entry in entries)
    return [StatusCount(STATUS_WORDS[status], _TONES[status], numbers[status]) for status in Status if numbers[status]]
