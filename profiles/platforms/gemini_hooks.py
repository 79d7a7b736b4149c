"""Gemini CLI's hooks: groups of handlers in its settings.json, and the scripts they run in a folder of their own.

Events, keys and matchers as docs/hooks/reference.md of google-gemini/gemini-cli has them; how commands are filled in
and matchers are compared, as the reader in the npm package @google/gemini-cli 0.61.0 does it (hooks/hookRunner.js and
hooks/hookPlanner.js, cli/src/utils/envVarResolver.ts).
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from profiles.entries import Element, EntryKey, Format, Value, checked_key
from profiles.platforms.definitions import HookGroup, read_hook
from profiles.platforms.gemini_tools import tool_patterns
from profiles.platforms.hook_scripts import HookScripts, left_out, placed_scripts
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, Unsupported
from projects.paths import relative_path

# In braces it is left to the shell; without them Gemini CLI puts a quoted path in its place, wherever it stands.
_PROJECT_DIR = "${GEMINI_PROJECT_DIR}"
_BARE_PROJECT_DIR = re.compile(r"\$((?:GEMINI|CLAUDE)_PROJECT_DIR)\b")
_FOLDER = re.compile(r"(\$\{(?:GEMINI|CLAUDE)_PROJECT_DIR\})")
# Filled in once, when the settings are read, and then with the default for whatever the command itself sets.
_DEFAULT = re.compile(r"\$\{[^}:]+:-[^}]*\}")
_EVENTS = {
    "PreToolUse": "BeforeTool",
    "PostToolUse": "AfterTool",
    "UserPromptSubmit": "BeforeAgent",
    "Stop": "AfterAgent",
    "SessionStart": "SessionStart",
    "SessionEnd": "SessionEnd",
    "PreCompact": "PreCompress",
    "Notification": "Notification",
}
_OWN_EVENTS = frozenset(
    {"AfterAgent", "AfterModel", "AfterTool", "BeforeAgent", "BeforeModel", "BeforeTool", "BeforeToolSelection"}
    | {"PreCompress"}
)
_TOOL_EVENTS = ("BeforeTool", "AfterTool")
# What a matcher of these events is compared with, as a whole.
_TRIGGERS = {
    "SessionStart": ("startup", "resume", "clear"),
    "SessionEnd": ("exit", "clear", "logout", "prompt_input_exit", "other"),
    "PreCompress": ("auto", "manual"),
}
_PERMISSION_PROMPT = "permission_prompt"
_EVERYTHING = ("", "*", ".*", ".+")
_WRAPPED = re.compile(r"\^?\((?:\?:)?([^()]*)\)\$?|\^?([^()^$]*)\$?")
_PRINTS_CONTEXT = ("UserPromptSubmit", "SessionStart")
_LOST_KEYS = {
    "async": "Gemini CLI waits for the command to end.",
    "asyncRewake": "Gemini CLI waits for the command to end.",
    "once": "Gemini CLI runs it each time.",
}
# JavaScript's timers take no longer one.
_LONGEST_TIMEOUT = 2**31 - 1


def render_hook(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """An entry for each group of handlers, and before them the folder of the scripts, if there are any.

    Raises EntryError for a definition that settings.json could not take, PathError for paths that cannot be used.
    """
    hook = read_hook(content)
    if isinstance(hook, Unsupported):
        return hook
    settings = relative_path(f"{layout.root_dir}/settings.json")
    # Gemini CLI is started in the folder above its own to read these settings.
    start = posixpath.dirname(posixpath.dirname(settings))
    scripts = placed_scripts(content, hook, layout, base=_PROJECT_DIR, start=start)
    if isinstance(scripts, Unsupported):
        return scripts
    entries: dict[EntryKey, RenderedEntry] = {}
    for group in hook.groups:
        for event, value in _Group(group, scripts).written():
            key = checked_key(Element.of(("hooks", event), value))
            entries.setdefault(key, RenderedEntry(settings, Format.JSON_WITH_COMMENTS, key, value))
    if not entries:
        reasons = " ".join(dict.fromkeys(warning.message for warning in scripts.warnings if warning.is_loss))
        return Unsupported(f"Nothing of it would run. {reasons}")
    _warn_of_output(content, hook.groups, scripts)
    return Rendering(
        scripts.placements(),
        (*left_out(hook, settings), *scripts.warnings, *scripts.plugin_warnings("Gemini CLI")),
        tuple(entries.values()),
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """A group of handlers on its way to Gemini CLI."""

    group: HookGroup
    scripts: HookScripts

    def written(self) -> Iterator[tuple[str, Value]]:
        """The event and the group as they are written; several times where only several matchers say the same."""
        event = self._event()
        if not event:
            return
        matchers = self._matchers(event)
        if not matchers:
            return
        handlers = [self._handler(each, f"{self.group.field}.hooks[{i}]") for i, each in enumerate(self.group.handlers)]
        running = [handler for handler in handlers if handler is not None]
        rest: dict[str, Value] = {"hooks": running}
        for key, value in self.group.value.items():
            if key == "sequential" and isinstance(value, bool):
                rest = {key: value, **rest}
            elif key not in ("matcher", "hooks"):
                self._lost(f"{self.group.field}.{key}", "Gemini CLI knows no such key of a group; it is left out.")
        for matcher in matchers if running else ():
            yield event, {"matcher": matcher, **rest} if matcher else rest

    @property
    def _is_own(self) -> bool:
        return self.group.event in _OWN_EVENTS

    def _event(self) -> str:
        name = self.group.event
        if self._is_own:
            return name
        event = _EVENTS.get(name, "")
        if not event:
            self._lost(f"hooks.{name}", f"Gemini CLI has no event like {name}; its handlers are left out.")
        elif event != name:
            self._said(f"hooks.{name}", f"Gemini CLI calls this event {event}.")
        return event

    def _matchers(self, event: str) -> list[str]:
        """The matchers to write, '' for none; an empty list where none would ever match."""
        given, place = self.group.value.get("matcher"), f"{self.group.field}.matcher"
        if given is not None and not isinstance(given, str):
            self._lost(place, "It is no text; the group is left out.")
            return []
        matcher = (given or "").strip()
        if event == "Notification":
            return self._notifications(matcher, place)
        if matcher in _EVERYTHING or event not in (*_TOOL_EVENTS, *_TRIGGERS):
            return [""]
        if self._is_own:
            return [matcher]
        alternatives = _alternatives(matcher)
        if any(each in _EVERYTHING for each in alternatives):
            return [""]
        if event in _TRIGGERS:
            return self._triggers(alternatives, event, place)
        return self._tools(alternatives, matcher, place)

    def _tools(self, alternatives: list[str], matcher: str, place: str) -> list[str]:
        found = {each: tool_patterns(each) for each in alternatives}
        self._unmatched([each for each, patterns in found.items() if not patterns], "tool", place)
        patterns = list(dict.fromkeys(pattern for patterns in found.values() for pattern in patterns))
        if not patterns:
            return []
        written = f"^({'|'.join(patterns)})$" if len(patterns) > 1 else f"^{patterns[0]}$"
        self._said(place, f"Gemini CLI has other names for tools; {matcher} is written as {written}.")
        return [written]

    def _triggers(self, alternatives: list[str], event: str, place: str) -> list[str]:
        known = [each for each in _TRIGGERS[event] if each in alternatives]
        self._unmatched([each for each in alternatives if each not in known], "occasion", place)
        if len(known) > 1:
            self._said(place, "Gemini CLI compares the whole matcher; there is a group for each word of it.")
        return known

    def _notifications(self, matcher: str, place: str) -> list[str]:
        alternatives = _alternatives(matcher)
        is_every = any(each in _EVERYTHING for each in alternatives)
        if is_every or alternatives != [_PERMISSION_PROMPT]:
            self._lost(place, "Gemini CLI notifies of the permissions it asks for and of nothing else.")
        return [""] if is_every or _PERMISSION_PROMPT in alternatives else []

    def _unmatched(self, names: list[str], what: str, place: str) -> None:
        if names:
            self._lost(place, f"Gemini CLI has no {what} like {', '.join(names)}; it runs nothing for that.")

    def _handler(self, handler: Mapping[str, Value], place: str) -> dict[str, Value] | None:
        if reason := _unwritable(handler):
            field, message = reason
            self._lost(f"{place}.{field}", message)
            return None
        written: dict[str, Value] = {"type": "command", "command": self._command(handler, place)}
        for key, value in handler.items():
            if key in ("name", "description") and isinstance(value, str):
                written[key] = value
            elif key == "timeout":
                self._add_timeout(written, value, f"{place}.timeout")
            elif key not in ("type", "command", "args", "shell") and value not in (None, False, ""):
                message = _LOST_KEYS.get(key, "Gemini CLI knows no such key of a handler; it is left out.")
                self._lost(f"{place}.{key}", message)
        return written

    def _command(self, handler: Mapping[str, Value], place: str) -> str:
        command, arguments = str(handler["command"]), handler.get("args")
        if isinstance(arguments, list):
            self._said(f"{place}.args", "Gemini CLI gives commands to a shell; it is written as one line for it.")
            words = [self._filled(command, f"{place}.command")]
            words += [self._filled(str(each), f"{place}.args[{index}]") for index, each in enumerate(arguments)]
            return " ".join(map(_quoted, words))
        line = _BARE_PROJECT_DIR.sub(r"${\1}", self._filled(command, f"{place}.command", is_shell=True))
        if match := _DEFAULT.search(line):
            message = f"Gemini CLI fills in {match[0]} when it reads its settings, before the command runs."
            self._lost(f"{place}.command", message)
        return line

    def _filled(self, text: str, place: str, *, is_shell: bool = False) -> str:
        return str(self.scripts.rewritten(text, place, is_shell=is_shell))

    def _add_timeout(self, written: dict[str, Value], value: Value, place: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
            self._lost(place, "It is no number of seconds; Gemini CLI stops the command after its own time.")
            return
        milliseconds = min(round(value if self._is_own else value * 1000), _LONGEST_TIMEOUT)
        written["timeout"] = milliseconds
        if not self._is_own:
            self._said(place, f"Gemini CLI counts milliseconds; it is written as {milliseconds}.")

    def _lost(self, place: str, message: str) -> None:
        self.scripts.warn(place, message)

    def _said(self, place: str, message: str) -> None:
        self.scripts.warn(place, message, is_loss=False)


def _unwritable(handler: Mapping[str, Value]) -> tuple[str, str] | None:
    """The field because of which a handler is left out, and what is said of it."""
    if handler["type"] != "command":
        return "type", "Gemini CLI runs commands only; this handler is left out."
    if handler.get("shell") not in (None, "bash"):
        return "shell", "Gemini CLI gives commands to its own shell only; this handler is left out."
    if handler.get("if"):
        return "if", "Gemini CLI knows no such condition and would run it too often; this handler is left out."
    arguments = handler.get("args")
    if arguments is not None and not (isinstance(arguments, list) and all(isinstance(each, str) for each in arguments)):
        return "args", "It is no list of texts; this handler is left out."
    return None


def _alternatives(matcher: str) -> list[str]:
    match = _WRAPPED.fullmatch(matcher)
    inner = next((group for group in match.groups() if group is not None), "") if match else matcher
    parts = [part.strip() for part in inner.split("|")]
    return [part for part in dict.fromkeys(parts) if part] or [""]


def _quoted(word: str) -> str:
    """`word` as one word of a shell's line in which the project's folder is filled in."""
    parts = _FOLDER.split(word)
    escaped = [part if index % 2 else re.sub(r'([\\"`$])', r"\\\1", part) for index, part in enumerate(parts)]
    return f'"{"".join(escaped)}"'


def _warn_of_output(content: ArtifactContent, groups: tuple[HookGroup, ...], scripts: HookScripts) -> None:
    """Losses in what Gemini CLI makes of a handler's output."""
    texts = [file.data for file in content.files if b"\x00" not in file.data]
    if any(b"permissionDecision" in text for text in texts):
        message = "Gemini CLI does not read this from a command's output; it reads 'decision' and 'reason'."
        scripts.warn("permissionDecision", message)
    if not any(b"additionalContext" in text for text in texts):
        for event in (each for each in _PRINTS_CONTEXT if any(group.event == each for group in groups)):
            message = (
                "Gemini CLI shows text that a command prints to the user; the agent is given only additionalContext."
            )
            scripts.warn(f"hooks.{event}.output", message)
