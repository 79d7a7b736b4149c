"""Gemini CLI's MCP servers: members of `mcpServers` in its settings.json.

Keys as docs/tools/mcp-server.md of google-gemini/gemini-cli has them and as the reader in the npm package
@google/gemini-cli 0.61.0 checks them (its settings schema refuses others). It connects through `httpUrl`, or through
`url` with a `type`, or works out what answers at a `url` without one.
"""

import re
from collections.abc import Mapping

from profiles.entries import Format, Member, Value, checked_key
from profiles.platforms.definitions import read_server, strings
from profiles.platforms.gemini_tools import server_name
from profiles.platforms.servers import Address, Kind, address_of, checked, settings_of, warn_of_plugin
from profiles.rendering import (
    ArtifactContent,
    ProfileLayout,
    RenderedEntry,
    Rendering,
    RenderWarning,
    Unsupported,
    Warnings,
)
from projects.paths import relative_path

_KNOWN = frozenset({"args", "cwd", "description", "env", "excludeTools", "headers", "includeTools", "timeout"})
# A word after a dollar sign; what is written in braces is filled in by Claude Code too.
_BARE_VARIABLE = re.compile(r"\$[A-Za-z_]\w*")
_PROJECT_DIR = re.compile(r"\$\{CLAUDE_PROJECT_DIR\}")
# What the reader never hands to a server, as it changes which code runs.
_BLOCKED = re.compile(
    r"BASH_ENV|CLASSPATH|CORECLR_(?:ENABLE_PROFILING|PROFILER_PATH)|DOTNET_STARTUP_HOOKS|ELECTRON_RUN_AS_NODE|ENV"
    r"|DYLD_(?:FALLBACK_FRAMEWORK_PATH|FALLBACK_LIBRARY_PATH|FORCE_FLAT_NAMESPACE|FRAMEWORK_PATH|INSERT_LIBRARIES)"
    r"|DYLD_LIBRARY_PATH|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|LD_(?:AUDIT|DEBUG|LIBRARY_PATH|PRELOAD|PROFILE)"
    r"|NODE_(?:CLI_FLAGS|OPTIONS|PATH)|_FORCE_NODE_OPTIONS|PERL5(?:DB|LIB|OPT)|PYTHON(?:PATH|STARTUP)|RUBY(?:LIB|OPT)"
)
_LEFT_OUT = {
    "oauth": "Gemini CLI describes a sign-in in another way; it is left out. Sign in there with /mcp auth.",
    "trust": "It would let Gemini CLI run the server's tools without asking; it is left out.",
    "type": "Gemini CLI knows no such type; it is left out, and Gemini CLI finds out by itself.",
}


def render_server(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The server under a name that Gemini CLI can tell from its tools'.

    Raises EntryError for a definition that settings.json could not take, PathError for a name with no letter or digit.
    """
    definition = read_server(content)
    if isinstance(definition, Unsupported):
        return definition
    answer = translated_server(definition)
    if isinstance(answer, Unsupported):
        return answer
    value, warnings = answer
    name = server_name(content.name)
    if name != content.name:
        message = f"Gemini CLI takes a server's name to end at an underscore or blank; it is written as {name!r}."
        warnings = [RenderWarning("name", message, is_loss=False), *warnings]
    settings = relative_path(f"{layout.root_dir}/settings.json")
    key = checked_key(Member(("mcpServers", name)))
    entry = RenderedEntry(settings, Format.JSON_WITH_COMMENTS, key, value)
    return Rendering(warnings=tuple(warnings), entries=(entry,))


def translated_server(definition: Mapping[str, Value]) -> tuple[dict[str, Value], list[RenderWarning]] | Unsupported:
    """The definition of a server, which has a command or a URL, in Gemini CLI's keys; and what differs."""
    warnings = Warnings()
    definition = checked(definition, warnings)
    address = address_of(definition)
    if isinstance(address, Unsupported):
        return address
    if address.kind is Kind.WEBSOCKET:
        return Unsupported("Gemini CLI does not connect to servers over WebSocket.")
    written = _address(address)
    if address.key not in written:
        warnings.note(address.key, f"Gemini CLI calls this key {next(iter(written))!r}.")
    kept = {}
    for key, given in settings_of(definition, address, warnings).items():
        if key in _KNOWN:
            kept[key] = given
        else:
            warnings.loss(key, _LEFT_OUT.get(key, "Gemini CLI accepts no such key; it is left out."))
    _warn_of_variables({address.key: address.text, **kept}, warnings)
    return {**written, **kept}, list(warnings)


def _address(address: Address) -> dict[str, Value]:
    match address.kind:
        case Kind.LOCAL:
            return {"command": address.text}
        case Kind.HTTP if address.is_stated:
            return {"httpUrl": address.text}
        case Kind.SSE if address.is_stated:
            return {"url": address.text, "type": "sse"}
        case _:
            return {"url": address.text}


def _warn_of_variables(definition: Mapping[str, Value], warnings: Warnings) -> None:
    environment = definition.get("env")
    for name in environment if isinstance(environment, dict) else ():
        if _BLOCKED.fullmatch(name.upper()):
            warnings.loss(f"env.{name}", "Gemini CLI does not hand this variable to servers.")
    warn_of_plugin(definition, warnings)
    for place, text in strings(definition):
        if _PROJECT_DIR.search(text):
            warnings.loss(place, "It refers to ${CLAUDE_PROJECT_DIR}, which Gemini CLI does not set for servers.")
        if match := _BARE_VARIABLE.search(text):
            warnings.loss(place, f"Gemini CLI fills in {match[0]} here, which Claude Code leaves as it is.")
