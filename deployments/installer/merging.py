"""Changing the files that others share: one exchange a file and run, tried again when somebody else was quicker."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from artifacts.manifests import PLAIN_MODE, Manifest
from deployments.installer.changes import Failure, make_change
from deployments.installer.decisions import Action, EntryEdit, PlanItem
from deployments.installer.disk import ChangedError, DiskReader, DiskState, Kind, ProjectFolder, describe
from deployments.installer.entry_decisions import describe_entry, describe_unreadable, merge_edits, seen_at
from deployments.installer.journal import Intent
from deployments.installer.recover import MERGE_ATTEMPTS, take_back_path
from deployments.installer.shared_files.document import Document
from deployments.installer.shared_files.history import SharedHistory
from deployments.installer.shared_files.merge import Merged, RecordedEntry, parse
from deployments.installer.staging import Staging
from profiles.entries import EntryError, EntryKey, Format
from projects.paths import folded


@dataclass(frozen=True)
class Computed:
    """What a shared file is to hold, what is recorded of it then, and the items that cannot have their way."""

    data: bytes | None
    recorded: tuple[RecordedEntry, ...]
    failures: Mapping[int, Failure] = field(default_factory=dict)


class SharedChange(ABC):
    """What a run has in mind for one shared file. `items` are the positions of the items that it concerns."""

    path: str
    format: Format
    recorded: tuple[RecordedEntry, ...]
    items: frozenset[int]
    # The mode of the file where it has to be made; None for the one that the umask grants.
    mode: int | None = None

    @abstractmethod
    def compute(self, data: bytes | None, items: frozenset[int]) -> Computed:
        """What becomes of `data`, which we have not written to yet, when only `items` have their way."""

    @abstractmethod
    def changed_for(self, items: frozenset[int]) -> Mapping[EntryKey, int]:
        """For which of `items` each entry changes; for one of them where several want the same of it."""


class EntryEdits(SharedChange):
    """The entries that a plan puts into one file and takes out of it."""

    def __init__(self, path: str, recorded: Sequence[RecordedEntry], edits: Mapping[int, Sequence[EntryEdit]]) -> None:
        self.path = path
        self.recorded = tuple(recorded)
        self.format = next(edit.format for each in edits.values() for edit in each)
        self.items = frozenset(edits)
        self._edits = edits

    def compute(self, data: bytes | None, items: frozenset[int]) -> Computed:
        try:
            document = parse(self.format, data)
        except EntryError as error:
            failure = Failure(Action.REFUSED, describe_unreadable(self.path, error))
            return Computed(data, self.recorded, dict.fromkeys(items, failure))
        failures = self._overtaken(document, items)
        while True:
            merged = self._merged(data, items - failures.keys())
            changed_for = self.changed_for(items - failures.keys())
            problems = {changed_for[key]: (key, problem) for key, problem in merged.problems.items()}
            if not problems:
                return Computed(merged.data, merged.recorded, failures)
            for item, (key, problem) in problems.items():
                failures[item] = Failure(Action.REFUSED, f"{describe_entry(self.path, key)}: {problem}")

    def _overtaken(self, document: Document, items: frozenset[int]) -> dict[int, Failure]:
        """The items whose entries are not as they were when this was planned."""
        failures: dict[int, Failure] = {}
        for item in items:
            for edit in self._edits[item]:
                try:
                    as_planned = seen_at(document, edit.key) == edit.seen
                except EntryError:
                    as_planned = False
                if not as_planned:
                    failures[item] = Failure.at(self.path, ChangedError(describe_entry(self.path, edit.key)))
        return failures

    def _merged(self, data: bytes | None, items: frozenset[int]) -> Merged:
        edits = [edit for item in sorted(items) for edit in self._edits[item]]
        return merge_edits(self.format, data, self.recorded, edits)

    def changed_for(self, items: frozenset[int]) -> Mapping[EntryKey, int]:
        return {edit.key: item for item, edits in self._edits.items() if item in items for edit in edits}


def edits_by_file(items: Sequence[PlanItem], recorded: Mapping[str, Sequence[RecordedEntry]]) -> list[SharedChange]:
    """What the plan's items have in mind for each shared file."""
    files: dict[str, dict[int, list[EntryEdit]]] = {}
    for position, item in enumerate(items):
        for edit in item.edits:
            files.setdefault(folded(edit.path), {}).setdefault(position, []).append(edit)
    return [
        EntryEdits(next(edit.path for each in edits.values() for edit in each), recorded.get(path, ()), edits)
        for path, edits in files.items()
    ]


