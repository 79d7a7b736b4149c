"""The JSON that hooks and MCP servers are defined in, as artifacts hold it. Nothing here knows a platform.

What no shared file could take raises EntryError, and the message names the place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from profiles.documents import DocumentError, read_json_object
from profiles.entries import EntryError, Value
from profiles.rendering import ArtifactContent, ContentFile, Unsupported

_USUAL_HOOKS_FILE = "hooks/hooks.json"


@dataclass(frozen=True, slots=True)
class HookGroup:
    """Handlers that one event runs under one condition. `field` is where it stands in the definition."""

    event: str
    field: str
    value: Mapping[str, Value]
    handlers: tuple[Mapping[str, Value], ...]

    @property
    def matcher(self) -> str | None:
        """What it is limited to, None where no text says it."""
        matcher = self.value.get("matcher")
        return matcher if isinstance(matcher, str) else None


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook artifact: its groups in order, the files beside the definition, and keys that are no hooks."""

    groups: tuple[HookGroup, ...]
    scripts: tuple[ContentFile, ...]
    other_keys: tuple[str, ...]


def read_hook(content: ArtifactContent) -> Hook | Unsupported:
    """The hook that `content` defines; groups without a handler are left out.

    Raises EntryError where the definition is not made as hooks are.
    """
    file = _definition_file(content)
    if file is None:
        return Unsupported("None of its files is known to define the hooks.")
    definition = _read_object(file)
    if "hooks" not in definition:
        return Unsupported(f"{file.path or content.name} has no 'hooks', so nothing says which event runs what.")
    groups = tuple(_groups(_object(definition["hooks"], "hooks")))
    if not groups:
        return Unsupported(f"{file.path or content.name} names no handler for any event.")
    return Hook(
        groups,
        tuple(each for each in content.files if each is not file),
        tuple(key for key in definition if key != "hooks"),
    )


def read_server(content: ArtifactContent) -> dict[str, Value] | Unsupported:
    """The definition of one MCP server, which has a command or a URL under one of its names; nothing in it is null.

    Raises EntryError where it is not made as such definitions are.
    """
    if len(content.files) != 1:
        return Unsupported(f"An MCP server is one JSON file, and this one holds {len(content.files)} files.")
    definition = {key: given for key, given in _read_object(content.files[0]).items() if given is not None}
    named = [key for key in ("command", "url", "httpUrl", "serverUrl") if key in definition]
    if not named:
        raise EntryError("The server has neither a command nor a URL.")
    for key in named:
        _text(definition[key], key)
    return definition


def strings(value: Value, field: str = "") -> Iterator[tuple[str, str]]:
    """Every string in `value` with its place, object keys left out."""
    match value:
        case str():
            yield field, value
        case dict():
            for key, inner in value.items():
                yield from strings(inner, f"{field}.{key}" if field else key)
        case list():
            for index, inner in enumerate(value):
                yield from strings(inner, f"{field}[{index}]")


def _definition_file(content: ArtifactContent) -> ContentFile | None:
    by_path = {file.path: file for file in content.files}
    if len(by_path) == 1 == len(content.files):
        return content.files[0]
    return by_path.get(content.source_path) or by_path.get(_USUAL_HOOKS_FILE)


def _read_object(file: ContentFile) -> dict[str, Value]:
    try:
        definition = read_json_object(file.data)
    except DocumentError as error:
        raise EntryError(f"{file.path or 'The definition'} cannot be read. {error}") from error
    _check_storable(definition)
    return definition


def _check_storable(value: Value) -> None:
    """Refuse text that some database or encoder could not hold, keys included."""
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
                raise EntryError(f"The text {value[:40]!r} contains a NUL or half of a surrogate pair.")
        case dict():
            for key, inner in value.items():
                _check_storable(key)
                _check_storable(inner)
        case list():
            for inner in value:
                _check_storable(inner)


def _groups(events: Mapping[str, Value]) -> Iterator[HookGroup]:
    for event, groups in events.items():
        for index, each in enumerate(_list(groups, f"hooks.{event}")):
            field = f"hooks.{event}[{index}]"
            group = _object(each, field)
            if "hooks" not in group:
                raise EntryError(f"{field} has no list 'hooks' of handlers.")
            handlers = _list(group["hooks"], f"{field}.hooks")
            checked = tuple(_handler(handler, f"{field}.hooks[{i}]") for i, handler in enumerate(handlers))
            if checked:
                yield HookGroup(event, field, group, checked)


def _handler(value: Value, field: str) -> Mapping[str, Value]:
    handler = _object(value, field)
    kind = _text(handler.get("type"), f"{field}.type")
    if kind == "command":
        _text(handler.get("command"), f"{field}.command")
    return handler


def _object(value: Value, field: str) -> Mapping[str, Value]:
    if not isinstance(value, dict):
        raise EntryError(f"{field} is not an object.")
    return value


def _list(value: Value, field: str) -> list[Value]:
    if not isinstance(value, list):
        raise EntryError(f"{field} is not a list.")
    return value


def _text(value: Value, field: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise EntryError(f"{field} is not a text.")
    return value
