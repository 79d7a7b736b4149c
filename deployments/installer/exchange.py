"""The atomic steps in which a path changes. Each takes effect wholly or not at all.

`place` is a rename that refuses to replace; `exchange` swaps two names. Linux has both as
renameat2(2), macOS as renameatx_np(2). Where a file system offers neither (EINVAL, ENOSYS,
ENOTSUP), `place` links files and checks-then-renames folders, and `exchange` passes through a third
name; then a path can be absent for a moment, and recovery knows that third name.
"""

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass

# From linux/fs.h (RENAME_NOREPLACE, RENAME_EXCHANGE) and macOS's sys/stdio.h (RENAME_EXCL, RENAME_SWAP).
_NOREPLACE, _EXCHANGE = (0x4, 0x2) if sys.platform == "darwin" else (0x1, 0x2)
_UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
PARKED_SUFFIX = ".parked"


@dataclass(frozen=True, slots=True)
class Spot:
    """A name in a folder that is held open, so that no symlink can lead elsewhere in between."""

    folder: int
    name: str

    @property
    def parked(self) -> "Spot":
        """The third name that an exchange passes through where the file system offers none."""
        return Spot(self.folder, self.name + PARKED_SUFFIX)

    def stat(self) -> os.stat_result | None:
        """What lies there, not following a symlink; None when nothing does."""
        try:
            return os.stat(self.name, dir_fd=self.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None


def place(source: Spot, target: Spot) -> None:
    """Move `source` to `target`. Raises FileExistsError, changing nothing, when something is there."""
    if not _rename(source, target, _NOREPLACE):
        _place_without_support(source, target)


def exchange(staged: Spot, target: Spot) -> None:
    """Swap what lies at both. Raises FileNotFoundError, changing nothing, when one is absent."""
    if not _rename(staged, target, _EXCHANGE):
        _exchange_without_support(staged, target)


def _place_without_support(source: Spot, target: Spot) -> None:
    found = source.stat()
    if found is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), source.name)
    if stat.S_ISDIR(found.st_mode):
        # A plain rename of a folder onto an empty one succeeds silently, hence the look before it.
        if target.stat() is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target.name)
        os.rename(source.name, target.name, src_dir_fd=source.folder, dst_dir_fd=target.folder)
        return
    os.link(source.name, target.name, src_dir_fd=source.folder, dst_dir_fd=target.folder, follow_symlinks=False)
    os.unlink(source.name, dir_fd=source.folder)


def _exchange_without_support(staged: Spot, target: Spot) -> None:
    _place_without_support(target, staged.parked)
    try:
        _place_without_support(staged, target)
    except OSError:
        _place_without_support(staged.parked, target)
        raise
    _place_without_support(staged.parked, staged)


def _rename(source: Spot, target: Spot, flags: int) -> bool:
    """Rename with `flags`; False where the system or the file system has no such call."""
    if _system_rename is None:
        return False
    ctypes.set_errno(0)
    if _system_rename(source.folder, os.fsencode(source.name), target.folder, os.fsencode(target.name), flags) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code), target.name)


def _find_system_rename() -> Callable[[int, bytes, int, bytes, int], int] | None:
    library = ctypes.CDLL(None, use_errno=True)
    name = "renameatx_np" if sys.platform == "darwin" else "renameat2"
    try:
        function = getattr(library, name)
    except AttributeError:
        return None
    function.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    function.restype = ctypes.c_int
    return function  # type: ignore[no-any-return]


_system_rename = _find_system_rename()
