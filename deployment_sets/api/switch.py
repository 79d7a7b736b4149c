"""What all endpoints about sets have in common: they can be switched off."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from deployment_sets.exceptions import DeploymentSetsSwitchedOffError


def sets_router() -> Router:
    """A router whose operations are there while DEPLOYMENT_SETS_ENABLED is true; else a problem says why not."""
    router = Router(tags=["Deployment sets"])
    router.add_decorator(_while_switched_on)
    return router


def _while_switched_on(operation: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(operation)
    def switched(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not settings.DEPLOYMENT_SETS_ENABLED:
            raise DeploymentSetsSwitchedOffError
        return operation(request, *args, **kwargs)

    return switched
