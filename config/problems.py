"""Every error of the API, from one place: which exception is which problem, and how it is written.

https://www.rfc-editor.org/rfc/rfc9457
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts.editions import EditedMeanwhileError
from accounts.endpoints.callers import CsrfError, is_for_api
from accounts.endpoints.problems import PROBLEM_CONTENT_TYPE, FieldProblem, Location, PathStep, Problem
from accounts.exceptions import MissingPermissionError, TokenError, TokenNotFoundError
from artifacts.exceptions import (
    AlreadyInGroupError,
    ArtifactError,
    ArtifactExistsError,
    ArtifactGoneError,
    CollectionError,
    CollectionExistsError,
    CollectionInUseError,
    CollectionNameTakenError,
    FileNotInArtifactError,
    GroupExistsError,
    ImportBusyError,
    ImportedArtifactError,
    ImportedGroupError,
    NotImportedError,
    NotInGroupError,
)
from artifacts.models import Artifact, ArtifactGroup, Collection, CollectionImport, GroupMembership
from config.database import is_busy
from deployment_sets.exceptions import (
    AlreadyMemberError,
    DeploymentSetCycleError,
    DeploymentSetDepthError,
    DeploymentSetNotFoundError,
    DeploymentSetResolutionError,
    DeploymentSetsSwitchedOffError,
    DeploymentSetValidationError,
    MemberNotFoundError,
    MemberReferenceError,
    PortableDocumentError,
    PositionError,
    ProfilesDifferError,
    UnknownMemberSetError,
    UnknownReferenceError,
    UnmatchedError,
)
from deployments.exceptions import DeploymentError, StalePlanError
from deployments.models import Deployment, Run
from profiles.exceptions import ProfileError, ProfileExistsError
from profiles.models import DeploymentProfile
from projects.exceptions import BusyError, ProjectError, ProjectExistsError, ProjectInUseError
from projects.models import Project

logger = logging.getLogger("django.request")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem. `name` never changes, so that programs can tell one from another by it."""

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """Its name as a URI."""
        return f"urn:deployment-sets:problem:{self.name}"


MALFORMED = Kind("malformed-request", 400, "The request cannot be read")
WHO_IS_IT = Kind("not-signed-in", 401, "Nobody is signed in")
FORBIDDEN = Kind("forbidden", 403, "Not allowed")
NOT_FOUND = Kind("not-found", 404, "Not found")
SWITCHED_OFF = Kind("switched-off", 404, "Deployment sets are switched off")
WRONG_METHOD = Kind("method-not-allowed", 405, "Not done at this address")
CONFLICT = Kind("conflict", 409, "In conflict with what is there")
BUSY = Kind("busy", 409, "Somebody else is at work there")
STALE_PLAN = Kind("stale-plan", 409, "Not the plan that was shown")
EDITED = Kind("edited-meanwhile", 412, "Changed since it was read")
TOO_LARGE = Kind("too-large", 413, "The body is too large")
NOT_JSON = Kind("not-json", 415, "The body is not JSON")
INVALID = Kind("invalid", 422, "Values that cannot be used")
CIRCULAR = Kind("circular-reference", 422, "A set would contain itself")
TOO_DEEP = Kind("nested-too-deep", 422, "Sets nested too deep")
UNRESOLVABLE = Kind("unresolvable", 422, "A set that cannot be resolved")
TOO_MANY = Kind("too-many-attempts", 429, "Too many attempts")
FAILED = Kind("server-error", 500, "The server failed")
UNAVAILABLE = Kind("database-busy", 503, "The database is busy")

ALL_KINDS = (
    MALFORMED,
    WHO_IS_IT,
    FORBIDDEN,
    NOT_FOUND,
    SWITCHED_OFF,
    WRONG_METHOD,
    CONFLICT,
    BUSY,
    STALE_PLAN,
    EDITED,
    TOO_LARGE,
    NOT_JSON,
    INVALID,
    CIRCULAR,
    TOO_DEEP,
    UNRESOLVABLE,
    TOO_MANY,
    FAILED,
    UNAVAILABLE,
)

