"""What a source of artifacts offers, whether it is a folder or a git repository. Pure Python."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol

from artifacts.importing.exceptions import SourceError
from artifacts.importing.limits import Limits
from projects.paths import STAGING_FOLDER, PathError, is_git_folder, relative_path

# Never content: version control, caches and installed dependencies, wherever they lie.
IGNORED_NAMES = frozenset(
    {
        ".hg",
        ".svn",
        ".DS_Store",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".venv",
        "Thumbs.db",
        "__pycache__",
        "node_modules",
        STAGING_FOLDER,
    }
)
IGNORED_PATTERNS = ("*.pyc", "*.swp", "*~")


@dataclass(frozen=True, slots=True, order=True)
class SourceFile:
    """A regular file: its path from the top of the source ('/'-separated), size and executable bit."""

    path: str
    size: int
    executable: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Skipped:
    """Something that is no readable regular file, and why it was passed over."""

    path: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All a source holds, in path order. `ignored` names folders and files that are never content."""

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...] = ()
    ignored: tuple[str, ...] = ()


class UnreadableFileError(Exception):
    """One file cannot be read; the others can."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class SourceTree(Protocol):
    """A source, open for reading. `revision` is the commit of a git source, and empty for a folder."""

    @property
    def revision(self) -> str: ...

    @property
    def listing(self) -> Listing: ...

    def read(self, path: str) -> bytes:
        """The bytes of a listed file; raises UnreadableFileError."""
        ...


class ListingBuilder:
    """Collects a listing within `limits`, and sorts out the names that cannot be used."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files: list[SourceFile] = []
        self._skipped: list[Skipped] = []
        self._ignored: set[str] = set()

    def ignores(self, path: str) -> bool:
        """Whether the last part of `path` is never content; remembers it if so. Raises SourceError as `add` does."""
        name = path.rsplit("/", 1)[-1]
        patterns = any(fnmatchcase(name, pattern) for pattern in IGNORED_PATTERNS)
        if not (patterns or name in IGNORED_NAMES or is_git_folder(name)):
            return False
        shown = storable(path)
        if shown not in self._ignored:
            self._make_room()
            self._ignored.add(shown)
        return True

    def add(self, file: SourceFile) -> None:
        """Take a file, unless its name cannot be used. Raises SourceError past the number of files."""
        if file.path.count("/") > self._limits.folder_depth:
            self.skip_deep(file.path)
        elif problem := path_problem(file.path):
            self.skip(file.path, "name", problem)
        elif {"", "."} & set(file.path.split("/")):
            self.skip(file.path, "name", "A part of its path is empty or a dot, which only a forged git tree has.")
        else:
            self._make_room()
            self._files.append(file)

    def skip_deep(self, path: str) -> None:
        """Remember what lies in too many folders. Raises SourceError as `add` does."""
        self.skip(path, "too-deep", f"It lies more than {self._limits.folder_depth} folders deep.")

    def skip(self, path: str, code: str, reason: str) -> None:
        """Remember something that is no readable regular file. Raises SourceError as `add` does."""
        self._make_room()
        self._skipped.append(Skipped(storable(path), code, reason))

    def listing(self) -> Listing:
        """What was collected, in path order."""
        return Listing(tuple(sorted(self._files)), tuple(sorted(self._skipped)), tuple(sorted(self._ignored)))

    def _make_room(self) -> None:
        if len(self._files) + len(self._skipped) + len(self._ignored) >= self._limits.files:
            raise SourceError(
                f"The source holds more than {self._limits.files} files, links and ignored names; nothing was changed. "
                "Import a smaller folder of it."
            )


def path_problem(path: str) -> str:
    """Why `path` cannot be a file of an artifact, or an empty text."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return "Its name is not UTF-8 text. Rename it."
    try:
        relative_path(path)
    except PathError as error:
        return f"{error} Rename it."
    return ""


def has_controls(text: str) -> bool:
    """Whether `text` holds a control character, such as a line break or an escape."""
    return any(unicodedata.category(character) == "Cc" for character in text)


def storable(text: str) -> str:
    """`text` with whatever no database or file keeps written as an escape."""
    readable = text.encode("utf-8", "surrogateescape" if _is_escaped(text) else "backslashreplace")
    return readable.decode("utf-8", "backslashreplace").replace("\x00", "\\x00")


def _is_escaped(text: str) -> bool:
    surrogates = [character for character in text if "\ud800" <= character <= "\udfff"]
    return all("\udc80" <= character <= "\udcff" for character in surrogates)


def folders_above(path: str) -> Iterator[str]:
    """Every folder that `path` lies in, the innermost first and the top ('') last."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
    if path:
        yield ""


def folders_of(paths: Iterable[str]) -> set[str]:
    """Every folder above any of `paths`, the top ('') among them."""
    folders = {""}
    for path in paths:
        for folder in folders_above(path):
            if folder in folders:
                break
            folders.add(folder)
    return folders
