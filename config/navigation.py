"""The links beside every page."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from deployment_sets.models import DeploymentSet
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Link:
    """One place to go. `current` is the value of aria-current: `page` there, `true` below it."""

    label: str
    url: str
    count: int
    current: str


def navigation(request: HttpRequest) -> dict[str, object]:
    """A context processor. Costs nothing until a template asks, then one query a link."""
    return {"navigation": SimpleLazyObject(lambda: _links(request))}


def _links(request: HttpRequest) -> list[Link]:
    user = request.user
    if not isinstance(user, User):
        return []
    places = [("Projects", reverse("deployments:projects"), Project.objects.owned_by(user))]
    if settings.DEPLOYMENT_SETS_ENABLED:
        places.insert(0, ("Sets", reverse("sets:list"), DeploymentSet.objects.owned_by(user)))
    return [Link(label, url, rows.count(), _current(request.path, url)) for label, url, rows in places]


def _current(path: str, url: str) -> str:
    if path == url:
        return "page"
    return "true" if path.startswith(url) else ""
