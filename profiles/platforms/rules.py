"""Rules where a platform has instruction files: a section of its own in each of them. Nothing here knows a platform.

What limits a rule elsewhere is documented: https://code.claude.com/docs/en/memory (`paths`),
https://cursor.com/docs/context/rules (`globs`, `alwaysApply`); `applyTo` is of Copilot's `.github/instructions`.
"""

from dataclasses import replace

from profiles.entries import SECTION_MARKER, EntryError, Format, Section, checked_key
from profiles.enums import ArtifactType
from profiles.fences import open_fence
from profiles.platforms.markdown_file import MarkdownFile, read_markdown
from profiles.platforms.placeholders import Kind, Placeholder, filled_in
from profiles.platforms.plain import copied_rule, plugin_warnings
from profiles.platforms.prose import shortened
from profiles.rendering import (
    ArtifactContent,
    ProfileLayout,
    RenderedEntry,
    Rendering,
    RenderWarning,
    Unsupported,
    Warnings,
)

# What limits a rule to some files, in any platform's words.
SCOPES = ("paths", "globs", "applyTo")


def render_rule(
    content: ArtifactContent, layout: ProfileLayout, *, reads_files: bool = False, reads_folder: bool = True
) -> Rendering | Unsupported:
    """The rule's text as a section of every instruction file that the profile names, or as a file of its own.

    Where a profile gives rules a folder, they are copied there. With `reads_files` the platform reads a path after `@`
    in an instruction file itself; without `reads_folder` it never looks into that folder. Raises EntryError for a name
    or a text that no section can have.
    """
    if ArtifactType.RULE in layout.artifact_path_map:
        copied = copied_rule(content, layout)
        return copied if reads_folder or isinstance(copied, Unsupported) else _unread(copied, layout.platform.label)
    if not layout.project_config_filenames:
        return Unsupported("The profile names neither a folder for rules nor an instruction file to merge them into.")
    file = read_markdown(content)
    if isinstance(file, Unsupported):
        return file
    text = _closed(file.body.strip("\n"))
    _check_lines(text)
    key = checked_key(Section(content.name))
    entries = tuple(RenderedEntry(path, Format.MARKDOWN, key, text) for path in layout.project_config_filenames)
    warnings = Warnings()
    warnings.add(*file.warnings)
    _add_limits(file, warnings)
    if not reads_files:
        _add_unread(text, layout.platform.label, warnings)
    warnings.add(*plugin_warnings(f"{content.name}.md", text.encode()))
    return Rendering(warnings=tuple(warnings), entries=entries)


def _unread(copied: Rendering, label: str) -> Rendering:
    message = f"{label} reads no folder of rules; an instruction file has to name it."
    return replace(copied, warnings=(RenderWarning("text", message), *copied.warnings))


def _check_lines(text: str) -> None:
    for line in text.split("\n"):
        if SECTION_MARKER.fullmatch(line):
            reason = "the instruction file has such lines around each section"
            raise EntryError(
                f"Its text holds the line {shortened(line)!r}, and {reason}. Change that line of the rule."
            )


def _add_limits(file: MarkdownFile, warnings: Warnings) -> None:
    for name in SCOPES:
        if paths := ", ".join(file.items(name)):
            warnings.loss(name, f"An instruction file holds for the whole project; the rule is not limited to {paths}.")
    if file.is_false("alwaysApply") and not any(file.items(name) for name in SCOPES):
        message = "An instruction file always holds; the rule is not one that the agent brings in when it needs it."
        warnings.loss("alwaysApply", message)


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
