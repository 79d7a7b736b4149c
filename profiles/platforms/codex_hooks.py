"""Hooks for Codex: groups of handlers in hooks.json, and the scripts they run in a folder of their own.

Events, handlers and matchers as documented (https://developers.openai.com/codex/hooks) and as the reader in
@openai/codex 0.169.0 takes them: one value of a wrong type, or one handler of a type it does not know, and it
rejects the whole file, so only what it is sure to take is written.
"""

import math
import posixpath
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from profiles.entries import Element, EntryKey, Format, Value, checked_key
from profiles.platforms.codex_matchers import for_codex
from profiles.platforms.codex_servers import server_name
from profiles.platforms.definitions import HookGroup, read_hook
from profiles.platforms.hook_scripts import HookScripts, left_out, placed_scripts
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, Unsupported
from projects.paths import relative_path

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
_LONGEST_TIMEOUT = 2**31
# The reader cuts longer ones down when a session ends or is interrupted, and complains.
_SECONDS_AT_THE_END = 3
_AT_THE_END = frozenset({"Interrupt", "SessionEnd"})


def render_hook(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """An entry for each group that Codex can run, and before them the folder of the scripts, if there are any.

    Raises EntryError for a definition that hooks.json could not take, PathError for paths that cannot be used.
    """
    hook = read_hook(content)
    if isinstance(hook, Unsupported):
        return hook
    path = relative_path(f"{layout.root_dir}/hooks.json")
    start = posixpath.dirname(posixpath.dirname(path))
    scripts = placed_scripts(content, hook, layout, base=_PROJECT_DIR, start=start)
    if isinstance(scripts, Unsupported):
        return scripts
    translation = _Translation(scripts, scripts.folder.path or posixpath.relpath(f"/{path}", f"/{start}"))
    entries: dict[EntryKey, RenderedEntry] = {}
    for group in hook.groups:
        if value := translation.group(group):
            key = checked_key(Element.of(("hooks", group.event), value))
            entries.setdefault(key, RenderedEntry(path, Format.JSON, key, value))
    if not entries:
        first = next(iter(scripts.warnings)).message
        return Unsupported(f"Codex can run none of its hooks. {first}")
    return Rendering(
        scripts.placements(),
        (*left_out(hook, path), *scripts.warnings, *scripts.plugin_warnings("Codex")),
        tuple(entries.values()),
    )


@dataclass(frozen=True, slots=True)
class _Translation:
    """What Codex can run of a hook. `landmark` is a path that the project has, and hardly another one."""

    scripts: HookScripts
    landmark: str

    def group(self, group: HookGroup) -> dict[str, Value] | None:
        """The group as Codex takes it; None if nothing of it is left."""
        if group.event not in _EVENTS:
            self.scripts.warn(f"hooks.{group.event}", f"Codex has no event {group.event}; what it runs is left out.")
            return None
        matcher = for_codex(group.event, group.value.get("matcher"))
        for said in matcher.warnings:
            self.scripts.warn(f"{group.field}.matcher", said.message, is_loss=said.is_loss)
        if matcher.matches_nothing:
            return None
        answers = (self._handler(each, f"{group.field}.hooks[{i}]") for i, each in enumerate(group.handlers))
        handlers: list[Value] = [self._in_time(handler, group) for handler in answers if handler]
        if not handlers:
            return None
        return {"matcher": matcher.text, "hooks": handlers} if matcher.text is not None else {"hooks": handlers}

    def _handler(self, handler: Mapping[str, Value], place: str) -> dict[str, Value] | None:
        kind = handler["type"]
        if kind == "command":
            return self._command(handler, place)
        if kind == "mcp_tool" and isinstance(handler.get("server"), str) and isinstance(handler.get("tool"), str):
            named = {"server": server_name(str(handler["server"])), "tool": handler["tool"]}
            return {"type": kind, **named, **self._others(handler, place, _TOOL_KEYS, {"server", "tool"})}
        self.scripts.warn(place, f"Codex runs commands, and no handler of the type {kind!r}; it is left out.")
        return None

    def _in_time(self, handler: dict[str, Value], group: HookGroup) -> dict[str, Value]:
        seconds = handler.get("timeout")
        if group.event not in _AT_THE_END or not isinstance(seconds, int) or seconds <= _SECONDS_AT_THE_END:
            return handler
        message = f"Codex waits at most {_SECONDS_AT_THE_END} seconds at this event; that is written."
        self.scripts.warn(f"{group.field}.timeout", message)
        return {**handler, "timeout": _SECONDS_AT_THE_END}

    def _command(self, handler: Mapping[str, Value], place: str) -> dict[str, Value] | None:
        if handler.get("shell") == "powershell":
            self.scripts.warn(f"{place}.shell", "Codex runs hooks in the user's own shell; this one is left out.")
            return None
        line = self._line(handler, place)
        if line is None:
            return None
        if _PROJECT_VARIABLE in line or any(_wants_project(file.data) for file in self.scripts.files()):
            message = f"Codex sets no {_PROJECT_VARIABLE}; the command finds the project's folder itself."
            self.scripts.warn(f"{place}.command", message, is_loss=False)
            line = f"{self._finding_project()}; {line}"
        return {"type": "command", "command": line, **self._others(handler, place, _COMMAND_KEYS, _SAID_ELSEWHERE)}

    def _line(self, handler: Mapping[str, Value], place: str) -> str | None:
        """The command as one line for a shell; None if nobody can say what it is."""
        args = handler.get("args")
        if args is None:
            return str(self.scripts.rewritten(handler["command"], f"{place}.command", is_shell=True))
        if not isinstance(args, list) or not all(isinstance(each, str) for each in args):
            self.scripts.warn(f"{place}.args", "It is no list of texts; the handler is left out.")
            return None
        self.scripts.warn(f"{place}.args", "Codex takes one line for a shell; they are written into it.", is_loss=False)
        words = [self.scripts.rewritten(handler["command"], f"{place}.command")]
        words += [self.scripts.rewritten(each, f"{place}.args[{i}]") for i, each in enumerate(args)]
        return " ".join(_quoted(str(word)) for word in words)

    def _finding_project(self) -> str:
        """Codex runs a hook where the session is, which may be any folder below the project's."""
        until = f'[ -e {shlex.quote(self.landmark)} ] || [ "$PWD" = / ]'
        return f'export {_PROJECT_VARIABLE}="$(until {until}; do cd ..; done; pwd)"'

    def _others(
        self,
        handler: Mapping[str, Value],
        place: str,
        keys: Mapping[str, Callable[[Value], Value | None]],
        done: set[str],
    ) -> dict[str, Value]:
        """The keys of a handler that say how it is run, as far as Codex takes them."""
        others = {}
        for key, value in handler.items():
            if key in done or key == "type" or value is None:
                continue
            taken = keys[key](value) if key in keys else None
            if taken is None:
                self.scripts.warn(f"{place}.{key}", "Codex takes no such value in a handler; it is left out.")
            else:
                others[key] = taken
        return others


def _text(value: Value) -> Value | None:
    return value if isinstance(value, str) else None


def _flag(value: Value) -> Value | None:
    return value if isinstance(value, bool) else None


def _fields(value: Value) -> Value | None:
    return value if isinstance(value, dict) else None


def _seconds(value: Value) -> Value | None:
    """Whole seconds, at least one; Codex counts no parts of them."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LONGEST_TIMEOUT:
        return None
    return max(1, math.ceil(value))


_TOOL_KEYS: Mapping[str, Callable[[Value], Value | None]] = {
    "input": _fields,
    "statusMessage": _text,
    "timeout": _seconds,
}
_COMMAND_KEYS: Mapping[str, Callable[[Value], Value | None]] = {
    "async": _flag,
    "commandWindows": _text,
    "statusMessage": _text,
    "timeout": _seconds,
}
_SAID_ELSEWHERE = {"command", "args", "shell"}


def _quoted(word: str) -> str:
    """One word for a shell, in which nothing is filled in but the project's folder."""
    pieces = [shlex.quote(piece) if piece else "" for piece in word.split(_PROJECT_DIR)]
    return f'"{_PROJECT_DIR}"'.join(pieces) or "''"


def _wants_project(data: bytes) -> bool:
    return b"\x00" not in data and _PROJECT_VARIABLE.encode() in data
