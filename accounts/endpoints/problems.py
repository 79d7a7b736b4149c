"""How an error looks to a caller: problem details, https://www.rfc-editor.org/rfc/rfc9457."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from accounts.endpoints.headers import Headers

PROBLEM_CONTENT_TYPE = "application/problem+json"

type Location = Literal["body", "query", "path", "header"]


class FieldProblem(Schema):
    """What is wrong with one value that was sent."""

    location: Location = Field(examples=["body"])
    field: str = Field(description="Its name; with dots where it lies within another.", examples=["name"])
    detail: str = Field(examples=["This field cannot be blank."])


class PathStep(Schema):
    """One set on a path of nested sets."""

    id: UUID
    name: str = Field(examples=["Backend"])


class Problem(Schema):
    """Why a request did not do what was asked; nothing has changed then."""

    type: str = Field(description="Which kind of problem it is; stays the same whatever the texts say.")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="What happened, to what, and the way out.")
    errors: list[FieldProblem] = Field(default=[], description="One for each value that was wrong.")
    path: list[PathStep] = Field(
        default=[], description="Where nested sets stand in the way: how they are nested, outermost first."
    )
    import_id: UUID | None = Field(
        default=None, description="Of an import that failed: its record, to be read at `/api/v1/imports/{import_id}`."
    )


def problems(*statuses: int, headers: Mapping[int, Headers] = MappingProxyType({})) -> dict[str, object]:
    """For an operation's `openapi_extra`: the problems it can meet beyond those that every operation can.

    `headers` are those of its answers by status, which are no problems.
    """
    answers = {status: {"headers": dict(each)} for status, each in headers.items()}
    return {"responses": answers | {status: {} for status in statuses}}
