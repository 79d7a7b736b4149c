"""A plan as pages show it: what it comes to in numbers, and its results, what needs a look first."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from deployments.approvals import Approval, approval_of, awaiting
from deployments.installer.decisions import Action, DeploymentKey
from deployments.installer.diffs import DiffKind, FileDiff
from deployments.installer.journal import Result
from deployments.models import RunItem
from deployments.services.reports import Report

ROWS_PER_PAGE = 100
PATHS_SHOWN = 5
LINES_OF_ONE_FILE = 40
LINES_IN_ALL = 600

_TONES = {Action.CONFLICT: "bad", Action.MISSING: "bad", Action.REFUSED: "bad", Action.REMOVE: "attention"}
# Whose content somebody has to know already to judge the change.
_WITH_DIFFS = {Action.UPDATE, Action.CONFLICT}
_WRITING = {Action.CREATE, Action.UPDATE, Action.REMOVE}
_QUIET = 4
# What the address of another page of the same plan does not say.
_OF_ONE_ANSWER = ("csrfmiddlewaretoken", "fingerprint", "page")


@dataclass(frozen=True, slots=True)
class Count:
    """How many of what there are in a plan."""

    number: int
    word: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What would become of one artifact under one profile.

    It `awaits` approval where the platform would use it only once its user agrees.
    """

    result: Result
    reason: str
    tone: str
    paths: Sequence[str]
    more_paths: int
    file_count: int
    diffs: Sequence[FileDiff]
    awaits: bool


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan: `changes` is how many rows something would be written for, of so many `artifacts`.

    `quiet` rows stay as they are. `rows` and `quiet_rows` are those of one `page`; `asked` is what its other pages are
    asked for with.

    `recordable` are there already, and would only be recorded as wanted. `approvals` are what platforms will ask about.
    """

    fingerprint: str
    counts: Sequence[Count]
    rows: Sequence[PlanRow]
    quiet_rows: Sequence[PlanRow]
    quiet: int
    page: Page[tuple[Result, tuple[FileDiff, ...]]]
    asked: str
    changes: int
    artifacts: int
    has_profiles: bool
    recordable: int
    conflicts: int
    errors: int
    approvals: Sequence[Approval]

    @property
    def is_empty(self) -> bool:
        """Whether it is about no artifact at all."""
        return not self.rows and not self.quiet_rows

    @property
    def previous(self) -> str:
        """What asks for the page before this one; '' for none."""
        return self._asking_for(self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next(self) -> str:
        """What asks for the page after this one; '' for none."""
        return self._asking_for(self.page.number + 1) if self.page.has_next() else ""

    def _asking_for(self, number: int) -> str:
        return f"?{self.asked}{'&' if self.asked else ''}page={number}"

    @property
    def sentence(self) -> str:
        """The plan in one sentence, to be said aloud."""
        return f"The plan: {', '.join(f'{count.number} {count.word}' for count in self.counts) or 'nothing to do'}."


def plan_page(report: Report, asked: QueryDict, claimed: Collection[DeploymentKey] | None = None) -> PlanPage:
    """What a page shows of the plan that `report` has, made with diffs. No query.

    `asked` is what chose the plan, and which `page` of it.

    `claimed` are the deployments that whoever the plan is for claims already, where that matters.
    """
    actions = Counter(Action(result.action) for result in report.results)
    warnings = sum(len(result.warnings) for result in report.results)
    counts = [_count(number, action) for action in Action if (number := actions[action])]
    if warnings:
        counts.append(Count(warnings, "warning" if warnings == 1 else "warnings", "attention"))
    diffs = report.diffs or [()] * len(report.results)
    pairs = sorted(zip(report.results, diffs, strict=True), key=lambda pair: _rank(pair[0]))
    page = Paginator(pairs, ROWS_PER_PAGE).get_page(asked.get("page"))
    left = LINES_IN_ALL
    rows: list[PlanRow] = []
    quiet_rows: list[PlanRow] = []
    for result, of_result in page:
        row = _row(result, of_result, left)
        left -= _lines_of(row.diffs)
        (quiet_rows if _rank(result) == _QUIET else rows).append(row)
    return PlanPage(
        fingerprint=report.fingerprint,
        counts=counts,
        rows=rows,
        quiet_rows=quiet_rows,
        quiet=sum(_rank(result) == _QUIET for result in report.results),
        page=page,
        asked=_without_answer(asked),
        changes=report.counts[RunItem.Status.SUCCESS],
        artifacts=len({each.artifact_uuid for each in report.results if each.status == RunItem.Status.SUCCESS}),
        has_profiles=len({result.profile_id for result in report.results}) > 1,
        recordable=0 if claimed is None else sum(_is_recordable(result, claimed) for result in report.results),
        conflicts=actions[Action.CONFLICT],
        errors=report.counts[RunItem.Status.ERROR],
        approvals=awaiting(report.results),
    )


def _without_answer(asked: QueryDict) -> str:
    choices = asked.copy()
    for name in _OF_ONE_ANSWER:
        choices.pop(name, None)
    return choices.urlencode()


def _is_recordable(result: Result, claimed: Collection[DeploymentKey]) -> bool:
    return result.action == Action.UNCHANGED and (result.artifact_uuid, result.profile_id) not in claimed


def _cut(diff: FileDiff, lines: int) -> FileDiff:
    """`diff` with at most so many lines, and a note on how many there are besides."""
    # Two more are the head, which names the file.
    text = diff.text.removesuffix("\n").split("\n")
    if len(text) <= lines + 2:
        return diff
    return replace(
        diff, text="\n".join(text[: lines + 2]), note=f"{diff.note} {len(text) - lines - 2:,} more lines.".strip()
    )


def _count(number: int, action: Action) -> Count:
    word = "conflicts" if action is Action.CONFLICT and number > 1 else action.value
    return Count(number, word, _TONES.get(action, ""))


def _rank(result: Result) -> int:
    """What needs a look comes first, and last what stays as it is."""
    if result.status == RunItem.Status.ERROR:
        return 0
    if result.action == Action.CONFLICT or (result.status == RunItem.Status.SUCCESS and result.warnings):
        return 1
    if result.action in _WRITING:
        return 3 if result.action == Action.CREATE else 2
    return _QUIET


def _row(result: Result, diffs: Sequence[FileDiff], left: int) -> PlanRow:
    shown: list[FileDiff] = []
    if result.action in _WITH_DIFFS or result.action in _WRITING:
        for diff in diffs:
            # A file that is new, or goes, is named; one that others share is changed all the same.
            if result.action not in _WITH_DIFFS and diff.kind is not DiffKind.CHANGED:
                continue
            if left <= _lines_of(shown):
                break
            shown.append(_cut(diff, min(LINES_OF_ONE_FILE, left)))
    # Where each of its files is shown, they need not be named besides.
    paths = [place for place in result.places or result.paths if place not in {diff.path for diff in shown}]
    is_held_back = result.action in _WRITING and result.status == RunItem.Status.SKIP
    return PlanRow(
        result=result,
        # Said once, below the plan, and not of each.
        reason="" if is_held_back else result.reason,
        tone=_TONES.get(Action(result.action), ""),
        paths=paths[:PATHS_SHOWN],
        more_paths=max(0, len(paths) - PATHS_SHOWN),
        file_count=len(diffs),
        diffs=shown,
        awaits=approval_of(result) is not None,
    )


def _lines_of(diffs: Sequence[FileDiff]) -> int:
    return sum(diff.text.count("\n") for diff in diffs)
