"""Cursor's hooks: one entry a handler in hooks.json of its folder, and the scripts they run in a folder of their own.

Shape, settings and working directory as documented: https://cursor.com/docs/hooks
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from types import NoneType

from profiles.entries import Format, Member, Value, checked_key
from profiles.platforms.cursor_matchers import EVENTS, matched
from profiles.platforms.definitions import Hook, HookGroup
from profiles.platforms.hook_groups import Handler, group_settings, groups_with_matcher, handlers_of
from profiles.platforms.hook_scripts import HookFile, HookScripts
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, RenderWarning, Unsupported

_VERSION = 1
# Cursor runs the hooks of a project in the folder above its own.
_FILE = HookFile("Cursor", "hooks.json", Format.JSON, ".")
# Cursor's own settings of a handler; without a limit of loops it goes on as long as it likes.
_SETTINGS = {"failClosed": bool, "loop_limit": int | NoneType}
_TWICE = RenderWarning(
    "hooks",
    "Cursor can be set to run the hooks in .claude/settings.json too; deployed for both, the hook then runs twice.",
    is_loss=False,
)
# What tells that a command reads what Claude Code hands it, or answers in JSON.
_TALKS = re.compile(
    rb"tool_(?:name|input|response)|hook_event_name|hookSpecificOutput|permissionDecision|additionalContext"
)
_OTHER_WORDS = (
    "It speaks as hooks of Claude Code do. Cursor has its own names for tools and fields in what it hands to a hook "
    "and in what it reads from one. Exit code 2 blocks in both."
)
# Claude Code hands the agent what these print.
_PRINTS_CONTEXT = ("SessionStart", "UserPromptSubmit")


def render_hook(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """An entry for each handler and one for the version of the file; before them the scripts, if there are any.

    Raises EntryError for a definition that hooks.json could not take, PathError for paths that cannot be used.
    """
    answer = _FILE.rendered(content, layout, _translated)
    if isinstance(answer, Unsupported):
        return answer
    path = answer.entries[0].path
    version = RenderedEntry(path, _FILE.format, checked_key(Member(("version",))), _VERSION, is_common=True)
    talking = [RenderWarning(file.path, _OTHER_WORDS) for file in content.files if _TALKS.search(file.data)]
    return replace(answer, warnings=(_TWICE, *answer.warnings, *talking), entries=(version, *answer.entries))


def _translated(hook: Hook, scripts: HookScripts) -> Iterator[tuple[str, Value]]:
    for group in groups_with_matcher(hook, scripts):
        event = EVENTS.get(group.event)
        if event is None:
            message = f"Cursor has no event like {group.event}; what it runs is left out."
            scripts.leave_out(f"hooks.{group.event}", message)
            continue
        for value in _values(group, scripts):
            if group.event in _PRINTS_CONTEXT and "command" in value:
                message = "Cursor gives the agent nothing of what a command prints here as plain text."
                scripts.warnings.loss(f"hooks.{group.event}", message)
            yield event, value


def _values(group: HookGroup, scripts: HookScripts) -> Iterator[dict[str, Value]]:
    """The handlers of a group, each with the group's matcher; none where that would never match."""
    group_settings(group, scripts)
    found = matched(group.event, group.matcher or "")
    place = f"{group.field}.matcher"
    say = scripts.leave_out if found.matcher is None else scripts.warnings.loss
    for message in found.lost:
        say(place, message)
    if found.matcher is None:
        return
    if found.matcher not in ("", group.matcher):
        scripts.warnings.note(place, f"In Cursor's words it is {found.matcher}.")
    for handler in handlers_of(group, scripts):
        if value := _value(handler, scripts):
            yield {**value, "matcher": found.matcher} if found.matcher else value


def _value(handler: Handler, scripts: HookScripts) -> dict[str, Value] | None:
    value: dict[str, Value]
    match handler.value:
        case {"type": "command", "command": str(command)}:
            value = {"command": scripts.line(command, handler.args, handler.field)}
        case {"type": "prompt", "prompt": str(prompt)} if prompt.strip():
            value = {"type": "prompt", "prompt": prompt}
        case {"type": "prompt"}:
            scripts.leave_out(f"{handler.field}.prompt", "It is no text; this handler is left out.")
            return None
        case _:
            message = "Cursor runs handlers of the types command and prompt; this one is left out."
            scripts.leave_out(f"{handler.field}.type", message)
            return None
    if handler.timeout is not None:
        value["timeout"] = handler.timeout
    return {**value, **handler.settings(scripts, _SETTINGS)}
