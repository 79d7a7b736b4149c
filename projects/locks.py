"""Locks between processes, kept by the kernel: whoever dies holding one has let go of it.

A lock is an advisory `flock` on an empty file in `DATA_DIR/locks`. The files stay: removing one
that another process is about to lock would let two in.
"""

import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from django.conf import settings

from projects.exceptions import BusyError, FolderBusyError
from projects.paths import file_name

_POLL_SECONDS = 0.05


class HeldLock:
    """A lock this process holds until `close`, which any thread may call, or until it dies.

    Good in a `with` statement, or handed on to the thread that does the work.
    """

    def __init__(self, key: str, descriptor: int) -> None:
        self.key = key
        self._descriptor: int | None = descriptor

    def close(self) -> None:
        """Let go. Closing twice is harmless."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class FolderLock(HeldLock):
    """The right to change one folder. `key` names it by device and inode, whatever its path."""


def folder_key(folder: Path | int) -> str:
    """The name of a folder, given by path or open descriptor, that all its paths share. Raises OSError."""
    found = os.fstat(folder) if isinstance(folder, int) else folder.stat()
    return f"{found.st_dev}-{found.st_ino}"


def folder_lock(folder: Path, wait_seconds: float, *, descriptor: int | None = None) -> FolderLock:
    """Hold the one lock of `folder`, across processes and owners.

    With `descriptor` it is the lock of the folder open there, whatever lies at the path now.

    Raises FolderBusyError when somebody else still holds it after `wait_seconds`, and OSError
    when the folder is not there.
    """
    key = folder_key(folder if descriptor is None else descriptor)
    held = _locked(key, wait_seconds)
    if held is None:
        raise FolderBusyError(f"Another run is at work in {folder}. Try again when it has finished.")
    return FolderLock(key, held)


def named_lock(name: str, wait_seconds: float) -> HeldLock:
    """Hold the lock of this name, for work that has no folder of its own.

    `name` becomes a file name. Raises BusyError when somebody else still holds it after `wait_seconds`.
    """
    key = f"name-{file_name(name)}"
    descriptor = _locked(key, wait_seconds)
    if descriptor is None:
        raise BusyError(f"{name} is being worked on elsewhere. Try again when that has finished.")
    return HeldLock(key, descriptor)


def is_named_lock_free(name: str) -> bool:
    """Whether nobody holds the lock of this name. Told at once; two who ask at the same moment may both be told no."""
    descriptor = _locked(f"name-{file_name(name)}", 0)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def _locked(key: str, wait_seconds: float) -> int | None:
    """A descriptor that holds the lock, closed to child processes; None when the wait is over."""
    locks = Path(settings.DATA_DIR) / "locks"
    locks.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(locks / key, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    deadline = time.monotonic() + wait_seconds
    try:
        while not _taken(descriptor):
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                os.close(descriptor)
                return None
            time.sleep(min(_POLL_SECONDS, remaining))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
