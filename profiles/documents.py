"""JSON that strangers wrote, read with care and written in one form. Pure Python."""

import json
import math

from accounts.strict_json import refuse_constant

_LONGEST = 1024 * 1024
_DEEPEST = 100
_TOO_DEEP = f"it is nested more than {_DEEPEST} levels deep"


class DocumentError(ValueError):
    """A JSON file that cannot be used; the message says where and why."""


def read_json(data: bytes) -> object:
    """The value in a JSON file; a byte order mark is let pass. Raises DocumentError with line and column."""
    if len(data) > _LONGEST:
        raise DocumentError(f"It is longer than {_LONGEST} bytes.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"It is not UTF-8 text (byte {error.start + 1}).") from error
    try:
        value: object = json.loads(text, parse_constant=refuse_constant, parse_float=_finite, parse_int=_countable)
        _check_depth(value)
    except json.JSONDecodeError as error:
        raise DocumentError(
            f"It is not valid JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except RecursionError as error:
        raise DocumentError(f"It is not JSON that can be read: {_TOO_DEEP}.") from error
    except ValueError as error:
        raise DocumentError(f"It is not JSON that can be read: {error}.") from error
    return value


def read_json_object(data: bytes) -> dict[str, object]:
    """Like `read_json`, for files that must hold an object."""
    value = read_json(data)
    if not isinstance(value, dict):
        raise DocumentError("It does not hold a JSON object.")
    return value


def write_json(value: object) -> bytes:
    """One canonical form: two spaces, keys in the order they came, UTF-8, a newline at the end."""
    # A lone surrogate has no UTF-8; its escape is what JSON itself writes for it.
    return (json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode("utf-8", "backslashreplace")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _too_large(text)
    return number


def _countable(text: str) -> int:
    try:
        return int(text)
    except ValueError:  # more digits than Python reads
        raise _too_large(text) from None


def _too_large(number: str) -> ValueError:
    return ValueError(f"the number {number[:20]} is too large")


def _check_depth(value: object) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inner(outer)]
        if not level:
            return
    raise ValueError(_TOO_DEEP)


def _inner(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
