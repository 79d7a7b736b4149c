"""The list of files behind one hash. Pure Python.

A *manifest* describes a file or a folder: for each file its path, the SHA-256 of its bytes and
its mode. Its canonical JSON is kept as a blob, and the hash of that JSON is the hash of the whole:
of a version, of a placement, of what lay on a disk before a run. Equal hashes mean equal
paths, bytes and modes.

Versions and placements know two modes, 0644 and 0755, as git does. A manifest of what lay on a
disk keeps the modes, the folders and the symlinks it found, so that it can be put back exactly; a
symlink is a file whose mode says so and whose bytes are its target.
"""

import json
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

PLAIN_MODE = 0o644
EXECUTABLE_MODE = 0o755
SYMLINK_MODE = stat.S_IFLNK


def is_junk(path: str) -> bool:
    """Whether a file is a by-product that tools drop beside others and that is nobody's work.

    True for anything in `__pycache__`, for `*.pyc` and for `.DS_Store`.
    """
    *folders, name = path.split("/")
    return "__pycache__" in folders or name.endswith(".pyc") or name in (".DS_Store", "__pycache__")


@dataclass(frozen=True, slots=True, order=True)
class ManifestFile:
    """One file: path relative to the whole ('' when the whole is one file), hash of its bytes, mode."""

    path: str
    sha256: str
    mode: int

    @property
    def executable(self) -> bool:
        """Whether anyone may execute it."""
        return not self.is_symlink and bool(self.mode & 0o111)

    @property
    def is_symlink(self) -> bool:
        """Whether it is a symlink; its bytes are the target then."""
        return stat.S_ISLNK(self.mode)


@dataclass(frozen=True, slots=True, order=True)
class ManifestFolder:
    """One folder inside the whole, with its mode ('' for the whole itself)."""

    path: str
    mode: int


@dataclass(frozen=True)
class Manifest:
    """Files, and the folders worth remembering, in path order."""

    files: tuple[ManifestFile, ...]
    folders: tuple[ManifestFolder, ...] = ()

    @property
    def is_folder(self) -> bool:
        """Whether the whole is a folder rather than one file."""
        return not (len(self.files) == 1 and self.files[0].path == "")

    @cached_property
    def encoded(self) -> bytes:
        """The canonical JSON that is kept and hashed."""
        body: dict[str, object] = {"files": [[file.path, file.sha256, f"{file.mode:04o}"] for file in self.files]}
        if self.folders:
            body["folders"] = [[folder.path, f"{folder.mode:04o}"] for folder in self.folders]
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    @cached_property
    def sha256(self) -> str:
        """The hash of the whole, as hexadecimal text."""
        return sha256(self.encoded).hexdigest()

    @cached_property
    def content_sha256(self) -> str:
        """The hash of what counts as content: files with their bytes and executable bit, no more.

        Two states with this hash in common are the same to a reader, whatever their other mode
        bits and whatever junk lies among them (`is_junk`).
        """
        return normalised(file for file in self.files if not is_junk(file.path)).sha256

    def is_part_of(self, whole: "Manifest") -> bool:
        """Whether every file in here is in `whole` too, with the same bytes and executable bit; junk aside."""
        files, wholes = (
            {file for file in normalised(each.files).files if not is_junk(file.path)} for each in (self, whole)
        )
        return files <= wholes

    @classmethod
    def of_file(cls, data: bytes, mode: int) -> "Manifest":
        """The manifest of one file that holds `data`."""
        return cls((ManifestFile("", sha256(data).hexdigest(), mode),))

    @classmethod
    def decode(cls, data: bytes) -> "Manifest":
        """The manifest kept as `data`."""
        body = json.loads(data)
        return cls(
            files=tuple(ManifestFile(path, digest, int(mode, 8)) for path, digest, mode in body["files"]),
            folders=tuple(ManifestFolder(path, int(mode, 8)) for path, mode in body.get("folders", [])),
        )


def normalised(files: Iterable[ManifestFile]) -> Manifest:
    """A manifest of these files in path order, with every mode reduced to plain, executable or symlink."""
    return Manifest(tuple(sorted(ManifestFile(file.path, file.sha256, _reduced_mode(file)) for file in files)))


def _reduced_mode(file: ManifestFile) -> int:
    if file.is_symlink:
        return SYMLINK_MODE
    return EXECUTABLE_MODE if file.executable else PLAIN_MODE
