"""What limits a hook to some tools, in Codex's names for them.

As documented (https://developers.openai.com/codex/hooks): the shell is `Bash`, `Edit` and `Write` stand for
`apply_patch`, `Agent` for starting an agent, tools of MCP servers are called as Claude Code calls them. A matcher of
letters, digits, `_` and `|` lists names; any other is a regular expression, of a kind that cannot look around.
"""

import re
from dataclasses import dataclass
from warnings import catch_warnings

from profiles.entries import Value
from profiles.rendering import RenderWarning

_TOOL_EVENTS = frozenset({"PermissionRequest", "PostToolUse", "PreToolUse"})
_NAMES = re.compile(r"[A-Za-z0-9_|]+")
_WORD = re.compile(r"[A-Za-z0-9_]+")
_LOOKS_AROUND = re.compile(r"\(\?<?[=!]|\\[1-9]")
_CALLED = {"MultiEdit": "Edit", "NotebookEdit": "Edit", "Task": "Agent"}
_EDITING = frozenset({"Edit", "MultiEdit", "NotebookEdit", "Write"})
# Tools of Claude Code for which Codex has none that a hook could match.
_MISSING = frozenset(
    {
        "AskUserQuestion",
        "BashOutput",
        "ExitPlanMode",
        "Glob",
        "Grep",
        "KillShell",
        "LS",
        "NotebookRead",
        "Read",
        "Skill",
        "SlashCommand",
        "TodoWrite",
        "WebFetch",
        "WebSearch",
    }
)


@dataclass(frozen=True, slots=True)
class Matcher:
    """A matcher for Codex, None for none, and what is said of it. Without any match the group is of no use."""

    text: str | None
    warnings: tuple[RenderWarning, ...] = ()
    matches_nothing: bool = False


def for_codex(event: str, matcher: Value) -> Matcher:
    """What limits a group of this event, so that Codex understands it."""
    if matcher is None:
        return Matcher(None)
    if not isinstance(matcher, str):
        return _nothing("It is no text, so nobody can say what it matches; the group is left out.")
    if _LOOKS_AROUND.search(matcher):
        return _nothing("Codex cannot look around or back in a matcher; the group is left out.")
    if not _is_expression(matcher):
        return _nothing("It is no regular expression, and Codex ignores such a matcher; the group is left out.")
    return _for_tools(matcher) if event in _TOOL_EVENTS else Matcher(matcher)


def _for_tools(matcher: str) -> Matcher:
    words = dict.fromkeys(_WORD.findall(matcher))
    warnings = []
    if missing := [word for word in words if word in _MISSING]:
        warnings.append(RenderWarning("", f"Codex has no tool {' and no '.join(missing)} for a hook to wait for."))
    if any(word in _EDITING for word in words):
        message = "For an edit Codex tells the hook its patch, in tool_input.command, and no file_path."
        warnings.append(RenderWarning("", message))
    if not _NAMES.fullmatch(matcher):
        return Matcher(matcher, tuple(warnings))
    called = dict.fromkeys(_CALLED.get(word, word) for word in words if word not in _MISSING)
    if not called:
        return _nothing(f"{warnings[0].message[:-1]}; the group is left out.") if warnings else Matcher(matcher)
    text = "|".join(called)
    if any(word in _CALLED for word in words):
        warnings.append(RenderWarning("", f"It is written as {text!r}, as Codex calls the tools.", is_loss=False))
    return Matcher(text, tuple(warnings))


def _is_expression(matcher: str) -> bool:
    """Whether it can be read as one, by Python's rules, which are close to Codex's; `*` stands for everything."""
    try:
        # What another kind of expression may come to mean is no concern here.
        with catch_warnings(action="ignore"):
            re.compile(matcher)
    except (re.error, OverflowError, RecursionError):
        return matcher == "*"
    return True


def _nothing(message: str) -> Matcher:
    return Matcher(None, (RenderWarning("", message),), matches_nothing=True)
