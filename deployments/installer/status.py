"""How what lies in a project compares with what was put there, and with what would be put there today. Pure."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice

from artifacts.manifests import Manifest
from deployments.installer.decisions import Claimant, Missing, PlacementKey, Target, Unrenderable, Wanted
from deployments.installer.diffs import Allowance, FileDiff, diff_bytes, diff_states, digests_before
from deployments.installer.disk import DiskState, Kind
from deployments.installer.entry_decisions import SharedFile, describe_entry, entry_state
from deployments.installer.ledger import PlacementRow
from deployments.installer.obstacles import NotPossibleError
from deployments.installer.path_decisions import describe_edits, manifest_of
from deployments.installer.plan import Situation
from deployments.installer.shared_files.document import EntryState
from profiles.entries import EntryError, Format, Value, decode_key, encode_key
from profiles.rendering import Rendering
from projects.paths import folded


class Status(StrEnum):
    """How a deployment is: as it was left, edited or deleted on disk, and behind what it would be today."""

    IN_SYNC = "in_sync"
    MODIFIED = "modified"
    OUTDATED = "outdated"
    MODIFIED_OUTDATED = "modified_outdated"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class DeploymentStatus:
    """One deployment's status, in words, and on request what was edited since, as diffs."""

    target: Target
    claims: tuple[Claimant, ...]
    paths: tuple[str, ...]
    status: Status
    reasons: tuple[str, ...]
    diffs: tuple[FileDiff, ...] = ()


# Gives bytes by their hash: known ones, or those that lie at a path with this manifest.
type Contents = Callable[[str, Manifest | None, Mapping[str, bytes]], Callable[[str], bytes | None]]


class StatusReader:
    """Compares one project's placements with its disk, looking at each path once.

    `rows` are all that will be asked about, in that order. With diffs, `load` is called once at the most, for
    the bytes of what was deployed and is not there any more, and `contents` gives those that lie there now.
    """

    def __init__(
        self,
        situation: Situation,
        rows: Sequence[PlacementRow],
        load: Callable[[Collection[str]], Mapping[str, bytes]],
        contents: Contents,
        *,
        with_diffs: bool,
    ) -> None:
        self._situation = situation
        self._rows = rows
        self._load = load
        self._contents = contents
        self._allowance = Allowance() if with_diffs else None
        self._seen: dict[str, DiskState] = {}
        self._files: dict[str, SharedFile] = {}

    def status(
        self, target: Target, claims: Sequence[Claimant], rows: Sequence[PlacementRow], wanted: Wanted | None
    ) -> DeploymentStatus:
        """The status of the deployment that has `rows`; `wanted` is what it would be today (None: no such profile)."""
        kinds: list[EntryState] = []
        reasons: list[str] = []
        diffs: list[FileDiff] = []
        for row in rows:
            compare = self._compare_entry if row.entry else self._compare_path
            kind, reason, differences = compare(row)
            kinds.append(kind)
            reasons.extend([reason] if reason else [])
            diffs.extend(differences)
        outdated = outdated_reason({row.key: row.state for row in rows}, wanted)
        is_deleted = all(kind is EntryState.GONE for kind in kinds)
        is_modified = any(kind is not EntryState.INTACT for kind in kinds)
        paths = tuple(dict.fromkeys(row.path for row in rows))
        status = _status(is_deleted=is_deleted, is_modified=is_modified, is_outdated=bool(outdated))
        notes = [*reasons, outdated, _standing(wanted)]
        return DeploymentStatus(target, tuple(claims), paths, status, tuple(filter(None, notes)), tuple(diffs))

    def _compare_path(self, row: PlacementRow) -> tuple[EntryState, str, Sequence[FileDiff]]:
        disk = self._look(row.path)
        if disk.content_sha256 == row.state:
            return EntryState.INTACT, "", ()
        recorded = self._situation.recorded_state(row.state)
        diffs: Sequence[FileDiff] = ()
        if self._allowance is not None:
            diffs = diff_states(
                row.path,
                recorded,
                disk.manifest,
                self._contents(row.path, disk.manifest, self._bytes_before),
                self._allowance,
            )
        if disk.kind is Kind.ABSENT:
            return EntryState.GONE, f"{row.path} is gone.", diffs
        if disk.kind is Kind.BLOCKED:
            return EntryState.CHANGED, disk.obstacle, diffs
        if disk.manifest is not None and disk.manifest.is_folder and recorded.is_folder:
            return EntryState.CHANGED, f"{row.path} was edited: {describe_edits(recorded, disk.manifest)}.", diffs
        return EntryState.CHANGED, f"{row.path} was edited.", diffs

    @cached_property
    def _bytes_before(self) -> Mapping[str, bytes]:
        """What was deployed at the paths that changed since, of as many files as are shown."""
        digests = (digest for row in self._rows if not row.entry for digest in self._digests_before(row))
        return self._load(set(islice(digests, Allowance().files)))

    def _digests_before(self, row: PlacementRow) -> list[str]:
        disk = self._look(row.path)
        if disk.content_sha256 == row.state:
            return []
        return digests_before(row.path, self._situation.recorded_state(row.state), disk.manifest)

    def _look(self, path: str) -> DiskState:
        if path not in self._seen:
            self._seen[path] = self._situation.look(path)
        return self._seen[path]

    def _compare_entry(self, row: PlacementRow) -> tuple[EntryState, str, Sequence[FileDiff]]:
        key = decode_key(row.entry)
        name = describe_entry(row.path, key)
        file = self._file(row)
        value = file.recorded[key].value
        try:
            state = file.document.state(key, value)
            found = file.document.find(key)
        except (EntryError, NotPossibleError) as error:
            return EntryState.CHANGED, str(error), ()
        if state is EntryState.INTACT:
            return state, "", ()
        diff = None
        if self._allowance is not None:
            diff = diff_bytes(row.path, _as_text(value), _as_text(found[0]) if found else None, self._allowance)
        reason = f"{name} is gone." if state is EntryState.GONE else f"{name} was edited."
        return state, reason, [diff] if diff else []

    def _file(self, row: PlacementRow) -> SharedFile:
        key = folded(row.path)
        if key not in self._files:
            disk, data = self._situation.read(row.path)
            recorded = self._situation.recorded_entries[key]
            self._files[key] = SharedFile(row.path, Format(row.file_format), disk, data, recorded)
        return self._files[key]


