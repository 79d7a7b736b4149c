"""Hooks for Codex: groups of handlers in hooks.json, and the scripts they run in a folder of their own.

Events, handlers and matchers as documented (https://developers.openai.com/codex/hooks) and as the reader in
@openai/codex 0.169.0 takes them: one value of a wrong type, or one handler of a type it does not know, and it
rejects the whole file, so only what it is sure to take is written.
"""

import math
import shlex
from collections.abc import Iterator
from dataclasses import replace

from profiles.entries import Format, Value
from profiles.platforms.codex_answers import unsupported_words
from profiles.platforms.codex_matchers import for_codex
from profiles.platforms.codex_servers import server_name
from profiles.platforms.definitions import Hook, HookGroup
from profiles.platforms.hook_groups import Handler, group_settings, groups_with_matcher, handlers_of
from profiles.platforms.hook_scripts import HookFile, HookScripts
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported

_PROJECT_VARIABLE = "CLAUDE_PROJECT_DIR"
_PROJECT_DIR = f"${{{_PROJECT_VARIABLE}}}"
_EVENTS = frozenset(
    {
        "Interrupt",
        "PermissionRequest",
        "PostCompact",
        "PostToolUse",
        "PreCompact",
        "PreToolUse",
        "SessionEnd",
        "SessionStart",
        "Stop",
        "SubagentStart",
        "SubagentStop",
        "UserPromptSubmit",
    }
)
# The reader cuts longer ones down when a session ends or is interrupted, and complains.
_SECONDS_AT_THE_END = 3
_AT_THE_END = frozenset({"Interrupt", "SessionEnd"})
_FILE = HookFile("Codex", "hooks.json", Format.JSON, _PROJECT_DIR)
_OF_COMMANDS = {"async": bool, "commandWindows": str, "statusMessage": str}
_OF_TOOLS = {"input": dict, "statusMessage": str}


def render_hook(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """An entry for each group that Codex can run, and before them the folder of the scripts, if there are any.

    Raises EntryError for a definition that hooks.json could not take, PathError for paths that cannot be used.
    """

    def translated(hook: Hook, scripts: HookScripts) -> Iterator[tuple[str, Value]]:
        for group in groups_with_matcher(hook, scripts):
            if value := _group(group, scripts):
                yield group.event, value
        scripts.warnings.add(*unsupported_words(hook, content.files))

    return _FILE.rendered(content, layout, translated)


def _group(group: HookGroup, scripts: HookScripts) -> dict[str, Value] | None:
    """The group as Codex takes it; None if nothing of it is left."""
    if group.event not in _EVENTS:
        message = f"Codex has no event {group.event}; what it runs is left out."
        scripts.leave_out(f"hooks.{group.event}", message)
        return None
    matcher = for_codex(group.event, group.matcher)
    place = f"{group.field}.matcher"
    if matcher.why_nothing:
        scripts.leave_out(place, matcher.why_nothing)
        return None
    scripts.warnings.add(*(replace(said, field=place) for said in matcher.warnings))
    answers = [_handler(each, group, scripts) for each in handlers_of(group, scripts)]
    group_settings(group, scripts)
    handlers: list[Value] = [handler for handler in answers if handler]
    if not handlers:
        return None
    return {"matcher": matcher.text, "hooks": handlers} if matcher.text is not None else {"hooks": handlers}


def _handler(handler: Handler, group: HookGroup, scripts: HookScripts) -> dict[str, Value] | None:
    written: dict[str, Value]
    match handler.value:
        case {"type": "command", "command": str(command)}:
            line = _line(handler, command, scripts)
            written = {"type": "command", "command": line, **handler.settings(scripts, _OF_COMMANDS)}
        case {"type": "mcp_tool", "server": str(server), "tool": str(tool)} if server and tool:
            if _holds_null(handler.value.get("input") or {}):
                message = "Codex takes no null in it and would reject every hook in the file; this handler is left out."
                scripts.leave_out(f"{handler.field}.input", message)
                return None
            named = {"type": "mcp_tool", "server": server_name(server), "tool": tool}
            written = {**named, **handler.settings(scripts, _OF_TOOLS)}
        case _:
            message = f"Codex runs commands, and no handler of the type {handler.kind!r}; it is left out."
            scripts.leave_out(handler.field, message)
            return None
    if handler.timeout is not None:
        written["timeout"] = _seconds(handler.timeout, group, scripts)
    return written


def _holds_null(value: Value) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(_holds_null, inner))


def _seconds(timeout: float, group: HookGroup, scripts: HookScripts) -> int:
    """Whole seconds; Codex counts no parts of them."""
    seconds = math.ceil(timeout)
    if group.event not in _AT_THE_END or seconds <= _SECONDS_AT_THE_END:
        return seconds
    message = f"Codex waits at most {_SECONDS_AT_THE_END} seconds at this event; that is written."
    scripts.warnings.loss(f"{group.field}.timeout", message)
    return _SECONDS_AT_THE_END


def _line(handler: Handler, command: str, scripts: HookScripts) -> str:
    line = scripts.line(command, handler.args, handler.field)
    if _PROJECT_VARIABLE not in line and not any(_wants_project(file.data) for file in scripts.files()):
        return line
    message = f"Codex sets no {_PROJECT_VARIABLE}; the command finds the project's folder itself."
    scripts.warnings.note(f"{handler.field}.command", message)
    return f"{_finding_project(scripts.landmark)}; {line}"


def _finding_project(landmark: str) -> str:
    """Codex runs a hook where the session is, which may be any folder below the project's."""
    # A path may begin with two slashes, and then its uppermost folder has two.
    up = '[ "$PWD" != / ] && [ "$PWD" != // ] && cd .. || exit 1'
    found = f"$(until [ -e {shlex.quote(landmark)} ]; do {up}; done; pwd)"
    return f'{_PROJECT_VARIABLE}="{found}" || exit 1; export {_PROJECT_VARIABLE}'


def _wants_project(data: bytes) -> bool:
    return b"\x00" not in data and _PROJECT_VARIABLE.encode() in data
