"""What taking back a run that is over comes to: a plan of its own, from the journal. Pure but for what it is told."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from artifacts.manifests import Manifest
from deployments.installer.changes import Failure
from deployments.installer.decisions import Action, Change, MergePreview, OnConflict, Plan, PlanItem, Target
from deployments.installer.disk import ChangedError, DiskState, Kind
from deployments.installer.entry_decisions import describe_entry, describe_unreadable
from deployments.installer.journal import Intent
from deployments.installer.merging import Computed, SharedChange
from deployments.installer.shared_files.history import SharedHistory
from deployments.installer.shared_files.merge import parse
from profiles.entries import EntryError, EntryKey
from projects.paths import folded


class EntriesTakenBack(SharedChange):
    """The entries of one file that an undo brings back to how they were before the run.

    `earlier` are the file's bytes before that run, `left` the hash of those after it; `accepted` are entries that
    were edited since and are taken back all the same.
    """

    def __init__(
        self,
        path: str,
        history: SharedHistory,
        earlier: bytes | None,
        left: str | None,
        keys: Collection[EntryKey],
        accepted: Collection[EntryKey],
        mode: int | None,
    ) -> None:
        self.path = path
        self.format = history.format
        self.recorded = history.after
        self.items = frozenset(history.items.values())
        self.mode = mode
        self._history = history
        self._earlier = earlier
        self._left = left
        self._keys = tuple(keys)
        self._accepted = set(accepted)

    def compute(self, data: bytes | None, items: frozenset[int]) -> Computed:
        if not items:
            return Computed(data, self.recorded)
        is_as_left = (sha256(data).hexdigest() if data is not None else None) == self._left
        if is_as_left and set(self._keys) == set(self._history.changed):
            return Computed(self._earlier, self._history.before)
        try:
            overtaken = set(self._history.edited_since(data)) & set(self._keys) - self._accepted
            merged = self._history.taken_back(data, self._earlier, self._keys)
        except EntryError as error:
            failure = Failure(Action.REFUSED, describe_unreadable(self.path, error))
            return Computed(data, self.recorded, dict.fromkeys(items, failure))
        failures = {
            self._history.items[key]: Failure.at(self.path, ChangedError(describe_entry(self.path, key)))
            for key in overtaken
        }
        for key, problem in merged.problems.items():
            reason = f"{describe_entry(self.path, key)}: {problem}"
            failures[self._history.items[key]] = Failure(Action.REFUSED, reason)
        return Computed(data, self.recorded, failures) if failures else Computed(merged.data, merged.recorded)

    def changed_for(self, items: frozenset[int]) -> Mapping[EntryKey, int]:
        return {key: item for key, item in self._history.items.items() if item in items}


@dataclass(frozen=True, slots=True)
class Undone:
    """One artifact of the run that is undone."""

    target: Target
    paths: tuple[str, ...]


@dataclass
class _Draft:
    """What is decided about one artifact so far."""

    changes: list[Change] = field(default_factory=list)
    actions: set[Action] = field(default_factory=set)
    conflicts: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    observed: list[str] = field(default_factory=list)
    merges: list[MergePreview] = field(default_factory=list)
    entries: list[tuple[str, EntryKey]] = field(default_factory=list)


class UndoPlanner:
    """Decides what becomes of each path that a run changed.

    `look` and `read` say what is on disk; `kept` are the bytes that the run kept, by hash.
    """

    def __init__(
        self,
        look: Callable[[str], DiskState],
        read: Callable[[str], tuple[DiskState, bytes | None]],
        kept: Mapping[str, bytes],
        on_conflict: OnConflict,
    ) -> None:
        self._look = look
        self._read = read
        self._kept = kept
        self._on_conflict = on_conflict
        self._drafts: list[_Draft] = []

    def plan(self, undone: Sequence[Undone], intents: Sequence[Intent]) -> tuple[Plan, list[SharedChange]]:
        """The plan that takes `intents` back, and what it means for shared files. Their items count in `undone`."""
        self._drafts = [_Draft() for _ in undone]
        shared: list[SharedChange] = []
        for intent, is_unbroken in _by_path(intents):
            if intent.history is not None:
                left = intent.after.files[0].sha256 if intent.after else None
                shared.extend(self._take_back_entries(intent, intent.history, left if is_unbroken else ""))
            elif intent.item is not None:
                self._take_back(intent, self._drafts[intent.item])
        return Plan(tuple(map(_item, undone, self._drafts))), shared

    def _take_back(self, intent: Intent, draft: _Draft) -> None:
        disk = self._look(intent.path)
        draft.observed.append(f"{intent.path}: {disk.kind} {disk.content_sha256 or disk.obstacle}")
        if disk.kind is Kind.BLOCKED:
            draft.refusals.append(disk.obstacle)
            return
        if _is(disk, intent.before):
            return
        files = intent.before.files if intent.before else ()
        contents = {file.sha256: self._kept[file.sha256] for file in files}
        change = Change(intent.path, disk, intent.before, contents, exact=True)
        if not _is(disk, intent.after):
            if self._on_conflict is OnConflict.SKIP:
                draft.left.append(intent.path)
                return
            if self._on_conflict is OnConflict.FAIL:
                draft.conflicts.append(intent.path)
        draft.changes.append(change)
        draft.actions.add(_action(intent.before is not None, disk.kind is not Kind.ABSENT))

    def _take_back_entries(self, intent: Intent, history: SharedHistory, left: str | None) -> Iterator[SharedChange]:
        drafts = {position: self._drafts[position] for position in history.items.values()}
        state, data = self._read(intent.path)
        earlier = self._kept[intent.before.files[0].sha256] if intent.before else None
        for draft in drafts.values():
            draft.observed.append(f"{intent.path}: {state.kind} {state.content_sha256 or state.obstacle}")
        if state.kind is Kind.BLOCKED:
            for draft in drafts.values():
                draft.refusals.append(state.obstacle)
            return
        try:
            edited = set(history.edited_since(data))
            keys = [key for key in history.changed if key not in edited or self._on_conflict is not OnConflict.SKIP]
            merged = history.taken_back(data, earlier, keys)
        except EntryError as error:
            for draft in drafts.values():
                draft.refusals.append(describe_unreadable(intent.path, error))
            return
        was, now = parse(history.format, earlier), parse(history.format, data)
        for key in history.changed:
            draft = self._drafts[history.items[key]]
            draft.entries.append((intent.path, key))
            if key in edited and self._on_conflict is not OnConflict.OVERWRITE:
                problems = draft.left if self._on_conflict is OnConflict.SKIP else draft.conflicts
                problems.append(describe_entry(intent.path, key))
            if key in keys and was.find(key) != now.find(key):
                draft.actions.add(_action(bool(was.find(key)), bool(now.find(key))))
        # The file is one for all of them: its difference is shown with the first.
        self._drafts[min(drafts)].merges.append((intent.path, data, merged.data))
        mode = intent.before.files[0].mode if intent.before else None
        yield EntriesTakenBack(intent.path, history, earlier, left, keys, edited, mode)


def _by_path(intents: Sequence[Intent]) -> Iterator[tuple[Intent, bool]]:
    """What a run did to each path from its first step to its last, and whether nobody else wrote there in between."""
    steps: dict[str, tuple[Intent, bool]] = {}
    for intent in intents:
        key = folded(intent.path)
        if key not in steps:
            steps[key] = intent, True
            continue
        first, is_unbroken = steps[key]
        history = intent.history
        if first.history is not None and history is not None:
            items = {**first.history.items, **history.items}
            history = replace(history, before=first.history.before, items=items)
        steps[key] = replace(first, after=intent.after, history=history), is_unbroken and first.after == intent.before
    yield from steps.values()


def _is(disk: DiskState, manifest: Manifest | None) -> bool:
    if manifest is None:
        return disk.kind is Kind.ABSENT
    return disk.content_sha256 == manifest.content_sha256


def _action(was_there: bool, is_there: bool) -> Action:
    if not was_there:
        return Action.REMOVE
    return Action.UPDATE if is_there else Action.CREATE


def _item(undone: Undone, draft: _Draft) -> PlanItem:
    item = PlanItem(
        undone.target,
        Action.UNCHANGED,
        paths=undone.paths,
        observed=tuple(draft.observed),
        merges=tuple(dict.fromkeys(draft.merges)),
        taken_back=tuple(draft.entries),
    )
    if draft.refusals:
        return replace(item, action=Action.REFUSED, reason=" ".join(dict.fromkeys(draft.refusals)))
    if draft.conflicts:
        reason = " ".join(f"{name} was edited since." for name in draft.conflicts)
        reason += " Undo it all the same (overwrite) to lose the edit, or keep it and undo the rest (skip)."
        return replace(item, action=Action.CONFLICT, reason=reason, proposed=tuple(draft.changes))
    left = " ".join(f"{name} was edited since and stays as it is." for name in draft.left)
    if not draft.actions:
        unchanged = "It is as it was before already." if draft.observed else "Only what is recorded of it changes."
        return replace(item, reason=left or unchanged)
    action = draft.actions.pop() if len(draft.actions) == 1 else Action.UPDATE
    return replace(item, action=action, reason=left, changes=tuple(draft.changes))
