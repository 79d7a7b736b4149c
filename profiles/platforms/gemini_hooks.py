"""Gemini CLI's hooks: groups of handlers in its settings.json, and the scripts they run in a folder of their own.

Events, keys and matchers as docs/hooks/reference.md of google-gemini/gemini-cli has them; how commands are filled in
and matchers are compared, as the reader in the npm package @google/gemini-cli 0.61.0 does it (hooks/hookRunner.js and
hooks/hookPlanner.js, cli/src/utils/envVarResolver.ts).
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from profiles.entries import Format, Value
from profiles.platforms.claude_tools import is_everything
from profiles.platforms.definitions import Hook, HookGroup
from profiles.platforms.gemini_matchers import Matchers, for_gemini
from profiles.platforms.hook_groups import LONGEST_TIMEOUT, Handler, group_settings, groups_with_matcher, handlers_of
from profiles.platforms.hook_scripts import HookFile, HookScripts
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported

# In braces it is left to the shell; without them Gemini CLI puts a quoted path in its place, wherever it stands.
_PROJECT_DIR = "${GEMINI_PROJECT_DIR}"
_BARE_PROJECT_DIR = re.compile(r"\$((?:GEMINI|CLAUDE)_PROJECT_DIR)\b")
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
_TOOL_EVENTS = frozenset({"PreToolUse", "PostToolUse"})
_NAMES_A_TOOL = re.compile(rb"[\"'](?:Bash|Edit|MultiEdit|Read|Write)[\"']")
_OTHER_NAMES = (
    "Gemini CLI has its own names for tools in what it hands to a hook: run_shell_command for Bash, replace for Edit, "
    "write_file for Write."
)
_PRINTS_CONTEXT = ("UserPromptSubmit", "SessionStart")
_LOST_KEYS = {
    "async": "Gemini CLI waits for the command to end.",
    "asyncRewake": "Gemini CLI waits for the command to end.",
    "once": "Gemini CLI runs it each time.",
}
_TAKEN = {"name": str, "description": str}
_FILE = HookFile("Gemini CLI", "settings.json", Format.JSON_WITH_COMMENTS, _PROJECT_DIR)


def render_hook(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """An entry for each group of handlers, and before them the folder of the scripts, if there are any.

    Raises EntryError for a definition that settings.json could not take, PathError for paths that cannot be used.
    """

    def translated(hook: Hook, scripts: HookScripts) -> list[tuple[str, Value]]:
        groups = groups_with_matcher(hook, scripts)
        written = [value for group in groups for value in _Group(group, scripts).written()]
        if written:
            _warn_of_words(content, hook, scripts)
            _warn_of_output(content, hook.groups, scripts)
        return written

    return _FILE.rendered(content, layout, translated)


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
        found = self._matchers(event)
        if not found.texts:
            return
        handlers: list[Value] = [
            handler for each in handlers_of(self.group, self.scripts) if (handler := self._handler(each))
        ]
        if not handlers:
            return
        self._say(event, found)
        rest = {**group_settings(self.group, self.scripts, {"sequential": bool}), "hooks": handlers}
        for matcher in found.texts:
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
            message = f"Gemini CLI has no event like {name}; its handlers are left out."
            self.scripts.leave_out(f"hooks.{name}", message)
        return event

    def _matchers(self, event: str) -> Matchers:
        """The matchers to write; where there are none it has been said why."""
        matcher = (self.group.matcher or "").strip()
        if self._is_own:
            return Matchers(("" if is_everything(matcher) else matcher,))
        found = for_gemini(event, matcher)
        for said in () if found.texts else found.warnings:
            self.scripts.leave_out(self._place, said.message)
        return found

    @property
    def _place(self) -> str:
        """Where it stands what the group is limited to, or that it is not."""
        return f"{self.group.field}.matcher" if self.group.matcher else self.group.field

    def _say(self, event: str, found: Matchers) -> None:
        """What is otherwise of a group that is written."""
        name = self.group.event
        if event != name:
            self.scripts.warnings.note(f"hooks.{name}", f"Gemini CLI calls this event {event}.")
        self.scripts.warnings.add(*(replace(said, field=self._place) for said in found.warnings))

    def _handler(self, handler: Handler) -> dict[str, Value] | None:
        if handler.kind != "command":
            message = "Gemini CLI runs commands only; this handler is left out."
            self.scripts.leave_out(f"{handler.field}.type", message)
            return None
        written: dict[str, Value] = {"type": "command", "command": self._command(handler)}
        if handler.timeout is not None:
            written["timeout"] = self._milliseconds(handler.timeout, f"{handler.field}.timeout")
        return {**written, **handler.settings(self.scripts, _TAKEN, _LOST_KEYS)}

    def _command(self, handler: Handler) -> str:
        line = self.scripts.line(str(handler.value["command"]), handler.args, handler.field)
        if handler.args is not None:
            return line
        line = _BARE_PROJECT_DIR.sub(r"${\1}", line)
        if match := _DEFAULT.search(line):
            message = f"Gemini CLI fills in {match[0]} when it reads its settings, before the command runs."
            self.scripts.warnings.loss(f"{handler.field}.command", message)
        return line

    def _milliseconds(self, timeout: float, place: str) -> int:
        if self._is_own:
            return math.ceil(timeout)
        milliseconds = min(math.ceil(timeout * 1000), LONGEST_TIMEOUT)
        self.scripts.warnings.note(place, f"Gemini CLI counts milliseconds; it is written as {milliseconds}.")
        return milliseconds


def _warn_of_words(content: ArtifactContent, hook: Hook, scripts: HookScripts) -> None:
    """A loss for each file that looks for a tool of Claude Code's in what Gemini CLI hands to a hook."""
    if not any(group.event in _TOOL_EVENTS for group in hook.groups):
        return
    for file in content.files:
        if b"tool_name" in file.data or (file in hook.scripts and _NAMES_A_TOOL.search(file.data)):
            scripts.warnings.loss(file.path, _OTHER_NAMES)


def _warn_of_output(content: ArtifactContent, groups: tuple[HookGroup, ...], scripts: HookScripts) -> None:
    """Losses in what Gemini CLI makes of a handler's output."""
    texts = [file.data for file in content.files if b"\x00" not in file.data]
    if any(b"permissionDecision" in text for text in texts):
        message = "Gemini CLI does not read this from a command's output; it reads 'decision' and 'reason'."
        scripts.warnings.loss("permissionDecision", message)
    if not any(b"additionalContext" in text for text in texts):
        for event in (each for each in _PRINTS_CONTEXT if any(group.event == each for group in groups)):
            message = (
                "Gemini CLI shows text that a command prints to the user; the agent is given only additionalContext."
            )
            scripts.warnings.loss(f"hooks.{event}", message)
