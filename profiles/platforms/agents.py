"""Agents of Claude Code, read for platforms that say less of an agent. Nothing here knows a platform.

Fields and tools as documented: https://code.claude.com/docs/en/sub-agents
"""

import re
from collections.abc import Collection, Iterator

from profiles.platforms.claude_tools import READING, bare_name
from profiles.platforms.markdown_file import MarkdownFile
from profiles.rendering import RenderWarning

# What an agent has in Claude Code.
_FIELDS = frozenset(
    {
        "background",
        "color",
        "description",
        "disallowedTools",
        "effort",
        "hooks",
        "initialPrompt",
        "isolation",
        "maxTurns",
        "mcpServers",
        "memory",
        "model",
        "name",
        "permissionMode",
        "skills",
        "tools",
    }
)
# What says nothing about how it works.
_FOR_THE_EYE = frozenset({"author", "license", "metadata", "version"})
# The fields that limit it, by how they are found written too, whatever the case, hyphens and underscores.
_LIMITS = {
    "allowedtools": "tools",
    "disallowedtools": "disallowedTools",
    "permissionmode": "permissionMode",
    "tools": "tools",
}
# Without these an agent changes no file, if it cannot have another one do it.
_CHANGING = frozenset({"Bash", "Edit", "Write"})
_ASKING = frozenset({"Agent", "Task"})


def promises_to_read(file: MarkdownFile, *, even_with_servers: bool = False) -> list[str]:
    """The fields that promise that the agent only reads: its mode, or that no tool is left that could do more.

    What the tools of MCP servers do nobody can say; with `even_with_servers` they do not count.
    """
    fields = ["permissionMode"] if file.text("permissionMode").lower() == "plan" else []
    # Cursor's own field: https://cursor.com/docs/context/subagents
    fields += ["readonly"] if file.is_true("readonly") else []
    forbidden = set(file.items("disallowedTools"))
    if "*" in forbidden:
        return [*fields, "disallowedTools"]
    if file.says("tools"):
        if not _names_only(file, "tools"):
            return fields
        tools = {bare_name(tool) for tool in file.items("tools")}
        more = {tool for tool in tools - forbidden - READING if not (even_with_servers and tool.startswith("mcp__"))}
        return fields if more else [*fields, "tools"]
    is_left_to_read = even_with_servers and forbidden >= _CHANGING and forbidden & _ASKING
    return [*fields, "disallowedTools"] if is_left_to_read else fields


def known_as(file: MarkdownFile, artifact: str, name: str, label: str) -> Iterator[RenderWarning]:
    """What is said of an agent that calls itself neither like the artifact nor by the `name` that is written."""
    if file.text("name") not in ("", artifact, name):
        yield RenderWarning("name", f"{label} knows it as {name!r}, the name of the artifact.", is_loss=False)


def misread(file: MarkdownFile, label: str, own: Collection[str] = ()) -> Iterator[RenderWarning]:
    """What cannot be read as it was meant: a loss where it limits the agent, a note where nobody knows the field.

    `own` are the fields that the platform, `label`, has and Claude Code has not.
    """
    for field in ("tools", "disallowedTools"):
        if not _names_only(file, field):
            yield RenderWarning(field, "Not all of it names tools; what does not is left out. Write a list of names.")
    for field in file.fields:
        if field in _FIELDS | _FOR_THE_EYE or field in own or not file.says(field):
            continue
        if meant := _LIMITS.get(re.sub("[-_ ]", "", field).lower()):
            yield RenderWarning(field, f"It limits nothing in an agent. Call the field {meant!r} if it should.")
        else:
            yield RenderWarning(field, f"{label} knows no such field of an agent; it is left out.", is_loss=False)


def _names_only(file: MarkdownFile, field: str) -> bool:
    value = file.fields.get(field, "")
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))
