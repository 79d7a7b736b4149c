"""Cursor's hooks: one entry a handler in hooks.json of its folder, and the scripts they run in a folder of their own.

Shape, settings and working directory as documented: https://cursor.com/docs/hooks
"""

import posixpath
import re
from collections.abc import Iterator, Mapping

from profiles.entries import Element, EntryError, EntryKey, Format, Member, Value, checked_key
from profiles.platforms.cursor_matchers import EVENTS, matched
from profiles.platforms.definitions import MAX_GROUPS, Hook, HookGroup, read_hook
from profiles.platforms.hook_scripts import HookScripts, left_out, placed_scripts
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, RenderWarning, Unsupported
from projects.paths import relative_path

_VERSION = 1
# Of a handler, beside what it runs. The last two are Cursor's own.
_SETTINGS = ("timeout", "failClosed", "loop_limit")
_PLAIN_WORD = re.compile(r"[\w@%+=:,./-]+")
# Cursor sets this variable for its hooks too.
_NOT_LITERAL = re.compile(r'([\\"`]|\$(?!\{CLAUDE_PROJECT_DIR\}))')
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
    hook = read_hook(content)
    if isinstance(hook, Unsupported):
        return hook
    if (count := sum(len(group.handlers) for group in hook.groups)) > MAX_GROUPS:
        raise EntryError(f"The definition has {count} handlers; at most {MAX_GROUPS} are merged.")
    path = relative_path(f"{layout.root_dir}/hooks.json")
    # Cursor runs the hooks of a project in the folder above its own.
    start = posixpath.dirname(posixpath.dirname(path))
    scripts = placed_scripts(content, hook, layout, base=".", start=start)
    if isinstance(scripts, Unsupported):
        return scripts
    entries = _entries(hook, path, scripts)
    if not entries:
        lost = " ".join(dict.fromkeys(warning.message for warning in scripts.warnings))
        return Unsupported(f"Nothing of it would ever run in Cursor. {lost}")
    version = checked_key(Member(("version",)))
    talking = [RenderWarning(file.path, _OTHER_WORDS) for file in content.files if _TALKS.search(file.data)]
    return Rendering(
        scripts.placements(),
        (_TWICE, *left_out(hook, path), *scripts.warnings, *talking, *scripts.plugin_warnings("Cursor")),
        (RenderedEntry(path, Format.JSON, version, _VERSION, is_common=True), *entries),
    )


def _entries(hook: Hook, path: str, scripts: HookScripts) -> list[RenderedEntry]:
    entries: dict[EntryKey, RenderedEntry] = {}
    for group in hook.groups:
        event = EVENTS.get(group.event)
        if event is None:
            scripts.warn(f"hooks.{group.event}", f"Cursor has no event like {group.event}; what it runs is left out.")
            continue
        for value in _values(group, scripts):
            if group.event in _PRINTS_CONTEXT and "command" in value:
                message = "Cursor gives the agent nothing of what a command prints here as plain text."
                scripts.warn(f"hooks.{group.event}.output", message)
            key = checked_key(Element.of(("hooks", event), value))
            entries.setdefault(key, RenderedEntry(path, Format.JSON, key, value))
    return list(entries.values())


def _values(group: HookGroup, scripts: HookScripts) -> Iterator[dict[str, Value]]:
    """The handlers of a group, each with the group's matcher; none where that would never match."""
    for name in group.value:
        if name not in ("hooks", "matcher", "description"):
            scripts.warn(f"{group.field}.{name}", "Cursor documents no such setting of a hook; it is left out.")
    written = group.value.get("matcher", "")
    if not isinstance(written, str):
        raise EntryError(f"{group.field}.matcher is not a text.")
    place = f"{group.field}.matcher"
    found = matched(group.event, written)
    for message in found.lost:
        scripts.warn(place, message)
    if found.matcher is None:
        return
    if found.matcher not in ("", written):
        scripts.warn(place, f"In Cursor's words it is {found.matcher}.", is_loss=False)
    for index, handler in enumerate(group.handlers):
        value = _value(handler, f"{group.field}.hooks[{index}]", scripts)
        if value is not None:
            yield {**value, "matcher": found.matcher} if found.matcher else value


def _value(handler: Mapping[str, Value], place: str, scripts: HookScripts) -> dict[str, Value] | None:
    if handler.get("if"):
        scripts.warn(f"{place}.if", "Cursor knows no such condition and would run it too often; it is left out.")
        return None
    if handler.get("shell") not in (None, "bash"):
        scripts.warn(f"{place}.shell", "Cursor gives commands to its own shell only; this one is left out.")
        return None
    value: dict[str, Value]
    taken: tuple[str, ...]
    match handler:
        case {"type": "command"}:
            value, taken = {"command": _command(handler, place, scripts)}, ("command", "args")
        case {"type": "prompt", "prompt": str(prompt)} if prompt.strip():
            value, taken = {"type": "prompt", "prompt": prompt}, ("prompt",)
        case {"type": "prompt"}:
            raise EntryError(f"{place}.prompt is not a text.")
        case _:
            scripts.warn(f"{place}.type", "Cursor runs handlers of the types command and prompt; this one is left out.")
            return None
    for name, inner in handler.items():
        if name in _SETTINGS:
            value[name] = inner
        elif name not in ("type", "shell", "if", *taken):
            scripts.warn(f"{place}.{name}", "Cursor documents no such setting of a handler; it is left out.")
    return value


def _command(handler: Mapping[str, Value], place: str, scripts: HookScripts) -> str:
    """What a shell is to run; a program with separate arguments as one line."""
    arguments = handler.get("args")
    if arguments is None:
        return str(scripts.rewritten(handler["command"], f"{place}.command", is_shell=True))
    if not isinstance(arguments, list) or not all(isinstance(each, str) for each in arguments):
        raise EntryError(f"{place}.args is not a list of texts.")
    scripts.warn(f"{place}.args", "Cursor takes one line for a shell; the arguments are quoted in it.", is_loss=False)
    program = scripts.rewritten(handler["command"], f"{place}.command")
    rest = scripts.rewritten(arguments, f"{place}.args")
    return " ".join(_word(str(each)) for each in [program, *(rest if isinstance(rest, list) else [])])


def _word(text: str) -> str:
    return text if _PLAIN_WORD.fullmatch(text) else '"' + _NOT_LITERAL.sub(r"\\\1", text) + '"'
