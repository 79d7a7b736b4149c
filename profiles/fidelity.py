"""How much of an artifact arrives on a platform. Pure Python."""

from collections.abc import Mapping
from enum import StrEnum

from profiles.entries import Element, Member, Section, Value, canonical
from profiles.enums import ArtifactType
from profiles.platforms.definitions import Hook, read_hook, read_server
from profiles.rendering import ArtifactContent, ContentFile, RenderedEntry, Rendering


class Fidelity(StrEnum):
    """What becomes of an artifact on a platform."""

    EXACT = "exact"
    TRANSLATED = "translated"
    LOSSY = "lossy"
    UNSUPPORTED = "unsupported"
    REFUSED = "refused"
    MISSING = "missing"

    @property
    def meaning(self) -> str:
        """What is true of an artifact of which this is said."""
        return _MEANINGS[self]


_MEANINGS: Mapping[Fidelity, str] = {
    Fidelity.EXACT: "what lies there is what the artifact holds",
    Fidelity.TRANSLATED: "it is written in another way, and means the same",
    Fidelity.LOSSY: "something of it cannot be expressed there, or will not work",
    Fidelity.UNSUPPORTED: "the platform has no place for it, or it is meant for others, so nothing is written",
    Fidelity.REFUSED: "its name, or what it holds, cannot be used there, so nothing is written",
    Fidelity.MISSING: "its collection does not have it any more, so nothing is written",
}


def fidelity_of(content: ArtifactContent, rendering: Rendering) -> Fidelity:
    """How much of `content` arrives by `rendering`, which was made of it."""
    if any(warning.is_loss for warning in rendering.warnings):
        return Fidelity.LOSSY
    return Fidelity.TRANSLATED if rendering.warnings or not _is_same(content, rendering) else Fidelity.EXACT


def _is_same(content: ArtifactContent, rendering: Rendering) -> bool:
    match content.type:
        case ArtifactType.HOOK:
            return _is_same_hook(content, rendering)
        case ArtifactType.MCP:
            server = read_server(content)
            return not rendering.paths and [_named(entry) for entry in rendering.entries] == [
                (content.name, canonical(server))
            ]
        case _ if rendering.entries:
            return not rendering.paths and all(_is_text(content, entry) for entry in rendering.entries)
        case _:
            return _placed(rendering) == _held(content.files)


def _is_same_hook(content: ArtifactContent, rendering: Rendering) -> bool:
    hook = read_hook(content)
    if not isinstance(hook, Hook):
        return False
    groups = {(group.event, canonical(group.value)) for group in hook.groups}
    return {_named(entry) for entry in rendering.entries} == groups and _placed(rendering) == _held(hook.scripts)


def _named(entry: RenderedEntry) -> tuple[str, str]:
    """What the entry is called in its file, or of an array's element what the array is, and its value."""
    match entry.key:
        case Member(path) | Element(path):
            return path[-1], canonical(entry.value)
        case Section(name):
            return name, canonical(entry.value)


def _is_text(content: ArtifactContent, entry: RenderedEntry) -> bool:
    """Whether the entry is the one file that the artifact holds, but for empty lines around it."""
    return len(content.files) == 1 and _as_bytes(entry.value).strip(b"\n") == content.files[0].data.strip(b"\n")


def _as_bytes(value: Value) -> bytes:
    return value.encode() if isinstance(value, str) else b""


def _placed(rendering: Rendering) -> Mapping[str, str]:
    """What lies in the rendering's one place, by where it lies in it."""
    return _held(rendering.paths[0].files) if len(rendering.paths) == 1 else {}


def _held(files: tuple[ContentFile, ...]) -> Mapping[str, str]:
    """Bytes by path; what is a single file is called nothing."""
    if len(files) == 1:
        return {"": files[0].sha256}
    return {file.path: file.sha256 for file in files}
