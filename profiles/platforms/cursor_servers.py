"""Cursor's MCP servers: members of `mcpServers` in mcp.json of its folder.

Keys, transports and what is filled in as documented: https://cursor.com/docs/context/mcp
"""

import re
from collections.abc import Iterator, Mapping

from profiles.entries import Format, Member, Value, checked_key
from profiles.platforms.definitions import read_server, strings
from profiles.platforms.script_folder import plugin_variable
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, RenderWarning, Unsupported
from projects.paths import relative_path

_KNOWN = ("type", "command", "args", "env", "envFile", "url", "headers", "auth")
# What others call a URL.
_OTHER_URLS = ("httpUrl", "serverUrl")
_TYPES = {"stdio": "stdio", "http": "http", "streamable-http": "http", "sse": "sse"}
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<otherwise>:-[^}]*)?\}")
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
    value, warnings = _for_cursor(definition)
    if value.get("type") == "ws" or str(value.get("url", "")).startswith(("ws:", "wss:")):
        return Unsupported("Cursor reaches MCP servers by stdio, HTTP and SSE, and not by WebSocket.")
    warnings = [*warnings, *_variable_warnings(value)]
    written = {name: _written(inner) for name, inner in value.items()}
    return Rendering(warnings=tuple(warnings), entries=(RenderedEntry(path, Format.JSON, key, written),))


def _for_cursor(definition: Mapping[str, Value]) -> tuple[dict[str, Value], list[RenderWarning]]:
    value, warnings = dict(definition), []
    if "command" not in value and "url" not in value:
        other = next(key for key in _OTHER_URLS if key in value)
        value["url"] = value.pop(other)
        warnings.append(RenderWarning(other, "Cursor calls it 'url', and so it is written.", is_loss=False))
    for name in [name for name in value if name not in _KNOWN]:
        del value[name]
        warnings.append(RenderWarning(name, "Cursor documents no such setting of a server; it is left out."))
    kind = value.get("type")
    if isinstance(kind, str) and kind in _TYPES:
        value["type"] = _TYPES[kind]
        if kind != _TYPES[kind]:
            warnings.append(RenderWarning("type", f"It is written as {_TYPES[kind]!r}.", is_loss=False))
    elif kind is not None and kind != "ws":
        del value["type"]
        message = "Cursor knows servers of the types stdio, http and sse; it is left to find out which this is."
        warnings.append(RenderWarning("type", message))
    return value, warnings


def _variable_warnings(definition: Mapping[str, Value]) -> Iterator[RenderWarning]:
    for place, text in strings(definition):
        if variable := plugin_variable(text.encode()):
            yield RenderWarning(place, f"It refers to {variable}; no files of its plugin are deployed with a server.")
        for match in _VARIABLE.finditer(text):
            if match["otherwise"]:
                message = f"Cursor knows no value to take otherwise; {match[0]} is written as {_reference(match)}."
                yield RenderWarning(place, message)


def _written(value: Value) -> Value:
    match value:
        case str():
            return _VARIABLE.sub(_reference, value)
        case dict():
            return {key: _written(inner) for key, inner in value.items()}
        case list():
            return [_written(inner) for inner in value]
        case _:
            return value


def _reference(match: re.Match[str]) -> str:
    return "${workspaceFolder}" if match["name"] == _PROJECT else f"${{env:{match['name']}}}"
