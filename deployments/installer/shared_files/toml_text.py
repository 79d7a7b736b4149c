"""Where the tables of a TOML text stand, and how a table is written."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

from deployments.installer.shared_files.exceptions import SharedFileError
from profiles.entries import Value

# Strings of all four kinds, comments, brackets and line ends: all that says where a statement ends.
_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*+"'
    r"|'[^'\n]*+'"
    r"|\#[^\n]*+|[\[\]{}\n]",
    re.DOTALL,
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Statement:
    """One header, key with its value, or line that is only a comment; without the line end.

    `table` is the table it stands in, or, of a header, opens.
    """

    start: int
    end: int
    table: tuple[str, ...]
    has_comment: bool
    is_comment: bool


def statements(text: str) -> Iterator[Statement]:
    """The statements of a valid TOML text, in order."""
    table: tuple[str, ...] = ()
    for start, end, has_comment in _lines(text):
        content = text[start:end].lstrip(" \t")
        if content.startswith("["):
            table = _table_of(content)
        if content:
            yield Statement(start, end, table, has_comment, content.startswith("#"))


def _lines(text: str) -> Iterator[tuple[int, int, bool]]:
    """The lines of a text, where those inside strings and brackets do not count; and whether they have a comment."""
    start, depth, has_comment = 0, 0, False
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece in "[{":
            depth += 1
        elif piece in "]}":
            depth -= 1
        elif piece[0] == "#":
            has_comment = True
        elif piece == "\n" and not depth:
            yield start, match.start() - (text[start : match.start()].endswith("\r")), has_comment
            start, has_comment = match.end(), False
    yield start, len(text), has_comment


def _table_of(header: str) -> tuple[str, ...]:
    """The names in `[a."b c"]` or `[[a]]`."""
    names: list[str] = []
    data: object = tomllib.loads(header)
    while data:
        if isinstance(data, dict):
            names.extend(data)
            data = next(iter(data.values()))
        elif isinstance(data, list):
            data = data[0]
    return tuple(names)


def written_table(path: tuple[str, ...], table: dict[str, Value]) -> list[str]:
    """The lines of `table`, its sub-tables as tables of their own.

    Raises SharedFileError for what TOML has no form for.
    """
    plain = {name: value for name, value in table.items() if not isinstance(value, dict)}
    lines = [f"[{'.'.join(map(_key, path))}]"]
    lines += [f"{_key(name)} = {_value(value)}" for name, value in plain.items()]
    for name, value in table.items():
        if isinstance(value, dict):
            lines += ["", *written_table((*path, name), value)]
    return lines


def _value(value: Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _string(value)
        case int() | float():
            return repr(value)
        case list() | tuple():
            return f"[{', '.join(map(_value, value))}]"
        case dict():
            return "{ " + ", ".join(f"{_key(name)} = {_value(each)}" for name, each in value.items()) + " }"
    raise SharedFileError(f"TOML has no form for {json.dumps(value, default=str)}.")


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _string(name)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
