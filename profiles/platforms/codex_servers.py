"""MCP servers for Codex: tables below `mcp_servers` in its config.toml.

Keys as documented (https://developers.openai.com/codex/mcp) and as the reader in @openai/codex 0.169.0 takes them: one
value of a wrong type and Codex does not start at all, so only what it is sure to take is written. It fills in no
variables; what it is to take from its environment, it wants to be told by name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from profiles.entries import Format, Member, Value, checked_key
from profiles.platforms.definitions import read_server, strings
from profiles.platforms.names import ascii_name
from profiles.platforms.script_folder import plugin_variable
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, RenderWarning, Unsupported
from projects.paths import relative_path

_URLS = ("url", "httpUrl", "serverUrl")
_LONGEST_TIMEOUT = 2**31
_TYPES = ("stdio", "http", "streamable-http")
# `${NAME}` and `${NAME:-otherwise}`, as Claude Code fills them in: https://code.claude.com/docs/en/mcp
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<otherwise>[^}]*))?\}")
_BEARER = re.compile(r"Bearer \$\{([A-Za-z_][A-Za-z0-9_]*)\}", re.IGNORECASE)
# What says nothing about how the server is reached or used.
_ABOUT_ITSELF = frozenset({"$schema", "description", "type"})


def render_server(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The server under a name that Codex takes.

    Raises EntryError for a definition or a name that config.toml could not take, PathError for one with no letter.
    """
    definition = read_server(content)
    if isinstance(definition, Unsupported):
        return definition
    if reason := _unreachable(definition):
        return Unsupported(reason)
    name = server_name(content.name)
    key = checked_key(Member(("mcp_servers", name)))
    translation = _Translation()
    if name != content.name:
        message = f"Codex takes letters, digits, '-' and '_' in a server's name; it is written as {name!r}."
        translation.warn("name", message, is_loss=False)
    value = translation.server(definition)
    warnings = (*translation.warnings, *_plugin_warnings(definition))
    path = relative_path(f"{layout.root_dir}/config.toml")
    return Rendering(warnings=warnings, entries=(RenderedEntry(path, Format.TOML, key, value),))


def server_name(name: str) -> str:
    """`name` in the characters that Codex takes in a server's name. Raises PathError where nothing of it is left."""
    return ascii_name(name, "A-Za-z0-9_-")


def _unreachable(definition: Mapping[str, Value]) -> str:
    """Why Codex cannot talk to the server; empty if it can."""
    if "command" in definition:
        return ""
    kind = definition.get("type")
    url = str(definition[_url_key(definition)])
    if kind == "ws" or url.startswith(("ws:", "wss:")):
        return "Codex does not talk to servers over WebSocket."
    if kind == "sse" or (kind is None and "httpUrl" not in definition and _ends_in_sse(url)):
        return "Codex talks to remote servers over streamable HTTP only, and this one wants SSE."
    return "" if kind is None or kind in _TYPES else f"Codex knows no servers of the type {kind!r}."


def _url_key(definition: Mapping[str, Value]) -> str:
    return next(key for key in _URLS if key in definition)


def _ends_in_sse(url: str) -> bool:
    try:
        return urlsplit(url).path.rstrip("/").endswith("/sse")
    except ValueError:
        return False


