"""What a run would do about each artifact. Pure: it is told what is on disk, and writes nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from uuid import UUID

from artifacts.manifests import Manifest
from deployments.installer.decisions import (
    Action,
    DeploymentKey,
    Missing,
    OnConflict,
    PlacementKey,
    Plan,
    PlanItem,
    Settled,
    SettledEntry,
    Unrenderable,
    Unwanted,
    Wanted,
)
from deployments.installer.disk import DiskState, Kind
from deployments.installer.drafts import Draft, without_what_needs_failures
from deployments.installer.entry_decisions import SharedFile, describe_entry
from deployments.installer.holdings import Holdings
from deployments.installer.ledger import Ledger, PlacementRow
from deployments.installer.obstacles import NotPossibleError
from deployments.installer.path_decisions import PathTree, manifest_of, put_path, remove_path
from deployments.installer.shared_files.merge import RecordedEntry
from profiles.entries import Element, Format, canonical, decode_key, encode_key
from profiles.rendering import RenderedEntry, RenderedPath, Rendering, Unsupported
from projects.paths import folded


@dataclass(frozen=True, slots=True)
class Situation:
    """What a plan rests on: what is recorded, what is on disk, and what to do about conflicts.

    `look` says what lies at a path, `read` also gives its bytes where it is a file. `recorded_state` gives the
    files behind a recorded hash, asked only to explain a conflict; `recorded_entries` our entries by folded path.
    """

    ledger: Ledger
    look: Callable[[str], DiskState]
    read: Callable[[str], tuple[DiskState, bytes | None]]
    recorded_state: Callable[[str], Manifest]
    recorded_entries: Mapping[str, Sequence[RecordedEntry]]
    on_conflict: OnConflict


def make_plan(situation: Situation, wanted: Sequence[Wanted], unwanted: Sequence[Unwanted] = ()) -> Plan:
    """Decide about each of `wanted`, in order, and then about what is no longer claimed."""
    return Plan(tuple(_Planner(situation, wanted, unwanted).items()))


@dataclass(frozen=True, slots=True)
class _Taken:
    """A placement that an earlier item of this run has. `content` is the same for the same bytes or value."""

    wanted: Wanted
    path: str
    content: str
    is_common: bool = False


class _Planner:
    """The decisions of one plan, which depend on those made before them."""

    def __init__(self, situation: Situation, wanted: Sequence[Wanted], unwanted: Sequence[Unwanted]) -> None:
        self._situation = situation
        self._on_conflict = situation.on_conflict
        self._wanted = wanted
        self._unwanted = unwanted
        self._recorded = Holdings(situation.ledger)
        self._ending = {each.target.key for each in unwanted if not self._recorded.other_claims(each)}
        self._asked: dict[PlacementKey, set[DeploymentKey]] = defaultdict(set)
        self._wanted_keys: dict[DeploymentKey, set[PlacementKey]] = {}
        for want in wanted:
            keys = set(_keys(want))
            if isinstance(want.outcome, Rendering):
                self._wanted_keys[want.target.key] = keys
            for key in keys:
                self._asked[key].add(want.target.key)
        self._taken: dict[PlacementKey, _Taken] = {}
        self._drafts: dict[DeploymentKey, Draft] = {}
        self._left: set[tuple[UUID, DeploymentKey]] = set()
        self._owned_paths = {path for path, entry in self._recorded.rows if not entry}
        self._shared_paths = {path for path, entry in self._recorded.rows if entry}
        self._tree = PathTree(self._owned_paths | self._shared_paths)
        self._files: dict[str, SharedFile] = {}

    def items(self) -> Iterator[PlanItem]:
        """First what everything wants, then what it leaves: by then it is known who takes whose place."""
        drafts = [self._placed(wanted) for wanted in self._wanted]
        for wanted, draft in zip(self._wanted, drafts, strict=True):
            self._attempt(draft, lambda each=wanted, its=draft: self._leave_for(each, its))  # type: ignore[misc]
        drafts += [self._released(unwanted) for unwanted in self._unwanted]
        yield from without_what_needs_failures([draft.decided(self._on_conflict) for draft in drafts])

    def _attempt(self, draft: Draft, decide: Callable[[], None]) -> None:
        """Take one step of an item, unless one before has failed; one that fails leaves nothing behind for others."""
        if not draft.goes_on:
            return
        merged = {path: file.merged for path, file in self._files.items()}
        try:
            decide()
        except NotPossibleError as error:
            draft.failure = error
            for path, file in self._files.items():
                file.merged = merged.get(path, file.unmerged)
            return
        for path, file in self._files.items():
            before = merged.get(path, file.unmerged)
            if before.data != file.merged.data:
                draft.merges.append((file.path, before.data, file.merged.data))
        self._left.update((placement_id, draft.item.target.key) for placement_id in draft.released)

    def _take(self, wanted: Wanted) -> None:
        for path in wanted.paths:
            key = _path_key(path)
            self._taken.setdefault(key, _Taken(wanted, path.path, manifest_of(path.files).sha256))
            self._owned_paths.add(key[0])
            self._tree.add(key[0])
        for entry in wanted.entries:
            key = _entry_key(entry)
            self._taken.setdefault(key, _Taken(wanted, entry.path, canonical(entry.value), entry.is_common))
            self._shared_paths.add(key[0])
            self._tree.add(key[0])

    def _placed(self, wanted: Wanted) -> Draft:
        paths = dict.fromkeys([*(each.path for each in wanted.paths), *(each.path for each in wanted.entries)])
        item = PlanItem(
            wanted.target,
            Action.UNCHANGED,
            warnings=wanted.warnings,
            notes=wanted.notes,
            paths=tuple(paths),
            version_id=wanted.version_id,
        )
        match wanted.outcome:
            case Missing(reason):
                return Draft(replace(item, action=Action.MISSING, reason=reason))
            case Unrenderable(reason):
                return Draft(replace(item, action=Action.REFUSED, reason=reason))
            case Unsupported(reason):
                return Draft(replace(item, action=Action.UNSUPPORTED, reason=reason))
        draft = self._drafts[wanted.target.key] = Draft(item)
        self._attempt(draft, lambda: self._place(wanted, draft))
        if draft.goes_on:
            self._take(wanted)
        return draft

    def _released(self, unwanted: Unwanted) -> Draft:
        rows = self._recorded.previous[unwanted.target.key]
        paths = tuple(dict.fromkeys(row.path for row in rows))
        item = PlanItem(unwanted.target, Action.UNCHANGED, paths=paths, unwanted=unwanted)
        if others := self._recorded.other_claims(unwanted):
            return Draft(replace(item, reason=f"Still wanted for {', '.join(others)}; it stays."))
        draft = Draft(replace(item, action=Action.REMOVE))
        self._attempt(draft, lambda: self._release(unwanted, draft))
        return draft

    def _place(self, wanted: Wanted, draft: Draft) -> None:
        for path in wanted.paths:
            self._place_path(wanted, path, draft)
        for entry in wanted.entries:
            self._place_entry(wanted, entry, draft)

    def _leave_for(self, wanted: Wanted, draft: Draft) -> None:
        """Leave what the deployment had before and does not have any more."""
        arrays = {(folded(entry.path), entry.key.path) for entry in wanted.entries if isinstance(entry.key, Element)}
        self._leave(wanted.target.key, set(_keys(wanted)), arrays, draft)

    def _release(self, unwanted: Unwanted, draft: Draft) -> None:
        self._leave(unwanted.target.key, set(), set(), draft)
        if not draft.removals and not draft.edits and not draft.needs:
            rows = self._recorded.previous[unwanted.target.key]
            if any(row.adopted for row in rows):
                draft.reasons.append("It was there before any deploy and stays; it is only forgotten.")

    def _place_path(self, wanted: Wanted, path: RenderedPath, draft: Draft) -> None:
        key = _path_key(path)
        if earlier := self._taken.get(key):
            _check_shared(wanted, path.path, manifest_of(path.files).sha256, earlier)
            draft.settled.append(Settled(earlier.path, manifest_of(path.files), adopted=False))
            self._share(earlier, draft)
            return
        if key[0] in self._shared_paths:
            raise NotPossibleError(
                Action.REFUSED, f"{path.path} is a file that holds entries of other artifacts. Change a folder."
            )
        self._check_overlap(path.path)
        row = self._recorded.rows.get(key)
        holder = self._check_holders(wanted, row, manifest_of(path.files).sha256, draft)
        change, settled, reason = put_path(
            path, row, holder, self._look(path.path, draft), self._on_conflict, self._situation.recorded_state
        )
        if change is not None:
            draft.additions.append(change)
        draft.settled.append(settled)
        draft.reasons.append(reason)

    def _share(self, earlier: _Taken, draft: Draft) -> None:
        """What an earlier item puts there is this one's too, and what is said of the one is true of the other."""
        target = earlier.wanted.target
        draft.reasons.append(f"Shared with the profile {target.profile_id}.")
        draft.needs.add(target.key)
        draft.shares.append(self._drafts[target.key])

    def _place_entry(self, wanted: Wanted, entry: RenderedEntry, draft: Draft) -> None:
        key = _entry_key(entry)
        settled = SettledEntry(entry.path, entry.format, entry.key, entry.value, entry.is_common)
        earlier = self._taken.get(key)
        # What is common each artifact puts there itself, so that none is lost with another.
        if earlier is not None and not _is_common_to(wanted, entry, earlier):
            name = describe_entry(entry.path, entry.key)
            _check_shared(wanted, name, canonical(entry.value), earlier)
            draft.settled_entries.append(replace(settled, path=earlier.path))
            self._share(earlier, draft)
            return
        if key[0] in self._owned_paths:
            raise NotPossibleError(Action.REFUSED, f"{entry.path} is {self._describe_path(key[0])}. Change a folder.")
        self._check_overlap(entry.path)
        row = self._recorded.rows.get(key)
        holder = "" if entry.is_common else self._check_holders(wanted, row, "", draft)
        file = self._file(entry.path, entry.format, draft)
        edit, reason = file.put(entry, holder, self._on_conflict)
        if edit is not None:
            draft.edits.append(edit)
            settled = replace(settled, created_folders=file.state.missing_folders)
        draft.settled_entries.append(settled)
        draft.reasons.append(reason)

    def _check_overlap(self, path: str) -> None:
        if overlapping := self._tree.overlap(folded(path)):
            raise NotPossibleError(
                Action.REFUSED, f"{path} overlaps with {self._describe_path(overlapping)}. Change a folder."
            )

    def _check_holders(self, wanted: Wanted, row: PlacementRow | None, content: str, draft: Draft) -> str:
        """Another artifact that has the placement and keeps it, described; '' when none does.

        One that leaves it in this run must succeed in that. Refuses when another profile placed other bytes of
        this very version there. A newer version may differ: it brings the path up to date for every profile that
        shares it.
        """
        if row is None:
            return ""
        holders = {holder.target.key: holder for holder in self._recorded.holders[row.id]}
        draft.observed.append(f"{row.path}: {self._recorded.describe_holders(row)}")
        if row.artifact_uuid != wanted.target.artifact_uuid:
            if not holders or not all(self._leaves(key, row) for key in holders):
                return self._recorded.describe_holders(row)
            draft.needs |= holders.keys()
            return ""
        if content and row.state != content and row.version_id == wanted.version_id:
            for key, holder in holders.items():
                if key not in self._asked[row.key] and not self._leaves(key, row):
                    raise _written_differently(row.path, holder.target.profile_id)
        return ""

    def _leaves(self, key: DeploymentKey, row: PlacementRow) -> bool:
        """Whether a deployment is to leave one of its placements in this run."""
        return key in self._ending or (key in self._wanted_keys and row.key not in self._wanted_keys[key])

    def _leave(
        self,
        key: DeploymentKey,
        now: AbstractSet[PlacementKey],
        arrays: set[tuple[str, tuple[str, ...]]],
        draft: Draft,
    ) -> None:
        """Release the placements that a deployment has beyond `now`, and remove what nobody else needs.

        `arrays` are those of shared files that it puts elements into: an old one that is gone may live on there.
        """
        leaving = [row for row in self._recorded.previous.get(key, ()) if row.key not in now]
        going = [row.path for row in leaving if not row.entry and not row.adopted]
        for row in leaving:
            taken = self._taken.get(row.key)
            if taken is not None and not taken.is_common and taken.wanted.target.artifact_uuid != key[0]:
                # It stays recorded until the other one has taken it over.
                if key in self._ending:
                    draft.needs.add(taken.wanted.target.key)
                draft.reasons.append(f"{row.path} is taken over by {taken.wanted.target.full_name}.")
                continue
            draft.released.append(row.id)
            others = {holder.target.key: holder for holder in self._recorded.holders[row.id]}
            del others[key]
            staying = [holder for other, holder in others.items() if (row.id, other) not in self._left]
            if same := [holder for holder in staying if holder.target.artifact_uuid == key[0]]:
                draft.reasons.append(f"{row.path} stays for the profile {same[0].target.profile_id}.")
            if row.adopted or staying:
                continue
            if taken is not None:
                draft.needs.add(taken.wanted.target.key)
                continue
            draft.needs |= others.keys()
            if row.entry:
                self._take_out(row, arrays, draft)
            else:
                disk = self._look(row.path, draft)
                change = remove_path(row, disk, self._on_conflict, self._situation.recorded_state)
                draft.removals.extend([change] if change else [])

        self._check_no_entry_names(going, leaving, draft)

    def _take_out(self, row: PlacementRow, arrays: AbstractSet[tuple[str, tuple[str, ...]]], draft: Draft) -> None:
        file = self._file(row.path, Format(row.file_format), draft)
        if file.state.kind is Kind.ABSENT:
            return
        entry_key = decode_key(row.entry)
        is_replaced = isinstance(entry_key, Element) and (row.key[0], entry_key.path) in arrays
        edit = file.remove(file.recorded[entry_key], self._on_conflict, is_replaced=is_replaced)
        draft.edits.extend([edit] if edit else [])

    def _check_no_entry_names(self, going: Sequence[str], leaving: Sequence[PlacementRow], draft: Draft) -> None:
        """Refuse to take paths away that somebody's entries still name: edited ones of ours, or others beside them."""
        removed = [path for path in going if any(change.path == path for change in draft.removals)]
        for row in leaving:
            if row.entry and removed and self._on_conflict is not OnConflict.OVERWRITE:
                named = self._file(row.path, Format(row.file_format), draft).names_one_of(removed)
                if named:
                    raise NotPossibleError(
                        Action.CONFLICT,
                        f"An entry in {row.path} that was edited, or added, since it was deployed still names {named}. "
                        f"Take it out of the file, or overwrite to remove {named} all the same.",
                    )

    def _look(self, path: str, draft: Draft) -> DiskState:
        disk = self._situation.look(path)
        draft.observed.append(f"{path}: {disk.kind} {disk.content_sha256 or disk.obstacle}")
        return disk

    def _file(self, path: str, file_format: Format, draft: Draft) -> SharedFile:
        key = folded(path)
        file = self._files.get(key)
        if file is None:
            disk, data = self._situation.read(path)
            recorded = self._situation.recorded_entries.get(key, ())
            file = self._files[key] = SharedFile(path, file_format, disk, data, recorded)
        draft.observed.append(f"{path}: {file.state.kind} {file.state.content_sha256 or file.state.obstacle}")
        if file.format is not file_format:
            raise NotPossibleError(Action.REFUSED, f"{path} is taken for {file.format} and for {file_format} at once.")
        return file

    def _describe_path(self, path: str) -> str:
        for (taken_path, _), taken in self._taken.items():
            if taken_path == path:
                return f"{taken.path}, which {taken.wanted.target.full_name} has"
        row = next(row for row in self._recorded.rows.values() if row.key[0] == path)
        return f"{row.path}, which is held by {self._recorded.describe_holders(row)}"


