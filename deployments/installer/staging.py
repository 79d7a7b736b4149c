"""Where a run prepares its files: a folder of its own in `<project>/.deployment-sets/`, one slot a path.

The folder lies on the project's own file system, so that a rename can move its slots into place,
outside every folder that a platform scans, and with its own `.gitignore`. It is called `new-…` while only our
own bytes are in it, and `run-…` from the moment a path may have been moved in: what is in that one is
deleted file by file as it was looked at, and what nobody knows moves to `kept-…` beside it.
"""

import fcntl
import hashlib
import logging
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import Enum, auto
from itertools import count
from typing import Self
from uuid import UUID

from django.db import connection

from artifacts.manifests import Manifest, ManifestFile
from deployments.installer.disk import ObstacleError, ProjectFolder, describe, inside, open_folder
from deployments.installer.exchange import Spot, place
from projects.exceptions import FolderBusyError
from projects.paths import STAGING_FOLDER

logger = logging.getLogger(__name__)

_IGNORE = ".gitignore"
_IGNORE_ALL = b"*\n"
_KEPT = "kept-"
_DRAFT = ".draft"
RETIRED_SUFFIX = ".retired"


class Staging:
    """A run's staging folder, held open. A context manager; leaving it deletes nothing (see `drop`)."""

    def __init__(self, folder: ProjectFolder, run_id: UUID, *, engaged: bool = False) -> None:
        """Open it, or make it: as a new one, or with `engaged` as one that paths may have been moved into."""
        self._folder = folder
        self._root = _open_root(folder)
        self.name = _run_name(run_id)
        self._is_new = not engaged and Spot(self._root, self.name).stat() is None
        try:
            if self._is_new:
                self.name = _new_name(run_id)
            with suppress(FileExistsError):
                os.mkdir(self.name, 0o700, dir_fd=self._root)
            self._descriptor = open_folder(self._root, self.name)
        except BaseException:
            os.close(self._root)
            raise
        self._run_name = _run_name(run_id)

    @property
    def path(self) -> str:
        """Where it is, in the project."""
        return f"{STAGING_FOLDER}/{self.name}"

    def engage(self) -> None:
        """Rename the folder for what it is from now on: a place where other people's bytes may be."""
        if self._is_new:
            place(Spot(self._root, self.name), Spot(self._root, self._run_name))
            self.name, self._is_new = self._run_name, False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)
        os.close(self._root)

    def slot(self, name: str) -> Spot:
        """The slot of that name."""
        return Spot(self._descriptor, name)

    def write(self, slot: str, manifest: Manifest, contents: Mapping[str, bytes], *, exact_modes: bool = False) -> None:
        """Write a file or folder into `slot`, replacing what an earlier attempt left there.

        New files get the modes that the process's umask grants; with `exact_modes` those of the manifest.
        """
        self.clear(slot)
        try:
            _write(self.slot(slot), manifest, contents, exact_modes=exact_modes)
        except BaseException:
            self.clear(slot)
            raise

    def write_draft(
        self, slot: str, manifest: Manifest, contents: Mapping[str, bytes], *, exact_modes: bool = True
    ) -> None:
        """As `write`, into a `slot` that is in the journal already, and never holds half of it."""
        draft = f"{slot}{_DRAFT}"
        self.write(draft, manifest, contents, exact_modes=exact_modes)
        place(self.slot(draft), self.slot(slot))

    def retire(self, slot: str) -> None:
        """Give what we prepared in `slot`, and need no longer, a name under which `drop` deletes it.

        For a change that is about to leave the journal: nobody will know then what is in its slot.
        """
        with suppress(FileNotFoundError):
            place(self.slot(slot), self.slot(f"{slot}{RETIRED_SUFFIX}"))

    def clear(self, slot: str) -> None:
        """Delete what lies in `slot`, whatever it is; only for what this run wrote there."""
        _delete(self.slot(slot))

    def discard(self, slot: str, looked_at: Manifest) -> None:
        """Delete from `slot` the files of `looked_at` and no others, and the folders that are empty then.

        Somebody may still be at work in a replaced folder: each file is reached through no symlink.
        """
        spot = self.slot(slot)
        if looked_at.is_folder:
            _make_folders_writable(spot)
        for file in looked_at.files:
            with suppress(FileNotFoundError), inside(spot, file.path) as place:
                os.unlink(place.name, dir_fd=place.folder)
        for folder in sorted(looked_at.folders, reverse=True):
            with suppress(OSError), inside(spot, folder.path) as place:
                os.rmdir(place.name, dir_fd=place.folder)

    def keep_aside(self, slot: str) -> str:
        """Move the slot out of the run's folder, so that nothing deletes it; its path in the project."""
        for number in count(1):
            kept = f"{_KEPT}{self.name}-{slot}-{number}"
            with suppress(FileExistsError):
                place(self.slot(slot), Spot(self._root, kept))
                break
        return f"{STAGING_FOLDER}/{kept}"

    def drop(self) -> None:
        """Remove the folder once its slots are empty, and the one around it where nothing else is in it.

        A new one goes with all that is in it. What cannot be removed is left to a later run: the
        outcome of this one does not hang on it.
        """
        try:
            for name in os.listdir(self._descriptor):
                if self._is_new or name.endswith((_DRAFT, RETIRED_SUFFIX)):
                    _delete(self.slot(name))
            os.rmdir(self.name, dir_fd=self._root)
        except OSError as error:
            logger.warning("A staging folder could not be removed.", extra={"path": self.path, "error": str(error)})
        _remove_root_if_empty(self._folder, self._root)


