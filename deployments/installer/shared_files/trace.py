"""How entries came into a shared file, so that they can go again without a trace."""

from dataclasses import dataclass
from typing import Any, Self


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
