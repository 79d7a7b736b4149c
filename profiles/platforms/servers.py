"""What the definition of an MCP server says, whichever tool it was written for. Nothing here knows a platform.

Types, keys and variables as Claude Code documents them (https://code.claude.com/docs/en/mcp), and the keys that Gemini
CLI, Cursor, Windsurf and Codex have besides (docs/tools/mcp-server.md of google-gemini/gemini-cli,
https://cursor.com/docs/context/mcp, https://docs.windsurf.com/windsurf/cascade/mcp,
https://developers.openai.com/codex/mcp).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from profiles.entries import Value
from profiles.platforms.definitions import strings
from profiles.platforms.script_folder import plugin_variable
from profiles.rendering import Unsupported, Warnings

# `${NAME}` and `${NAME:-otherwise}`, as Claude Code fills them in; `variables_in` finds them.
VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::-(?P<otherwise>[^}]*))?\}")
# What one tool or another calls a URL.
_URLS = ("url", "httpUrl", "serverUrl")
# A timer of JavaScript, in which most readers are written, takes no more milliseconds.
_LONGEST_TIMEOUT = 2**31 - 1


class Kind(StrEnum):
    """How a server is talked to, by the type that Claude Code has for it."""

    LOCAL = "stdio"
    HTTP = "http"
    SSE = "sse"
    WEBSOCKET = "ws"
    UNKNOWN = "unknown"


TYPES = {
    "stdio": Kind.LOCAL,
    "http": Kind.HTTP,
    "streamable-http": Kind.HTTP,
    "sse": Kind.SSE,
    "ws": Kind.WEBSOCKET,
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is: `text` is its command or URL, and `key` what the definition calls it.

    With `is_stated` the definition says which kind it is; without, the look of the URL does.
    """

    kind: Kind
    key: str
    text: str
    is_stated: bool = True


def checked(definition: Mapping[str, Value], warnings: Warnings) -> dict[str, Value]:
    """`definition` without what has no value, or one of a wrong type, which some readers refuse to start with.

    Numbers among texts become the texts that a program would get.
    """
    answer: dict[str, Value] = {}
    for key, given in definition.items():
        if given is None:
            continue
        is_right, what = _WANTED.get(key, (_is_anything, ""))
        if is_right(given):
            answer[key] = _texts(given, key, warnings) if key in _OF_TEXTS else given
        else:
            warnings.loss(key, f"It is {what}; it is left out.")
    return answer


def address_of(definition: Mapping[str, Value]) -> Address | Unsupported:
    """Where the server of a checked definition is.

    Its type says whether that is its command or its URL; where it says nothing of the sort, a command comes first.
    """
    kind = TYPES.get(str(definition.get("type")), Kind.UNKNOWN)
    key = next((key for key in _URLS if key in definition), "")
    if "command" in definition and kind in (Kind.LOCAL, Kind.UNKNOWN):
        return Address(Kind.LOCAL, "command", str(definition["command"]))
    if kind is Kind.LOCAL:
        return Unsupported("The server is of the type 'stdio' and has no command.")
    if not key:
        return Unsupported(f"The server is of the type {definition.get('type')!r} and has no URL.")
    url = str(definition[key])
    scheme, path = _parts(url)
    if scheme in ("ws", "wss"):
        return Address(Kind.WEBSOCKET, key, url)
    if "type" in definition or key == "httpUrl":
        return Address(kind if "type" in definition else Kind.HTTP, key, url)
    return Address(Kind.SSE if path.endswith("/sse") else Kind.HTTP, key, url, is_stated=False)


def settings_of(definition: Mapping[str, Value], address: Address, warnings: Warnings) -> dict[str, Value]:
    """What a checked definition says besides its address; a type only if nobody knows it.

    A second address is left out and said. So is, without a word, what would be so anyway.
    """
    settings = {}
    for key, given in definition.items():
        if key in (address.key, "$schema") or (key == "type" and given in TYPES) or given is _ANYWAY.get(key):
            continue
        if key in ("command", *_URLS):
            warnings.loss(key, "A server has either a command or one URL; this is left out.")
        else:
            settings[key] = given
    return settings


def variables_in(text: str) -> Iterator[re.Match[str]]:
    """Every variable in `text`, in order."""
    return VARIABLE.finditer(text, 0, _end_of_variables(text))


def with_variables(text: str, write: Callable[[re.Match[str]], str]) -> str:
    """`text` with what `write` makes of every variable in it."""
    end = _end_of_variables(text)
    return VARIABLE.sub(write, text[:end]) + text[end:]


def warn_of_plugin(definition: Mapping[str, Value], warnings: Warnings) -> None:
    """Say where the texts of `definition` want a plugin's files."""
    for place, text in strings(definition):
        if variable := plugin_variable(text.encode()):
            warnings.loss(place, f"It refers to {variable}; no files of its plugin are deployed with a server.")


def _end_of_variables(text: str) -> int:
    """Where the last brace ends: to look behind it would take time by the square of the text's length."""
    return text.rfind("}") + 1


def _parts(url: str) -> tuple[str, str]:
    """Scheme and path; nothing of what is no URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.path.rstrip("/")


def _texts(given: Value, place: str, warnings: Warnings) -> Value:
    match given:
        case list():
            texts = [_text(each, f"{place}[{index}]", warnings) for index, each in enumerate(given)]
            return [text for text in texts if text is not None]
        case dict():
            named = {name: _text(each, f"{place}.{name}", warnings) for name, each in given.items()}
            return {name: text for name, text in named.items() if text is not None}
        case _:
            return given


def _text(value: Value, place: str, warnings: Warnings) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value).lower()
    warnings.loss(place, "It is no text; it is left out.")
    return None


def _is_anything(value: Value) -> bool:
    return True


def _is_text(value: Value) -> bool:
    return isinstance(value, str)


def _is_list(value: Value) -> bool:
    return isinstance(value, list)


def _is_object(value: Value) -> bool:
    return isinstance(value, dict)


def _is_yes_or_no(value: Value) -> bool:
    return isinstance(value, bool)


def _is_duration(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LONGEST_TIMEOUT


def _is_sign_in(value: Value) -> bool:
    """Whether it is made of texts and lists of texts, as Cursor's is."""
    if not isinstance(value, dict):
        return False
    inner = [each for part in value.values() for each in (part if isinstance(part, list) else [part])]
    return all(isinstance(each, str) for each in inner)


_LISTS = ("args", "includeTools", "excludeTools", "enabled_tools", "disabled_tools")
_OF_TEXTS = frozenset({*_LISTS, "env", "headers"})
_WANTED: dict[str, tuple[Callable[[Value], bool], str]] = {
    **dict.fromkeys(
        ("type", "command", *_URLS, "cwd", "description", "envFile", "headersHelper"), (_is_text, "no text")
    ),
    **dict.fromkeys(_LISTS, (_is_list, "no list of texts")),
    **dict.fromkeys(("env", "headers"), (_is_object, "no object of texts")),
    **dict.fromkeys(("disabled", "enabled", "alwaysLoad"), (_is_yes_or_no, "neither true nor false")),
    "timeout": (_is_duration, "no number of milliseconds"),
    **dict.fromkeys(("startup_timeout_sec", "tool_timeout_sec"), (_is_duration, "no number of seconds")),
    "auth": (_is_sign_in, "no object of texts"),
    "oauth": (_is_object, "no object"),
}
_ANYWAY = {"disabled": False, "enabled": True, "alwaysLoad": False, "trust": False}
