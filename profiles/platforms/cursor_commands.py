"""Cursor's commands: Markdown files that are the prompt and nothing else.

Cursor sends the text of the file, and after it what the user types behind the command's name; it fills in nothing.
As documented: https://cursor.com/docs/agent/chat/commands
"""

import re
from dataclasses import replace

from profiles.platforms.markdown_file import MarkdownFile
from profiles.platforms.prose import in_prose
from profiles.platforms.translated import render_text
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported, Warnings
from projects.paths import file_name

_LOST = {
    "allowed-tools": "Cursor grants a command no tools of its own; it asks as it does for everything.",
    "disallowed-tools": "Cursor takes no tools away from a command.",
    "model": "Cursor runs a command on the model of the chat.",
    "effort": "Cursor runs a command with the settings of the chat.",
    "context": "Cursor runs a command in the chat it is typed into.",
    "agent": "Cursor runs a command in the chat it is typed into.",
    "hooks": "Cursor knows no hooks for one command.",
    "background": "Cursor runs a command in the chat it is typed into.",
    "shell": "Cursor runs nothing beforehand, in no shell.",
    "user-invocable": "In Cursor the user calls a command, and nobody else.",
    "when_to_use": "In Cursor only the user calls a command.",
}
_NEEDLESS = {
    "description": "Cursor shows a command by its name and its text; the description is left out.",
    "argument-hint": "Cursor shows a command by its name and its text; the hint is left out.",
}
_RULER = re.compile(r"-{3,}[ \t]*(?=\n|\Z)")


def render_command(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The command's text as `NAME.md`, with words for what Claude Code would fill in. Raises PathError."""
    return render_text(content, layout, f"{file_name(content.name)}.md", _prompt)


def _prompt(file: MarkdownFile, warnings: Warnings) -> str:
    warnings.add(*file.dropped(_LOST))
    warnings.add(*(replace(warning, is_loss=False) for warning in file.dropped(_NEEDLESS)))
    text = in_prose(
        file.body.lstrip("\n"),
        warnings,
        label="Cursor",
        after="the command",
        names=file.argument_names(),
        opens_files=True,
        takes_arguments=file.takes_arguments(),
    )
    # At the top of a file this ruler would open a frontmatter.
    return _RULER.sub("***", text, count=1) if _RULER.match(text) else text