class Witness(Enum):
    """What the staging of a run says of it: that paths may have changed, that none has, or nothing."""

    ENGAGED = auto()
    NEW = auto()
    NONE = auto()


def witness_of(folder: ProjectFolder, run_id: UUID) -> Witness:
    """What lies in this folder of the run's staging."""
    if Spot(folder.descriptor, STAGING_FOLDER).stat() is None:
        return Witness.NONE
    with _root_of(folder) as root:
        if _is_folder(Spot(root, _run_name(run_id))):
            return Witness.ENGAGED
        return Witness.NEW if _is_folder(Spot(root, _new_name(run_id))) else Witness.NONE


def leftovers(folder: ProjectFolder) -> list[UUID]:
    """The runs of this database whose staging folders are still there; the caller has the folder's lock."""
    if Spot(folder.descriptor, STAGING_FOLDER).stat() is None:
        return []
    with _root_of(folder) as root:
        prefixes = (_run_name(""), _new_name(""))
        folders = [name for name in os.listdir(root) if _is_folder(Spot(root, name))]
        found = [(name, prefix) for name in folders for prefix in prefixes if name.startswith(prefix)]
        _remove_root_if_empty(folder, root)
    return sorted({UUID(name.removeprefix(prefix)) for name, prefix in found if _is_uuid(name.removeprefix(prefix))})


def keep_whole(folder: ProjectFolder, run_id: UUID) -> str:
    """Move the staging folder of a run that is in no record aside, with all that is in it.

    Where it is then, in the project; '' when only files we had prepared were there.
    """
    kept = f"{_KEPT}{_run_name(run_id)}"
    with _root_of(folder) as root, suppress(FileNotFoundError, FileExistsError):
        place(Spot(root, _run_name(run_id)), Spot(root, kept))
        return f"{STAGING_FOLDER}/{kept}"
    return ""


def _is_folder(spot: Spot) -> bool:
    found = spot.stat()
    return found is not None and stat.S_ISDIR(found.st_mode)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _run_name(run_id: UUID | str) -> str:
    return f"run-{_database()}-{run_id}"


def _new_name(run_id: UUID | str) -> str:
    return f"new-{_database()}-{run_id}"


def _database() -> str:
    """Which database a run belongs to: another's staging may be needed to recover there."""
    database = connection.settings_dict
    identity = f"{database['HOST']}:{database['PORT']}:{database['NAME']}"
    return hashlib.sha256(identity.encode()).hexdigest()[:8]


@contextmanager
def _root_of(folder: ProjectFolder) -> Iterator[int]:
    root = _open_root(folder)
    try:
        yield root
    finally:
        os.close(root)


