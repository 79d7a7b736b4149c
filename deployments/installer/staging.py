"""Where a run prepares its files: `<project>/.deployment-sets/run-…/`, one slot a path.

The folder lies on the project's own file system, so that a rename can move its slots into place,
outside every folder that a platform scans, and with its own `.gitignore`. It is gone when the run is over.
Bytes nobody knows are never deleted with it: they move to `kept-…` beside it.
"""

import fcntl
import hashlib
import logging
import os
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from typing import Self
from uuid import UUID

from django.db import connection

from artifacts.manifests import Manifest, ManifestFile
from deployments.installer.disk import ObstacleError, ProjectFolder, open_folder
from deployments.installer.exchange import Spot, place
from projects.exceptions import FolderBusyError
from projects.paths import STAGING_FOLDER

logger = logging.getLogger(__name__)

_IGNORE = ".gitignore"
_KEPT = "kept-"


class Staging:
    """A run's staging folder, held open. A context manager; leaving it deletes nothing (see `drop`)."""

    def __init__(self, folder: ProjectFolder, run_id: UUID) -> None:
        self._folder = folder
        self.name = f"{_run_prefix()}{run_id}"
        self.path = f"{STAGING_FOLDER}/{self.name}"
        self._root = _open_root(folder)
        try:
            with suppress(FileExistsError):
                os.mkdir(self.name, 0o700, dir_fd=self._root)
            self._descriptor = open_folder(self._root, self.name)
        except BaseException:
            os.close(self._root)
            raise

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

    def clear(self, slot: str) -> None:
        """Delete what lies in `slot`."""
        _delete(self.slot(slot))

    def keep_aside(self, slot: str) -> str:
        """Move the slot out of the run's folder, so that nothing deletes it; its path in the project."""
        for number in count(1):
            kept = f"{_KEPT}{self.name}-{slot}-{number}"
            with suppress(FileExistsError):
                place(self.slot(slot), Spot(self._root, kept))
                break
        return f"{STAGING_FOLDER}/{kept}"

    def drop(self) -> None:
        """Delete the run's staging folder, and the one around it where nothing else is in it.

        What cannot be deleted is left to a later `sweep`: the run's outcome does not hang on it.
        """
        _delete_if_possible(Spot(self._root, self.name))
        _remove_root_if_empty(self._folder, self._root)


def _run_prefix() -> str:
    """What the staging folders of this database's runs begin with; another's may be needed to recover there."""
    database = connection.settings_dict
    identity = hashlib.sha256(f"{database['HOST']}:{database['PORT']}:{database['NAME']}".encode()).hexdigest()
    return f"run-{identity[:8]}-"


def sweep(folder: ProjectFolder) -> None:
    """Delete what dead runs of this database left behind; the caller has the folder's lock and has recovered them."""
    if Spot(folder.descriptor, STAGING_FOLDER).stat() is None:
        return
    root = _open_root(folder)
    try:
        for name in os.listdir(root):
            if name.startswith(_run_prefix()):
                _delete_if_possible(Spot(root, name))
        _remove_root_if_empty(folder, root)
    finally:
        os.close(root)


def _open_root(folder: ProjectFolder) -> int:
    """Open the staging folder, made where it is missing, and lock it against other databases' runs."""
    with suppress(FileExistsError):
        os.mkdir(STAGING_FOLDER, 0o700, dir_fd=folder.descriptor)
    try:
        root = open_folder(folder.descriptor, STAGING_FOLDER)
    except NotADirectoryError as error:
        raise ObstacleError(
            f"{STAGING_FOLDER} is not a folder. Remove it: a deploy prepares its files there."
        ) from error
    try:
        fcntl.flock(root, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(FileExistsError):
            ignore = os.open(_IGNORE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=root)
            os.write(ignore, b"*\n")
            os.close(ignore)
    except BlockingIOError as error:
        os.close(root)
        raise FolderBusyError(f"Another server is working in {folder.path}. Try again when it is done.") from error
    except BaseException:
        os.close(root)
        raise
    return root


def _remove_root_if_empty(folder: ProjectFolder, root: int) -> None:
    if set(os.listdir(root)) <= {_IGNORE}:
        with suppress(OSError):
            os.unlink(_IGNORE, dir_fd=root)
        with suppress(OSError):
            os.rmdir(STAGING_FOLDER, dir_fd=folder.descriptor)


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


def _delete_if_possible(spot: Spot) -> None:
    try:
        _delete(spot)
    except OSError as error:
        logger.warning("What a run left could not be deleted.", extra={"path": spot.name, "error": str(error)})


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
