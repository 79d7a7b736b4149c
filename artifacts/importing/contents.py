"""The bytes of found artifacts: their manifests, and what to say about them. Pure Python."""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from artifacts.importing.exceptions import SourceError
from artifacts.importing.flags import hidden_unicode, literal_secrets
from artifacts.importing.limits import MEBIBYTE, Deadline, Limits
from artifacts.importing.sources import SourceTree
from artifacts.importing.survey import Found, Survey
from artifacts.manifests import EXECUTABLE_MODE, PLAIN_MODE, Manifest, ManifestFile, normalised
from profiles.documents import read_json_object
from profiles.enums import ArtifactType
from projects.paths import MAX_PATH_BYTES

# Begins only where no character of a path stands before it, so that each character is looked at once.
_PATH_LIKE = re.compile(r"(\$\{CLAUDE_PLUGIN_ROOT\})?(?<![\w./-])([\w./-]+)")
_LONGEST_LINKING = MEBIBYTE
_TEXT_ENDINGS = (".md", ".json", ".sh", ".py", ".js", ".ts", ".txt", ".toml", ".yaml", ".yml")


class Bookshelf:
    """Reads each file of a source once, within the bounds of bytes in all and of time."""

    def __init__(self, source: SourceTree, limits: Limits, deadline: Deadline) -> None:
        self._source = source
        self._limits = limits
        self._deadline = deadline
        self._read: dict[str, bytes] = {}
        self._total = 0

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises UnreadableFileError, and SourceError past the bounds."""
        self._deadline.check()
        if path not in self._read:
            data = self._source.read(path)
            self._total += len(data)
            if self._total > self._limits.total_bytes:
                raise SourceError(
                    f"The artifacts hold more than {self._limits.total_bytes} bytes; nothing was changed. "
                    "Import a smaller folder of the source."
                )
            self._read[path] = data
        return self._read[path]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A found artifact with its content: the manifest, the bytes by hash, and the flags."""

    found: Found
    manifest: Manifest
    contents: dict[str, bytes]
    flags: list[dict[str, str]]


def load(survey: Survey, artifacts: Sequence[Found], tick: Callable[[int], None]) -> Iterator[Loaded]:
    """Each artifact whose files can all be read; the others are reported. Calls `tick` with the number done."""
    for number, found in enumerate(artifacts, start=1):
        loaded = _loaded(survey, found)
        if loaded is not None:
            yield loaded
        tick(number)


def _loaded(survey: Survey, found: Found) -> Loaded | None:
    if found.type is ArtifactType.SKILL and found.source_path in survey.incomplete:
        return None
    contents: dict[str, bytes] = {}
    files: list[ManifestFile] = []
    flags: list[dict[str, str]] = []
    for file in found.files:
        data = file.data if file.data is not None else survey.read(file.source)
        if data is None:
            return None
        digest = sha256(data).hexdigest()
        contents[digest] = data
        files.append(ManifestFile(file.path, digest, EXECUTABLE_MODE if file.executable else PLAIN_MODE))
        flags += [flag.as_json() for flag in hidden_unicode(file.path, data)]
        if found.plugin_path and file.source.endswith(_TEXT_ENDINGS) and len(data) <= _LONGEST_LINKING:
            _note_links(survey, found, file.source, data)
    if found.type is ArtifactType.MCP:
        (definition,) = contents.values()
        flags += [flag.as_json() for flag in literal_secrets(read_json_object(definition))]
    return Loaded(found, normalised(files), contents, flags)


def _note_links(survey: Survey, found: Found, path: str, data: bytes) -> None:
    """Remark on a file outside of its plugin that a file speaks of: it does not come along."""
    for target in _climbing_paths(found.plugin_path, path, data):
        inside = target == found.plugin_path or target.startswith(found.plugin_path + "/")
        if not inside and (target in survey.files or next(survey.below(target), None) is not None):
            survey.note(path, f"It refers to {target}, outside of its plugin {found.namespace!r}, "
                        "which does not come along with it.")  # fmt: skip
            return


def _climbing_paths(plugin_path: str, path: str, data: bytes) -> Iterator[str]:
    """Where the paths with '..' in a text lead, from the top of the collection. Linear in the text."""
    for match in _PATH_LIKE.finditer(data.decode("utf-8", "replace")):
        written = match[2].rstrip("./-").lstrip("/" if match[1] else "")
        if ".." in written and len(written) <= MAX_PATH_BYTES and ".." in written.split("/"):
            start = plugin_path if match[1] else path.rpartition("/")[0]
            yield posixpath.normpath(posixpath.join(start, written))
