"""What limits a hook of Claude Code, in what Gemini CLI compares: its tools, occasions and notifications.

As docs/hooks/reference.md of google-gemini/gemini-cli has it, and as the reader in the npm package @google/gemini-cli
0.61.0 does it (hooks/hookPlanner.js): of tools a matcher is a regular expression, of other events the whole word.
"""

import re
from dataclasses import dataclass

from profiles.platforms.claude_tools import is_everything, names_in, unreadable, words_in
from profiles.platforms.gemini_tools import tool_name
from profiles.rendering import RenderWarning, Warnings

_TOOL_EVENTS = ("BeforeTool", "AfterTool")
# What a matcher of these events is compared with, as a whole.
_TRIGGERS = {
    "SessionStart": ("startup", "resume", "clear"),
    "SessionEnd": ("exit", "clear", "logout", "prompt_input_exit", "other"),
    "PreCompress": ("auto", "manual"),
}
_PERMISSION_PROMPT = "permission_prompt"
_SERVER_TOOL = re.compile(r"mcp__(?P<server>(?:[\w-]|\.\*)+?)(?:__(?P<tool>(?:[\w-]|\.\*)+))?")
_ANY = ".*"


@dataclass(frozen=True, slots=True)
class Matchers:
    """The matchers of which each says part of what is meant, '' for everything; none where none would ever match."""

    texts: tuple[str, ...]
    warnings: tuple[RenderWarning, ...] = ()


def for_gemini(event: str, matcher: str) -> Matchers:
    """What limits a group of Claude Code's that Gemini CLI runs on `event`, as it calls it."""
    if event == "Notification":
        return _notifications(matcher)
    if is_everything(matcher) or event not in (*_TOOL_EVENTS, *_TRIGGERS):
        return Matchers(("",))
    return _tools(matcher) if event in _TOOL_EVENTS else _triggers(words_in(matcher), event)


def _tools(matcher: str) -> Matchers:
    warnings = Warnings()
    found = {name: _pattern(name) for name in names_in(matcher)}
    patterns = list(dict.fromkeys(pattern for pattern in found.values() if pattern))
    if missing := [name for name, pattern in found.items() if not pattern]:
        warnings.loss("", _unmatched("tool", missing))
    if not patterns:
        if not missing:
            warnings.loss("", f"{unreadable('Gemini CLI')} It runs nothing for that.")
        return Matchers((), tuple(warnings))
    written = f"^({'|'.join(patterns)})$" if len(patterns) > 1 else f"^{patterns[0]}$"
    warnings.note("", f"Gemini CLI has other names for tools; {matcher} is written as {written}.")
    return Matchers((written,), tuple(warnings))


def _pattern(name: str) -> str:
    """An expression for a tool that Claude Code calls `name`, or for tools of servers; '' where there is none."""
    match = _SERVER_TOOL.fullmatch(name)
    if match is None:
        return "" if name.startswith("mcp__") else tool_name(name) or ""
    server = _ANY.join(re.sub(r"[^A-Za-z0-9-]+", "-", part) for part in match["server"].split(_ANY))
    return f"mcp_{server}_{match['tool'] or _ANY}"


def _triggers(words: list[str], event: str) -> Matchers:
    warnings = Warnings()
    known = tuple(each for each in _TRIGGERS[event] if each in words)
    if not words:
        warnings.loss("", f"{unreadable('Gemini CLI')} It runs nothing for that.")
    if missing := [each for each in words if each not in known]:
        warnings.loss("", _unmatched("occasion", missing))
    if len(known) > 1:
        warnings.note("", "Gemini CLI compares the whole matcher; there is a group for each word of it.")
    return Matchers(known, tuple(warnings))


def _notifications(matcher: str) -> Matchers:
    words = [] if is_everything(matcher) else words_in(matcher)
    said = RenderWarning("", "Gemini CLI notifies of the permissions it asks for and of nothing else.")
    if words == [_PERMISSION_PROMPT]:
        return Matchers(("",))
    return Matchers(("",) if not words or _PERMISSION_PROMPT in words else (), (said,))


def _unmatched(what: str, names: list[str]) -> str:
    return f"Gemini CLI has no {what} like {', '.join(names)}; it runs nothing for that."
