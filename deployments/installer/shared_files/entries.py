"""What we answer for in a file that others share: entries, their addresses, and how each came in.

Values are plain data as the `json` and `tomllib` modules read it.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Self

from deployments.installer.shared_files.exceptions import SharedFileError

type Value = object


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


@dataclass(frozen=True, slots=True)
class Layer:
    """The text we put around one value: a `gap` with its comma, the `label` that names it, and what comes `after`."""

    gap: str
    label: str
    after: str

    @property
    def has_comma(self) -> bool:
        """Whether the value was joined to a neighbour; else it was the first in an empty container."""
        return "," in self.gap or "," in self.after


@dataclass(frozen=True, slots=True)
class Trace:
    """How an entry came into its file, so that it can go again without a trace.

    `layers[0]` is the text around the entry's value; each further one is the text around a container that
    came in with it, outwards, up to the top level of a file that was empty. `created_file`: there was no
    file. A trace without layers is that of an entry that took the place of another value.
    """

    layers: tuple[Layer, ...] = ()
    created_file: bool = False

    def as_json(self) -> dict[str, Any]:
        """The trace as JSON data."""
        layers = [[layer.gap, layer.label, layer.after] for layer in self.layers]
        return {"layers": layers, "created_file": self.created_file}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The trace that `as_json` made `data` of."""
        return cls(tuple(Layer(*layer) for layer in data["layers"]), data["created_file"])


def canonical(value: Value) -> str:
    """A text that two values share exactly when they are equal as data: key order is nothing, 1, 1.0 and true differ.

    Raises SharedFileError for what is no such data, or is nested too deep.
    """
    try:
        return json.dumps(value, sort_keys=True, default=_dated)
    except (TypeError, ValueError, RecursionError) as error:
        raise SharedFileError(f"The value cannot be written: {error}.") from error


def _dated(value: object) -> list[str]:
    """TOML's dates and times, told apart from strings and from each other."""
    if not hasattr(value, "isoformat"):
        raise TypeError(f"{type(value).__name__} is not data")
    return [type(value).__name__, value.isoformat()]
