"""Carrying out a plan, so that whatever happens each path is wholly old or wholly new.

Stage everything, commit the intent, then move each path in one atomic step and look at what came
out; commit the records; drop the staging. An artifact one of whose steps fails is taken back as a
whole, by the very code that recovers a run that died, and the rest goes on.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import User
from artifacts.manifests import Manifest
from deployments.installer import journal, records
from deployments.installer.decisions import Action, Change, OnConflict, Plan, PlanItem
from deployments.installer.disk import ChangedError, ProjectFolder, describe, look_at, read_bytes
from deployments.installer.exchange import Spot, exchange, place
from deployments.installer.journal import Claimant, Intent, Result
from deployments.installer.recover import clear_away, take_back, take_back_path
from deployments.installer.staging import Staging
from deployments.models import Run, RunItem
from projects.models import Project
from projects.paths import folded

# The most a run keeps of the bytes it replaces at one path.
MAX_KEPT_BYTES = 64 << 20
_PROGRESS_SECONDS = 0.25

# Told how many of how many changes are made.
type Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a plan is applied, for whom, and under which choices. The caller holds the folder's lock."""

    folder: ProjectFolder
    folder_key: str
    project: Project
    claimant: Claimant
    on_conflict: OnConflict
    by: User
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class _Failure:
    """What stopped an item: a change on disk that the plan did not see, or something no choice would help."""

    action: Action
    reason: str

    @classmethod
    def at(cls, path: str, error: OSError, notes: Sequence[str] = ()) -> "_Failure":
        action = Action.CONFLICT if isinstance(error, ChangedError) else Action.REFUSED
        return cls(action, " ".join([describe(error, path), *notes]))


@dataclass
class _Outcome:
    """A plan item on its way: the steps prepared for it, and what stopped it, if anything did."""

    item: PlanItem
    intents: list[Intent] = field(default_factory=list)
    failure: _Failure | None = None

    def result(self) -> Result:
        item = self.item
        if self.failure is not None:
            item = replace(item, action=self.failure.action, reason=self.failure.reason, tolerated=False)
        return result_of(item)


def result_of(item: PlanItem) -> Result:
    """What a plan item comes to once it is carried out."""
    return Result(
        artifact_uuid=item.wanted.artifact_uuid,
        artifact_id=item.wanted.label,
        namespace=item.wanted.namespace,
        profile_id=item.wanted.profile_id,
        platform=item.wanted.platform,
        status=_status(item),
        action=item.action,
        reason=item.reason,
        warnings=item.wanted.warnings,
        paths=item.paths,
    )


def apply_plan(assignment: Assignment, plan: Plan) -> tuple[Run, list[Result]]:
    """Apply `plan`; the run and a result for every item. With no changes to make, the disk is not touched.

    Whatever interrupts it, a database error included, everything done is taken back first.
    """
    outcomes = [_Outcome(item) for item in plan.items]
    run_id = uuid4()
    if not any(item.changes for item in plan.items):
        with transaction.atomic():
            run = _begin(assignment, run_id, [], {})
            return run, _record(assignment, run, outcomes)
    with Staging(assignment.folder, run_id) as staging:
        begun: Run | None = None
        try:
            contents = _stage(assignment.folder, staging, outcomes)
            intents = [intent for outcome in outcomes for intent in outcome.intents]
            begun = run = _begin(assignment, run_id, intents, contents)
            staging.engage()
            _carry_out(assignment, staging, run, outcomes)
            with transaction.atomic():
                results = _record(assignment, run, outcomes)
        except BaseException:
            # What interrupts may come right after the commit, or be its answer getting lost: the database decides.
            # Where it cannot, everything is left for recovery.
            if begun is None:
                staging.drop()
            else:
                if not journal.is_done(begun):
                    take_back(assignment.folder, staging, begun, intents)
                clear_away(staging, begun, intents)
            raise
        clear_away(staging, run, intents)
    return run, results


def _stage(folder: ProjectFolder, staging: Staging, outcomes: Sequence[_Outcome]) -> dict[str, bytes]:
    """Prepare every change in a slot; the bytes before and after, by hash."""
    contents: dict[str, bytes] = {}
    numbers = (f"{number:04d}" for number in range(1, 1_000_000))
    for outcome in outcomes:
        try:
            for change in outcome.item.changes:
                outcome.intents.append(_prepare(folder, staging, change, next(numbers), contents))
        except OSError as error:
            outcome.failure = _Failure.at(change.path, error)
            for intent in outcome.intents:
                staging.clear(intent.slot)
            outcome.intents = []
    return contents


