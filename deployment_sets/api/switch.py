"""What all endpoints about sets have in common: they can be switched off."""

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from accounts.endpoints.callers import CALLERS
from deployment_sets.exceptions import DeploymentSetsSwitchedOffError


def sets_router() -> Router:
    """A router whose operations are there while DEPLOYMENT_SETS_ENABLED is true; else a problem says why not."""
    # Who calls is asked before anything that was sent is looked at, and so is this.
    return Router(tags=["Deployment sets"], auth=[_demand_that_sets_are_on, *CALLERS])


def _demand_that_sets_are_on(request: HttpRequest) -> None:
    if not settings.DEPLOYMENT_SETS_ENABLED:
        raise DeploymentSetsSwitchedOffError
