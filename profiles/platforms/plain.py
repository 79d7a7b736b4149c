"""Placing artifacts as they are: a skill as its folder, everything else as one Markdown file.

What several platforms do alike. Nothing here knows a platform. Names and paths that cannot be used
raise PathError.
"""

from collections.abc import Iterator
from itertools import chain

from profiles.enums import ArtifactType
from profiles.platforms.script_folder import plugin_variable
from profiles.platforms.shape import Render
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    ProfileLayout,
    RenderedPath,
    Rendering,
    RenderWarning,
    Unsupported,
)
from projects.paths import PathError, file_name, folded, is_within, relative_path

PLUGIN_ROOT = "${CLAUDE_PLUGIN_ROOT}"


def copied_folder(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """`<folder of the type>/NAME` with every file of the artifact."""
    folder = layout.artifact_path_map.get(content.type)
    if folder is None:
        return _no_folder(content.type)
    if not content.files:
        return Unsupported(f"This {content.type.value} holds no files.")
    path = relative_path(f"{folder}/{file_name(content.name)}")
    return _rendering(content, RenderedPath(path, tuple(_inside(path, content.files))))


def copied_file(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """`<folder of the type>/NAME.md` with the artifact's one file."""
    path = path_in_folder(content, layout, f"{file_name(content.name)}.md")
    if isinstance(path, Unsupported):
        return path
    file = one_file(content)
    if isinstance(file, Unsupported):
        return file
    return _rendering(content, RenderedPath(path, (ContentFile("", file.data, file.executable, file.sha256),)))


def copied_rule(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """A rule as its own file, where the profile lets rule files go."""
    return rule_outside(layout) or copied_file(content, layout)


def rule_outside(layout: ProfileLayout) -> Unsupported | None:
    """Why no rule may go into the profile's folder for them (`context_path_prefixes`); None if one may."""
    folder = layout.artifact_path_map.get(ArtifactType.RULE)
    if folder is None or any(is_within(folder, prefix) for prefix in layout.context_path_prefixes):
        return None
    allowed = ", ".join(layout.context_path_prefixes) or "nowhere"
    message = f"The profile puts rules into {folder}, outside of the folders that may hold rule files ({allowed})."
    return Unsupported(message)


def path_in_folder(content: ArtifactContent, layout: ProfileLayout, name: str) -> str | Unsupported:
    """The path of something called `name` in the folder that the profile has for this type. Raises PathError."""
    folder = layout.artifact_path_map.get(content.type)
    return _no_folder(content.type) if folder is None else relative_path(f"{folder}/{name}")


def one_file(content: ArtifactContent) -> ContentFile | Unsupported:
    """The one file of an artifact that is a text."""
    if len(content.files) == 1:
        return content.files[0]
    return Unsupported(
        f"Here a {content.type.value} is one Markdown file, and this one holds {len(content.files)} files."
    )


def written_file(path: str, text: str) -> RenderedPath:
    """A placement that is one file with this text."""
    return RenderedPath(path, (ContentFile("", text.encode()),))


def plugin_warnings(name: str, data: bytes) -> Iterator[RenderWarning]:
    """A loss if the file `name`, placed with this text, still refers to what only plugins have."""
    if variable := plugin_variable(data):
        field = f"${{{variable}}}"
        message = f"{name} refers to {field}; the other files of its plugin are not deployed there."
        yield RenderWarning(field, message)


def unsupported(reason: str) -> Render:
    """The render of a type that a platform cannot take, always with this reason."""

    def render(content: ArtifactContent, layout: ProfileLayout) -> Unsupported:
        return Unsupported(reason)

    return render


def _no_folder(artifact_type: ArtifactType) -> Unsupported:
    return Unsupported(f"The profile names no folder for artifacts of type {artifact_type.value}.")


def _inside(folder: str, files: tuple[ContentFile, ...]) -> Iterator[ContentFile]:
    """`files` with checked paths. Raises PathError when two of them are one path on some disk."""
    seen: dict[str, str] = {}
    for file in files:
        path = relative_path(file.path)
        relative_path(f"{folder}/{path}")
        key = folded(path)
        if key in seen:
            raise PathError(f"The files {seen[key]!r} and {path!r} have one and the same path on some disks.")
        seen[key] = path
        yield ContentFile(path, file.data, file.executable, file.sha256)
    for key, path in seen.items():
        for end in (index for index, character in enumerate(key) if character == "/"):
            if key[:end] in seen:
                raise PathError(f"{seen[key[:end]]!r} is a file, and the folder of {path!r}.")


def _rendering(content: ArtifactContent, placement: RenderedPath) -> Rendering:
    warnings = (plugin_warnings(file.path or f"{content.name}.md", file.data) for file in placement.files)
    return Rendering((placement,), tuple(chain.from_iterable(warnings)))