class SharedFileWork:
    """One shared file while a run is at work: what is written to it, and for which items.

    `intents` are all the changes that were prepared, `unmade` the slots of those that were not made. `stuck` says
    why what was written for an item that failed since could not be taken out again, if that is so; `notes` where
    bytes are kept that could not be put back.
    """

    def __init__(
        self,
        folder: ProjectFolder,
        staging: Staging,
        change: SharedChange,
        next_slot: Callable[[], str],
        modes: Mapping[str, int],
    ) -> None:
        self.change = change
        self.intents: list[Intent] = []
        self.unmade: set[str] = set()
        self.recorded = change.recorded
        self.stuck = ""
        self.notes: list[str] = []
        self._folder = folder
        self._staging = staging
        self._next_slot = next_slot
        self._modes = modes
        self._prepared: tuple[bytes | None, bytes | None] | None = None
        self._applied: frozenset[int] = frozenset()
        self._first: tuple[bytes | None, frozenset[int], Computed] | None = None
        self._base: bytes | None = None
        self._written: Computed | None = None
        self._is_edited = False

    def prepare(self, items: frozenset[int]) -> tuple[dict[str, bytes], dict[int, Failure]]:
        """Stage the change as it looks now; the bytes before and after by hash, and the items that fail already."""
        items &= self.change.items
        state, data = self._read()
        if state.kind is Kind.BLOCKED:
            return {}, dict.fromkeys(items, Failure(Action.REFUSED, state.obstacle))
        computed = self._computed(data, items)
        if computed.data == data:
            return {}, dict(computed.failures)
        intent, contents = self._intend(state, data, computed, items - computed.failures.keys())
        if intent.after is not None:
            self._staging.write(intent.slot, intent.after, contents, exact_modes=self._is_exact(intent))
        self._add(intent, data, computed)
        return contents, dict(computed.failures)

    def bring(self, items: frozenset[int], commit: Callable[[Intent, dict[str, bytes]], None]) -> dict[int, Failure]:
        """Make the file hold what exactly `items` want of it; the items that fail over it.

        `commit` writes a change into the journal that `prepare` did not foresee. Items whose entries are in it
        stay as they are when no others can go in.
        """
        items &= self.change.items
        failures: dict[int, Failure] = {}
        problem = Failure.at(self.change.path, ChangedError(self.change.path))
        for _ in range(MERGE_ATTEMPTS):
            if items == self._applied:
                return failures
            state, data = self._read()
            if state.kind is Kind.BLOCKED:
                problem = Failure(Action.REFUSED, state.obstacle)
                break
            try:
                computed = self._computed(data, items)
            except EntryError as error:
                problem = Failure(Action.REFUSED, describe_unreadable(self.change.path, error))
                break
            failures.update(computed.failures)
            items -= computed.failures.keys()
            obstacle = self._write(state, data, computed, items, commit)
            if obstacle is None:
                self._base = data if self._written is None else self._base
                self._written, self._applied, self.recorded = computed, items, computed.recorded
                return failures
            if not isinstance(obstacle, ChangedError):
                problem = Failure(Action.REFUSED, describe(obstacle, self.change.path))
                break
        if not self._applied <= items:
            self.stuck = problem.reason
        return {**failures, **dict.fromkeys(items - self._applied, problem)}

    def _computed(self, data: bytes | None, items: frozenset[int]) -> Computed:
        if self._written is None:
            # What was computed to be staged holds for as long as nobody edits the file and no item fails.
            if self._first is None or self._first[:2] != (data, items):
                self._first = data, items, self.change.compute(data, items)
            return self._first[2]
        if data == self._written.data and not self._is_edited:
            return self.change.compute(self._base, items)
        # Somebody has edited the file since we wrote to it: only what is ours, and not to stay, is taken out again.
        self._is_edited = True
        history = SharedHistory(self.change.format, self.change.recorded, self.recorded)
        leaving, staying = self.change.changed_for(self._applied - items), self.change.changed_for(items)
        keys = [key for key in leaving if key not in staying]
        merged = history.taken_back(data, self._base, keys)
        for problem in merged.problems.values():
            raise problem
        return Computed(merged.data, merged.recorded)

    def _write(
        self,
        state: DiskState,
        data: bytes | None,
        computed: Computed,
        items: frozenset[int],
        commit: Callable[[Intent, dict[str, bytes]], None],
    ) -> OSError | None:
        """Make one attempt; what prevented it, if anything did."""
        if computed.data == data:
            return None
        if self._prepared != (data, computed.data):
            intent, contents = self._intend(state, data, computed, items)
            self._add(intent, data, computed)
            # Before it is written: nothing lies in the staging that no journal knows.
            commit(intent, contents)
            if intent.after is not None:
                try:
                    self._staging.write_draft(intent.slot, intent.after, contents, exact_modes=self._is_exact(intent))
                except OSError as error:
                    self._prepared = None
                    return error
        intent = self.intents[-1]
        self._prepared = None
        try:
            make_change(self._folder, self._staging, intent, self._modes)
        except OSError as error:
            self.notes += take_back_path(self._folder, self._staging, intent)
            return error
        self.unmade.discard(intent.slot)
        if intent.after is None:
            for created in [folder for each in reversed(self.intents) for folder in reversed(each.created_folders)]:
                self._folder.remove_empty_folder(created)
        return None

    def _intend(
        self, state: DiskState, data: bytes | None, computed: Computed, items: frozenset[int]
    ) -> tuple[Intent, dict[str, bytes]]:
        """The change from `data` to what was computed for `items`, and the bytes before and after by hash."""
        before = state.manifest
        mode = before.files[0].mode if before else self.change.mode or PLAIN_MODE
        after = None
        contents: dict[str, bytes] = {}
        if computed.data is not None:
            after = Manifest.of_file(computed.data, mode)
            contents[after.files[0].sha256] = computed.data
        if before is not None and data is not None:
            contents[before.files[0].sha256] = data
        # What goes in now, and what was in and goes out again.
        changed_for = {**self.change.changed_for(self._applied), **self.change.changed_for(items)}
        history = SharedHistory(self.change.format, self.recorded, computed.recorded, changed_for)
        slot = self._next_slot()
        return Intent(slot, self.change.path, before, after, state.missing_folders, history=history), contents

    def _is_exact(self, intent: Intent) -> bool:
        return intent.before is not None or self.change.mode is not None

    def _add(self, intent: Intent, data: bytes | None, computed: Computed) -> None:
        self.intents.append(intent)
        self.unmade.add(intent.slot)
        self._prepared = (data, computed.data)

    def _read(self) -> tuple[DiskState, bytes | None]:
        return DiskReader(self._folder).read(self.change.path)