# What is said where nothing more is known than the status.
_PLAIN: Mapping[int, tuple[Kind, str]] = {
    400: (MALFORMED, "Its host name, its address or its body is not as it must be."),
    401: (WHO_IS_IT, "Send a token (Authorization: Bearer …), or sign in first."),
    403: (FORBIDDEN, "You may not do this."),
    404: (NOT_FOUND, "There is nothing at this address. The addresses there are stand in /api/v1/openapi.json."),
    405: (WRONG_METHOD, "The header Allow says what can be done at this address."),
    413: (TOO_LARGE, "Send less at a time."),
    415: (NOT_JSON, "Send the body as JSON, and say so: Content-Type: application/json."),
    429: (TOO_MANY, "Wait before you try again; the header Retry-After says how many seconds."),
    500: (FAILED, "This is an error of the application; its log says more. Nothing was changed by halves."),
    503: (UNAVAILABLE, "Something else is writing to the database for a long time. Try again in a moment."),
}

# An exception counts as the first of its classes that stands here.
KINDS: Mapping[type[Exception], Kind] = {
    CsrfError: FORBIDDEN,
    MissingPermissionError: FORBIDDEN,
    TokenNotFoundError: NOT_FOUND,
    TokenError: INVALID,
    EditedMeanwhileError: EDITED,
    ArtifactError: INVALID,
    ArtifactExistsError: CONFLICT,
    ArtifactGoneError: CONFLICT,
    ImportedArtifactError: CONFLICT,
    FileNotInArtifactError: NOT_FOUND,
    GroupExistsError: CONFLICT,
    ImportedGroupError: CONFLICT,
    AlreadyInGroupError: CONFLICT,
    NotInGroupError: NOT_FOUND,
    CollectionError: INVALID,
    CollectionExistsError: CONFLICT,
    CollectionInUseError: CONFLICT,
    CollectionNameTakenError: CONFLICT,
    NotImportedError: CONFLICT,
    ImportBusyError: BUSY,
    ProjectError: INVALID,
    ProjectExistsError: CONFLICT,
    ProjectInUseError: CONFLICT,
    BusyError: BUSY,
    ProfileError: INVALID,
    ProfileExistsError: CONFLICT,
    DeploymentError: CONFLICT,
    StalePlanError: STALE_PLAN,
    DeploymentSetsSwitchedOffError: SWITCHED_OFF,
    DeploymentSetNotFoundError: NOT_FOUND,
    MemberNotFoundError: NOT_FOUND,
    DeploymentSetValidationError: INVALID,
    PortableDocumentError: INVALID,
    ProfilesDifferError: CONFLICT,
    UnmatchedError: INVALID,
    MemberReferenceError: INVALID,
    UnknownReferenceError: INVALID,
    UnknownMemberSetError: NOT_FOUND,
    AlreadyMemberError: CONFLICT,
    PositionError: INVALID,
    DeploymentSetCycleError: CIRCULAR,
    DeploymentSetDepthError: TOO_DEEP,
    DeploymentSetResolutionError: UNRESOLVABLE,
}

# Django says of these only that no row matches.
MISSING_ROWS: Mapping[type[Exception], str] = {
    Artifact.DoesNotExist: "There is no such artifact.",
    ArtifactGroup.DoesNotExist: "There is no such group.",
    GroupMembership.DoesNotExist: "The artifact is not in this group any more.",
    Collection.DoesNotExist: "There is no such collection.",
    CollectionImport.DoesNotExist: "There is no such import.",
    Project.DoesNotExist: "There is no such project.",
    DeploymentProfile.DoesNotExist: "This project has no such profile.",
    Deployment.DoesNotExist: "This project has no such deployment.",
    Run.DoesNotExist: "There is no such run.",
}


