"""MCP servers for Codex: tables below `mcp_servers` in its config.toml.

Keys as documented (https://developers.openai.com/codex/mcp) and as the reader in @openai/codex 0.169.0 takes them: one
value of a wrong type and Codex does not start at all, so only what it is sure to take is written. It fills in no
variables; what it is to take from its environment, it wants to be told by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from profiles.entries import Format, Member, Value, checked_key
from profiles.platforms.definitions import read_server
from profiles.platforms.names import ascii_name
from profiles.platforms.script_folder import plugin_variable
from profiles.platforms.servers import (
    VARIABLE,
    Address,
    Kind,
    address_of,
    checked,
    settings_of,
    warn_of_plugin,
    with_variables,
)
from profiles.rendering import ArtifactContent, ProfileLayout, RenderedEntry, Rendering, Unsupported, Warnings
from projects.paths import relative_path

# Keys that Codex has for both kinds of server, and what others call them.
_OWN = frozenset({"startup_timeout_sec", "tool_timeout_sec", "enabled_tools", "disabled_tools"})
_OWN_FOR = {"timeout": "tool_timeout_sec", "includeTools": "enabled_tools", "excludeTools": "disabled_tools"}
_LEFT_OUT = {
    **dict.fromkeys(("args", "env", "cwd"), "Codex takes it only for a server with a command; it is left out."),
    "headers": "Codex takes it only for a server with a URL; it is left out.",
    "type": "Codex knows no such type; it takes the server for one with a command.",
    "oauth": "Codex describes a sign-in in another way; it is left out. Sign in with 'codex mcp login'.",
}
# What to do about a variable that Codex does not fill in. It never has to be a secret in config.toml.
_IN_COMMAND = "Codex hands variables on only in 'env', each under its own name."
_IN_URL = "Codex takes no part of a URL from the environment."
_IN_HEADER = "Let one variable hold the whole header; Codex takes that from the environment."
_BEARER = re.compile(r"Bearer \$\{([A-Za-z_][A-Za-z0-9_]*)\}", re.IGNORECASE)


def render_server(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The server under a name that Codex takes.

    Raises EntryError for a definition or a name that config.toml could not take, PathError for one with no letter.
    """
    definition = read_server(content)
    if isinstance(definition, Unsupported):
        return definition
    name = server_name(content.name)
    key = checked_key(Member(("mcp_servers", name)))
    warnings = Warnings()
    if name != content.name:
        message = f"Codex takes letters, digits, '-' and '_' in a server's name; it is written as {name!r}."
        warnings.note("name", message)
    value = _for_codex(checked(definition, warnings), warnings)
    if isinstance(value, Unsupported):
        return value
    path = relative_path(f"{layout.root_dir}/config.toml")
    return Rendering(warnings=tuple(warnings), entries=(RenderedEntry(path, Format.TOML, key, value),))


def server_name(name: str) -> str:
    """`name` in the characters that Codex takes in a server's name. Raises PathError where nothing of it is left."""
    return ascii_name(name, "A-Za-z0-9_-")


def _for_codex(definition: Mapping[str, Value], warnings: Warnings) -> dict[str, Value] | Unsupported:
    address = address_of(definition)
    if isinstance(address, Unsupported):
        return address
    match address.kind:
        case Kind.WEBSOCKET:
            return Unsupported("Codex does not talk to servers over WebSocket.")
        case Kind.SSE:
            return Unsupported("Codex talks to remote servers over streamable HTTP only, and this one wants SSE.")
        case Kind.UNKNOWN:
            return Unsupported(f"Codex knows no servers of the type {definition['type']!r}.")
    value = _Translation(warnings).server(address, settings_of(definition, address, warnings))
    warn_of_plugin(definition, warnings)
    return value


