"""Claude Code's hooks: groups of handlers in settings.json, and the scripts they run in a folder of their own.

Events, handlers and placeholders as documented: https://code.claude.com/docs/en/hooks
"""

from collections.abc import Mapping

from profiles.entries import Format, Value
from profiles.platforms.definitions import HookGroup
from profiles.platforms.hook_scripts import HookFile, HookScripts
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported

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
_FILE = HookFile("Claude Code", "settings.json", Format.JSON, _PROJECT_DIR)


def render_hook(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """An entry for each group of handlers, and before them the folder of the scripts, if there are any.

    Raises EntryError for a definition that settings.json could not take, PathError for paths that cannot be used.
    """
    return _FILE.rendered(
        content, layout, lambda hook, scripts: ((group.event, _rewritten(group, scripts)) for group in hook.groups)
    )


def _rewritten(group: HookGroup, scripts: HookScripts) -> Value:
    if group.event not in _EVENTS:
        scripts.warnings.loss(
            f"hooks.{group.event}", "Claude Code documents no event of this name and may never run it."
        )
    handlers = [_handler(each, f"{group.field}.hooks[{i}]", scripts) for i, each in enumerate(group.handlers)]
    return {**group.value, "hooks": handlers}


def _handler(handler: Mapping[str, Value], place: str, scripts: HookScripts) -> Value:
    if handler["type"] not in _HANDLER_TYPES:
        known = ", ".join(_HANDLER_TYPES)
        scripts.warnings.loss(f"{place}.type", f"Claude Code knows handlers of the types {known}.")
    # With `args` the command is started without a shell.
    is_shell = "args" not in handler and handler.get("shell") != "powershell"
    return {
        key: scripts.rewritten(value, f"{place}.{key}", is_shell=is_shell and key == "command")
        if key in ("command", "args")
        else _elsewhere(value, f"{place}.{key}", scripts)
        for key, value in handler.items()
    }


def _elsewhere(value: Value, place: str, scripts: HookScripts) -> Value:
    rewritten = scripts.rewritten(value, place)
    if rewritten != value:
        scripts.warnings.loss(place, f"Claude Code is not known to fill in {_PROJECT_DIR} anywhere but in commands.")
    return rewritten
