"""Rules where a platform has instruction files: a section of its own in each of them. Nothing here knows a platform."""

from profiles.entries import Format, Section, checked_key
from profiles.enums import ArtifactType
from profiles.fences import open_fence
from profiles.platforms.markdown_file import MarkdownFile, read_markdown
from profiles.platforms.placeholders import Kind, Placeholder, filled_in
from profiles.platforms.plain import copied_rule
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, RenderWarning, Unsupported

# What limits a rule to some files, in any platform's words.
_SCOPES = ("paths", "globs", "applyTo")


def render_rule(
    content: ArtifactContent, layout: ProfileLayout, *, reads_files: bool = False
) -> Rendering | Unsupported:
    """The rule's text as a section of every instruction file that the profile names, or as a file of its own.

    Where a profile gives rules a folder, they are copied there. With `reads_files` the platform reads a path after `@`
    in an instruction file itself. Raises EntryError for a name no section can have.
    """
    if ArtifactType.RULE in layout.artifact_path_map:
        return copied_rule(content, layout)
    if not layout.project_config_filenames:
        return Unsupported("The profile names neither a folder for rules nor an instruction file to merge them into.")
    file = read_markdown(content)
    if isinstance(file, Unsupported):
        return file
    text = _closed(file.body.strip("\n"))
    if not text.strip():
        return Unsupported("The rule has no text.")
    key = checked_key(Section(content.name))
    entries = tuple(RenderedEntry(path, Format.MARKDOWN, key, text) for path in layout.project_config_filenames)
    unread = () if reads_files else _unread(text, layout.platform.label)
    return Rendering(warnings=(*file.warnings, *_limits(file), *unread), entries=entries)


def _limits(file: MarkdownFile) -> list[RenderWarning]:
    files = {name: ", ".join(file.items(name)) for name in _SCOPES if file.items(name)}
    return [
        RenderWarning(name, f"An instruction file holds for the whole project; the rule is not limited to {paths}.")
        for name, paths in files.items()
    ]


def _unread(text: str, label: str) -> tuple[RenderWarning, ...]:
    warnings: dict[RenderWarning, None] = {}

    def write(placeholder: Placeholder) -> str:
        if placeholder.kind is Kind.FILE:
            message = f"{label} does not read the file in; the agent has to open it."
            warnings[RenderWarning(placeholder.written, message)] = None
        return placeholder.written

    filled_in(text, write)
    return tuple(warnings)


def _closed(text: str) -> str:
    """`text` with the code fence closed that it leaves open, so that what comes after it is no part of it."""
    fence = open_fence(text)
    return f"{text}\n{fence}" if fence else text
