"""How a problem is written."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse

from accounts.endpoints.problems import PROBLEM_CONTENT_TYPE, FieldProblem, PathStep, Problem
from config.problems.kinds import Kind, plain_kind


def problem(
    kind: Kind,
    detail: str = "",
    *,
    errors: Sequence[FieldProblem] = (),
    path: Sequence[PathStep] = (),
    import_id: UUID | None = None,
) -> HttpResponse:
    """The answer that tells a caller of a problem; without a `detail`, with what is always said of its kind."""
    body = problem_body(kind, detail, errors, path, import_id)
    response = JsonResponse(body, status=kind.status, content_type=PROBLEM_CONTENT_TYPE)
    if kind.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def plain_problem(status: int) -> HttpResponse:
    """The problem of which no more is known than this status."""
    return problem(plain_kind(status))


def problem_body(
    kind: Kind,
    detail: str = "",
    errors: Sequence[FieldProblem] = (),
    path: Sequence[PathStep] = (),
    import_id: UUID | None = None,
) -> dict[str, Any]:
    """What is in such an answer."""
    body = Problem(
        type=kind.type,
        title=kind.title,
        status=kind.status,
        detail=detail or kind.way_out or f"{kind.title}.",
        errors=list(errors),
        path=list(path),
        import_id=import_id,
    )
    return body.model_dump(mode="json")


def example_body(status: int) -> dict[str, Any]:
    """What a problem with this status may say."""
    kind = next(kind for kind in Kind if kind.status == status)
    if kind is not Kind.INVALID:
        return problem_body(kind)
    wrong = FieldProblem(location="body", field="name", detail="This field cannot be blank.")
    return problem_body(kind, "Something that was sent cannot be used (name); `errors` says what.", [wrong])
