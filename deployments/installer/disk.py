"""A project's folder, held open, and what lies in it.

Every path is walked from the open folder one part at a time without following a symlink, so
neither a symlink that was there nor one that appears in between leads a read or a write outside.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

from artifacts.manifests import SYMLINK_MODE, Manifest, ManifestFile, ManifestFolder
from deployments.exceptions import ProjectFolderError
from deployments.installer.exchange import Spot
from projects.paths import folded

_OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_PATH, where there is one, passes through folders that may be entered but not listed.
_PASS_FOLDER = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a FIFO must not wait for its other end.
_OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CHUNK = 1 << 20
MAX_FOLDER_DEPTH = 64
# What lies at one path and is more than this is not looked into: a run could not keep it. No artifact is as large
# (`artifacts.importing.limits`), even with what tools drop beside its files.
MAX_FILES = 40_000
MAX_BYTES = 256 << 20
# Nobody's settings are as long; each entry that is merged in reads them anew.
MAX_SHARED_BYTES = 4 << 20


class Kind(StrEnum):
    """What lies at a path."""

    ABSENT = "absent"
    FILE = "file"
    FOLDER = "folder"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class DiskState:
    """What lies at a path: a manifest for a file or folder, a sentence for what cannot be worked with.

    `missing_folders` are the parents that would have to be made first, outermost first.
    """

    kind: Kind
    manifest: Manifest | None = None
    obstacle: str = ""
    missing_folders: tuple[str, ...] = ()

    @property
    def content_sha256(self) -> str | None:
        """The content's hash (`Manifest.content_sha256`); None when there is none."""
        return None if self.manifest is None else self.manifest.content_sha256


class ObstacleError(OSError):
    """A path that cannot be worked with; the message says what stands in the way."""


