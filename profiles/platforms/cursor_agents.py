"""Cursor's subagents: Markdown files with a frontmatter of name, description, model, readonly and is_background.

As documented: https://cursor.com/docs/context/subagents. One that is readonly is given no tools of MCP servers, as
Cursor's people say (https://forum.cursor.com/t/cursor-subagent-mcp-toolset-control-request/159786).
"""

from functools import partial

from profiles.platforms.agents import known_as, misread, promises_to_read
from profiles.platforms.claude_tools import bare_name
from profiles.platforms.cursor_frontmatter import on_a_line, unquoted_frontmatter
from profiles.platforms.markdown_file import MarkdownFile, description_of
from profiles.platforms.names import plain_name
from profiles.platforms.translated import render_text
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, RenderWarning, Unsupported, Warnings
from projects.paths import file_name

# Names of models that mean something to Cursor, whichever models it has.
_MODELS = ("inherit", "fast")
_LOST = {
    "disallowedTools": "Cursor takes no single tools away from an agent.",
    "permissionMode": "Cursor knows no such modes; the agent asks as Cursor is set to.",
    "maxTurns": "Cursor does not limit how long an agent goes on.",
    "skills": "Cursor loads no skills for an agent beforehand; it may still find them.",
    "mcpServers": "An agent of Cursor has the servers of the project.",
    "hooks": "Cursor knows no hooks for one agent.",
    "memory": "An agent of Cursor has no memory of its own.",
    "effort": "Cursor has no such setting for an agent.",
    "isolation": "Cursor gives an agent no working tree of its own.",
    "initialPrompt": "Cursor gives an agent no first prompt.",
}


def render_agent(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The agent as `NAME.md` with the frontmatter that Cursor knows. Raises PathError."""
    return render_text(content, layout, f"{file_name(content.name)}.md", partial(_agent, content.name))


def _agent(given: str, file: MarkdownFile, warnings: Warnings) -> str:
    name = plain_name(given)
    fields: dict[str, str | bool] = {"name": on_a_line(name), "description": on_a_line(description_of(file, name))}
    if name != given:
        warnings.note("name", f"Cursor wants small letters and hyphens; it is written as {name!r}.")
    warnings.add(*known_as(file, given, name, "Cursor"))
    model = file.text("model")
    if model.lower() in _MODELS:
        fields["model"] = model.lower()
    elif model:
        message = f"Cursor has its own names for models; without {model!r} the agent runs on that of the chat."
        warnings.loss("model", message)
    promises = promises_to_read(file)
    if promises:
        fields["readonly"] = True
    if file.is_true("background") or file.is_true("is_background"):
        fields["is_background"] = True
    _add_tools(file, promises, warnings)
    is_plan = "permissionMode" in promises
    warnings.add(
        *file.dropped({field: said for field, said in _LOST.items() if field != "permissionMode" or not is_plan})
    )
    warnings.add(*misread(file, "Cursor", own=("is_background", "readonly")))
    return f"{unquoted_frontmatter(fields)}\n{file.body}"


def _add_tools(file: MarkdownFile, promises: list[str], warnings: Warnings) -> None:
    """What becomes of the choice of tools, of which Cursor keeps whether they only read."""
    if "permissionMode" in promises:
        message = "Cursor knows no such modes; the agent is written as readonly, and gets no tools of MCP servers."
        warnings.add(RenderWarning("permissionMode", message, is_loss="tools" not in promises))
    if "tools" in promises and file.items("tools"):
        message = "Cursor does not choose single tools; as all of these only read, the agent is written as readonly."
        warnings.note("tools", message)
        if any(bare_name(tool) != tool for tool in file.items("tools")):
            warnings.loss("tools", "Cursor does not choose single tools; what limits them is left out.")
    elif file.says("tools"):
        more = "all that only read" if promises else "all of them"
        warnings.loss("tools", f"Cursor does not choose single tools; the agent may use {more}.")
