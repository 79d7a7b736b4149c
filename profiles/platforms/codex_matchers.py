"""What limits a hook to some tools, in Codex's names for them.

As documented (https://developers.openai.com/codex/hooks): the shell is `Bash`, `Edit` and `Write` stand for
`apply_patch`, `Agent` for starting an agent, tools of MCP servers are called as Claude Code calls them. A matcher of
letters, digits, `_` and `|` lists names; any other is a regular expression, by Rust's rules.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from profiles.platforms.claude_tools import TOOLS, is_everything, is_list, names_in, unreadable, words_in
from profiles.platforms.codex_answers import PATCH
from profiles.rendering import RenderWarning, Warnings

_TOOL_EVENTS = frozenset({"PermissionRequest", "PostToolUse", "PreToolUse"})
_NAMES = re.compile(r"[A-Za-z0-9_|]+")
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
    if matcher is None or matcher.strip() in ("", "*"):
        return Matcher(matcher)
    words = words_in(matcher)
    if not words:
        return Matcher(None, why_nothing=f"{unreadable('Codex')} The group is left out.")
    if event in _TOOL_EVENTS and not is_everything(matcher):
        return _for_tools(matcher)
    return Matcher(_written(words)) if is_list(matcher) else Matcher(matcher)


def _for_tools(matcher: str) -> Matcher:
    names = names_in(matcher)
    called = dict.fromkeys(_CALLED.get(name, name) for name in names if name not in _MISSING)
    missing = f"Codex has no tool {' and no '.join(name for name in names if name in _MISSING)} for a hook to wait for"
    if not called:
        return Matcher(None, why_nothing=f"{missing}; the group is left out.")
    warnings = Warnings()
    if not _MISSING.isdisjoint(names):
        warnings.loss("", f"{missing}.")
    if not _EDITING.isdisjoint(names):
        warnings.loss("", PATCH)
    is_renamed = not _CALLED.keys().isdisjoint(names)
    text = _written(called) if is_renamed or is_list(matcher) else matcher
    if text != matcher and not {*text.split("|")} <= {*matcher.split("|")}:
        warnings.note("", f"It is written as {text!r}, as Codex calls the tools.")
    return Matcher(text, tuple(warnings))


def _written(words: Iterable[str]) -> str:
    """A matcher that means each of these as a whole."""
    text = "|".join(words)
    return text if _NAMES.fullmatch(text) else f"^({text})$"
