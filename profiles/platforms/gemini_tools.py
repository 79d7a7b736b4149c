"""What Gemini CLI calls its tools and MCP servers, by what Claude Code calls them.

Names as in docs/reference/tools.md and docs/tools/mcp-server.md of google-gemini/gemini-cli, and as the reader in the
npm package @google/gemini-cli 0.61.0 checks them (tools/tool-names.js, tools/mcp-tool.js).
"""

import re

from profiles.platforms.names import ascii_name
from projects.paths import PathError

_BY_CLAUDE_NAME = {
    "Agent": "invoke_agent",
    "AskUserQuestion": "ask_user",
    "Bash": "run_shell_command",
    "Edit": "replace",
    "EnterPlanMode": "enter_plan_mode",
    "ExitPlanMode": "exit_plan_mode",
    "Glob": "glob",
    "Grep": "grep_search",
    "LS": "list_directory",
    "ListMcpResourcesTool": "list_mcp_resources",
    "MultiEdit": "replace",
    "Read": "read_file",
    "ReadMcpResourceTool": "read_mcp_resource",
    "Skill": "activate_skill",
    "Task": "invoke_agent",
    "TodoWrite": "write_todos",
    "WebFetch": "web_fetch",
    "WebSearch": "google_web_search",
    "Write": "write_file",
}
TOOLS = tuple(sorted(set(_BY_CLAUDE_NAME.values())))
EVERY_SERVERS_TOOLS = "mcp_*"
_MCP = re.compile(r"mcp__(?P<server>.+?)(?:__(?P<tool>.+))?")
_MAX_NAME_LENGTH = 63


def server_name(name: str) -> str:
    """`name` as Gemini CLI can tell it from the tool in the names of a server's tools, `mcp_SERVER_TOOL`.

    It takes the server to end at the first underscore. Raises PathError where nothing of the name is left.
    """
    return ascii_name(name, "A-Za-z0-9.:-")


def tool_name(name: str) -> str | None:
    """The tool that Claude Code calls `name`, with `*` for all tools of a server; None for what Gemini CLI has not."""
    if name == "*" or name in TOOLS:
        return name
    if name == "mcp__*":
        return EVERY_SERVERS_TOOLS
    match = _MCP.fullmatch(name)
    if match is None:
        return _BY_CLAUDE_NAME.get(name)
    try:
        server = server_name(match["server"])
    except PathError:
        return None
    tool = match["tool"] or "*"
    if tool == "*":
        return f"mcp_{server}_*"
    whole = re.sub(r"[^A-Za-z0-9_.:-]", "_", f"mcp_{server}_{tool}")
    return whole if len(whole) <= _MAX_NAME_LENGTH else f"{whole[:30]}...{whole[-30:]}"
