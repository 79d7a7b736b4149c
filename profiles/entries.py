"""Entries in files that people and other tools write to as well: their addresses and their values. Pure Python.

Values are plain data as the `json` and `tomllib` modules read it; a Markdown section's is its text.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

type Value = object

MAX_KEY_LENGTH = 255
# A line that a section begins or ends with, and the name in it.
SECTION_MARKER = re.compile(r"<!-- deployment-sets: (begin|end) (.+) -->[ \t]*")
_UNREADABLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class EntryError(ValueError):
    """A value that no entry can have, or an entry that cannot be where it is wanted."""


class Format(StrEnum):
    """How a shared file is written."""

    JSON = "json"
    JSON_WITH_COMMENTS = "json_with_comments"
    TOML = "toml"
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an object (in TOML, a table), by the names that lead to it."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the array at `path`. It has no name: what it is, is its value, here as a digest."""

    path: tuple[str, ...]
    digest: str

    @classmethod
    def of(cls, path: tuple[str, ...], value: Value) -> Self:
        """The address of `value` in the array at `path`."""
        return cls(path, hashlib.sha256(canonical(value).encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of a Markdown file between the two markers that carry `name`."""

    name: str


type EntryKey = Member | Element | Section

_KINDS: dict[str, type[Member | Element | Section]] = {"member": Member, "element": Element, "section": Section}


def encode_key(key: EntryKey) -> str:
    """`key` as one line of text, the same for equal keys."""
    match key:
        case Member(path):
            parts = ["member", *path]
        case Element(path, digest):
            parts = ["element", *path, digest]
        case Section(name):
            parts = ["section", name]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def decode_key(text: str) -> EntryKey:
    """The key that `encode_key` made `text` of."""
    kind, *parts = json.loads(text)
    match kind:
        case "member":
            return Member(tuple(parts))
        case "element":
            return Element(tuple(parts[:-1]), parts[-1])
        case _:
            return Section(*parts)


def checked_key(key: EntryKey) -> EntryKey:
    """`key`, if it can be kept and shown.

    Raises EntryError for names that are empty or hold control or invisible characters, and for keys that
    `encode_key` writes with more than `MAX_KEY_LENGTH` characters.
    """
    names = (key.name,) if isinstance(key, Section) else key.path
    for name in names:
        if not name:
            raise EntryError("The name of an entry is empty.")
        if any(unicodedata.category(character) in _UNREADABLE for character in name):
            raise EntryError(f"The name {name[:80]!r} contains a control or invisible character.")
    if len(encode_key(key)) > MAX_KEY_LENGTH:
        raise EntryError(f"The name {names[-1][:40]!r}… is too long for an entry of a shared file.")
    return key


def canonical(value: Value) -> str:
    """A text that two values share exactly when they are equal as data: key order is nothing, 1, 1.0 and true differ.

    Raises EntryError for what is no such data, or is nested too deep.
    """
    try:
        return json.dumps(value, sort_keys=True, default=_dated)
    except (TypeError, ValueError, RecursionError) as error:
        raise EntryError(f"The value cannot be written: {error}.") from error


def _dated(value: object) -> list[str]:
    """TOML's dates and times, told apart from strings and from each other."""
    if not hasattr(value, "isoformat"):
        raise TypeError(f"{type(value).__name__} is not data")
    return [type(value).__name__, value.isoformat()]