def _prepare(folder: ProjectFolder, staging: Staging, change: Change, slot: str, contents: dict[str, bytes]) -> Intent:
    before = None
    if change.before.manifest is not None:
        with folder.spot(change.path) as spot:
            before = look_at(spot, change.path).manifest
            if before is None or before.content_sha256 != change.before.content_sha256:
                raise ChangedError(change.path)
            contents.update(read_bytes(spot, change.path, before, MAX_KEPT_BYTES))
    if change.after is not None:
        contents.update(change.contents)
        staging.write(slot, change.after, change.contents)
    return Intent(slot, change.path, before, change.after, change.before.missing_folders)


def _carry_out(assignment: Assignment, staging: Staging, run: Run, outcomes: Sequence[_Outcome]) -> None:
    """Make every change; an artifact that fails is taken back at once and says why."""
    failed: dict[str, _Failure] = {}
    report = _reporter(assignment, run)
    for outcome in outcomes:
        keys = [folded(settled.path) for settled in outcome.item.settled]
        outcome.failure = outcome.failure or next((failed[key] for key in keys if key in failed), None)
        if outcome.failure is None:
            outcome.failure = _make_changes(assignment.folder, staging, outcome.intents)
        if outcome.failure is not None:
            failed.update(dict.fromkeys(keys, outcome.failure))
        report(len(outcome.intents))


def _make_changes(folder: ProjectFolder, staging: Staging, intents: Sequence[Intent]) -> _Failure | None:
    """Make the changes of one artifact, or none of them; what stopped it, if anything did."""
    for done, intent in enumerate(intents):
        try:
            _make_change(folder, staging, intent)
        except OSError as error:
            notes = [note for begun in reversed(intents[: done + 1]) for note in take_back_path(folder, staging, begun)]
            return _Failure.at(intent.path, error, notes)
    return None


def _make_change(folder: ProjectFolder, staging: Staging, intent: Intent) -> None:
    slot = staging.slot(intent.slot)
    with folder.spot(intent.path, make_folders=intent.before is None) as target:
        try:
            if intent.before is None:
                place(slot, target)
            elif intent.after is None:
                place(target, slot)
            else:
                exchange(slot, target)
        except (FileExistsError, FileNotFoundError) as error:
            raise ChangedError(intent.path) from error
        if intent.before is not None:
            _check_what_came_out(slot, intent.before, intent.path)


def _check_what_came_out(slot: Spot, before: Manifest, path: str) -> None:
    if look_at(slot, path).content_sha256 != before.content_sha256:
        raise ChangedError(path)


def _begin(assignment: Assignment, run_id: UUID, intents: Sequence[Intent], contents: dict[str, bytes]) -> Run:
    return journal.begin(
        run_id=run_id,
        project=assignment.project,
        folder_key=assignment.folder_key,
        claimant=assignment.claimant,
        on_conflict=assignment.on_conflict,
        started_by=assignment.by,
        intents=intents,
        contents=contents,
    )


def _record(assignment: Assignment, run: Run, outcomes: Sequence[_Outcome]) -> list[Result]:
    """Write what is now so, and what became of each item, within the caller's transaction."""
    placed = [outcome.item for outcome in outcomes if outcome.item.is_placed and outcome.failure is None]
    records.write(assignment.project, placed, assignment.claimant, assignment.by)
    results = [outcome.result() for outcome in outcomes]
    failed = {intent.slot for outcome in outcomes if outcome.failure for intent in outcome.intents}
    journal.finish(run, results, failed)
    return results


def _reporter(assignment: Assignment, run: Run) -> Callable[[int], None]:
    """Counts changes as they are made, and says so to the caller and, now and then, in the run's row."""
    done = 0
    last = time.monotonic()

    def report(changes: int) -> None:
        nonlocal done, last
        done += changes
        if assignment.progress is not None:
            assignment.progress(done, run.progress_total)
        if time.monotonic() - last >= _PROGRESS_SECONDS:
            last = time.monotonic()
            journal.note_progress(run, done)

    return report


def _status(item: PlanItem) -> RunItem.Status:
    if item.is_error:
        return RunItem.Status.ERROR
    if item.action in (Action.CREATE, Action.UPDATE, Action.REMOVE):
        return RunItem.Status.SUCCESS
    return RunItem.Status.SKIP
