"""Claude Code's MCP servers: members of `mcpServers` in the project's .mcp.json.

Keys and reserved names as documented: https://code.claude.com/docs/en/mcp
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from profiles.entries import Format, Member, Value, checked_key
from profiles.platforms.definitions import read_server, strings
from profiles.platforms.script_folder import plugin_variable
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, RenderWarning, Unsupported

# Claude Code looks here, wherever the profile's own folder is.
_FILE = ".mcp.json"
_RESERVED = frozenset({"Claude Browser", "Claude Preview", "claude-in-chrome", "computer-use", "workspace"})
_TYPES = ("stdio", "http", "streamable-http", "sse", "ws")
# What Gemini and Windsurf call a URL.
_OTHER_URLS = ("httpUrl", "serverUrl")


def render_server(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The server under its own name; a remote one always with a type, without which Claude Code skips it.

    Raises EntryError for a definition or a name that .mcp.json could not take.
    """
    if content.name in _RESERVED:
        return Unsupported(f"Claude Code keeps the server name {content.name!r} for itself.")
    definition = read_server(content)
    if isinstance(definition, Unsupported):
        return definition
    key = checked_key(Member(("mcpServers", content.name)))
    value, changes = _for_claude_code(definition)
    warnings = (*changes, *_plugin_warnings(value))
    return Rendering(warnings=warnings, entries=(RenderedEntry(_FILE, Format.JSON, key, value),))


def _for_claude_code(definition: Mapping[str, Value]) -> tuple[dict[str, Value], list[RenderWarning]]:
    value, warnings = dict(definition), []
    if "command" not in value and "url" not in value:
        other = next(key for key in _OTHER_URLS if key in value)
        value["url"] = value.pop(other)
        message = "Claude Code does not know this key; it is written as 'url'."
        warnings.append(RenderWarning(other, message, is_loss=False))
    kind = value.get("type")
    if kind is None and "command" not in value:
        value["type"] = kind = _type_of(str(value["url"]))
        message = f"Claude Code skips a server with a URL and no type; it is written as {kind!r}."
        warnings.append(RenderWarning("type", message, is_loss=False))
    if kind is not None and kind not in _TYPES:
        warnings.append(RenderWarning("type", f"Claude Code knows servers of the types {', '.join(_TYPES)}."))
    return value, warnings


def _type_of(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "http"
    if parts.scheme in ("ws", "wss"):
        return "ws"
    return "sse" if parts.path.rstrip("/").endswith("/sse") else "http"


def _plugin_warnings(definition: Mapping[str, Value]) -> Iterator[RenderWarning]:
    for place, text in strings(definition):
        if variable := plugin_variable(text.encode()):
            yield RenderWarning(place, f"It refers to {variable}; no files of its plugin are deployed with a server.")
