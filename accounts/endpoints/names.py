"""Which names may stand behind the `?` of an address."""

from collections.abc import Callable, Iterator
from functools import wraps
from inspect import signature
from typing import Any, get_args

from django.http import HttpRequest
from ninja.errors import ValidationError

from accounts.endpoints.types import Filters


def knowing_every_name(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse a name that the operation has no filter for, as in a body: it would be passed over in silence."""
    known = list(_names(operation))

    @wraps(operation)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if unknown := sorted(set(request.GET).difference(known)):
            told = f"known are {', '.join(known)}" if known else "nothing is asked for behind the '?'"
            message = f"{unknown[0]!r} is not known here; {told}."
            raise ValidationError([{"type": "unknown_name", "loc": ("query", unknown[0]), "msg": message}])
        return operation(request, *args, **kwargs)

    return asked


def _names(operation: Callable[..., Any]) -> Iterator[str]:
    for parameter in signature(operation).parameters.values():
        kind, *_ = get_args(parameter.annotation) or [None]
        if isinstance(kind, type) and issubclass(kind, Filters):
            yield from kind.model_fields
