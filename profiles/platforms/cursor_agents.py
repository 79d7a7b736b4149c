"""Cursor's subagents: Markdown files with a frontmatter of name, description, model, readonly and is_background.

As documented: https://cursor.com/docs/context/subagents
"""

from profiles.platforms.cursor_frontmatter import frontmatter, on_a_line
from profiles.platforms.markdown_file import MarkdownFile, description_of, read_markdown
from profiles.platforms.names import plain_name
from profiles.platforms.plain import path_in_folder, written_file
from profiles.platforms.script_folder import plugin_variable
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, RenderWarning, Unsupported
from projects.paths import file_name

# Tools of Claude Code that neither write nor run anything.
_READING = frozenset({"Read", "Grep", "Glob", "LS", "NotebookRead", "WebFetch", "WebSearch", "TodoWrite"})
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
    path = path_in_folder(content, layout, f"{file_name(content.name)}.md")
    if isinstance(path, Unsupported):
        return path
    file = read_markdown(content)
    if isinstance(file, Unsupported):
        return file
    fields, changes = _fields(content, file)
    text = f"{frontmatter(fields)}\n{file.body}"
    return Rendering((written_file(path, text),), (*file.warnings, *changes, *file.dropped(_LOST)))


def _fields(content: ArtifactContent, file: MarkdownFile) -> tuple[dict[str, str | bool], list[RenderWarning]]:
    name = plain_name(content.name)
    fields: dict[str, str | bool] = {"name": on_a_line(name), "description": on_a_line(description_of(file, name))}
    changes = []
    if name != content.name:
        message = f"Cursor wants small letters and hyphens; it is written as {name!r}."
        changes.append(RenderWarning("name", message, is_loss=False))
    model = file.text("model")
    if model in _MODELS:
        fields["model"] = model
    elif model:
        message = f"Cursor has its own names for models; without {model!r} the agent runs on that of the chat."
        changes.append(RenderWarning("model", message))
    if tools := file.items("tools"):
        if _READING.issuperset(tools):
            fields["readonly"] = True
            message = (
                "Cursor does not choose single tools; as all of these only read, the agent is written as readonly."
            )
            changes.append(RenderWarning("tools", message, is_loss=False))
        else:
            changes.append(
                RenderWarning("tools", "Cursor does not choose single tools; the agent may use all of them.")
            )
    if file.is_true("background"):
        fields["is_background"] = True
    if variable := plugin_variable(file.body.encode()):
        changes.append(RenderWarning("text", f"It refers to {variable}, which is set for plugins only."))
    return fields, changes