@dataclass(slots=True)
class _Translation:
    """A server in Codex's keys, and what was found on the way."""

    warnings: dict[RenderWarning, None] = field(default_factory=dict)

    def warn(self, place: str, message: str, *, is_loss: bool = True) -> None:
        self.warnings[RenderWarning(place, message, is_loss)] = None

    def server(self, definition: Mapping[str, Value]) -> dict[str, Value]:
        """The table of a server that has a command or a URL."""
        is_local = "command" in definition
        main = "command" if is_local else _url_key(definition)
        value: dict[str, Value] = {"command" if is_local else "url": self._filled(str(definition[main]), main)}
        for key, given in definition.items():
            if key == main or key in _ABOUT_ITSELF or given is None:
                continue
            taken = self._local(key, given) if is_local else self._remote(key, given)
            if taken is None:
                taken = self._either(key, given)
            if taken is None:
                self.warn(key, "Codex takes no such value for this server; it is left out.")
            else:
                value |= taken
        return value

    def _local(self, key: str, given: Value) -> dict[str, Value] | None:
        match key, given:
            case "args", list():
                places = [(each, f"args[{index}]") for index, each in enumerate(given)]
                texts = [(self._text(each, place), place) for each, place in places]
                return {"args": [self._filled(text, place) for text, place in texts if text is not None]}
            case "env", dict():
                return self._environment(self._named_texts(given, key))
            case "cwd", str():
                return {"cwd": self._filled(given, key)}
            case _:
                return None

    def _remote(self, key: str, given: Value) -> dict[str, Value] | None:
        return self._headers(self._named_texts(given, key)) if key == "headers" and isinstance(given, dict) else None

    def _either(self, key: str, given: Value) -> dict[str, Value] | None:
        match key, given:
            case ("disabled", bool()):
                return {"enabled": False} if given else {}
            case ("enabled", bool()):
                return {} if given else {"enabled": False}
            case ("timeout", int() | float()) if not isinstance(given, bool) and 0 < given <= _LONGEST_TIMEOUT:
                self.warn(key, "Codex counts in seconds; it is written as 'tool_timeout_sec'.", is_loss=False)
                return {"tool_timeout_sec": given / 1000 if given % 1000 else int(given) // 1000}
            case _:
                return None

    def _environment(self, given: Mapping[str, str]) -> dict[str, Value]:
        """Variables with their values, and the names of those that Codex hands on from its own environment."""
        passed_on = [name for name, text in given.items() if text == f"${{{name}}}"]
        for name in passed_on:
            self.warn(f"env.{name}", "Codex hands it on by name; it is written in 'env_vars'.", is_loss=False)
        set_to = {name: self._filled(text, f"env.{name}") for name, text in given.items() if name not in passed_on}
        return _without_empty({"env": set_to, "env_vars": passed_on})

    def _headers(self, given: Mapping[str, str]) -> dict[str, Value]:
        """Headers with their values, and those that Codex takes from its environment."""
        headers: dict[str, Value] = {}
        from_variables: dict[str, Value] = {}
        bearer = ""
        for name, text in given.items():
            place = f"headers.{name}"
            token, variable = _BEARER.fullmatch(text), _VARIABLE.fullmatch(text)
            if token and name.lower() == "authorization":
                bearer = token[1]
                self.warn(place, "It is written as 'bearer_token_env_var'.", is_loss=False)
            elif variable and variable["otherwise"] is None:
                from_variables[name] = variable["name"]
                self.warn(place, "It is written in 'env_http_headers'.", is_loss=False)
            else:
                headers[name] = self._filled(text, place)
        return _without_empty(
            {"bearer_token_env_var": bearer, "http_headers": headers, "env_http_headers": from_variables}
        )

    def _filled(self, text: str, place: str) -> str:
        """`text` with what stands for a variable that is not set; Codex would hand on the variable as it is written."""

        def otherwise(match: re.Match[str]) -> str:
            if match["otherwise"] is not None:
                self.warn(place, f"Codex fills in no variables; {match['name']} is written as what it is without one.")
                return match["otherwise"]
            if not plugin_variable(match[0].encode()):
                self.warn(place, f"Codex fills in no variables; {match[0]} stays as it stands. Write the value there.")
            return match[0]

        return _VARIABLE.sub(otherwise, text)

    def _named_texts(self, given: Mapping[str, Value], place: str) -> dict[str, str]:
        texts = ((name, self._text(value, f"{place}.{name}")) for name, value in given.items())
        return {name: text for name, text in texts if text is not None}

    def _text(self, value: Value, place: str) -> str | None:
        """A text, or a number as one: Codex wants texts alone."""
        if isinstance(value, str):
            return value
        if isinstance(value, int | float):
            return str(value).lower()
        self.warn(place, "It is no text; it is left out.")
        return None


def _without_empty(fields: dict[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in fields.items() if value}


def _plugin_warnings(definition: Mapping[str, Value]) -> Iterator[RenderWarning]:
    for place, text in strings(definition):
        if variable := plugin_variable(text.encode()):
            yield RenderWarning(place, f"It refers to {variable}; no files of its plugin are deployed with a server.")
