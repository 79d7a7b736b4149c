"""What the groups and handlers of a hook say, checked once for every platform that writes them in its own words.

A key that has no value or only says what holds anyway is as good as not there. What is not made as it should be is
left out and said: a setting by itself, a handler with what decides whether and how it runs, a group with its matcher.
Keys as documented: https://code.claude.com/docs/en/hooks
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType

from profiles.entries import Value
from profiles.platforms.definitions import Hook, HookGroup
from profiles.platforms.hook_scripts import ABOUT_ITSELF, HookScripts

# JavaScript's timers take no longer one, and nobody waits as long.
LONGEST_TIMEOUT = 2**31 - 1
# Keys that say nothing where they say no.
_FLAGS = frozenset({"async", "asyncRewake", "once"})
_ITS_OWN = {
    "command": frozenset({"command", "args"}),
    "prompt": frozenset({"prompt"}),
    "mcp_tool": frozenset({"server", "tool"}),
}
_CHECKED = frozenset({"type", "if", "shell", "timeout"})
_OF_GROUPS = frozenset({"hooks", "matcher"})


@dataclass(frozen=True, slots=True)
class Handler:
    """A handler that can be run as it says. `field` is where it stands in the definition.

    `args` is None where a shell is to read the command. `timeout` is above zero, None where nothing says how long.
    """

    field: str
    kind: str
    value: Mapping[str, Value]
    args: tuple[str, ...] | None
    timeout: int | float | None

    def settings(
        self,
        scripts: HookScripts,
        taken: Mapping[str, type | UnionType],
        reasons: Mapping[str, str] | None = None,
    ) -> dict[str, Value]:
        """How it is run, beside its timeout: the keys among `taken`; of any other is said that it is left out."""
        done = _CHECKED | _ITS_OWN.get(self.kind, frozenset())
        rest = {key: value for key, value in self.value.items() if key not in done}
        return _taken(rest, self.field, scripts, taken, "handler", reasons or {})


def groups_with_matcher(hook: Hook, scripts: HookScripts) -> Iterator[HookGroup]:
    """The groups whose matcher can be read, or that have none."""
    for group in hook.groups:
        matcher = group.value.get("matcher")
        if matcher is None or isinstance(matcher, str):
            yield group
        else:
            message = "It is no text, so nobody can say what it matches; the group is left out."
            scripts.leave_out(f"{group.field}.matcher", message)


def group_settings(
    group: HookGroup, scripts: HookScripts, taken: Mapping[str, type | UnionType] | None = None
) -> dict[str, Value]:
    """What a group says beside its matcher and handlers: the keys among `taken`; the others are said."""
    rest = {key: value for key, value in group.value.items() if key not in _OF_GROUPS}
    return _taken(rest, group.field, scripts, taken or {}, "group", {})


def handlers_of(group: HookGroup, scripts: HookScripts) -> Iterator[Handler]:
    """The handlers of a group that can be run as they say."""
    for index, value in enumerate(group.handlers):
        field = f"{group.field}.hooks[{index}]"
        kind = str(value["type"])
        if problem := _problem(value, kind, scripts.label):
            key, message = problem
            scripts.leave_out(f"{field}.{key}", f"{message} This handler is left out.")
            continue
        args = value.get("args") if kind == "command" else None
        words = tuple(str(each) for each in args) if isinstance(args, list) else None
        yield Handler(field, kind, value, words, _timeout(value.get("timeout"), f"{field}.timeout", scripts))


def _problem(handler: Mapping[str, Value], kind: str, label: str) -> tuple[str, str] | None:
    """The key because of which a handler would not run as it was meant to, and why."""
    if handler.get("if") not in (None, ""):
        return "if", f"{label} knows no such condition and would run it too often."
    if handler.get("shell") not in (None, "", "bash"):
        return "shell", f"{label} gives commands to its own shell only."
    args = handler.get("args")
    if kind != "command" or args is None or (isinstance(args, list) and all(isinstance(each, str) for each in args)):
        return None
    return "args", "It is no list of texts."


def _timeout(value: Value, field: str, scripts: HookScripts) -> int | float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LONGEST_TIMEOUT:
        message = f"It is no time that could be waited; {scripts.label} stops the handler after its own."
        scripts.warnings.loss(field, message)
        return None
    return value


def _taken(
    value: Mapping[str, Value],
    field: str,
    scripts: HookScripts,
    taken: Mapping[str, type | UnionType],
    what: str,
    reasons: Mapping[str, str],
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for key, inner in value.items():
        if key in taken and isinstance(inner, taken[key]):
            found[key] = inner
        elif key in taken and inner is not None:
            scripts.warnings.loss(f"{field}.{key}", f"{scripts.label} takes no such value here; it is left out.")
        elif not _says_nothing(key, inner):
            unknown = f"{scripts.label} knows no such key of a {what}; it is left out."
            scripts.warnings.loss(f"{field}.{key}", reasons.get(key, unknown))
    return found


def _says_nothing(key: str, value: Value) -> bool:
    if key in ABOUT_ITSELF or value is None or (key in _FLAGS and value is False):
        return True
    return isinstance(value, str | list | dict) and not value
