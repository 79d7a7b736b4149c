"""Cursor's commands: Markdown files that are the prompt and nothing else.

Cursor sends the text of the file, and after it what the user types behind the command's name; it fills in nothing.
As documented: https://cursor.com/docs/agent/chat/commands
"""

import re
from dataclasses import replace

from profiles.platforms.markdown_file import read_markdown
from profiles.platforms.plain import path_in_folder, written_file
from profiles.platforms.prose import in_prose
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported
from projects.paths import file_name

_LOST = {
    "allowed-tools": "Cursor grants a command no tools of its own; it asks as it does for everything.",
    "disallowed-tools": "Cursor takes no tools away from a command.",
    "model": "Cursor runs a command on the model of the chat.",
    "effort": "Cursor runs a command with the settings of the chat.",
    "context": "Cursor runs a command in the chat it is typed into.",
    "agent": "Cursor runs a command in the chat it is typed into.",
    "hooks": "Cursor knows no hooks for one command.",
}
_NEEDLESS = {
    "description": "Cursor shows a command by its name and its text; the description is left out.",
    "argument-hint": "Cursor shows a command by its name and its text; the hint is left out.",
}
_RULER = re.compile(r"-{3,}[ \t]*(?=\n|\Z)")


def render_command(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The command's text as `NAME.md`, with words for what Claude Code would fill in. Raises PathError."""
    path = path_in_folder(content, layout, f"{file_name(content.name)}.md")
    if isinstance(path, Unsupported):
        return path
    file = read_markdown(content)
    if isinstance(file, Unsupported):
        return file
    if not file.body.strip():
        return Unsupported("The command has no text.")
    text, changes = in_prose(
        file.body.lstrip("\n"), label="Cursor", after="the command", names=file.items("arguments"), opens_files=True
    )
    # At the top of a file this ruler would open a frontmatter.
    text = _RULER.sub("***", text, count=1) if _RULER.match(text) else text
    needless = (replace(warning, is_loss=False) for warning in file.dropped(_NEEDLESS))
    return Rendering((written_file(path, text),), (*file.warnings, *file.dropped(_LOST), *needless, *changes))
