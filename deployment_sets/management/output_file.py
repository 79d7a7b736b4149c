"""A file that a command writes for people: all of it or none, and never over another one unasked."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from deployments.installer.exchange import Spot, place


def write_file(path: Path, text: str, *, overwrite: bool) -> None:
    """Write `text` to `path`. Nobody ever finds half of it there.

    Raises FileExistsError when something is there, with `overwrite` only when that is no plain file, and any OSError.
    """
    # Where a symlink leads, so that it stays one.
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file():
        raise FileExistsError
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    source, target = Spot(folder, f".{secrets.token_hex(8)}.part"), Spot(folder, path.name)
    try:
        with os.fdopen(os.open(source.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder), "wb") as file:
            file.write(text.encode())
        if overwrite:
            os.replace(source.name, target.name, src_dir_fd=folder, dst_dir_fd=folder)
        else:
            place(source, target)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(source.name, dir_fd=folder)
        os.close(folder)
