"""Carrying out a plan, so that whatever happens each path is wholly old or wholly new.

The run is a row before it is work. Stage everything, commit the intent, then move each path in one atomic
step and look at what came out; commit the records; drop the staging. What is new goes in before the entries
that name it, and what is old out after them. An artifact one of whose steps fails is taken back as a whole, by
the very code that recovers a run that died, and the rest goes on.
"""

import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from django.db import DatabaseError, transaction

from deployments.exceptions import DeploymentError
from deployments.installer import journal, records
from deployments.installer.bookkeeping import EntriesByPath
from deployments.installer.changes import Failure, make_change
from deployments.installer.decisions import Change, DeploymentKey, Plan, PlanItem
from deployments.installer.disk import MAX_BYTES, ChangedError, ProjectFolder, describe, look_at, read_bytes
from deployments.installer.journal import Intent, Result
from deployments.installer.ledger import Ledger
from deployments.installer.merging import SharedChange, SharedFileWork
from deployments.installer.recover import (
    clear_away,
    remove_left_folders,
    take_back,
    take_back_path,
    take_back_paths,
)
from deployments.installer.results import result_of, results_given_up
from deployments.installer.staging import Staging
from deployments.models import Run
from projects.exceptions import FolderBusyError
from projects.paths import folded

_PROGRESS_SECONDS = 0.25

# Told how many of how many changes are made.
type Progress = Callable[[int, int], None]