def problem(
    kind: Kind, detail: str, *, errors: Sequence[FieldProblem] = (), path: Sequence[PathStep] = ()
) -> HttpResponse:
    """The answer that tells a caller of a problem."""
    body = _body(kind, detail, errors, path)
    response = JsonResponse(body, status=kind.status, content_type=PROBLEM_CONTENT_TYPE)
    if kind.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def plain_problem(status: int) -> HttpResponse:
    """The problem of which no more is known than this status."""
    return problem(*_PLAIN.get(status, _PLAIN[400 if status < 500 else 500]))


def example_body(status: int) -> dict[str, Any]:
    """What a problem with this status may say."""
    kind, detail = _PLAIN.get(status) or next((kind, kind.title) for kind in KINDS.values() if kind.status == status)
    return _body(kind, detail, (), ())


def exception_handlers() -> dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]]:
    """For each exception that an operation may raise, what answers it."""
    return {
        Exception: _failed,
        DatabaseError: _failed,
        AuthenticationError: lambda request, error: plain_problem(401),
        HttpError: lambda request, error: plain_problem(error.status_code),
        RequestDataTooBig: lambda request, error: plain_problem(413),
        ValidationError: _invalid,
        **dict.fromkeys(KINDS, _explained),
        **dict.fromkeys(MISSING_ROWS, _missing),
    }


class ProblemMiddleware:
    """Answer whoever calls the API with problem details, also where no operation was reached."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if response.status_code < 400 or not is_for_api(request):
            return response
        if response.headers.get("Content-Type") == PROBLEM_CONTENT_TYPE:
            return response
        answer = plain_problem(response.status_code)
        for header in ("Allow", "Retry-After"):
            if header in response.headers:
                answer[header] = response[header]
        return answer


def _body(kind: Kind, detail: str, errors: Sequence[FieldProblem], path: Sequence[PathStep]) -> dict[str, Any]:
    body = Problem(
        type=kind.type, title=kind.title, status=kind.status, detail=detail, errors=list(errors), path=list(path)
    )
    return body.model_dump(mode="json")


def _explained(request: HttpRequest, error: Exception) -> HttpResponse:
    """The problem that an error of the domain is, with all that it knows."""
    kind = next(KINDS[cls] for cls in type(error).__mro__ if cls in KINDS)
    found: Mapping[str, Sequence[str]] = getattr(error, "problems", {})
    errors = [
        FieldProblem(location="body", field=field.replace("__all__", ""), detail=message)
        for field, messages in found.items()
        for message in messages
    ]
    ids, names = getattr(error, "path_ids", ()), getattr(error, "path_names", ())
    path = [PathStep(id=each, name=name) for each, name in zip(ids, names, strict=True)]
    response = problem(kind, str(error), errors=errors, path=path)
    if isinstance(error, EditedMeanwhileError):
        response["ETag"] = f'"{error.edition}"'
    return response


def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(NOT_FOUND, next(MISSING_ROWS[cls] for cls in type(error).__mro__ if cls in MISSING_ROWS))


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [_field_problem(found) for found in error.errors]
    named = ", ".join(dict.fromkeys(each.field for each in errors if each.field))
    about = f" ({named})" if named else ""
    return problem(INVALID, f"Something that was sent cannot be used{about}; `errors` says what.", errors=errors)


def _field_problem(found: Mapping[str, Any]) -> FieldProblem:
    """What pydantic found, by the name that the caller used: ninja puts the place and its own parameter in front."""
    location, *where = found["loc"]
    places: dict[str, Location] = {"body": "body", "query": "query", "path": "path", "header": "header"}
    if location == "body" or where == ["query"]:
        where = where[1:]
    message = str(found["msg"]).removeprefix("Value error, ")
    if found["type"] == "extra_forbidden":
        message = "This field is not known here. Leave it out, or correct its name."
    return FieldProblem(location=places.get(location, "body"), field=".".join(map(str, where)), detail=message)


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, DatabaseError) and is_busy(error):
        return plain_problem(503)
    logger.error("The API failed: %s", request.path, exc_info=error, extra={"status_code": 500})
    return plain_problem(500)
