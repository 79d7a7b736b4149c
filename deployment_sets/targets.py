"""Where a set can be deployed, as its dialog offers it: the projects of its owner, the likely ones first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Subquery

from accounts.models import User
from accounts.text import containing
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import claimant_of
from deployments.models import Claim, Run
from profiles.models import DeploymentProfile
from profiles.queries import profiles_of
from projects.models import Project
from projects.queries import projects_of

PROJECTS_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """The projects to choose from: of those that match `more` are not shown. `total` are there, whatever matches.

    What is chosen already is shown even where `nothing_matches`.
    """

    projects: Sequence[Project]
    more: int
    total: int
    nothing_matches: bool


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """A profile of the project that is chosen, and whether the set goes there."""

    profile: DeploymentProfile
    chosen: bool


def projects_to_choose(
    owner: User, deployment_set: DeploymentSet, search: str = "", chosen: Project | None = None
) -> Choice:
    """The owner's projects whose name or path contains `search`: where the set is first, then where a run was last.

    The one that is `chosen` is always among them. Each has `is_live`. At most four queries.
    """
    claims = Claim.objects.filter(claimant=_key(deployment_set), deployment__project=OuterRef("pk"))
    runs = Run.objects.filter(project=OuterRef("pk")).order_by("-number").values("started_at")[:1]
    every = projects_of(owner).annotate(is_live=Exists(claims), last_run_at=Subquery(runs))
    matching = every.filter(containing("name", search) | (containing("path", search) if search else Q()))
    ordered = matching.order_by("-is_live", F("last_run_at").desc(nulls_last=True), "name", "pk")
    found = list(ordered[:PROJECTS_SHOWN])
    shown = found if chosen is None or chosen in found else [*every.filter(pk=chosen.pk), *found]
    more = matching.exclude(pk__in=[project.pk for project in shown]).count() if len(found) == PROJECTS_SHOWN else 0
    return Choice(shown, more, projects_of(owner).count(), nothing_matches=not found)


def only_project(owner: User, deployment_set: DeploymentSet) -> Project | None:
    """The project that is meant where none is named: the one the set is in, or the only one. At most two queries."""
    claims = Claim.objects.filter(claimant=_key(deployment_set)).values("deployment__project")
    for projects in (projects_of(owner).filter(pk__in=claims), projects_of(owner)):
        found = list(projects[:2])
        if found:
            return found[0] if len(found) == 1 else None
    return None


def profile_choices(project: Project, chosen: Collection[str] | None) -> list[ProfileChoice]:
    """The profiles of `project`, those named `chosen`; all, where nobody chose."""
    return [ProfileChoice(profile, chosen is None or profile.profile_id in chosen) for profile in profiles_of(project)]


@dataclass(frozen=True, slots=True)
class Claimed:
    """The first of the projects that a set claims anything in; `more` are not shown."""

    projects: Sequence[Project]
    more: int


def projects_claimed_by(owner: User, set_id: UUID) -> Claimed:
    """The first of the owner's projects that the set of that id claims anything in, be it deleted, by name."""
    claims = Claim.objects.filter(claimant=claimant_of(set_id, "").key).values("deployment__project")
    projects = projects_of(owner).filter(pk__in=claims)
    shown = list(projects[:PROJECTS_SHOWN])
    return Claimed(shown, projects.count() - PROJECTS_SHOWN if len(shown) == PROJECTS_SHOWN else 0)


def _key(deployment_set: DeploymentSet) -> str:
    return claimant_of(deployment_set.pk, deployment_set.name).key