def outdated_reason(recorded: Mapping[PlacementKey, str], wanted: Wanted | None) -> str:
    """Why what was placed is not what would be placed today; '' where it is, or where nothing would be.

    `recorded` are the states of a deployment's placements.
    """
    if wanted is None or not isinstance(wanted.outcome, Rendering):
        return ""
    now = {(folded(path.path), ""): manifest_of(path.files).sha256 for path in wanted.paths}
    now |= {(folded(entry.path), encode_key(entry.key)): entry_state(entry.value)[0] for entry in wanted.entries}
    if now == recorded:
        return ""
    if _places(now.keys()) != _places(recorded.keys()):
        return "It would be placed elsewhere today."
    return "There is a newer version of it."


def _places(keys: Collection[PlacementKey]) -> set[str]:
    return {path for path, _ in keys}


def _standing(wanted: Wanted | None) -> str:
    """What there is to say of a deployment whose artifact or profile could not be deployed today."""
    if wanted is None:
        return "Its profile does not exist any more."
    match wanted.outcome:
        case Missing(reason) | Unrenderable(reason):
            return reason
        case Rendering():
            return ""
        case unsupported:
            return f"It would not be deployed today. {unsupported.reason}"


def _status(*, is_deleted: bool, is_modified: bool, is_outdated: bool) -> Status:
    if is_deleted:
        return Status.DELETED
    if is_modified:
        return Status.MODIFIED_OUTDATED if is_outdated else Status.MODIFIED
    return Status.OUTDATED if is_outdated else Status.IN_SYNC


def _as_text(value: Value) -> bytes:
    if isinstance(value, str):
        return value.encode(errors="replace")
    return (json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n").encode(errors="replace")