@dataclass(frozen=True, slots=True)
class _Translation:
    """A server in Codex's keys, and what was found on the way."""

    warnings: Warnings

    def server(self, address: Address, settings: Mapping[str, Value]) -> dict[str, Value]:
        """The table of a server with this address, and what is said besides."""
        is_local = address.kind is Kind.LOCAL
        text = self._filled(address.text, address.key, _IN_COMMAND if is_local else _IN_URL)
        value: dict[str, Value] = {"command" if is_local else "url": text}
        for key, given in settings.items():
            own = _OWN_FOR.get(key)
            if own in settings:
                self.warnings.loss(key, f"The server has {own!r} too, and that counts in Codex; this is left out.")
                continue
            taken = self._taken(key, given, is_local=is_local)
            if taken is None:
                self.warnings.loss(key, _LEFT_OUT.get(key, "This setting is not written for Codex; it is left out."))
            else:
                value |= taken
        return value

    def _taken(self, key: str, given: Value, *, is_local: bool) -> dict[str, Value] | None:
        match key, given:
            case "args", list() if is_local:
                return {"args": [self._filled(text, f"args[{index}]", _IN_COMMAND) for index, text in enumerate(given)]}
            case "env", dict() if is_local:
                return self._environment(given)
            case "cwd", str() if is_local:
                return {"cwd": self._filled(given, key, _IN_COMMAND)}
            case "headers", dict() if not is_local:
                return self._headers(given)
            # Whether it is the one or the other, only the value that turns the server off is said.
            case "disabled" | "enabled", _:
                return {"enabled": False}
            case "timeout", int() | float():
                self.warnings.note(key, "Codex counts in seconds; it is written as 'tool_timeout_sec'.")
                return {"tool_timeout_sec": given / 1000 if given % 1000 else int(given) // 1000}
            case "includeTools" | "excludeTools", _:
                self.warnings.note(key, f"Codex calls it {_OWN_FOR[key]!r}, and so it is written.")
                return {_OWN_FOR[key]: given}
            case _ if key in _OWN:
                return {key: given}
            case "description", _:
                return {}
            case _:
                return None

    def _environment(self, given: Mapping[str, str]) -> dict[str, Value]:
        """Variables with their values, and the names of those that Codex hands on from its own environment."""
        passed_on = [name for name, text in given.items() if text == f"${{{name}}}"]
        for name in passed_on:
            self.warnings.note(f"env.{name}", "Codex hands it on by name; it is written in 'env_vars'.")
        set_to = {
            name: self._filled(
                text, f"env.{name}", f"Set {name} in the environment and write ${{{name}}} here; Codex hands that on."
            )
            for name, text in given.items()
            if text != f"${{{name}}}"
        }
        return _without_empty({"env": set_to, "env_vars": passed_on})

    def _headers(self, given: Mapping[str, str]) -> dict[str, Value]:
        """Headers with their values, and those that Codex takes from its environment."""
        headers: dict[str, Value] = {}
        from_variables: dict[str, Value] = {}
        bearer = ""
        for name, text in given.items():
            place = f"headers.{name}"
            token, variable = _BEARER.fullmatch(text), VARIABLE.fullmatch(text)
            if token and name.lower() == "authorization":
                bearer = token[1]
                self.warnings.note(place, "It is written as 'bearer_token_env_var'.")
            elif variable and variable["otherwise"] is None:
                from_variables[name] = variable["name"]
                self.warnings.note(place, "It is written in 'env_http_headers'.")
            else:
                headers[name] = self._filled(text, place, _IN_HEADER)
        return _without_empty(
            {"bearer_token_env_var": bearer, "http_headers": headers, "env_http_headers": from_variables}
        )

    def _filled(self, text: str, place: str, way_out: str) -> str:
        """`text` with what stands for a variable that is not set; Codex would hand on the variable as it is written."""

        def otherwise(match: re.Match[str]) -> str:
            if match["otherwise"] is not None:
                self.warnings.loss(
                    place, f"Codex fills in no variables; {match[0]} is written as what follows its ':-'."
                )
                return match["otherwise"]
            if not plugin_variable(match[0].encode()):
                self.warnings.loss(place, f"Codex fills in no variables; {match[0]} stays as it stands. {way_out}")
            return match[0]

        return with_variables(text, otherwise)


def _without_empty(fields: dict[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in fields.items() if value}
