"""What is decided about paths that an artifact has to itself. Pure."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from artifacts.manifests import EXECUTABLE_MODE, PLAIN_MODE, Manifest, ManifestFile, is_junk, normalised
from deployments.installer.decisions import Action, Change, OnConflict, Settled
from deployments.installer.disk import DiskState, Kind
from deployments.installer.ledger import PlacementRow
from deployments.installer.obstacles import NotPossibleError
from profiles.rendering import ContentFile, RenderedPath

_NAMED_EDITS = 3

type RecordedState = Callable[[str], Manifest]


def put_path(
    rendered: RenderedPath,
    row: PlacementRow | None,
    holder: str,
    disk: DiskState,
    on_conflict: OnConflict,
    recorded_state: RecordedState,
) -> tuple[Change | None, Settled, str]:
    """The change that brings `rendered` about, if one is needed, what is there then, and a word about it.

    `row` is what is recorded of the path; `holder` describes another artifact that has it, where one does.
    Raises NotPossibleError.
    """
    if disk.kind is Kind.BLOCKED:
        raise NotPossibleError(Action.REFUSED, disk.obstacle)
    manifest = manifest_of(rendered.files)
    contents = {file.sha256: file.data for file in rendered.files}
    change = Change(rendered.path, disk, manifest, contents)
    conflict = _conflict(rendered.path, manifest, row, holder, disk, recorded_state)
    if conflict and on_conflict is not OnConflict.OVERWRITE:
        raise NotPossibleError(Action.CONFLICT, conflict, proposed_changes=(change,))
    if disk.content_sha256 == manifest.sha256:
        settled = Settled(row.path if row else rendered.path, manifest, adopted=row is None or row.adopted)
        return None, settled, "" if row else "It was there already, byte for byte; now recorded."
    settled = Settled(rendered.path, manifest, adopted=False, created_folders=disk.missing_folders)
    return change, settled, _explanation(conflict, row, disk)


def _conflict(
    path: str,
    manifest: Manifest,
    row: PlacementRow | None,
    holder: str,
    disk: DiskState,
    recorded_state: RecordedState,
) -> str:
    """Why `path` is not simply ours to write; empty when it is."""
    if row is None:
        if disk.kind is Kind.ABSENT or disk.content_sha256 == manifest.sha256:
            return ""
        return f"{path} was there before and is not from this tool. Overwrite it, or move it away."
    if holder:
        return f"{path} is held by {holder}. Overwrite it to take it over."
    if disk.kind is Kind.ABSENT or disk.content_sha256 == manifest.sha256:
        return ""
    if disk.content_sha256 == row.state:
        if not row.adopted:
            return ""
        return f"{path} was there, in this older form, before any deploy. Overwrite it to have it kept up to date."
    edits = _edits(row, disk, recorded_state)
    return f"{path} was edited since it was deployed{edits}. Overwrite it, or keep the edit."


def remove_path(
    row: PlacementRow, disk: DiskState, on_conflict: OnConflict, recorded_state: RecordedState
) -> Change | None:
    """The change that takes away what `row` says is ours, if it is still there. Raises NotPossibleError."""
    if disk.kind is Kind.ABSENT:
        return None
    if disk.kind is Kind.BLOCKED:
        raise NotPossibleError(Action.REFUSED, disk.obstacle)
    change = Change(row.path, disk, None)
    if disk.content_sha256 != row.state and on_conflict is not OnConflict.OVERWRITE:
        raise NotPossibleError(
            Action.CONFLICT,
            f"{row.path}, which is not needed there any more, was edited since it was deployed"
            f"{_edits(row, disk, recorded_state)}. Overwrite it to have it removed, or move it away.",
            proposed_changes=(change,),
        )
    return change


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


def _edits(row: PlacementRow, disk: DiskState, recorded_state: RecordedState) -> str:
    """Which files of a folder were edited, in brackets; empty where that says nothing more."""
    if disk.manifest is None or not disk.manifest.is_folder:
        return ""
    return f" ({describe_edits(recorded_state(row.state), disk.manifest)})"


def _explanation(conflict: str, row: PlacementRow | None, disk: DiskState) -> str:
    if conflict and disk.kind is not Kind.ABSENT:
        return "It takes the place of what was there; the run keeps a copy."
    if row is not None and disk.kind is Kind.ABSENT:
        return "Put back: it had been deleted from the disk."
    return ""


class PathTree:
    """Folded paths, and which of them lie above or below another."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths: set[str] = set()
        self._below: dict[str, str] = {}
        for path in paths:
            self.add(path)

    def add(self, path: str) -> None:
        """Remember one more path."""
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
