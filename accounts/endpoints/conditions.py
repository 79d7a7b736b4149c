"""Conditional requests: an edition as an ETag, and the editions that If-Match allows.

https://www.rfc-editor.org/rfc/rfc9110#name-if-match
"""

import re
from collections.abc import Collection
from typing import Annotated

from django.http import HttpResponse
from ninja import Header

from accounts.endpoints.types import StorableText

# A weak one, W/"…", never matches.
_STRONG_TAG = re.compile(r'(?:^|(?<=[\s,]))"([^"]*)"')

IfMatch = Annotated[
    StorableText | None,
    Header(
        None,
        alias="If-Match",
        description="The ETag of the last answer: with it nothing is written if somebody has changed it since (412).",
    ),
]


def expected_editions(if_match: str | None) -> Collection[str] | None:
    """The editions that the header allows; None where it is not sent, or any will do.

    A header that says nothing allows nothing: servers hand over one that they cannot read as an empty one.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    return frozenset(_STRONG_TAG.findall(if_match))


def tag(response: HttpResponse, edition: str) -> None:
    """Name the edition that `response` shows."""
    response["ETag"] = f'"{edition}"'
