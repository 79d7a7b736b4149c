"""What a hook of Claude Code listens to, in Cursor's names: events, tools and kinds of agents.

As documented: https://cursor.com/docs/hooks (matcher configuration), https://cursor.com/docs/reference/third-party-hooks
(event and tool name mapping).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

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
# Those that a pattern may mean besides, and that Cursor has not.
_MISSING_TOOLS = ("Glob", "LS", "NotebookEdit", "NotebookRead", "TodoWrite", "Skill", "ExitPlanMode", "AskUserQuestion")
_AGENTS = {"Explore": "explore", "general-purpose": "generalPurpose", "Bash": "shell"}
_EVERYTHING = frozenset({"", "*", ".*"})
_NAMES = re.compile(r"[\w\s|,-]+")
_SERVER_TOOLS = re.compile(r"mcp__[\w.*+-]*")
_SERVER_TOOL = re.compile(r"mcp__(?P<server>[\w-]*?|\.[*+])(?:__(?P<tool>[\w.*+-]+))?")
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Matched:
    """A matcher as Cursor reads it: '' for everything, None when it would never match. `lost` says what is missing."""

    matcher: str | None
    lost: list[str] = field(default_factory=list)


def matched(event: str, matcher: str) -> Matched:
    """`matcher` of a group that Claude Code runs on `event`, one of `EVENTS`."""
    if matcher in _EVERYTHING or event in _WITHOUT:
        return Matched("")
    if event in _OF_TOOLS:
        return _tools(matcher)
    if event in _OF_AGENTS:
        return Matched("|".join(_AGENTS.get(name, name) for name in _split(matcher)))
    return Matched("", [f"Cursor does not tell cases of this event apart; it runs for all, not only for {matcher}."])


def _tools(matcher: str) -> Matched:
    found: dict[str, None] = {}
    lost = []
    for name in _names(matcher):
        if name in _TOOLS:
            found[_TOOLS[name]] = None
        elif server_tool := _SERVER_TOOL.fullmatch(name):
            found[f"MCP:{server_tool['tool'] or '.*'}"] = None
            if not server_tool["server"].startswith("."):
                lost.append(f"Cursor does not say whose tool it is; {name} holds for the tools of every MCP server.")
        else:
            lost.append(f"Cursor has no tool that answers to {name}; it runs without it.")
    if found:
        return Matched("|".join(found), lost)
    return Matched(None, lost or [f"None of the tools that Cursor has answers to {matcher}."])


def _names(matcher: str) -> Iterable[str]:
    """The tools that Claude Code takes a matcher for: a list of names, or a pattern that is looked for in them."""
    if _NAMES.fullmatch(matcher):
        return _split(matcher)
    servers = _SERVER_TOOLS.findall(matcher)
    try:
        pattern = re.compile(matcher if len(matcher) <= _LONGEST else "(?!)")
    except (re.error, OverflowError, RecursionError):
        return servers
    return [*(name for name in (*_TOOLS, *_MISSING_TOOLS) if pattern.search(name)), *servers]


def _split(matcher: str) -> list[str]:
    return [name for part in re.split("[|,]", matcher) if (name := part.strip())]
