"""A folder on disk as a source. Follows no symlink, whatever changes while it is read."""

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from artifacts.importing.exceptions import SourceError
from artifacts.importing.limits import Deadline, Limits
from artifacts.importing.sources import Listing, ListingBuilder, SourceFile, UnreadableFileError

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK, so that a FIFO put where a file was does not hold the import up.
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class FolderSource:
    """An open folder; every path is walked from its descriptor, part by part, through no symlink."""

    revision = ""

    def __init__(self, descriptor: int, limits: Limits, deadline: Deadline) -> None:
        self._descriptor = descriptor
        self._limits = limits
        self._deadline = deadline
        builder = ListingBuilder(limits)
        self._list(descriptor, "", 0, builder)
        self._listing = builder.listing()

    @property
    def listing(self) -> Listing:
        return self._listing

    def read(self, path: str) -> bytes:
        self._deadline.check()
        *folders, name = path.split("/")
        try:
            with _opened_below(self._descriptor, folders) as folder:
                descriptor = os.open(name, _OPEN_FILE, dir_fd=folder)
                with os.fdopen(descriptor, "rb") as file:
                    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                        raise UnreadableFileError("unreadable", "It stopped being a file while it was read.")
                    data = file.read(self._limits.file_bytes + 1)
        except OSError as error:
            raise UnreadableFileError("unreadable", f"It cannot be read: {_reason(error)}.") from error
        if len(data) > self._limits.file_bytes:
            raise UnreadableFileError("too-large", f"It is larger than {self._limits.file_bytes} bytes.")
        return data

    def _list(self, folder: int, prefix: str, depth: int, builder: ListingBuilder) -> None:
        self._deadline.check()
        with os.scandir(folder) as entries:
            for entry in entries:
                path = prefix + entry.name
                if not builder.ignores(path):
                    self._take(entry, folder, path, depth, builder)

    def _take(self, entry: os.DirEntry[str], folder: int, path: str, depth: int, builder: ListingBuilder) -> None:
        try:
            facts = entry.stat(follow_symlinks=False)
        except OSError as error:
            builder.skip(path, "unreadable", f"It cannot be read: {_reason(error)}.")
            return
        if stat.S_ISREG(facts.st_mode):
            builder.add(SourceFile(path, facts.st_size, bool(facts.st_mode & 0o111)))
        elif stat.S_ISDIR(facts.st_mode):
            self._enter(entry.name, folder, path, depth, builder)
        elif stat.S_ISLNK(facts.st_mode):
            builder.skip(path, "symlink", "It is a symlink, and none is followed. Put the file itself there.")
        else:
            builder.skip(path, "special", "It is a pipe, a socket or a device, not a file.")

    def _enter(self, name: str, folder: int, path: str, depth: int, builder: ListingBuilder) -> None:
        if depth >= self._limits.folder_depth:
            builder.skip_deep(path)
            return
        try:
            descriptor = os.open(name, _OPEN_FOLDER, dir_fd=folder)
        except OSError as error:
            builder.skip(path, "unreadable", f"This folder cannot be read: {_reason(error)}.")
            return
        try:
            self._list(descriptor, path + "/", depth + 1, builder)
        finally:
            os.close(descriptor)


@contextmanager
def open_folder(folder: Path, limits: Limits, deadline: Deadline) -> Iterator[FolderSource]:
    """The folder at an absolute path without symlinks, open for reading. Raises SourceError."""
    with _opened_root(folder) as descriptor:
        yield FolderSource(descriptor, limits, deadline)


@contextmanager
def _opened_root(folder: Path) -> Iterator[int]:
    try:
        root = os.open("/", _OPEN_FOLDER)
        try:
            descriptor = _open_chain(root, folder.parts[1:])
        finally:
            os.close(root)
    except OSError as error:
        raise SourceError(f"The folder {folder} cannot be read: {_reason(error)}. Nothing was changed.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _opened_below(descriptor: int, parts: Sequence[str]) -> Iterator[int]:
    folder = _open_chain(descriptor, parts)
    try:
        yield folder
    finally:
        os.close(folder)


def _open_chain(descriptor: int, parts: Sequence[str]) -> int:
    """A new descriptor of the folder `parts` below `descriptor`, none of them a symlink."""
    current = os.dup(descriptor)
    for part in parts:
        try:
            following = os.open(part, _OPEN_FOLDER, dir_fd=current)
        finally:
            os.close(current)
        current = following
    return current


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
