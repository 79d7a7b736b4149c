"""What an operation does not read is refused rather than passed over: whoever sends it means something by it."""

from collections.abc import Callable, Iterator
from functools import wraps
from inspect import Parameter, signature
from typing import Any, get_args, get_origin

from django.http import HttpRequest
from ninja.errors import ValidationError
from pydantic.fields import FieldInfo

from accounts.endpoints.types import Body, Filters


def reading_all(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a name behind the `?` that is no filter of the operation, or stands there twice; a body; a condition."""
    parameters = signature(operation).parameters.values()
    filters = {name: field for parameter in parameters for name, field in _filters(parameter)}
    reads_body = any(_is_body(parameter) for parameter in parameters)
    reads_condition = any(parameter.name == "if_match" for parameter in parameters)

    @wraps(operation)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        _demand_known(request, filters)
        if not reads_body and request.META.get("CONTENT_LENGTH") not in (None, "", "0"):
            raise _refusal("body", "", "Nothing is read from a body here. Send none.")
        if not reads_condition and request.headers.get("If-Match", "*").strip() != "*":
            message = "What is changed here has no ETag, so this cannot be met. Leave the header out."
            raise _refusal("header", "If-Match", message)
        return operation(request, *args, **kwargs)

    return asked


def _demand_known(request: HttpRequest, filters: dict[str, FieldInfo]) -> None:
    for name, values in sorted(request.GET.lists()):
        if name not in filters:
            told = f"known are {', '.join(filters)}" if filters else "nothing is asked for behind the '?'"
            raise _refusal("query", name, f"{name!r} is not known here; {told}.")
        if len(values) > 1 and get_origin(filters[name].annotation) is not list:
            raise _refusal("query", name, f"{name!r} stands there {len(values)} times. Say it once.")


def _refusal(location: str, name: str, message: str) -> ValidationError:
    where = (location, "body", name) if location == "body" else (location, name)
    return ValidationError([{"type": "passed_over", "loc": where, "msg": message}])


def _filters(parameter: Parameter) -> Iterator[tuple[str, FieldInfo]]:
    kind, *_ = get_args(parameter.annotation) or [None]
    if isinstance(kind, type) and issubclass(kind, Filters):
        yield from kind.model_fields.items()


def _is_body(parameter: Parameter) -> bool:
    # One that may be left out is written `X | None`.
    kinds = get_args(parameter.annotation) or [parameter.annotation]
    return any(isinstance(kind, type) and issubclass(kind, Body) for kind in kinds)
