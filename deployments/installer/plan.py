"""What a run would do, decided from plain data alone: what is wanted, what is recorded, what is on disk.

`make_plan` takes each artifact × profile in order and answers with an action, the changes to
paths that carry it out, and the reason where one is owed. It reads nothing and writes nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from artifacts.manifests import EXECUTABLE_MODE, PLAIN_MODE, Manifest, ManifestFile, is_junk, normalised
from deployments.installer.decisions import (
    Action,
    Change,
    Missing,
    OnConflict,
    PlacementRecord,
    Plan,
    PlanItem,
    Settled,
    Unrenderable,
    Wanted,
)
from deployments.installer.disk import DiskState, Kind
from profiles.rendering import ContentFile, RenderedPath, Unsupported
from projects.paths import folded

UP_TO_DATE = "Already up to date."
_NAMED_EDITS = 3


class _NotPossibleError(Exception):
    """Ends the planning of one item with an action and a reason."""

    def __init__(self, action: Action, reason: str) -> None:
        super().__init__(reason)
        self.action = action
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Taken:
    """A path that an earlier item of this run has."""

    wanted: Wanted
    path: str
    manifest: Manifest


def make_plan(
    wanted: Sequence[Wanted],
    records: Mapping[str, PlacementRecord],
    previous: Mapping[tuple[UUID, str], Sequence[str]],
    look: Callable[[str], DiskState],
    recorded_state: Callable[[str], Manifest],
    on_conflict: OnConflict,
) -> Plan:
    """Decide about each of `wanted`, in order.

    `records` are the project's placements and `previous` the placements of each deployment, by folded
    path. `look` says what is on disk, `recorded_state` which files are behind the hash of a record; it is
    asked only to explain a conflict.
    """
    return Plan(tuple(_Planner(wanted, records, previous, look, recorded_state, on_conflict).items()))


class _Planner:
    """The decisions of one plan, which depend on those made before them."""

    def __init__(
        self,
        wanted: Sequence[Wanted],
        records: Mapping[str, PlacementRecord],
        previous: Mapping[tuple[UUID, str], Sequence[str]],
        look: Callable[[str], DiskState],
        recorded_state: Callable[[str], Manifest],
        on_conflict: OnConflict,
    ) -> None:
        self._wanted = wanted
        self._records = records
        self._previous = previous
        self._look = look
        self._recorded_state = recorded_state
        self._on_conflict = on_conflict
        self._taken: dict[str, _Taken] = {}
        self._paths = _PathTree(records)
        self._asked: dict[str, set[UUID]] = {}
        for want in wanted:
            for placement in want.placements:
                self._asked.setdefault(folded(placement.path), set()).add(want.artifact_uuid)
        self._left: set[tuple[UUID, tuple[UUID, str]]] = set()

    def items(self) -> Iterator[PlanItem]:
        for wanted in self._wanted:
            item = self._item(wanted)
            if item.is_placed:
                self._take(wanted)
            self._left.update((placement_id, wanted.key) for placement_id in item.released)
            yield item

    def _take(self, wanted: Wanted) -> None:
        for placement in wanted.placements:
            key = folded(placement.path)
            if key not in self._taken:
                self._taken[key] = _Taken(wanted, placement.path, manifest_of(placement.files))
                self._paths.add(key)

    def _item(self, wanted: Wanted) -> PlanItem:
        match wanted.outcome:
            case Missing(reason):
                return PlanItem(wanted, Action.MISSING, reason)
            case Unrenderable(reason):
                return PlanItem(wanted, Action.REFUSED, reason)
            case Unsupported(reason):
                return PlanItem(wanted, Action.UNSUPPORTED, reason)
        try:
            return self._placed(wanted)
        except _NotPossibleError as error:
            tolerated = error.action is Action.CONFLICT and self._on_conflict is OnConflict.SKIP
            return PlanItem(wanted, error.action, error.reason, tolerated=tolerated)

    def _placed(self, wanted: Wanted) -> PlanItem:
        changes: list[Change] = []
        settled: list[Settled] = []
        reasons: list[str] = []
        for placement in wanted.placements:
            manifest = manifest_of(placement.files)
            earlier = self._taken.get(folded(placement.path))
            if earlier is not None:
                self._check_shared(wanted, placement, manifest, earlier)
                settled.append(Settled(earlier.path, manifest, adopted=False))
                reasons.append(f"Shared with the profile {earlier.wanted.profile_id}.")
                continue
            change, reason = self._change(wanted, placement, manifest)
            record = self._records.get(folded(placement.path))
            if change is not None:
                changes.append(change)
            adopted = change is None and (record is None or record.adopted)
            settled.append(Settled(record.path if record and change is None else placement.path, manifest, adopted))
            reasons.append(reason)
        released, removals = self._left_behind(wanted)
        return PlanItem(
            wanted,
            _overall(changes, removals),
            " ".join(dict.fromkeys(filter(None, reasons))),
            # What is new goes in before what is old goes out.
            changes=(*changes, *removals),
            settled=tuple(settled),
            released=released,
        )

    def _check_shared(self, wanted: Wanted, placement: RenderedPath, manifest: Manifest, earlier: _Taken) -> None:
        """A path that an earlier item has is shared only by the same artifact, byte for byte."""
        if earlier.wanted.artifact_uuid != wanted.artifact_uuid:
            raise _NotPossibleError(
                Action.REFUSED, f"{placement.path} is already taken in this run by {earlier.wanted.full_name}."
            )
        if earlier.manifest.sha256 != manifest.sha256:
            raise _NotPossibleError(
                Action.REFUSED,
                f"{placement.path} is written differently by the profile {earlier.wanted.profile_id}. "
                "Give one of the two profiles another folder.",
            )

    def _change(self, wanted: Wanted, placement: RenderedPath, manifest: Manifest) -> tuple[Change | None, str]:
        """The change that brings `placement` about, if one is needed, and a word about it."""
        key = folded(placement.path)
        if overlapping := self._paths.overlap(key):
            raise _NotPossibleError(
                Action.REFUSED, f"{placement.path} overlaps with {self._describe_path(overlapping)}. Change a folder."
            )
        record = self._records.get(key)
        disk = self._look(placement.path)
        if disk.kind is Kind.BLOCKED:
            raise _NotPossibleError(Action.REFUSED, disk.obstacle)
        conflict = self._conflict(wanted, placement.path, manifest, record, disk)
        if conflict and self._on_conflict is not OnConflict.OVERWRITE:
            raise _NotPossibleError(Action.CONFLICT, conflict)
        if disk.content_sha256 == manifest.sha256:
            return None, UP_TO_DATE if record else "It was there already, byte for byte; now recorded."
        contents = {file.sha256: file.data for file in placement.files}
        return Change(placement.path, disk, manifest, contents), _explanation(conflict, record, disk)

    def _conflict(
        self,
        wanted: Wanted,
        path: str,
        manifest: Manifest,
        record: PlacementRecord | None,
        disk: DiskState,
    ) -> str:
        """Why `path` is not simply ours to write; empty when it is."""
        if record is None:
            if disk.kind is Kind.ABSENT or disk.content_sha256 == manifest.sha256:
                return ""
            return f"{path} was there before and is not from this tool. Overwrite it, or move it away."
        if record.artifact_uuid != wanted.artifact_uuid:
            return f"{path} is held by {_describe_holders(record)}. Overwrite it to take it over."
        if record.state_sha256 != manifest.sha256:
            self._check_other_profiles(wanted, record)
        if disk.kind is Kind.ABSENT or disk.content_sha256 == manifest.sha256:
            return ""
        if disk.content_sha256 == record.state_sha256:
            if not record.adopted:
                return ""
            return f"{path} was there, in this older form, before any deploy. Overwrite it to have it kept up to date."
        return f"{path} was edited since it was deployed{self._edits(record, disk)}. Overwrite it, or keep the edit."

    def _edits(self, record: PlacementRecord, disk: DiskState) -> str:
        """Which files of a folder were edited, in brackets; empty where that says nothing more."""
        if disk.manifest is None or not disk.manifest.is_folder:
            return ""
        return f" ({describe_edits(self._recorded_state(record.state_sha256), disk.manifest)})"

    def _check_other_profiles(self, wanted: Wanted, record: PlacementRecord) -> None:
        """Refuse when another profile placed other bytes of this very version there.

        A newer version may differ: it brings the path up to date for every profile that shares it.
        """
        if record.version_id != wanted.version_id:
            return
        asking = {want.profile_id for want in self._wanted if want.artifact_uuid == wanted.artifact_uuid}
        for holder in record.holders:
            if holder.profile_id not in asking:
                raise _NotPossibleError(
                    Action.REFUSED,
                    f"{record.path} is written differently by the profile {holder.profile_id}. "
                    "Give one of the two profiles another folder.",
                )

    def _left_behind(self, wanted: Wanted) -> tuple[tuple[UUID, ...], list[Change]]:
        """The placements this deployment no longer needs, and the removals of those nobody else does."""
        released: list[UUID] = []
        removals: list[Change] = []
        now = {folded(placement.path) for placement in wanted.placements}
        for key in self._previous.get(wanted.key, ()):
            record = self._records[key]
            asked_by = self._asked.get(key, set())
            # What another artifact asks for stays recorded until that one has taken it over.
            if key in now or asked_by - {wanted.artifact_uuid}:
                continue
            released.append(record.id)
            if record.adopted or asked_by or not self._is_left_by_all_but(wanted, record):
                continue
            disk = self._look(record.path)
            if disk.kind is Kind.ABSENT:
                continue
            if disk.content_sha256 != record.state_sha256 and self._on_conflict is not OnConflict.OVERWRITE:
                raise _NotPossibleError(
                    Action.CONFLICT,
                    f"{record.path}, where it lay before, was edited since it was deployed"
                    f"{self._edits(record, disk)}. Overwrite it, or move it away.",
                )
            if disk.kind is Kind.BLOCKED:
                raise _NotPossibleError(Action.REFUSED, disk.obstacle)
            removals.append(Change(record.path, disk, None))
        return tuple(released), removals

    def _is_left_by_all_but(self, wanted: Wanted, record: PlacementRecord) -> bool:
        keys = {(holder.artifact_uuid, holder.profile_id) for holder in record.holders} - {wanted.key}
        return all((record.id, key) in self._left for key in keys)

    def _describe_path(self, key: str) -> str:
        if taken := self._taken.get(key):
            return f"{taken.path}, which {taken.wanted.full_name} has"
        record = self._records[key]
        return f"{record.path}, which is held by {_describe_holders(record)}"


class _PathTree:
    """Folded paths, and which of them lie above or below another."""

    def __init__(self, paths: Mapping[str, object]) -> None:
        self._paths: set[str] = set()
        self._below: dict[str, str] = {}
        for path in paths:
            self.add(path)

    def add(self, path: str) -> None:
        self._paths.add(path)
        for above in _above(path):
            self._below.setdefault(above, path)

    def overlap(self, path: str) -> str | None:
        """A path in here that lies above or below `path`; not `path` itself."""
        for above in _above(path):
            if above in self._paths:
                return above
        return self._below.get(path)


def _above(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def manifest_of(files: Sequence[ContentFile]) -> Manifest:
    """The manifest of rendered files: in path order, modes plain or executable, without by-products of tools."""
    return Manifest(
        tuple(
            sorted(
                ManifestFile(file.path, file.sha256, EXECUTABLE_MODE if file.executable else PLAIN_MODE)
                for file in files
                if not is_junk(file.path)
            )
        )
    )


def describe_edits(before: Manifest, now: Manifest) -> str:
    """What happened to the files of a folder: "SKILL.md changed, notes.md added, and 2 more"."""
    old, new = ({file.path: file for file in normalised(each.files).files} for each in (before, now))
    edits = [
        f"{path} {_edit(old.get(path), new.get(path))}"
        for path in sorted(old.keys() | new.keys())
        if old.get(path) != new.get(path) and not is_junk(path)
    ]
    more = len(edits) - _NAMED_EDITS
    return ", ".join(edits[:_NAMED_EDITS]) + (f", and {more} more" if more > 0 else "")


def _edit(old: ManifestFile | None, new: ManifestFile | None) -> str:
    if old is None:
        return "added"
    if new is None:
        return "removed"
    return "changed" if old.sha256 != new.sha256 else "made executable" if new.executable else "no longer executable"


def _overall(changes: Sequence[Change], removals: Sequence[Change]) -> Action:
    if not changes and not removals:
        return Action.UNCHANGED
    if changes and not removals and all(change.before.kind is Kind.ABSENT for change in changes):
        return Action.CREATE
    return Action.UPDATE


def _explanation(conflict: str, record: PlacementRecord | None, disk: DiskState) -> str:
    if conflict and disk.kind is not Kind.ABSENT:
        return "What was there before was replaced; the run keeps a copy."
    if record is not None and disk.kind is Kind.ABSENT:
        return "It had been deleted from the disk."
    return ""


def _describe_holders(record: PlacementRecord) -> str:
    if not record.holders:
        return "an artifact that is gone"
    holder = record.holders[0]
    claims = ", ".join(sorted({label for each in record.holders for label in each.claims}))
    return f"{holder.full_name} under the profile {holder.profile_id}" + (f", for the set {claims}" if claims else "")
