"""Agents for Codex: a TOML file each, of the few keys that Codex knows.

As documented (https://developers.openai.com/codex/subagents) and as the reader in @openai/codex 0.169.0 takes them: it
ignores a file with any other key, or whose name, description or instructions are blank.
"""

from collections.abc import Iterator

from profiles.platforms.markdown_file import MarkdownFile, description_of, read_markdown
from profiles.platforms.plain import PLUGIN_ROOT, path_in_folder, written_file
from profiles.platforms.script_folder import plugin_variable
from profiles.platforms.toml_text import toml_fields
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, RenderWarning, Unsupported
from projects.paths import file_name

_EFFORTS = ("low", "medium", "high", "xhigh")
# The tools of Claude Code that change files, or can: https://code.claude.com/docs/en/tools-reference
_WRITING = frozenset({"Bash", "Edit", "MultiEdit", "NotebookEdit", "PowerShell", "Write"})
_TO_FORBID = frozenset({"Bash", "Edit", "Write"})
_LOST = {
    "tools": "Codex gives an agent the tools of the session.",
    "disallowedTools": "Codex gives an agent the tools of the session.",
    "model": "Codex does not have this model; the agent uses that of the session.",
    "effort": f"Codex is sure to take an effort of {', '.join(_EFFORTS)}; the agent keeps that of the session.",
    "permissionMode": "Codex asks in an agent as it does in the session.",
    "maxTurns": "Codex does not limit the turns of an agent.",
    "skills": "Codex loads no skill into an agent beforehand.",
    "mcpServers": "Codex gives an agent the MCP servers of the project.",
    "hooks": "Codex has no hooks in agents.",
    "memory": "Codex keeps no memory for an agent.",
    "background": "Codex decides itself what runs beside the conversation.",
    "isolation": "Codex gives an agent no worktree of its own.",
    "initialPrompt": "Codex begins an agent with what it is asked to do.",
}
# What says nothing that Codex would not do anyway.
_USUAL = frozenset({"false", "default", "inherit", "*"})


def render_agent(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """NAME.toml in the profile's folder for agents. Raises PathError for a name that no file can have."""
    path = path_in_folder(content, layout, f"{file_name(content.name)}.toml")
    file = read_markdown(content)
    if isinstance(path, Unsupported):
        return path
    if isinstance(file, Unsupported):
        return file
    if not file.body.strip():
        return Unsupported("The agent has no text, and Codex ignores agents without instructions.")
    settings = _settings(file)
    fields = {
        "name": content.name,
        "description": description_of(file, content.name),
        **settings,
        "developer_instructions": file.body,
    }
    warnings = (*file.warnings, *_changes(file, content.name, settings))
    return Rendering((written_file(path, toml_fields(fields)),), warnings)


def _settings(file: MarkdownFile) -> dict[str, str]:
    """What the frontmatter says that Codex has a key for."""
    settings = {}
    effort = file.text("effort").lower()
    if effort in _EFFORTS:
        settings["model_reasoning_effort"] = effort
    if _promise_to_read(file):
        settings["sandbox_mode"] = "read-only"
    return settings


def _promise_to_read(file: MarkdownFile) -> str:
    """The field that promises that the agent changes no file, by a mode or because no tool is left that could.

    Codex has no list of tools for agents; its sandbox keeps the part of such a list that protects the project.
    """
    if file.text("permissionMode") == "plan":
        return "permissionMode"
    allowed = {tool.partition("(")[0] for tool in file.items("tools")}
    forbidden = set(file.items("disallowedTools"))
    if allowed and "*" not in allowed:
        return "" if (allowed - forbidden) & _WRITING else "tools"
    return "disallowedTools" if forbidden >= _TO_FORBID else ""


def _changes(file: MarkdownFile, name: str, settings: dict[str, str]) -> Iterator[RenderWarning]:
    if file.text("name") not in ("", name):
        yield RenderWarning("name", f"Codex knows it as {name!r}, the name of the artifact.", is_loss=False)
    if not file.text("description"):
        yield RenderWarning("description", "Codex wants one; it is taken from the text.", is_loss=False)
    if "model_reasoning_effort" in settings:
        yield RenderWarning("effort", "It is written as 'model_reasoning_effort'.", is_loss=False)
    if field := _promise_to_read(file):
        message = "It changes no files; that is written as 'sandbox_mode', which holds for its commands too."
        yield RenderWarning(field, message, is_loss=False)
    usual = _USUAL | {"plan", *_EFFORTS}
    yield from file.dropped({field: said for field, said in _LOST.items() if file.text(field).lower() not in usual})
    if variable := plugin_variable(file.body.encode()):
        yield RenderWarning(PLUGIN_ROOT, f"The text refers to {variable}, which Codex sets for no agent.")
