"""What a hook of Claude Code listens to, in Cursor's names: events, tools and kinds of agents.

As documented: https://cursor.com/docs/hooks (matcher configuration), https://cursor.com/docs/reference/third-party-hooks
(event and tool name mapping).
"""

import re
from dataclasses import dataclass, field

from profiles.platforms.claude_tools import is_everything, names_in, unreadable, words_in

EVENTS = {
    "PreToolUse": "preToolUse",
    "PostToolUse": "postToolUse",
    "PostToolUseFailure": "postToolUseFailure",
    "UserPromptSubmit": "beforeSubmitPrompt",
    "Stop": "stop",
    "SubagentStart": "subagentStart",
    "SubagentStop": "subagentStop",
    "SessionStart": "sessionStart",
    "SessionEnd": "sessionEnd",
    "PreCompact": "preCompact",
}
_OF_TOOLS = frozenset({"PreToolUse", "PostToolUse", "PostToolUseFailure"})
_OF_AGENTS = frozenset({"SubagentStart", "SubagentStop"})
# For these Claude Code takes no notice of a matcher.
_WITHOUT = frozenset({"Stop", "UserPromptSubmit"})
_TOOLS = {
    "Bash": "Shell",
    "Read": "Read",
    "Write": "Write",
    "Edit": "Write",
    "MultiEdit": "Write",
    "Grep": "Grep",
    "Task": "Task",
    "Agent": "Task",
    "WebFetch": "WebFetch",
    "WebSearch": "WebSearch",
}
_AGENTS = {"Explore": "explore", "general-purpose": "generalPurpose", "Bash": "shell"}
_SERVER_TOOL = re.compile(r"mcp__(?P<server>[\w-]*?|\.[*+])(?:__(?P<tool>[\w.*+-]+))?")


@dataclass(frozen=True, slots=True)
class Matched:
    """A matcher as Cursor reads it: '' for everything, None when it would never match. `lost` says what is missing."""

    matcher: str | None
    lost: list[str] = field(default_factory=list)


def matched(event: str, matcher: str) -> Matched:
    """`matcher` of a group that Claude Code runs on `event`, one of `EVENTS`."""
    if is_everything(matcher) or event in _WITHOUT:
        return Matched("")
    if event in _OF_TOOLS | _OF_AGENTS and not (words := words_in(matcher)):
        return Matched(None, [f"{unreadable('Cursor')} It runs nothing for that."])
    if event in _OF_TOOLS:
        return _tools(matcher)
    if event in _OF_AGENTS:
        return Matched("|".join(_AGENTS.get(word, word) for word in words))
    return Matched("", [f"Cursor does not tell cases of this event apart; it runs for all, not only for {matcher}."])


def _tools(matcher: str) -> Matched:
    found: dict[str, None] = {}
    lost, missing = [], []
    for name in names_in(matcher):
        if name in _TOOLS:
            found[_TOOLS[name]] = None
        elif server_tool := _SERVER_TOOL.fullmatch(name):
            found[f"MCP:{server_tool['tool'] or '.*'}"] = None
            if not server_tool["server"].startswith("."):
                lost.append(f"Cursor does not say whose tool it is; {name} holds for the tools of every MCP server.")
        else:
            missing.append(name)
    if missing:
        lost.append(f"Cursor has no tool that answers to {', '.join(missing)}; it runs without.")
    if found:
        return Matched("|".join(found), lost)
    return Matched(None, lost or [f"None of the tools that Cursor has answers to {matcher}."])
