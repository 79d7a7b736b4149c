"""Cursor's MCP servers: members of `mcpServers` in mcp.json of its folder.

Keys, transports and what is filled in as documented: https://cursor.com/docs/context/mcp
"""

import re
from collections.abc import Mapping

from profiles.entries import Format, Member, Value, checked_key
from profiles.platforms.definitions import read_server, strings
from profiles.platforms.servers import (
    TYPES,
    Kind,
    address_of,
    checked,
    settings_of,
    variables_in,
    warn_of_plugin,
    with_variables,
)
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, Unsupported, Warnings
from projects.paths import relative_path

_KNOWN = frozenset({"args", "env", "envFile", "headers", "auth"})
_LEFT_OUT = {
    "type": "Cursor knows the types stdio, http and sse; this one is left out, and Cursor finds out by itself.",
}
_PROJECT = "CLAUDE_PROJECT_DIR"


def render_server(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The server under its own name, with variables as Cursor writes them.

    Raises EntryError for a definition or a name that mcp.json could not take, PathError for a root that cannot be used.
    """
    definition = read_server(content)
    if isinstance(definition, Unsupported):
        return definition
    path = relative_path(f"{layout.root_dir}/mcp.json")
    key = checked_key(Member(("mcpServers", content.name)))
    warnings = Warnings()
    value = _for_cursor(checked(definition, warnings), warnings)
    if isinstance(value, Unsupported):
        return value
    return Rendering(warnings=tuple(warnings), entries=(RenderedEntry(path, Format.JSON, key, value),))


def _for_cursor(definition: Mapping[str, Value], warnings: Warnings) -> dict[str, Value] | Unsupported:
    address = address_of(definition)
    if isinstance(address, Unsupported):
        return address
    if address.kind is Kind.WEBSOCKET:
        return Unsupported("Cursor reaches MCP servers by stdio, HTTP and SSE, and not by WebSocket.")
    name = "command" if address.kind is Kind.LOCAL else "url"
    if name != address.key:
        warnings.note(address.key, f"Cursor calls it {name!r}, and so it is written.")
    settings = settings_of(definition, address, warnings)
    kept = {key: given for key, given in settings.items() if key in _KNOWN}
    for key in settings:
        if key not in _KNOWN and key != "description":
            warnings.loss(key, _LEFT_OUT.get(key, "Cursor documents no such setting of a server; it is left out."))
    value = {**_type(definition, warnings), name: address.text, **kept}
    said = {address.key: address.text, **kept}
    _warn_of_otherwise(said, warnings)
    warn_of_plugin(said, warnings)
    return {key: _written(given) for key, given in value.items()}


def _type(definition: Mapping[str, Value], warnings: Warnings) -> dict[str, Value]:
    kind = TYPES.get(str(definition.get("type")))
    if kind is None:
        return {}
    if kind.value != definition["type"]:
        warnings.note("type", f"It is written as {kind.value!r}.")
    return {"type": kind.value}


def _warn_of_otherwise(definition: Mapping[str, Value], warnings: Warnings) -> None:
    for place, text in strings(definition):
        for match in variables_in(text):
            if match["otherwise"] is not None:
                written = _reference(match)
                message = f"Cursor has no value for a variable that is not set; {match[0]} is written as {written}."
                warnings.loss(place, message)


def _written(value: Value) -> Value:
    match value:
        case str():
            return with_variables(value, _reference)
        case dict():
            return {key: _written(inner) for key, inner in value.items()}
        case list():
            return [_written(inner) for inner in value]
        case _:
            return value


def _reference(match: re.Match[str]) -> str:
    return "${workspaceFolder}" if match["name"] == _PROJECT else f"${{env:{match['name']}}}"
