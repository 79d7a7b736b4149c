"""What answers an exception that an operation raised."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError

from accounts.editions import EditedMeanwhileError
from accounts.endpoints.problems import FieldProblem, Location, PathStep
from accounts.models import User
from artifacts.exceptions import ImportFailedError
from config.database import is_busy
from config.problems.answers import plain_problem, problem
from config.problems.kinds import Kind
from config.problems.table import KINDS, MISSING_ROWS, first

# Where values stand that are not in a body.
_OTHER_LOCATIONS: Mapping[str, Location] = {"GET": "query", "DELETE": "path"}
# More than anybody mends at once; what is sent can be wrong in a million places.
MOST_ERRORS = 50
MOST_MAPPINGS = 10

# What pydantic says of these is meant for those who write the schemas.
_MESSAGES = {
    "extra_forbidden": "This field is not known here. Leave it out, or correct its name.",
    "missing": "This has to be sent.",
    "model_attributes_type": "This has to be an object of names and values.",
    "dict_type": "This has to be an object of names and values.",
    "list_type": "This has to be a list.",
    "string_type": "This has to be text.",
    "string_unicode": "Text cannot contain half of a surrogate pair.",
    "bool_type": "This has to be true or false.",
    "bool_parsing": "This has to be true or false.",
    "int_type": "This has to be a whole number.",
    "int_parsing": "This has to be a whole number.",
    "uuid_parsing": "This has to be a UUID.",
    "uuid_type": "This has to be a UUID.",
}

logger = logging.getLogger("django.request")


def exception_handlers() -> dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]]:
    """For each exception that an operation may raise, what answers it."""
    return {
        Exception: _failed,
        DatabaseError: _failed,
        AuthenticationError: lambda request, error: plain_problem(401),
        HttpError: _refused,
        # Deleted between being let in and writing.
        User.DoesNotExist: lambda request, error: plain_problem(401),
        RequestDataTooBig: lambda request, error: plain_problem(413),
        ValidationError: _invalid,
        **dict.fromkeys(KINDS, _explained),
        ImportFailedError: _import_failed,
        **dict.fromkeys(MISSING_ROWS, _missing),
    }


def _refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What ninja refuses itself: a body that is no JSON, of which the cause says more."""
    if error.status_code == 400 and error.__cause__ is not None:
        return problem(Kind.MALFORMED, f"The body is not JSON that can be read: {error.__cause__}.")
    return plain_problem(error.status_code)


def _explained(request: HttpRequest, error: Exception) -> HttpResponse:
    """The problem that an error of the domain is, with all that it knows."""
    found: Mapping[str, Sequence[str]] = getattr(error, "problems", {})
    location = _OTHER_LOCATIONS.get(request.method or "", "body")
    errors = (
        FieldProblem(location=location, field=field.replace("__all__", ""), detail=message)
        for field, messages in found.items()
        for message in messages
    )
    ids, names = getattr(error, "path_ids", ()), getattr(error, "path_names", ())
    path = [PathStep(id=each, name=name) for each, name in zip(ids, names, strict=True)]
    response = problem(_known(KINDS, error), str(error), errors=list(errors), path=path)
    if isinstance(error, EditedMeanwhileError):
        response["ETag"] = f'"{error.edition}"'
    return response


def _import_failed(request: HttpRequest, error: ImportFailedError) -> HttpResponse:
    """Why nothing was imported, which mappings would have changed that, and where the report is."""
    import_id = error.collection_import.pk
    sentences = [str(error)]
    if error.suggested_mappings:
        proposed = json.dumps(error.suggested_mappings[:MOST_MAPPINGS], ensure_ascii=False)
        sentences.append(
            f'To import files that no layout explains, say what they are: "mappings": {proposed}, '
            "with the types changed where they are wrong."
        )
    sentences.append(f"GET /api/v1/imports/{import_id} has the report.")
    return problem(_known(KINDS, error), " ".join(sentences), import_id=import_id)


def _missing(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(Kind.NOT_FOUND, _known(MISSING_ROWS, error))


def _known[T](table: Mapping[type[Exception], T], error: Exception) -> T:
    """What `table` says of an error that it is known to hold."""
    found = first(table, error)
    assert found is not None, "ninja brings only what is in the table"
    return found


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [_field_problem(found) for found in error.errors[:MOST_ERRORS]]
    named = ", ".join(list(dict.fromkeys(each.field for each in errors if each.field))[:5])
    about = f" ({named})" if named else ""
    more = len(error.errors) - len(errors)
    rest = f" There are {more} more of them." if more else ""
    return problem(
        Kind.INVALID, f"Something that was sent cannot be used{about}; `errors` says what.{rest}", errors=errors
    )


def _field_problem(found: Mapping[str, Any]) -> FieldProblem:
    """What pydantic found, by the name that the caller used: ninja puts the place and its own parameter in front."""
    location, *where = found["loc"]
    places: dict[str, Location] = {"body": "body", "query": "query", "path": "path", "header": "header"}
    if location == "body" or where == ["query"]:
        where = where[1:]
    message = _MESSAGES.get(found["type"]) or str(found["msg"]).removeprefix("Value error, ")
    name = ".".join(map(str, where))
    return FieldProblem(location=places.get(location, "body"), field=name[:500], detail=message[:2000])


def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    if isinstance(error, DatabaseError) and is_busy(error):
        return plain_problem(503)
    logger.error("The API failed: %s", request.path, exc_info=error, extra={"status_code": 500})
    return plain_problem(500)