class ChangedError(ObstacleError):
    """A path that is not what it was when the run was planned."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} changed while the run was at work and was left as it is. Deploy again.")


class ProjectFolder:
    """The folder of a project. A context manager; it holds one file descriptor."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.descriptor = _open_through(path)
        except OSError as error:
            way_out = (
                "Let the user this runs as read and enter it."
                if isinstance(error, PermissionError)
                else "Put it back, or register the project again at its new place."
            )
            raise ProjectFolderError(
                f"The project's folder {path} cannot be opened ({error.strerror}). {way_out}"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    @contextmanager
    def spot(self, path: str, *, make_folders: bool = False, modes: Mapping[str, int] | None = None) -> Iterator[Spot]:
        """The place of `path`, its folder held open for the length of the block.

        A folder that has to be made gets its mode from `modes`, or the one that the umask grants.
        Raises FileNotFoundError when a folder on the way is missing (and not to be made), and
        ObstacleError when a symlink or a file stands where a folder is needed.
        """
        *folders, name = path.split("/")
        descriptor = os.dup(self.descriptor)
        try:
            for depth, part in enumerate(folders):
                above = "/".join(folders[: depth + 1])
                try:
                    descriptor = step_into(descriptor, part, make=make_folders, mode=(modes or {}).get(above))
                except NotADirectoryError as error:
                    raise _in_the_way(descriptor, part, above) from error
            yield Spot(descriptor, name)
        finally:
            os.close(descriptor)

    def contents(
        self, path: str, manifest: Manifest | None, known: Mapping[str, bytes]
    ) -> Callable[[str], bytes | None]:
        """Gives bytes by their hash: from `known`, or from the file at `path` that had it when it was looked at."""
        files = {file.sha256: file for file in (manifest.files if manifest else ())}

        def content(digest: str) -> bytes | None:
            if digest in known or digest not in files:
                return known.get(digest)
            try:
                with self.spot(path) as spot:
                    return _file_bytes(spot, files[digest], MAX_BYTES)
            except OSError:
                return None

        return content

    def remove_empty_folder(self, path: str) -> bool:
        """Remove the folder if it is empty; whether it was removed."""
        try:
            with self.spot(path) as spot:
                os.rmdir(spot.name, dir_fd=spot.folder)
        except OSError:
            return False
        return True


def open_folder(descriptor: int, name: str) -> int:
    """Open the folder `name` in `descriptor`. Raises NotADirectoryError for a symlink or a file."""
    try:
        return os.open(name, _OPEN_FOLDER, dir_fd=descriptor)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise NotADirectoryError(error.errno, error.strerror, name) from error
        raise


def step_into(descriptor: int, part: str, *, make: bool, mode: int | None = None) -> int:
    """Open the folder `part` in `descriptor` and close `descriptor`; on an error it stays open."""
    try:
        inner = open_folder(descriptor, part)
    except FileNotFoundError:
        if not make:
            raise
        with suppress(FileExistsError):
            os.mkdir(part, dir_fd=descriptor)
            if mode is not None:
                os.chmod(part, mode, dir_fd=descriptor)
        inner = open_folder(descriptor, part)
    os.close(descriptor)
    return inner


@contextmanager
def inside(spot: Spot, path: str) -> Iterator[Spot]:
    """The place of `path` in the folder at `spot` ('' is `spot` itself), reached through no symlink."""
    *folders, name = [spot.name, *path.split("/")] if path else [spot.name]
    descriptor = os.dup(spot.folder)
    try:
        for part in folders:
            descriptor = step_into(descriptor, part, make=False)
        yield Spot(descriptor, name)
    finally:
        os.close(descriptor)


def _in_the_way(descriptor: int, part: str, path: str) -> ObstacleError:
    found = Spot(descriptor, part).stat()
    if found is not None and stat.S_ISLNK(found.st_mode):
        return ObstacleError(f"{path} is a symlink; nothing is written through it. Replace it with a real folder.")
    return ObstacleError(f"{path} is a file where a folder is needed. Move it away, or change the profile's folders.")


def _open_through(path: Path) -> int:
    """Open an absolute path one part at a time, none of them a symlink, whatever is swapped meanwhile."""
    descriptor = os.open(path.anchor, _PASS_FOLDER)
    *passed, last = path.parts[1:]
    try:
        for part in passed:
            following = os.open(part, _PASS_FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = following
        return os.open(last, _OPEN_FOLDER, dir_fd=descriptor)
    finally:
        os.close(descriptor)


class DiskReader:
    """Looks at many paths of one project, listing each folder once."""

    def __init__(self, folder: ProjectFolder) -> None:
        self._folder = folder
        self._names: dict[str, dict[str, str]] = {}

    def look(self, path: str) -> DiskState:
        """What lies at `path`. Reads and hashes the bytes there; changes nothing."""
        parts = path.split("/")
        try:
            for depth in range(len(parts)):
                parent, name = "/".join(parts[:depth]), parts[depth]
                present = self._present(parent, name)
                if present is None:
                    missing = tuple("/".join(parts[: end + 1]) for end in range(depth, len(parts) - 1))
                    return DiskState(Kind.ABSENT, missing_folders=missing)
                if present != name:
                    there, here = "/".join([*parts[:depth], present]), "/".join(parts[: depth + 1])
                    return blocked(f"{there} is there already, spelled differently from {here}. Rename one of them.")
            with self._folder.spot(path) as spot:
                return look_at(spot, path)
        except OSError as error:
            return blocked(describe(error, path))

    def read(self, path: str) -> tuple[DiskState, bytes | None]:
        """What lies at `path` where a file that others share is to be, and its bytes.

        Only a file of a size that entries are merged into will do, or nothing; anything else is an obstacle.
        """
        state = self.look(path)
        if state.kind is Kind.FOLDER:
            return blocked(f"{path} is a folder where a file is needed. Move it away first."), None
        if state.kind is not Kind.FILE or state.manifest is None:
            return state, None
        try:
            with self._folder.spot(path) as spot:
                contents = read_bytes(spot, path, state.manifest, MAX_SHARED_BYTES)
        except OSError as error:
            return blocked(describe(error, path)), None
        return state, contents[state.manifest.files[0].sha256]

    def _present(self, folder: str, name: str) -> str | None:
        """How `name` is spelled in `folder`, where it is; an exact match wins over another spelling."""
        names = self._names.get(folder)
        if names is None:
            with self._folder.spot(f"{folder}/." if folder else ".") as spot:
                present = os.listdir(spot.folder)
            names = self._names[folder] = {folded(entry): entry for entry in present} | {
                entry: entry for entry in present
            }
        return names.get(name) or names.get(folded(name))


def look_at(spot: Spot, path: str) -> DiskState:
    """What lies at `spot`; `path` is how messages name it. Raises OSError when it cannot be read."""
    found = spot.stat()
    if found is None:
        return DiskState(Kind.ABSENT)
    if stat.S_ISLNK(found.st_mode):
        return blocked(f"{path} is a symlink; it is never written through or replaced. Remove it first.")
    if stat.S_ISREG(found.st_mode):
        return _look_at_file(spot, path)
    if stat.S_ISDIR(found.st_mode):
        return _look_at_folder(spot, path)
    return blocked(f"{path} is neither a file nor a folder. Remove it first.")


def blocked(obstacle: str) -> DiskState:
    """A path that cannot be worked with, and why."""
    return DiskState(Kind.BLOCKED, obstacle=obstacle)


def describe(error: OSError, path: str) -> str:
    """One sentence about `error` at `path` for the person who has to act on it."""
    if isinstance(error, ObstacleError):
        return str(error)
    if error.errno == errno.EXDEV:
        return f"{path} lies on another file system than the project's folder; nothing can be moved there in one step."
    return f"{path}: {(error.strerror or str(error)).lower()}."


@dataclass
class _Look:
    """What was found at a path so far, and how many bytes that is."""

    files: list[ManifestFile] = field(default_factory=list)
    folders: list[ManifestFolder] = field(default_factory=list)
    size: int = 0

    def check(self, more: int) -> None:
        """Raise _TooLargeError where `more` bytes are too many, or what was found is too much already."""
        if self.size + more > MAX_BYTES or len(self.files) + len(self.folders) > MAX_FILES:
            raise _TooLargeError


class _TooLargeError(Exception):
    """What lies at a path is more than a run could keep."""


def _look_at_file(spot: Spot, path: str) -> DiskState:
    try:
        return DiskState(Kind.FILE, Manifest((_read_file(spot, "", _Look()),)))
    except _TooLargeError:
        return blocked(_too_large(path))


def _look_at_folder(spot: Spot, path: str) -> DiskState:
    look = _Look()
    try:
        _read_folder(spot, "", look, MAX_FOLDER_DEPTH)
    except _TooLargeError:
        return blocked(_too_large(path))
    except ObstacleError as error:
        return blocked(f"{path}/{error}")
    return DiskState(Kind.FOLDER, Manifest(tuple(sorted(look.files)), tuple(sorted(look.folders))))


def _too_large(path: str) -> str:
    return f"{path} holds more than {MAX_BYTES >> 20} MiB or {MAX_FILES:,} files. Move it away first."


def _read_folder(spot: Spot, prefix: str, look: _Look, depth_left: int) -> None:
    if not depth_left:
        raise ObstacleError(f"{prefix} is nested too deeply.")
    descriptor = os.open(spot.name, _OPEN_FOLDER, dir_fd=spot.folder)
    try:
        look.folders.append(ManifestFolder(prefix.rstrip("/"), stat.S_IMODE(os.fstat(descriptor).st_mode)))
        with os.scandir(descriptor) as entries:
            for entry in entries:
                look.check(0)
                inner, path = Spot(descriptor, entry.name), prefix + entry.name
                try:
                    path.encode()
                except UnicodeEncodeError:
                    raise ObstacleError(f"{path!r} has a name that is not valid text.") from None
                if entry.is_symlink():
                    target = os.fsencode(os.readlink(entry.name, dir_fd=descriptor))
                    look.files.append(ManifestFile(path, hashlib.sha256(target).hexdigest(), SYMLINK_MODE))
                elif entry.is_dir(follow_symlinks=False):
                    _read_folder(inner, f"{path}/", look, depth_left - 1)
                elif entry.is_file(follow_symlinks=False):
                    look.files.append(_read_file(inner, path, look))
                else:
                    raise ObstacleError(f"{path} is neither a file nor a folder. Remove it first.")
    finally:
        os.close(descriptor)


def _read_file(spot: Spot, path: str, look: _Look) -> ManifestFile:
    descriptor = os.open(spot.name, _OPEN_FILE, dir_fd=spot.folder)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ObstacleError(f"{path} stopped being a file.")
        look.check(found.st_size)
        digest = hashlib.sha256()
        while chunk := os.read(descriptor, _CHUNK):
            look.check(len(chunk))
            look.size += len(chunk)
            digest.update(chunk)
        return ManifestFile(path, digest.hexdigest(), stat.S_IMODE(found.st_mode))
    finally:
        os.close(descriptor)


def read_bytes(spot: Spot, path: str, manifest: Manifest, limit: int) -> dict[str, bytes]:
    """The bytes behind `manifest` as they lie at `spot`, by hash; `path` is how messages name it.

    Raises ObstacleError when they are more than `limit` bytes, ChangedError when they are no longer
    what the manifest says.
    """
    contents: dict[str, bytes] = {}
    total = 0
    for file in manifest.files:
        data = _file_bytes(spot, file, limit - total + 1)
        total += len(data)
        if total > limit:
            raise ObstacleError(f"{path} holds more than {limit >> 20} MiB. Move it away first.")
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise ChangedError(path)
        contents[file.sha256] = data
    return contents


def _file_bytes(spot: Spot, file: ManifestFile, limit: int) -> bytes:
    with inside(spot, file.path) as place:
        if file.is_symlink:
            return os.fsencode(os.readlink(place.name, dir_fd=place.folder))
        with os.fdopen(os.open(place.name, _OPEN_FILE, dir_fd=place.folder), "rb") as stream:
            return stream.read(limit)
