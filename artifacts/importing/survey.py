"""What is known about a collection while it is looked through: its files, the finds, and the remarks. Pure Python."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile

from artifacts.importing.exceptions import SourceError
from artifacts.importing.limits import Deadline, Limits
from artifacts.importing.sources import Listing, SourceFile, UnreadableFileError, folders_above, storable
from profiles.documents import DocumentError, read_json_object
from profiles.enums import ArtifactType

# Problems that say nothing about whether the artifact is still meant to be there: what an earlier
# import took from such a path stays as it is.
_PASSING = frozenset({"unreadable", "too-large", "invalid-json"})


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of a found artifact: path inside it ('' when it is the whole), and where its bytes come from.

    `data` is set where they are not those of the file at `source` but drawn from it.
    """

    path: str
    source: str
    executable: bool = False
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An artifact that a collection holds."""

    type: ArtifactType
    namespace: str
    name: str
    source_path: str
    plugin_path: str
    files: tuple[FoundFile, ...]
    description: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What is unique in a collection: type, namespace, name."""
        return self.type.value, self.namespace, self.name

    @property
    def label(self) -> str:
        """How people write it: `skill:pdf`, or `skill:pdf (review)` for one of the plugin `review`."""
        return f"{self.type}:{self.name}" + (f" ({self.namespace})" if self.namespace else "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where artifacts are looked for: a top folder, and the plugin it belongs to ('' for none)."""

    folder: str
    namespace: str = ""
    plugin_path: str = ""

    def path(self, relative: str) -> str:
        """`relative` below the top folder, as a path of the collection."""
        return f"{self.folder}/{relative}" if self.folder else relative


@dataclass(frozen=True, slots=True)
class Note:
    """A remark about a file that was understood all the same."""

    file: str
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that became no artifact though it looked like one, or that could not be read."""

    file: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A mapping that would take files no layout explains, and why."""

    mapping: str
    files: tuple[str, ...]
    reason: str


@dataclass
class Survey:
    """Files in path order, a way to read them, and everything said about them so far, all within `limits`."""

    listing: Listing
    reader: Callable[[str], bytes]
    limits: Limits
    deadline: Deadline
    found: list[Found] = field(default_factory=list)
    manifests: set[str] = field(default_factory=set)
    plugin_folders: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        # Folders that hold something the listing could not look at; a skill there cannot come as a whole.
        self.incomplete = {
            folder
            for skipped in self.listing.skipped
            if skipped.code in ("unreadable", "too-deep")
            for folder in folders_above(skipped.path)
        }
        self._artifact_files = 0
        self._kept: set[str] = set()
        self._above_kept: set[str] = set()
        self.files: dict[str, SourceFile] = {file.path: file for file in self.listing.files}
        self._paths = list(self.files)
        # A file may be met twice, by a layout and by a list; what is said of it is said once.
        self._notes: dict[Note, None] = {}
        self._refusals: dict[Refusal, None] = {}
        for skipped in self.listing.skipped:
            self.refuse(skipped.path, skipped.code, skipped.reason)

    @property
    def notes(self) -> list[Note]:
        """Every remark, in the order in which they were made."""
        return list(self._notes)

    @property
    def refusals(self) -> list[Refusal]:
        """Every file that was left out, in the order in which they were met."""
        return list(self._refusals)

    def below(self, folder: str) -> Iterator[str]:
        """Paths of all files in `folder` and below ('' for all)."""
        if not folder:
            yield from self._paths
            return
        start = bisect_left(self._paths, folder + "/")
        for index in range(start, len(self._paths)):
            if not self._paths[index].startswith(folder + "/"):
                return
            yield self._paths[index]

    def owned(self, place: Place, folder: str) -> list[str]:
        """Paths below `folder` of `place` that do not belong to a plugin further down."""
        top = place.path(folder) if folder else place.folder
        return [path for path in self.below(top) if not self._is_in_inner_plugin(path, place.folder)]

    def take(self, found: Found) -> None:
        """Remember an artifact. Raises SourceError past the number of artifacts, or of files in all of them."""
        self.found.append(found)
        self._artifact_files += len(found.files)
        if len(self.found) > self.limits.artifacts or self._artifact_files > self.limits.artifact_files:
            raise SourceError(
                f"The source makes more than {self.limits.artifacts} artifacts, or artifacts with more than "
                f"{self.limits.artifact_files} files together; nothing was changed. Import a smaller folder of it."
            )

    def read(self, path: str) -> bytes | None:
        """The bytes of a file; None, and the file is reported, when it cannot be read."""
        try:
            return self.reader(path)
        except UnreadableFileError as error:
            self.refuse(path, error.code, error.reason)
            return None

    def read_object(self, path: str) -> dict[str, object] | None:
        """The JSON object in a file; None, and the file is reported, when there is none."""
        data = self.read(path)
        if data is None:
            return None
        try:
            return read_json_object(data)
        except DocumentError as error:
            self.refuse(path, "invalid-json", str(error))
            return None

    def note(self, file: str, message: str) -> None:
        """Remark on a file. Raises SourceError past the number of remarks."""
        self._notes[Note(file, storable(message))] = None
        self._check_remarks()

    def refuse(self, file: str, code: str, reason: str, keeps: str | None = None) -> None:
        """Report a file that became no artifact. Raises SourceError past the number of remarks.

        When the reason may pass, what was imported from it before (or from below `keeps`) stays as it is.
        """
        self._refusals[Refusal(file, code, storable(reason))] = None
        self._check_remarks()
        if code in _PASSING:
            self.keep(file if keeps is None else keeps)

    def keep(self, path: str) -> None:
        """Let what was imported from `path`, from below it or from a folder around it stay as it is."""
        self._kept.add(path)
        self._above_kept.update(folders_above(path))

    def keeps(self, path: str) -> bool:
        """Whether an artifact imported from `path` earlier stays as it is."""
        return path in self._above_kept or any(place in self._kept for place in (path, *folders_above(path)))

    def _is_in_inner_plugin(self, path: str, top: str) -> bool:
        inner = takewhile(lambda folder: len(folder) > len(top), folders_above(path))
        return any(folder in self.plugin_folders for folder in inner)

    def _check_remarks(self) -> None:
        if len(self._notes) + len(self._refusals) > self.limits.remarks:
            raise SourceError(
                f"There is more to say about the source than {self.limits.remarks} remarks; nothing was changed. "
                "Import a smaller folder of it."
            )