# Writes into the database what the items that took effect come to, given how the shared files are now.
type Record = Callable[[Sequence[PlanItem], EntriesByPath], Ledger]


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a plan is applied, and as which run, which has begun. The caller holds the folder's lock.

    With `atomic` the first error takes the whole run back. `modes` are those of folders that have to be made.
    """

    folder: ProjectFolder
    run: Run
    atomic: bool = False
    modes: Mapping[str, int] = field(default_factory=dict)
    progress: Progress | None = None


@dataclass
class _Outcome:
    """A plan item on its way: the steps prepared for it and made, and what stopped it, if anything did."""

    item: PlanItem
    intents: list[Intent] = field(default_factory=list)
    begun: list[Intent] = field(default_factory=list)
    failure: Failure | None = None

    @property
    def goes_on(self) -> bool:
        return self.failure is None and self.item.takes_effect

    def result(self) -> Result:
        item = self.item
        if self.failure is not None:
            item = replace(item, action=self.failure.action, reason=self.failure.reason, tolerated=False)
        return result_of(item)


def number_of_changes(plan: Plan, shared: Sequence[SharedChange]) -> int:
    """How many paths a run that applies `plan` is to change: what its progress is counted in."""
    return sum(len(item.changes) for item in plan.items) + len(shared)


def apply_plan(
    assignment: Assignment, ledger: Ledger, plan: Plan, shared: Sequence[SharedChange], record: Record
) -> list[Result]:
    """Apply `plan`; a result for every item. With no changes to make, the disk is not touched.

    Whatever interrupts it, a database error included, everything done is taken back first, and the run's row says so.
    """
    application = _Application(assignment, ledger, plan, shared, record)
    if application.is_given_up or not number_of_changes(plan, shared):
        return application.close_untouched()
    return application.run()


class _Application:
    """One plan being applied."""

    def __init__(
        self,
        assignment: Assignment,
        ledger: Ledger,
        plan: Plan,
        shared: Sequence[SharedChange],
        record: Record,
    ) -> None:
        self._assignment = assignment
        self._folder = assignment.folder
        self._ledger = ledger
        self._shared = shared
        self._write_records = record
        self._run = assignment.run
        self._outcomes = [_Outcome(item) for item in plan.items]
        self._files: list[SharedFileWork] = []
        self._slots = (f"{number:04d}" for number in range(1, 1_000_000))
        self._has_begun = False
        self._done = 0
        self._reported_at = time.monotonic()

    @property
    def is_given_up(self) -> bool:
        """Whether one error was enough, or an item that failed cannot be taken back alone."""
        if any(file.stuck for file in self._files):
            return True
        return self._assignment.atomic and any(
            outcome.failure is not None or outcome.item.is_error for outcome in self._outcomes
        )

    def close_untouched(self) -> list[Result]:
        """Record a run that has nothing to change on disk."""
        with self._closed_if_unbegun(), transaction.atomic():
            results = self._give_up() if self.is_given_up else self._record()
        remove_left_folders(self._folder, self._run)
        return results

    def run(self) -> list[Result]:
        """Stage, commit, change, record, clear away."""
        run = self._run
        with self._closed_if_unbegun(), Staging(self._folder, run.id) as staging:
            intents = self._prepared(staging)
            self._has_begun = True
            try:
                staging.engage()
                self._carry_out(staging, run, intents)
                if self.is_given_up:
                    notes = take_back_paths(self._folder, staging, run, intents)
                    with transaction.atomic():
                        results = self._give_up(notes)
                else:
                    for intent in self._unmade():
                        staging.retire(intent.slot)
                    with transaction.atomic():
                        results = self._record()
            except BaseException as error:
                # What interrupts may come right after the commit, or be its answer getting lost: the database
                # decides. Where it cannot, everything is left for recovery.
                if not journal.is_over(run):
                    take_back(self._folder, staging, run, intents, [self._explained(error)])
                clear_away(self._folder, staging, run, intents)
                raise
            clear_away(self._folder, staging, run, intents)
        return results

    def _prepared(self, staging: Staging) -> list[Intent]:
        """Stage everything and commit the intent. Nothing is left of what fails here."""
        try:
            contents = self._stage(staging)
            intents = self._intents()
            journal.intend(self._run, intents, contents)
        except BaseException:
            staging.drop()
            raise
        return intents

    @contextmanager
    def _closed_if_unbegun(self) -> Iterator[None]:
        """Within the block, what stops the run before its first change is told in its row, if the database lets us."""
        try:
            yield
        except BaseException as error:
            if not self._has_begun:
                with suppress(DatabaseError):
                    if not journal.is_over(self._run):
                        journal.close_unbegun(self._run, f"{self._explained(error)} Nothing was changed.")
            raise

    def _explained(self, error: BaseException) -> str:
        if isinstance(error, OSError):
            return describe(error, str(self._folder.path))
        if isinstance(error, DeploymentError | FolderBusyError):
            return str(error)
        if isinstance(error, Exception):
            return "It ended with an error of this application, whose log says more."
        return "It was interrupted."

    def _intents(self) -> list[Intent]:
        own = [intent for outcome in self._outcomes for intent in outcome.intents]
        return [*own, *(intent for file in self._files for intent in file.intents)]

    def _unmade(self) -> list[Intent]:
        """The changes that were prepared and are not in effect."""
        failed = [intent for outcome in self._outcomes if outcome.failure for intent in outcome.intents]
        return [*failed, *(intent for file in self._files for intent in file.intents if intent.slot in file.unmade)]

    def _stage(self, staging: Staging) -> dict[str, bytes]:
        """Prepare every change in a slot; the bytes before and after, by hash."""
        contents: dict[str, bytes] = {}
        for position, outcome in enumerate(self._outcomes):
            try:
                for change in outcome.item.changes:
                    outcome.intents.append(self._prepare(staging, change, position, contents))
            except OSError as error:
                outcome.failure = Failure.at(change.path, error)
                for intent in outcome.intents:
                    staging.clear(intent.slot)
                outcome.intents = []
        for change_of_file in self._shared:
            file = SharedFileWork(
                self._folder, staging, change_of_file, lambda: next(self._slots), self._assignment.modes
            )
            self._files.append(file)
            try:
                staged, failures = file.prepare(self._going_on())
            except OSError as error:
                staged, failures = {}, dict.fromkeys(change_of_file.items, Failure.at(change_of_file.path, error))
            contents.update(staged)
            for position, failure in failures.items():
                self._fail(staging, self._outcomes[position], failure)
        return contents

    def _prepare(self, staging: Staging, change: Change, position: int, contents: dict[str, bytes]) -> Intent:
        before = None
        slot = next(self._slots)
        if change.before.manifest is not None:
            with self._folder.spot(change.path) as spot:
                before = look_at(spot, change.path).manifest
                if before is None or before.content_sha256 != change.before.content_sha256:
                    raise ChangedError(change.path)
                contents.update(read_bytes(spot, change.path, before, MAX_BYTES))
        if change.after is not None:
            contents.update(change.contents)
            staging.write(slot, change.after, change.contents, exact_modes=change.exact)
        return Intent(slot, change.path, before, change.after, change.before.missing_folders, item=position)

    def _carry_out(self, staging: Staging, run: Run, intents: list[Intent]) -> None:
        """Make every change, in the order that leaves no entry naming what is not there."""

        def commit(intent: Intent, contents: dict[str, bytes]) -> None:
            intents.append(intent)
            journal.append(run, intent, contents)

        def change_paths(*, removals: bool) -> None:
            for outcome in self._outcomes:
                if self.is_given_up:
                    return
                if outcome.goes_on:
                    chosen = [intent for intent in outcome.intents if (intent.after is None) is removals]
                    self._make_changes(staging, outcome, chosen)
                    if chosen:
                        self._report(run, len(chosen))

        self._fail_what_needs_failures(staging)
        change_paths(removals=False)
        self._merge(staging, commit)
        if self._files:
            self._report(run, len(self._files))
        change_paths(removals=True)
        self._merge(staging, commit)

    def _make_changes(self, staging: Staging, outcome: _Outcome, intents: Sequence[Intent]) -> None:
        for intent in intents:
            outcome.begun.append(intent)
            try:
                make_change(self._folder, staging, intent, self._assignment.modes)
            except OSError as error:
                self._fail(staging, outcome, Failure.at(intent.path, error))
                return

    def _merge(self, staging: Staging, commit: Callable[[Intent, dict[str, bytes]], None]) -> None:
        """Bring every shared file to what the items that go on want of it, and take back what the others placed.

        Ends, since each round loses some.
        """
        while not self.is_given_up:
            failures: dict[int, Failure] = {}
            for file in self._files:
                failures.update(file.bring(self._going_on(), commit))
            for position, failure in failures.items():
                self._fail(staging, self._outcomes[position], failure)
            if not failures and not self.is_given_up:
                for outcome in self._outcomes:
                    if outcome.failure is not None:
                        self._take_back(staging, outcome, outcome.begun)
                return

    def _going_on(self) -> frozenset[int]:
        return frozenset(position for position, outcome in enumerate(self._outcomes) if outcome.goes_on)

    def _fail(self, staging: Staging, outcome: _Outcome, failure: Failure) -> None:
        """Stop an item, and those that need it. What it removed comes back; what it placed goes with its entries."""
        if outcome.failure is None:
            outcome.failure = failure
            self._take_back(staging, outcome, [intent for intent in outcome.begun if intent.after is None])
            for other in self._needing(outcome.item.target.key):
                self._fail(staging, other, failure)

    def _take_back(self, staging: Staging, outcome: _Outcome, intents: Sequence[Intent]) -> None:
        notes = [note for intent in reversed(intents) for note in take_back_path(self._folder, staging, intent)]
        outcome.begun = [intent for intent in outcome.begun if intent not in intents]
        if outcome.failure is not None:
            outcome.failure = Failure(outcome.failure.action, " ".join([outcome.failure.reason, *notes]))

    def _fail_what_needs_failures(self, staging: Staging) -> None:
        for outcome in self._outcomes:
            if outcome.failure is not None:
                for other in self._needing(outcome.item.target.key):
                    self._fail(staging, other, outcome.failure)
            elif not outcome.item.takes_effect:
                for other in self._needing(outcome.item.target.key):
                    self._fail(staging, other, Failure(outcome.item.action, outcome.item.reason))

    def _needing(self, key: DeploymentKey) -> Iterator[_Outcome]:
        return (each for each in self._outcomes if key in each.item.needs and each.goes_on)

    def _record(self) -> list[Result]:
        """Write what is now so, and what became of each item, within the caller's transaction."""
        entries = {folded(file.change.path): file.recorded for file in self._files}
        items = [outcome.item for outcome in self._outcomes if outcome.goes_on]
        after = self._write_records(items, entries)
        rows_before = records.write(self._run.project, self._ledger, after)
        results = [outcome.result() for outcome in self._outcomes]
        unmade = {intent.slot for intent in self._unmade()}
        left = sorted(self._ledger.created_folders() - after.created_folders())
        journal.finish(
            self._run, results, dropped_slots=unmade, rows_before=rows_before, left_folders=self._modes_of(left)
        )
        self._add_notes()
        return results

    def _give_up(self, notes: Sequence[str] = ()) -> list[Result]:
        results = results_given_up([outcome.result() for outcome in self._outcomes])
        journal.finish(self._run, results, state=Run.State.GIVEN_UP)
        self._add_notes(notes)
        return results

    def _add_notes(self, notes: Sequence[str] = ()) -> None:
        of_files = [note for file in self._files for note in (*file.notes, file.stuck) if note]
        if of_files or notes:
            journal.add_notes(self._run, [*of_files, *notes])

    def _modes_of(self, folders: Sequence[str]) -> dict[str, int]:
        """The modes of those of `folders` that are there."""
        modes: dict[str, int] = {}
        for path in folders:
            try:
                with self._folder.spot(path) as spot:
                    found = spot.stat()
            except OSError:
                continue
            if found is not None and stat.S_ISDIR(found.st_mode):
                modes[path] = stat.S_IMODE(found.st_mode)
        return modes

    def _report(self, run: Run, changes: int) -> None:
        """Say how many changes are made to the caller and, now and then, in the run's row."""
        self._done += changes
        if self._assignment.progress is not None:
            self._assignment.progress(self._done, run.progress_total)
        if time.monotonic() - self._reported_at >= _PROGRESS_SECONDS:
            self._reported_at = time.monotonic()
            journal.note_progress(run, self._done)
