"""Agents for Codex: a TOML file each, of the few keys that Codex knows.

As documented (https://developers.openai.com/codex/subagents) and as the reader in @openai/codex 0.169.0 takes them: it
ignores a file with any other key, or whose name, description or instructions are blank.
"""

import re
from functools import partial

from profiles.platforms.agents import known_as, misread, promises_to_read
from profiles.platforms.markdown_file import MarkdownFile, description_of
from profiles.platforms.toml_text import toml_fields
from profiles.platforms.translated import render_text
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported, Warnings
from projects.paths import file_name

_EFFORTS = ("low", "medium", "high", "xhigh")
# What names of OpenAI's models begin with: https://developers.openai.com/codex/models
_MODELS = re.compile(r"gpt-|codex-|o[0-9]")
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


def render_agent(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """NAME.toml in the profile's folder for agents. Raises PathError for a name that no file can have."""
    return render_text(content, layout, f"{file_name(content.name)}.toml", partial(_agent, content.name))


def _agent(name: str, file: MarkdownFile, warnings: Warnings) -> str:
    warnings.add(*known_as(file, name, name, "Codex"))
    if not file.text("description"):
        warnings.note("description", "Codex wants one; it is taken from the text.")
    fields = {"name": name, "description": description_of(file, name), **_settings(file, warnings)}
    return toml_fields({**fields, "developer_instructions": file.body})


def _settings(file: MarkdownFile, warnings: Warnings) -> dict[str, str]:
    """What the frontmatter says that Codex has a key for; of the rest it is said that it is lost."""
    settings = {}
    kept = set()
    if _MODELS.match(file.text("model")):
        settings["model"] = file.text("model")
        kept.add("model")
    effort = file.text("effort").lower()
    if effort in _EFFORTS:
        settings["model_reasoning_effort"] = effort
        kept.add("effort")
        warnings.note("effort", "It is written as 'model_reasoning_effort'.")
    # Codex has no list of tools for agents; its sandbox keeps the part of such a list that protects the project.
    for field in promises_to_read(file, even_with_servers=True):
        settings["sandbox_mode"] = "read-only"
        message = "It changes no files; that is written as 'sandbox_mode', which holds for its commands too."
        warnings.note(field, message)
        kept |= {field} & {"permissionMode"}
    warnings.add(*file.dropped({field: said for field, said in _LOST.items() if field not in kept}))
    warnings.add(*misread(file, "Codex", own=("readonly",)))
    return settings
