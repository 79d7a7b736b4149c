"""Claude Code's MCP servers: members of `mcpServers` in the project's .mcp.json.

Keys and reserved names as documented: https://code.claude.com/docs/en/mcp
"""

from collections.abc import Mapping

from profiles.entries import Format, Member, Value, checked_key
from profiles.platforms.definitions import read_server
from profiles.platforms.servers import TYPES, Address, Kind, address_of, checked, warn_of_plugin
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, Unsupported, Warnings

# Claude Code looks here, wherever the profile's own folder is.
_FILE = ".mcp.json"
_RESERVED = frozenset({"Claude Browser", "Claude Preview", "claude-in-chrome", "computer-use", "workspace"})


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
    warnings = Warnings()
    definition = checked(definition, warnings)
    address = address_of(definition)
    if isinstance(address, Unsupported):
        return address
    value = _for_claude_code(definition, address, warnings)
    warn_of_plugin(definition, warnings)
    return Rendering(warnings=tuple(warnings), entries=(RenderedEntry(_FILE, Format.JSON, key, value),))


def _for_claude_code(definition: Mapping[str, Value], address: Address, warnings: Warnings) -> dict[str, Value]:
    value = dict(definition)
    if address.kind is not Kind.LOCAL and address.key != "url":
        value["url"] = value.pop(address.key)
        warnings.note(address.key, "Claude Code does not know this key; it is written as 'url'.")
    if address.kind is not Kind.LOCAL and "type" not in value:
        value["type"] = kind = address.kind.value
        warnings.note("type", f"Claude Code skips a server with a URL and no type; it is written as {kind!r}.")
    if value.get("type", Kind.LOCAL.value) not in TYPES:
        warnings.loss("type", f"Claude Code knows servers of the types {', '.join(TYPES)}.")
    return value
