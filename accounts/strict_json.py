"""JSON that means one thing: no NaN, no Infinity, no name twice in one object. Pure Python.

https://www.rfc-editor.org/rfc/rfc8259 (sections 4 and 6)
"""

import json
from collections.abc import Sequence
from typing import Any, NoReturn


def read_strictly(text: str) -> Any:
    """The value that `text` is. Raises ValueError, and RecursionError where it is nested too deep."""
    return json.loads(text, object_pairs_hook=_object, parse_constant=refuse_constant)


def refuse_constant(name: str) -> NoReturn:
    """What Python reads beyond JSON: NaN and the infinities. Raises ValueError."""
    raise ValueError(f"{name} is not a JSON number")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:80]!r} stands twice in one object")
        found[key] = value
    return found