def _open_root(folder: ProjectFolder) -> int:
    """Open the staging folder, made where it is missing, and lock it against other databases' runs."""
    is_ours = False
    try:
        with suppress(FileExistsError):
            os.mkdir(STAGING_FOLDER, 0o700, dir_fd=folder.descriptor)
            is_ours = True
        root = open_folder(folder.descriptor, STAGING_FOLDER)
    except NotADirectoryError as error:
        raise ObstacleError(
            f"{STAGING_FOLDER} is not a folder. Remove it: a deploy prepares its files there."
        ) from error
    except OSError as error:
        raise ObstacleError(describe(error, f"{folder.path}/{STAGING_FOLDER}")) from error
    try:
        fcntl.flock(root, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if is_ours:
            _ignore_all(root)
    except BlockingIOError as error:
        os.close(root)
        raise FolderBusyError(f"Another server is working in {folder.path}. Try again when it is done.") from error
    except BaseException:
        os.close(root)
        raise
    return root


def _ignore_all(root: int) -> None:
    with suppress(FileExistsError):
        ignore = os.open(_IGNORE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=root)
        try:
            os.write(ignore, _IGNORE_ALL)
        finally:
            os.close(ignore)


def _remove_root_if_empty(folder: ProjectFolder, root: int) -> None:
    if not set(os.listdir(root)) <= {_IGNORE} or not _ignore_is_ours(root):
        return
    with suppress(OSError):
        os.unlink(_IGNORE, dir_fd=root)
    with suppress(OSError):
        os.rmdir(STAGING_FOLDER, dir_fd=folder.descriptor)


def _ignore_is_ours(root: int) -> bool:
    """Whether the ignore file is the one written here, or missing; half of it was written by a run that died."""
    try:
        descriptor = os.open(_IGNORE, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=root)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        return _IGNORE_ALL.startswith(os.read(descriptor, len(_IGNORE_ALL) + 1))
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _write(spot: Spot, manifest: Manifest, contents: Mapping[str, bytes], *, exact_modes: bool) -> None:
    if manifest.is_folder:
        os.mkdir(spot.name, dir_fd=spot.folder)
        for path in sorted({folder.path for folder in manifest.folders} | _parents(manifest)):
            if path:
                os.mkdir(f"{spot.name}/{path}", dir_fd=spot.folder)
    for file in manifest.files:
        inner = Spot(spot.folder, f"{spot.name}/{file.path}" if file.path else spot.name)
        _write_file(inner, file, contents[file.sha256], exact_modes=exact_modes)
    if exact_modes:
        # Last, and innermost first: a folder may be read-only.
        for folder in sorted(manifest.folders, reverse=True):
            os.chmod(f"{spot.name}/{folder.path}", folder.mode, dir_fd=spot.folder)


def _parents(manifest: Manifest) -> set[str]:
    parents: set[str] = set()
    for file in manifest.files:
        folder = file.path.rpartition("/")[0]
        while folder and folder not in parents:
            parents.add(folder)
            folder = folder.rpartition("/")[0]
    return parents


def _write_file(spot: Spot, file: ManifestFile, data: bytes, *, exact_modes: bool) -> None:
    if file.is_symlink:
        os.symlink(data, spot.name, dir_fd=spot.folder)
        return
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(spot.name, flags, 0o777 if file.executable else 0o666, dir_fd=spot.folder)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(descriptor, view) :]
        if exact_modes:
            os.fchmod(descriptor, file.mode)
    finally:
        os.close(descriptor)


def _delete(spot: Spot) -> None:
    """Delete what lies at `spot`, read-only folders included, following no symlink."""
    found = spot.stat()
    if found is None:
        return
    if not stat.S_ISDIR(found.st_mode):
        os.unlink(spot.name, dir_fd=spot.folder)
        return
    try:
        shutil.rmtree(spot.name, dir_fd=spot.folder)
    except PermissionError:
        _make_folders_writable(spot)
        shutil.rmtree(spot.name, dir_fd=spot.folder)


def _make_folders_writable(spot: Spot) -> None:
    descriptor = open_folder(spot.folder, spot.name)
    try:
        os.fchmod(descriptor, 0o700)
        for name in os.listdir(descriptor):
            inner = Spot(descriptor, name)
            found = inner.stat()
            if found is not None and stat.S_ISDIR(found.st_mode):
                _make_folders_writable(inner)
    finally:
        os.close(descriptor)
