"""Texts as every TOML reader takes them (toml.io/en/v1.0.0). Nothing here knows a platform."""

import re
from collections.abc import Mapping

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
# What TOML allows in no string as it stands: control characters but tab and line feed.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def toml_fields(fields: Mapping[str, str]) -> str:
    """`fields` as the lines of a TOML table, in their order; a reader gets back each text exactly."""
    return "".join(f"{_key(name)} = {toml_text(text)}\n" for name, text in fields.items())


def toml_text(text: str) -> str:
    """`text` as a TOML string: of several lines word for word wherever it can be, otherwise with escapes."""
    if "\n" not in text:
        return f'"{_escaped(text)}"'
    if "'''" in text or text.endswith("'") or _CONTROL.search(text):
        return '"""\n' + "\n".join(map(_escaped, text.split("\n"))) + '"""'
    return f"'''\n{text}'''"


def _key(name: str) -> str:
    return name if _PLAIN_KEY.fullmatch(name) else f'"{_escaped(name)}"'


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(character) or _CONTROL.sub(_code, character) for character in text)


def _code(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
