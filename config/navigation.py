"""The links beside every page."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from artifacts.models import Artifact, ArtifactGroup, Collection
from deployment_sets.models import DeploymentSet
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Link:
    """One place to go. `current` is the value of aria-current: `page` there, `true` below it."""

    label: str
    url: str
    count: int | None
    current: str


def navigation(request: HttpRequest) -> dict[str, object]:
    """A context processor. Costs nothing until a template asks, then one query a link."""
    return {
        "navigation": SimpleLazyObject(lambda: _links(request)),
        "logins_are_on": settings.AUTH_ENABLED,
        "sets_are_on": settings.DEPLOYMENT_SETS_ENABLED,
    }


def _links(request: HttpRequest) -> list[Link]:
    # A request that is refused early, for its Host say, has no user yet.
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return []
    links = []
    if settings.DEPLOYMENT_SETS_ENABLED:
        sets = DeploymentSet.objects.owned_by(user).count()
        links.append(_link("Sets", reverse("sets:list"), sets, request.path))
    for label, name, rows in (
        ("Artifacts", "artifacts:list", Artifact.objects.filter(gone_at=None)),
        ("Groups", "artifacts:groups", ArtifactGroup.objects.filter(gone_at=None)),
        ("Collections", "artifacts:collections", Collection.objects.all()),
    ):
        links.append(_link(label, reverse(name), rows.count(), request.path))
    projects = Project.objects.owned_by(user).count()
    links.append(_link("Projects", reverse("deployments:projects"), projects, request.path))
    links.append(_link("Runs", reverse("deployments:runs"), None, request.path))
    return links


def _link(label: str, url: str, count: int | None, path: str) -> Link:
    current = "page" if path == url else "true" if path.startswith(url) else ""
    return Link(label, url, count, current)
