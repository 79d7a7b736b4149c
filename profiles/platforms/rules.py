"""Rules where a platform has instruction files: a section of its own in each of them. Nothing here knows a platform."""

from profiles.entries import Format, Section, checked_key
from profiles.enums import ArtifactType
from profiles.fences import open_fence
from profiles.platforms.markdown_file import MarkdownFile, read_markdown
from profiles.platforms.placeholders import Kind, Placeholder, filled_in
from profiles.platforms.plain import copied_rule, plugin_warnings
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, Unsupported, Warnings

# What limits a rule to some files, in any platform's words.
SCOPES = ("paths", "globs", "applyTo")


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
    key = checked_key(Section(content.name))
    entries = tuple(RenderedEntry(path, Format.MARKDOWN, key, text) for path in layout.project_config_filenames)
    warnings = Warnings()
    warnings.add(*file.warnings)
    _add_limits(file, warnings)
    if not reads_files:
        _add_unread(text, layout.platform.label, warnings)
    warnings.add(*plugin_warnings(f"{content.name}.md", text.encode()))
    return Rendering(warnings=tuple(warnings), entries=entries)


def _add_limits(file: MarkdownFile, warnings: Warnings) -> None:
    for name in SCOPES:
        if paths := ", ".join(file.items(name)):
            warnings.loss(name, f"An instruction file holds for the whole project; the rule is not limited to {paths}.")


def _add_unread(text: str, label: str, warnings: Warnings) -> None:
    def write(placeholder: Placeholder) -> str:
        if placeholder.kind is Kind.FILE:
            warnings.loss(placeholder.written, f"{label} does not read the file in; the agent has to open it.")
        return placeholder.written

    filled_in(text, write)


def _closed(text: str) -> str:
    """`text` with the code fence closed that it leaves open, so that what comes after it is no part of it."""
    fence = open_fence(text)
    return f"{text}\n{fence}" if fence else text
