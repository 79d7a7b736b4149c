"""Claude Code's hooks: groups of handlers in settings.json, and the scripts they run in a folder of their own.

Events, handlers and placeholders as documented: https://code.claude.com/docs/en/hooks
"""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from profiles.entries import Element, EntryKey, Format, Value, checked_key
from profiles.platforms.definitions import Hook, HookGroup, read_hook
from profiles.platforms.plain import copied_folder
from profiles.platforms.script_folder import ScriptFolder, plugin_variable
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    ProfileLayout,
    RenderedEntry,
    RenderedPath,
    Rendering,
    RenderWarning,
    Unsupported,
)
from projects.paths import relative_path

_PROJECT_DIR = "${CLAUDE_PROJECT_DIR}"
_EVENTS = frozenset(
    {
        "ConfigChange",
        "CwdChanged",
        "DirectoryAdded",
        "Elicitation",
        "ElicitationResult",
        "FileChanged",
        "InstructionsLoaded",
        "MessageDisplay",
        "Notification",
        "PermissionDenied",
        "PermissionRequest",
        "PostCompact",
        "PostModelSwitch",
        "PostToolBatch",
        "PostToolUse",
        "PostToolUseFailure",
        "PreCompact",
        "PreModelSwitch",
        "PreToolUse",
        "SessionEnd",
        "SessionStart",
        "Setup",
        "Stop",
        "StopFailure",
        "SubagentStart",
        "SubagentStop",
        "TaskCompleted",
        "TaskCreated",
        "TeammateIdle",
        "UserPromptExpansion",
        "UserPromptSubmit",
        "WorktreeCreate",
        "WorktreeRemove",
    }
)
_HANDLER_TYPES = ("command", "http", "mcp_tool", "prompt", "agent")
# What says something about the definition and to nobody else.
_ABOUT_ITSELF = frozenset({"$schema", "description"})


def render_hook(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """An entry for each group of handlers, and before them the folder of the scripts, if there are any.

    Raises EntryError for a definition that settings.json could not take, PathError for paths that cannot be used.
    """
    hook = read_hook(content)
    if isinstance(hook, Unsupported):
        return hook
    settings = relative_path(f"{layout.root_dir}/settings.json")
    placed = copied_folder(replace(content, files=hook.scripts), layout) if hook.scripts else Rendering()
    if isinstance(placed, Unsupported):
        return placed
    groups = _Groups(_script_folder(content, placed, settings))
    entries: dict[EntryKey, RenderedEntry] = {}
    for group in hook.groups:
        value = groups.rewritten(group)
        key = checked_key(Element.of(("hooks", group.event), value))
        entries.setdefault(key, RenderedEntry(settings, Format.JSON, key, value))
    return Rendering(
        tuple(_executable(path, groups.runs) for path in placed.paths),
        (*_left_out(hook), *groups.warnings, *_script_warnings(placed)),
        tuple(entries.values()),
    )


def _script_folder(content: ArtifactContent, placed: Rendering, settings: str) -> ScriptFolder:
    """The folder of the scripts as seen from where Claude Code is started to read these settings."""
    if not placed.paths:
        return ScriptFolder(_PROJECT_DIR, "", frozenset())
    (folder,) = placed.paths
    start = posixpath.dirname(posixpath.dirname(settings))
    return ScriptFolder(
        _PROJECT_DIR,
        posixpath.relpath(f"/{folder.path}", f"/{start}"),
        frozenset(file.path for file in folder.files),
        is_project=not content.namespace,
    )


@dataclass(slots=True)
class _Groups:
    """Groups with their paths rewritten, and what was found on the way."""

    folder: ScriptFolder
    warnings: dict[RenderWarning, None] = field(default_factory=dict)
    runs: set[str] = field(default_factory=set)

    def rewritten(self, group: HookGroup) -> Value:
        if group.event not in _EVENTS:
            self._warn(f"hooks.{group.event}", "Claude Code documents no event of this name and may never run it.")
        handlers = [self._handler(each, f"{group.field}.hooks[{i}]") for i, each in enumerate(group.handlers)]
        return {**group.value, "hooks": handlers}

    def _handler(self, handler: Mapping[str, Value], place: str) -> Value:
        if handler["type"] not in _HANDLER_TYPES:
            known = ", ".join(_HANDLER_TYPES)
            self._warn(f"{place}.type", f"Claude Code knows handlers of the types {known}.")
        # With `args` the command is started without a shell.
        is_shell = "args" not in handler and handler.get("shell") != "powershell"
        return {
            key: self._value(value, f"{place}.{key}", is_shell=is_shell and key == "command")
            if key in ("command", "args")
            else self._elsewhere(value, f"{place}.{key}")
            for key, value in handler.items()
        }

    def _value(self, value: Value, place: str, *, is_shell: bool = False) -> Value:
        match value:
            case str():
                answer = self.folder.rewritten(value, is_shell=is_shell)
                for problem in answer.problems:
                    self._warn(place, problem)
                if place.endswith(".command"):
                    self.runs |= answer.runs
                return answer.text
            case dict():
                return {key: self._value(inner, f"{place}.{key}") for key, inner in value.items()}
            case list():
                return [self._value(inner, f"{place}[{index}]") for index, inner in enumerate(value)]
            case _:
                return value

    def _elsewhere(self, value: Value, place: str) -> Value:
        rewritten = self._value(value, place)
        if rewritten != value:
            self._warn(place, f"Claude Code is not known to fill in {_PROJECT_DIR} anywhere but in commands.")
        return rewritten

    def _warn(self, place: str, message: str) -> None:
        self.warnings[RenderWarning(place, message)] = None


def _executable(folder: RenderedPath, runs: set[str]) -> RenderedPath:
    """The folder with an executable bit on what is executed: scripts that name their interpreter, and commands."""
    files = tuple(
        ContentFile(
            file.path,
            file.data,
            file.executable or file.path in runs or file.data.startswith(b"#!"),
            file.sha256,
        )
        for file in folder.files
    )
    return RenderedPath(folder.path, files)


def _left_out(hook: Hook) -> list[RenderWarning]:
    return [
        RenderWarning(key, "Only the hooks go into settings.json; this is left out.")
        for key in hook.other_keys
        if key not in _ABOUT_ITSELF
    ]


def _script_warnings(placed: Rendering) -> list[RenderWarning]:
    return [
        RenderWarning(file.path, f"It refers to {variable}, which Claude Code sets for plugins only.")
        for folder in placed.paths
        for file in folder.files
        if (variable := plugin_variable(file.data))
    ]
