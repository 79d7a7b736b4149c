"""What a platform module takes in and gives back. Plain data, pure Python.

`render(content, layout)` answers with a `Rendering`: the placements an artifact has
under a profile, and what was lost on the way; or with `Unsupported` and the reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from hashlib import sha256

from profiles.entries import EntryKey, Format, Value
from profiles.enums import ArtifactType, Platform


@dataclass(frozen=True, slots=True)
class ContentFile:
    """One file: its path inside the artifact or placement ('/'-separated), bytes, executable bit.

    A placement that is a single file holds one `ContentFile` whose path is ''.
    """

    path: str
    data: bytes
    executable: bool = False
    sha256: str = ""

    def __post_init__(self) -> None:
        if not self.sha256:
            object.__setattr__(self, "sha256", sha256(self.data).hexdigest())


@dataclass(frozen=True, slots=True)
class ArtifactContent:
    """An artifact's content at one version, ready to be rendered.

    `source_path` is where it lay, relative to its plugin or collection; `${CLAUDE_PLUGIN_ROOT}`
    counts from there.
    """

    type: ArtifactType
    namespace: str
    name: str
    files: tuple[ContentFile, ...]
    source_path: str = ""


@dataclass(frozen=True, slots=True)
class ProfileLayout:
    """How one project wants one platform laid out; every path is relative to the project."""

    platform: Platform
    root_dir: str
    artifact_path_map: Mapping[ArtifactType, str]
    project_config_filenames: tuple[str, ...] = ()
    context_path_prefixes: tuple[str, ...] = ()
    supported_artifact_types: tuple[ArtifactType, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderedPath:
    """A placement that is a path of its own: a file or a folder.

    `files` of a folder are relative to it; a single file has one file whose path is ''.
    """

    path: str
    files: tuple[ContentFile, ...]

    @property
    def is_folder(self) -> bool:
        """Whether `path` is a folder this placement owns."""
        return not (len(self.files) == 1 and self.files[0].path == "")


@dataclass(frozen=True, slots=True)
class RenderedEntry:
    """A placement that is one entry, `value` at `key`, in a file that others write to as well.

    Whoever renders it has the key checked (`checked_key`); those who place it rely on that. One that `is_common` is
    what the file itself needs: the same for everybody who writes to it, and there for as long as one of them is.
    """

    path: str
    format: Format
    key: EntryKey
    value: Value
    is_common: bool = False


@dataclass(frozen=True, slots=True)
class RenderWarning:
    """What differs from what the artifact says: which field, and why.

    With `is_loss` the platform cannot express it, or it will not work there; without, it is written in another way
    and means the same.
    """

    field: str
    message: str
    is_loss: bool = True


@dataclass(slots=True)
class Warnings:
    """Warnings in the making: in the order in which they were found, and each of them once."""

    _found: dict[RenderWarning, None] = dataclass_field(default_factory=dict)

    def loss(self, field: str, message: str) -> None:
        """Remember what the platform cannot express, or what will not work there."""
        self.add(RenderWarning(field, message))

    def note(self, field: str, message: str) -> None:
        """Remember what is written in another way and means the same."""
        self.add(RenderWarning(field, message, is_loss=False))

    def add(self, *warnings: RenderWarning) -> None:
        """Remember these."""
        self._found.update(dict.fromkeys(warnings))

    def losses(self) -> tuple[RenderWarning, ...]:
        """Those that tell of a loss."""
        return tuple(warning for warning in self if warning.is_loss)

    def __iter__(self) -> Iterator[RenderWarning]:
        """All of them."""
        return iter(self._found)


@dataclass(frozen=True, slots=True)
class Rendering:
    """Where an artifact lands under a profile, and what was lost on the way.

    Paths are written in their order, and before the entries that may name them.
    """

    paths: tuple[RenderedPath, ...] = ()
    warnings: tuple[RenderWarning, ...] = ()
    entries: tuple[RenderedEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Nothing to place, and why."""

    reason: str