def _is_common_to(wanted: Wanted, entry: RenderedEntry, earlier: _Taken) -> bool:
    """Whether another artifact, which came earlier in this run, needs the very same entry of the file."""
    is_same = earlier.content == canonical(entry.value)
    is_another = earlier.wanted.target.artifact_uuid != wanted.target.artifact_uuid
    return entry.is_common and earlier.is_common and is_same and is_another


def _check_shared(wanted: Wanted, name: str, content: str, earlier: _Taken) -> None:
    """A placement that an earlier item has is shared only by the same artifact, with the same content."""
    if earlier.wanted.target.artifact_uuid != wanted.target.artifact_uuid:
        raise NotPossibleError(
            Action.REFUSED, f"{name} is already taken in this run by {earlier.wanted.target.full_name}."
        )
    if earlier.content != content:
        raise _written_differently(name, earlier.wanted.target.profile_id)


def _written_differently(name: str, profile_id: str) -> NotPossibleError:
    return NotPossibleError(
        Action.REFUSED,
        f"{name} is written differently by the profile {profile_id}. Give one of the two profiles another folder.",
    )


def _keys(wanted: Wanted) -> Iterator[PlacementKey]:
    yield from map(_path_key, wanted.paths)
    yield from map(_entry_key, wanted.entries)


def _path_key(path: RenderedPath) -> PlacementKey:
    return folded(path.path), ""


def _entry_key(entry: RenderedEntry) -> PlacementKey:
    return folded(entry.path), encode_key(entry.key)
