"""Which sources may be read at all, and how one is written."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit, urlunsplit

from artifacts.importing.exceptions import SourceError
from artifacts.importing.folders import open_folder
from artifacts.importing.git import open_repository
from artifacts.importing.limits import Deadline, Limits
from artifacts.importing.sources import SourceTree, has_controls, storable
from projects.paths import MAX_PATH_BYTES

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HELPER = re.compile(r"[A-Za-z0-9+.-]+::")
_SHORT_SSH = re.compile(r"[^/@\s]+@[^/:\s]+:.+")
_REF_CHARACTERS = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\]+")


@dataclass(frozen=True, slots=True)
class Location:
    """A source that may be read: an absolute folder, or a git URL with a ref ('' for the default branch)."""

    source: str
    ref: str
    is_git: bool

    @property
    def default_name(self) -> str:
        """The last part of the path, without `.git`."""
        path = unquote(urlsplit(self.source).path) if self.is_git else self.source
        name = PurePosixPath(path.rstrip("/") or "/").name
        return (name.removesuffix(".git") if self.is_git else name) or "collection"

    @contextmanager
    def opened(self, protocols: Sequence[str], limits: Limits, deadline: Deadline) -> Iterator[SourceTree]:
        """Open the source for reading. Raises SourceError."""
        if self.is_git:
            with open_repository(self.source, self.ref, protocols, limits, deadline) as repository:
                yield repository
        else:
            with open_folder(Path(self.source), limits, deadline) as folder:
                yield folder


def seen_from_here(source: str) -> str:
    """`source` as somebody means it who works in this process's folder: that of a folder becomes a whole path."""
    is_url = _URL.match(source) or _HELPER.match(source)
    if not source.strip() or is_url or (_SHORT_SSH.fullmatch(source) and not Path(source).exists()):
        return source
    try:
        return str(Path.cwd() / Path(source).expanduser())
    except RuntimeError:
        return source


def locate(source: str, ref: str, *, roots: Sequence[Path], protocols: Sequence[str]) -> Location:
    """Where `source` and `ref` point, in the one form under which a collection is known.

    A folder is named by its absolute path. `roots` are absolute, symlinks resolved. Raises SourceError when it may
    not be read or says too much.
    """
    source, ref = source.strip(), ref.strip()
    if not source:
        raise SourceError("No source is given. Name a folder or the URL of a git repository.")
    if storable(source) != source or has_controls(source) or len(source.encode()) > MAX_PATH_BYTES:
        raise SourceError(f"The source {storable(source[:80])!r} is too long, or is not plain text.")
    if _HELPER.match(source):
        raise SourceError(f"The source {source!r} would start a helper program, which an import never does.")
    if _URL.match(source):
        return Location(_checked_url(source, roots, protocols), _checked_ref(ref), is_git=True)
    if _SHORT_SSH.fullmatch(source):
        raise SourceError(f"Write the git source {source!r} as a URL: ssh://user@host/path.")
    if ref:
        raise SourceError(f"The ref {storable(ref)!r} belongs to a git URL, and {source!r} is a folder.")
    folder = str(_checked_folder(source, roots))
    if len(os.fsencode(folder)) > MAX_PATH_BYTES:
        raise SourceError(
            f"The path of the folder {source!r} has, symlinks followed, more than {MAX_PATH_BYTES} bytes."
        )
    return Location(folder, "", is_git=False)


def _checked_folder(path: str, roots: Sequence[Path]) -> Path:
    """The folder at the absolute `path`, symlinks resolved. Raises SourceError.

    That says nothing but `path`, and the same of all that lies outside the roots, whether or not it is there.
    """
    if not path.startswith("/"):
        raise SourceError(f"The folder {path!r} is not named in full. Write its whole path, beginning with '/'.")
    resolved = Path(os.path.realpath(path))
    if not any(resolved.is_relative_to(root) for root in roots):
        allowed = ", ".join(str(root) for root in roots)
        raise SourceError(
            f"The folder {path!r} is outside the folders that may be imported from ({allowed}), or a symlink leads out "
            "of them. Choose one inside, or change the setting IMPORT_ROOTS."
        )
    # Unlike `Path.is_dir`, this is false as well where nobody may look.
    if not os.path.isdir(resolved):  # noqa: PTH112
        if os.path.lexists(resolved):
            raise SourceError(f"{path!r} is not a folder that can be read. Name the folder that holds it.")
        raise SourceError(f"There is no folder {path!r} to import.")
    return resolved


def _checked_url(url: str, roots: Sequence[Path], protocols: Sequence[str]) -> str:
    try:
        parts = urlsplit(url)
        user, password = parts.username, parts.password
        _ = parts.port
    except ValueError as error:
        raise SourceError(f"The URL {url!r} cannot be read: {error}.") from error
    scheme = parts.scheme.lower()
    if has_controls(unquote(parts.path)):
        raise SourceError(f"The URL {url!r} holds control characters.")
    if password is not None or (user is not None and scheme != "ssh") or parts.query or parts.fragment:
        # The URL itself is not repeated: what it carries may be secret.
        raise SourceError(
            f"The {scheme} URL carries a user, a password, a query or a fragment, which would be kept with the "
            "collection. Leave it out, and clone a private repository into a folder instead."
        )
    if scheme not in protocols:
        raise SourceError(
            f"The URL {url!r} uses {scheme}; a collection may be fetched by {', '.join(protocols)}. "
            "The setting IMPORT_GIT_PROTOCOLS names them."
        )
    if scheme == "file":
        _checked_folder(unquote(parts.path), roots)
    elif not parts.hostname or parts.hostname.startswith("-"):
        raise SourceError(f"The URL {url!r} names no host.")
    return urlunsplit((scheme, parts.netloc.lower() if user is None else parts.netloc, parts.path.rstrip("/"), "", ""))


def _checked_ref(ref: str) -> str:
    if not ref:
        return ""
    if ref[0] in "-+" or ".." in ref or "@{" in ref or len(ref) > 200 or not _REF_CHARACTERS.fullmatch(ref):
        raise SourceError(f"The ref {storable(ref[:80])!r} is not the name of a branch, a tag or a commit.")
    return ref
