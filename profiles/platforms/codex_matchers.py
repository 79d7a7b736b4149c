"""What limits a hook to some tools, in Codex's names for them.

As documented (https://developers.openai.com/codex/hooks): the shell is `Bash`, `Edit` and `Write` stand for
`apply_patch`, `Agent` for starting an agent, tools of MCP servers are called as Claude Code calls them. A matcher of
letters, digits, `_` and `|` lists names; any other is a regular expression, of a kind that cannot look around.
"""

import re
from dataclasses import dataclass

from profiles.platforms.claude_tools import TOOLS, as_expression, is_everything, is_list, names_in
from profiles.rendering import RenderWarning, Warnings

_TOOL_EVENTS = frozenset({"PermissionRequest", "PostToolUse", "PreToolUse"})
_LOOKS_AROUND = re.compile(r"\(\?<?[=!]|\\[1-9]")
_EDITING = frozenset({"Edit", "MultiEdit", "NotebookEdit", "Write"})
_CALLED = {"MultiEdit": "Edit", "NotebookEdit": "Edit", "Task": "Agent"}
# Tools of Claude Code for which Codex has none that a hook could match.
_MISSING = TOOLS - _EDITING - {"Agent", "Bash", "Task"}


@dataclass(frozen=True, slots=True)
class Matcher:
    """A matcher for Codex, None for none, and what is said of it; or why a group that has it is left out."""

    text: str | None
    warnings: tuple[RenderWarning, ...] = ()
    why_nothing: str = ""


def for_codex(event: str, matcher: str | None) -> Matcher:
    """What limits a group of this event, so that Codex understands it."""
    if matcher is None:
        return Matcher(None)
    if _LOOKS_AROUND.search(matcher):
        return Matcher(None, why_nothing="Codex cannot look around or back in a matcher; the group is left out.")
    if matcher != "*" and as_expression(matcher) is None:
        return Matcher(
            None, why_nothing="It is no regular expression, and Codex ignores such a matcher; the group is left out."
        )
    if event not in _TOOL_EVENTS or is_everything(matcher):
        return Matcher(matcher)
    return _for_tools(matcher)


def _for_tools(matcher: str) -> Matcher:
    names = names_in(matcher)
    called = dict.fromkeys(_CALLED.get(name, name) for name in names if name not in _MISSING)
    missing = f"Codex has no tool {' and no '.join(name for name in names if name in _MISSING)} for a hook to wait for"
    if names and not called:
        return Matcher(None, why_nothing=f"{missing}; the group is left out.")
    warnings = Warnings()
    if not _MISSING.isdisjoint(names):
        warnings.loss("", f"{missing}.")
    if not _EDITING.isdisjoint(names):
        message = "For an edit Codex tells the hook its patch, in tool_input.command, and no file_path."
        warnings.loss("", message)
    text = "|".join(called) if called and is_list(matcher) else matcher
    if not {*text.split("|")} <= {*matcher.split("|")}:
        warnings.note("", f"It is written as {text!r}, as Codex calls the tools.")
    return Matcher(text, tuple(warnings))
