"""The rules of paths. Pure Python; every path that reaches a disk passes through here.

Three kinds of path: a *relative path* ('/'-separated, inside a project or an artifact), a
*file name* made from an artifact's name, and a *project path* (see `projects.services`).
"""

import re
import unicodedata

MAX_NAME_LENGTH = 64
# A path is part of database indexes, and PostgreSQL's index rows end at about 2,700 bytes.
MAX_PATH_BYTES = 1000
# As long as a name in a folder can be on the file systems of Linux and macOS (NAME_MAX).
MAX_PART_BYTES = 255
STAGING_FOLDER = ".deployment-sets"

# Device names Windows reserves in every folder, with or without an extension:
# https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
_GIT_FOLDER = re.compile(r"(?:\.git|git~\d+)[. ]*(?::.*)?")
_SEPARATORS = ("/", "\\", ":")


class PathError(ValueError):
    """A path or file name that cannot be used; the message says which and why."""


def file_name(name: str) -> str:
    """`name` if it may become the name of a file or folder; the one way names get there.

    Raises PathError for separators, `..`, leading dots, control characters, reserved
    names, trailing dots or blanks, and names over 64 characters.
    """
    if not name:
        raise PathError("A name is empty.")
    if len(name) > MAX_NAME_LENGTH:
        raise PathError(
            f"The name {name[:40]!r}… has {len(name)} characters; at most {MAX_NAME_LENGTH} become a file name."
        )
    if name.startswith("."):
        raise PathError(f"The name {name!r} starts with a dot.")
    if separator := next((separator for separator in _SEPARATORS if separator in name), None):
        raise PathError(f"The name {name!r} contains '{separator}', which not every system allows in a file name.")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in name):
        raise PathError(f"The name {name!r} contains a control or invisible character.")
    if name != name.strip() or name.endswith("."):
        raise PathError(f"The name {name!r} begins or ends with a blank, or ends with a dot.")
    if name.split(".")[0].lower() in _RESERVED:
        raise PathError(f"The name {name!r} is reserved by an operating system.")
    return name


def relative_path(text: str) -> str:
    """`text` as a relative path without empty or `.` parts.

    Raises PathError when it is empty, absolute, climbs with `..`, or holds a backslash, NUL or
    other control character.
    """
    if "\\" in text or any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise PathError(f"The path {text!r} contains a backslash or a control character.")
    if text.startswith("/") or (len(text) > 1 and text[1] == ":"):
        raise PathError(f"The path {text!r} is not relative.")
    parts = [part for part in text.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise PathError(f"The path {text!r} climbs out with '..'.")
    if not parts:
        raise PathError("A path is empty.")
    if long := next((part for part in parts if len(part.encode()) > MAX_PART_BYTES), None):
        raise PathError(f"The path holds the name {long[:40]!r}…, which is longer than {MAX_PART_BYTES} bytes.")
    if git := next(filter(is_git_folder, parts), None):
        raise PathError(f"The path {text!r} leads into {git!r}, where git keeps its own files.")
    path = "/".join(parts)
    if max(len(path.encode()), len(folded(path).encode())) > MAX_PATH_BYTES:
        raise PathError(f"The path {path[:40]!r}… is longer than {MAX_PATH_BYTES} bytes.")
    return path


def is_git_folder(name: str) -> bool:
    """Whether some operating system takes `name` for `.git`, where a file could change what git runs.

    HFS+ ignores invisible characters, NTFS has short names, ends names at a dot or blank, and both fold
    case: https://git-scm.com/docs/git-config (core.protectHFS, core.protectNTFS).
    """
    visible = "".join(character for character in name if unicodedata.category(character) != "Cf")
    return bool(_GIT_FOLDER.fullmatch(folded(visible)))


def folded(path: str) -> str:
    """The form under which two paths are the same path: NFC, then case folding, then NFC."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def is_within(path: str, folder: str) -> bool:
    """Whether the relative `path` is `folder` or lies below it, under `folded`."""
    inner, outer = folded(path), folded(folder)
    return inner == outer or inner.startswith(outer + "/")
