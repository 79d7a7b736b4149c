"""Agents of Claude Code, read for platforms that say less of an agent. Nothing here knows a platform.

Fields and tools as documented: https://code.claude.com/docs/en/sub-agents
"""

from collections.abc import Iterator

from profiles.platforms.claude_tools import READING, bare_name
from profiles.platforms.markdown_file import MarkdownFile
from profiles.rendering import RenderWarning

# Without these an agent changes no file, if it cannot have another one do it.
_CHANGING = frozenset({"Bash", "Edit", "Write"})
_ASKING = frozenset({"Agent", "Task"})


def promises_to_read(file: MarkdownFile, *, even_with_servers: bool = False) -> list[str]:
    """The fields that promise that the agent only reads: its mode, or that no tool is left that could do more.

    What the tools of MCP servers do nobody can say; with `even_with_servers` they do not count.
    """
    fields = ["permissionMode"] if file.text("permissionMode") == "plan" else []
    forbidden = set(file.items("disallowedTools"))
    if file.says("tools"):
        tools = {bare_name(tool) for tool in file.items("tools")}
        more = {tool for tool in tools - forbidden - READING if not (even_with_servers and tool.startswith("mcp__"))}
        return [*fields, "tools"] if tools and not more else fields
    is_left_to_read = even_with_servers and forbidden >= _CHANGING and forbidden & _ASKING
    return [*fields, "disallowedTools"] if is_left_to_read else fields


def known_as(file: MarkdownFile, artifact: str, name: str, label: str) -> Iterator[RenderWarning]:
    """What is said of an agent that calls itself neither like the artifact nor by the `name` that is written."""
    if file.text("name") not in ("", artifact, name):
        yield RenderWarning("name", f"{label} knows it as {name!r}, the name of the artifact.", is_loss=False)
