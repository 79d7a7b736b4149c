"""Gemini CLI's MCP servers: members of `mcpServers` in its settings.json.

Keys as docs/tools/mcp-server.md of google-gemini/gemini-cli has them and as the reader in the npm package
@google/gemini-cli 0.61.0 checks them (its settings schema refuses others). It connects through `httpUrl`, or through
`url` with a `type`, or works out what answers at a `url` without one.
"""

import re
from collections.abc import Iterator, Mapping

from profiles.entries import Format, Member, Value, checked_key
from profiles.platforms.definitions import read_server, strings
from profiles.platforms.gemini_tools import server_name
from profiles.platforms.script_folder import plugin_variable
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, RenderWarning, Unsupported
from projects.paths import relative_path

_URLS = ("url", "httpUrl", "serverUrl")
_HTTP = ("http", "streamable-http")
_TEXTS = frozenset({"cwd", "description"})
_LISTS = frozenset({"args", "includeTools", "excludeTools"})
_MAPS = frozenset({"env", "headers"})
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
    kind = definition.get("type")
    is_local = "command" in definition and kind in (None, "stdio")
    url_key = next((key for key in _URLS if key in definition), "")
    if not is_local and not url_key:
        return Unsupported(f"The server is of the type {kind!r} and has no URL.")
    value: dict[str, Value] = {"command": definition["command"]} if is_local else {}
    warnings: list[RenderWarning] = []
    if not is_local:
        url = str(definition[url_key])
        if kind == "ws" or url.lower().startswith(("ws:", "wss:")):
            return Unsupported("Gemini CLI does not connect to servers over WebSocket.")
        value, warnings = _address(url, url_key, kind)
    for key, given in definition.items():
        if key in ("type", "command" if is_local else url_key):
            continue
        if key in ("command", *_URLS):
            warnings.append(RenderWarning(key, "A server has either a command or one URL; this is left out."))
        elif _is_accepted(key, given):
            value[key] = given
        else:
            warnings.append(RenderWarning(key, _LEFT_OUT.get(key) or _refused(key)))
    return value, [*warnings, *_variable_warnings(value)]


def _address(url: str, key: str, kind: Value) -> tuple[dict[str, Value], list[RenderWarning]]:
    if kind in _HTTP or (kind is None and key == "httpUrl"):
        written: dict[str, Value] = {"httpUrl": url}
    elif kind == "sse":
        written = {"url": url, "type": "sse"}
    else:
        written = {"url": url}
    warnings = []
    if key not in written:
        name = next(iter(written))
        warnings.append(RenderWarning(key, f"Gemini CLI calls this key {name!r}.", is_loss=False))
    if kind is not None and kind not in (*_HTTP, "sse"):
        warnings.append(RenderWarning("type", "Gemini CLI knows no such type; it works out what answers at the URL."))
    return written, warnings


def _is_accepted(key: str, value: Value) -> bool:
    if key in _TEXTS:
        return isinstance(value, str)
    if key in _LISTS:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if key in _MAPS:
        return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())
    return key == "timeout" and isinstance(value, int | float) and not isinstance(value, bool)


def _refused(key: str) -> str:
    if key in _TEXTS | _LISTS | _MAPS | {"timeout"}:
        return "Gemini CLI accepts no such value here; it is left out."
    return "Gemini CLI accepts no such key; it is left out."


def _variable_warnings(definition: Mapping[str, Value]) -> Iterator[RenderWarning]:
    environment = definition.get("env")
    for name in environment if isinstance(environment, dict) else ():
        if _BLOCKED.fullmatch(name.upper()):
            yield RenderWarning(f"env.{name}", "Gemini CLI does not hand this variable to servers.")
    for place, text in strings(definition):
        if variable := plugin_variable(text.encode()):
            yield RenderWarning(place, f"It refers to {variable}; no files of its plugin are deployed with a server.")
        elif _PROJECT_DIR.search(text):
            yield RenderWarning(place, "It refers to ${CLAUDE_PROJECT_DIR}, which Gemini CLI does not set for servers.")
        elif variable_match := _BARE_VARIABLE.search(text):
            yield RenderWarning(
                place, f"Gemini CLI fills in {variable_match[0]} here, which Claude Code leaves as it is."
            )
