"""The sets that are deployed in a project, as the project's page shows them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from accounts.models import User
from deployment_sets.exceptions import DeploymentSetResolutionError
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import claimant_of, sets_claiming
from deployment_sets.services.graph import load_graph
from deployment_sets.services.resolution import resolve
from deployment_sets.services.staleness import PlaceKey, Today, layouts_at, placed_for, undeployed_places
from deployments.models import Claim
from projects.models import Project

SETS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class SetHere:
    """A set in a project: what it is called, how many artifacts it claims, and what it would have otherwise.

    `set` is None for one that was deleted. `problem` says why nobody can tell how it would have it. Where it
    `is_undeployed`, what it claims was edited and is left.
    """

    set_id: UUID
    name: str
    set: DeploymentSet | None
    artifact_count: int
    behind: Sequence[str] = ()
    problem: str = ""
    is_undeployed: bool = False


@dataclass(frozen=True, slots=True)
class SetsHere:
    """Some of the sets in a project, by name, and how many more there are."""

    shown: Sequence[SetHere]
    more: int


def sets_in(owner: User, project: Project) -> SetsHere:
    """The sets that claim anything in a project of `owner`. Of artifacts, queries depend only by batches."""
    names = dict(sorted(sets_claiming(project).items(), key=lambda each: (each[1].casefold(), each[0])))
    ids = list(names)[:SETS_SHOWN]
    sets = DeploymentSet.objects.owned_by(owner).in_bulk(ids)
    keys = {claimant_of(set_id, "").key: set_id for set_id in ids}
    claims = Claim.objects.filter(claimant__in=keys, deployment__project=project).order_by()
    numbers = dict(claims.values_list("claimant").annotate(number=Count("deployment__artifact_uuid", distinct=True)))
    undeployed = undeployed_places(keys, owner.pk, project)
    behind, problems = _behind(list(sets.values()), owner, project, undeployed)
    places: dict[str, set[PlaceKey]] = {}
    for key, profile_id in claims.values_list("claimant", "deployment__deployment_profile_id").distinct():
        places.setdefault(key, set()).add((project.pk, profile_id))
    shown = [
        SetHere(
            set_id,
            sets[set_id].name if set_id in sets else names[set_id],
            sets.get(set_id),
            numbers.get(key, 0),
            behind.get(set_id, ()),
            problems.get(set_id, ""),
            is_undeployed=places.get(key, set()) <= undeployed.get(key, set()),
        )
        for key, set_id in keys.items()
    ]
    return SetsHere(shown, len(names) - len(ids))


def _behind(
    sets: Sequence[DeploymentSet], owner: User, project: Project, undeployed: Mapping[str, Collection[PlaceKey]]
) -> tuple[dict[UUID, list[str]], dict[UUID, str]]:
    """What each of `sets` would have otherwise in the project, by profile; and why that cannot be told of some."""
    graph = load_graph(sets)
    resolved: dict[UUID, list[UUID]] = {}
    problems: dict[UUID, str] = {}
    for one in sets:
        try:
            resolved[one.pk] = [artifact.uuid for artifact in resolve(one.pk, graph).artifacts]
        except DeploymentSetResolutionError as error:
            problems[one.pk] = str(error)
    keys = {claimant_of(set_id, "").key: set_id for set_id in resolved}
    placed = placed_for(keys, owner.pk, project)
    layouts = layouts_at({place for places in placed.values() for place in places})
    today = Today({uuid for uuids in resolved.values() for uuid in uuids})
    behind: dict[UUID, list[str]] = {}
    for key, places in placed.items():
        for (project_id, profile_id), states in sorted(places.items(), key=lambda place: place[0][1]):
            if (project_id, profile_id) in undeployed.get(key, ()):
                continue
            reasons = list(today.behind(states, resolved[keys[key]], layouts.get((project_id, profile_id))))
            if reasons:
                behind.setdefault(keys[key], []).append(f"{profile_id}: {', '.join(reasons)}")
    return behind, problems
