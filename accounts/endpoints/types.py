"""The values that bodies and queries are made of: each bounded, and none that a database would choke on later."""

from typing import Annotated, Any

from django.core.exceptions import ValidationError
from ninja import Schema
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

from accounts.lengths import LONGEST_NAME, LONGEST_PROSE
from accounts.tags import MAX_TAGS, TAG_PATTERN
from accounts.text import storable_text

MOST_ROWS = 200
# What a position or an offset can be: far past every list there is, and a number for both databases.
MAX_INDEX = 1_000_000_000

# The default of a field that may be left out of a change, but is never null.
LEFT_OUT: Any = None

_NO_NUL = {"pattern": r"^[^\x00]*$"}


def _storable(text: str) -> str:
    try:
        storable_text(text)
    except ValidationError as error:
        raise ValueError(" ".join(error.messages)) from error
    return text


def _whole(number: Any) -> Any:
    """JSON knows no integers: 2.0 is the number 2, while true is none at all."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


StorableText = Annotated[str, Strict(), AfterValidator(_storable), Field(json_schema_extra=_NO_NUL)]
"""Any text a database can keep."""

Name = Annotated[
    str,
    Strict(),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME),
    AfterValidator(_storable),
    Field(json_schema_extra=_NO_NUL),
]
"""What something is called; blanks around it do not count."""

Line = Annotated[StorableText, StringConstraints(max_length=LONGEST_NAME)]
"""A short text, or none at all."""

Prose = Annotated[StorableText, StringConstraints(max_length=LONGEST_PROSE)]
"""A longer text, such as a description."""

Tags = Annotated[
    list[Annotated[StorableText, Field(json_schema_extra={"pattern": f"^{TAG_PATTERN}$"})]],
    Field(max_length=1000, json_schema_extra={"maxItems": MAX_TAGS}, examples=[["web"]]),
]
"""Tags; `accounts.tags` says which."""

Flag = Annotated[bool, Strict()]
Index = Annotated[int, Strict(), Field(ge=0, le=MAX_INDEX), BeforeValidator(_whole)]
"""A place in a list, from 0 on."""


class Body(Schema):
    """What is sent. A field that is not known is refused: most likely it is misspelt."""

    model_config = ConfigDict(extra="forbid")


class Filters(Schema):
    """What stands behind the `?` of an address. `accounts.endpoints.passed_over` refuses what is not known there."""
