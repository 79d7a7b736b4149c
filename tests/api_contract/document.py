"""The API's OpenAPI document, and the operations in it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from config.api import api
from tests.api import ROOT

type Json = dict[str, Any]

# Those that a caller does something with.
HEADERS_TO_TELL = ("Content-Disposition", "ETag", "Retry-After", "WWW-Authenticate")

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"

# By way of JSON, as callers get it.
DOCUMENT: Json = json.loads(json.dumps(api.get_openapi_schema()))


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: a method at an address below `tests.api.ROOT`."""

    id: str
    method: str
    path: str
    details: Json

    def __str__(self) -> str:
        return self.id

    @property
    def statuses(self) -> list[int]:
        """Every status it says it may answer with."""
        return [int(status) for status in self.details["responses"]]

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"

    @property
    def responses(self) -> Mapping[int, Json]:
        """Its answers by status."""
        return {int(status): resolved(answer) for status, answer in self.details["responses"].items()}

    @property
    def body(self) -> Json | None:
        """The schema of the JSON it takes."""
        if "requestBody" not in self.details:
            return None
        schema: Json = resolved(self.details["requestBody"]["content"]["application/json"]["schema"])
        return schema

    def parameters(self, location: str) -> list[Json]:
        """Its parameters in the path, the query or the header."""
        return [each for each in self.details["parameters"] if each["in"] == location]


def resolved(part: Json) -> Json:
    """`part` of the document, or what it refers to."""
    while "$ref" in part:
        found: Any = DOCUMENT
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def header_violations(answer: Json, headers: Mapping[str, str]) -> list[str]:
    """Headers that this answer of the document names and are not sent, or the other way around."""
    sent = {name for name in HEADERS_TO_TELL if name in headers}
    return sorted(sent ^ set(answer.get("headers", ())))


def violations(schema: Json, value: object) -> list[str]:
    """What `schema` of this document has against `value`."""
    return [error.message for error in _validator(json.dumps(schema)).iter_errors(value)]


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({**json.loads(schema), "components": DOCUMENT["components"]})


def _operations() -> Iterator[Operation]:
    for path, methods in DOCUMENT["paths"].items():
        for method, details in methods.items():
            yield Operation(details["operationId"], method.upper(), path.removeprefix(ROOT), details)


OPERATIONS = {operation.id: operation for operation in _operations()}
