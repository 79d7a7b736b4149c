"""Whether what lies in projects for sets is what they would have there today, as far as the database knows."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef

from artifacts.queries import load_artifacts
from deployment_sets.exceptions import DeploymentSetResolutionError
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import claimant_of
from deployment_sets.services.graph import load_graph
from deployment_sets.services.resolution import resolve
from deployments.installer.decisions import Action, PlacementKey, Wanted
from deployments.installer.status import outdated_reason
from deployments.models import Claim, DeploymentPlacement, Run, RunItem
from deployments.services.rendering import rendered
from profiles.models import DeploymentProfile
from profiles.rendering import ProfileLayout, Rendering
from projects.models import Project

type PlaceKey = tuple[UUID, str]
"""A project and a profile's own name in it."""

type Placed = Mapping[UUID, Mapping[PlacementKey, str]]
"""The states of an artifact's placements, by artifact."""

type Layouts = Mapping[PlaceKey, ProfileLayout]


def placed_for(
    claimants: Collection[str], owner_id: UUID, project: Project | None = None
) -> dict[str, dict[PlaceKey, Placed]]:
    """What lies where in the owner's projects, or in one, for each of `claimants` that claims anything. Two queries."""
    claims = Claim.objects.filter(claimant__in=claimants, deployment__project__owner=owner_id)
    if project is not None:
        claims = claims.filter(deployment__project=project)
    states: dict[UUID, dict[PlacementKey, str]] = defaultdict(dict)
    links = DeploymentPlacement.objects.filter(deployment__in=claims.values("deployment"))
    for deployment_id, path, entry, state in links.values_list(
        "deployment_id", "placement__folded_path", "placement__entry", "placement__state_id"
    ):
        states[deployment_id][path, entry] = state
    placed: dict[str, dict[PlaceKey, dict[UUID, Mapping[PlacementKey, str]]]] = {}
    for claimant, deployment_id, project_id, profile_id, artifact_uuid in claims.values_list(
        "claimant",
        "deployment_id",
        "deployment__project_id",
        "deployment__deployment_profile_id",
        "deployment__artifact_uuid",
    ):
        # Without links it is of a run that ended between the two queries.
        if deployment_id in states:
            places = placed.setdefault(claimant, {})
            places.setdefault((project_id, profile_id), {})[artifact_uuid] = states[deployment_id]
    return {claimant: dict(places) for claimant, places in placed.items()}


def undeployed_places(
    claimants: Collection[str], owner_id: UUID, project: Project | None = None
) -> dict[str, set[PlaceKey]]:
    """Where in the owner's projects, or in one, the last that was done for each of `claimants` was to take it out.

    What it still claims there could not be removed: somebody edited it. A run that was undone does not
    count. One query.
    """
    runs = Run.objects.filter(state=Run.State.DONE, project__owner=owner_id)
    later = runs.filter(
        kind__in=[Run.Kind.DEPLOY, Run.Kind.UNDEPLOY],
        project=OuterRef("run__project"),
        claimant=OuterRef("run__claimant"),
        number__gt=OuterRef("run__number"),
        items__deployment_profile_id=OuterRef("deployment_profile_id"),
    )
    undeploys = runs.filter(kind=Run.Kind.UNDEPLOY, claimant__in=claimants)
    if project is not None:
        undeploys = undeploys.filter(project=project)
    left = RunItem.objects.filter(run__in=undeploys, action__in=[Action.CONFLICT, Action.REFUSED])
    places: dict[str, set[PlaceKey]] = {}
    rows = left.exclude(Exists(later)).order_by().distinct()
    for claimant, project_id, profile_id in rows.values_list("run__claimant", "run__project", "deployment_profile_id"):
        places.setdefault(claimant, set()).add((project_id, profile_id))
    return places


def layouts_at(places: Collection[PlaceKey]) -> Layouts:
    """How the profiles at `places` have it; one that does not exist any more is left out. One query."""
    found = DeploymentProfile.objects.filter(project__in={project_id for project_id, _ in places})
    layouts = {(profile.project_id, profile.profile_id): profile.layout for profile in found}
    return {place: layouts[place] for place in places if place in layouts}


def stale_counts(sets: Sequence[DeploymentSet], owner_id: UUID) -> dict[UUID, int]:
    """In how many of the owner's projects each of `sets` is not as it would be today; nothing for what cannot resolve.

    Where a set was undeployed, it would have nothing.
    The number of queries depends on artifacts only by batches.
    """
    graph = load_graph(sets)
    resolved: dict[UUID, list[UUID]] = {}
    for one in sets:
        try:
            resolved[one.pk] = [artifact.uuid for artifact in resolve(one.pk, graph).artifacts]
        except DeploymentSetResolutionError:
            continue
    keys = {claimant_of(one.pk, one.name).key: one.pk for one in sets if one.pk in resolved}
    placed = placed_for(keys, owner_id)
    undeployed = undeployed_places(keys, owner_id)
    layouts = layouts_at({place for places in placed.values() for place in places})
    today = Today({uuid for uuids in resolved.values() for uuid in uuids})
    counts = dict.fromkeys(resolved, 0)
    for key, places in placed.items():
        stale = {
            project_id
            for (project_id, profile_id), states in places.items()
            if (project_id, profile_id) not in undeployed.get(key, ())
            and any(today.behind(states, resolved[keys[key]], layouts.get((project_id, profile_id))))
        }
        counts[keys[key]] = len(stale)
    return counts


class Today:
    """What artifacts come to today, under whatever layout. Each is rendered once for layouts that are alike.

    Loads them all, with a query for every 500, and for every 500 of their files.
    """

    def __init__(self, artifacts: Collection[UUID]) -> None:
        self._loaded = load_artifacts(list(artifacts))
        self._layouts: list[ProfileLayout] = []
        self._wanted: dict[tuple[UUID, int], Wanted] = {}
        self._outdated: dict[tuple[UUID, int, frozenset[tuple[PlacementKey, str]]], bool] = {}

    def behind(self, placed: Placed, resolved: Sequence[UUID], layout: ProfileLayout | None) -> Iterator[str]:
        """What a set that stands for `resolved` would have otherwise where `placed` lies. No query."""
        if layout is None:
            yield "The profile does not exist any more."
            return
        like = self._known(layout)
        deployable = [uuid for uuid in resolved if isinstance(self._render(uuid, like).outcome, Rendering)]
        if missing := sum(uuid not in placed for uuid in deployable):
            yield f"{missing} not deployed yet"
        if outdated := sum(self._is_outdated(uuid, like, placed[uuid]) for uuid in deployable if uuid in placed):
            yield f"{outdated} outdated"
        if dropped := placed.keys() - set(resolved):
            yield f"{len(dropped)} no longer in the set"

    def _known(self, layout: ProfileLayout) -> int:
        """The number of the layouts that are like this one."""
        if layout not in self._layouts:
            self._layouts.append(layout)
        return self._layouts.index(layout)

    def _render(self, uuid: UUID, like: int) -> Wanted:
        if (uuid, like) not in self._wanted:
            # What comes of it is the same whatever the profile is called.
            self._wanted[uuid, like] = rendered(uuid, self._loaded.get(uuid), "", self._layouts[like])
        return self._wanted[uuid, like]

    def _is_outdated(self, uuid: UUID, like: int, states: Mapping[PlacementKey, str]) -> bool:
        key = (uuid, like, frozenset(states.items()))
        if key not in self._outdated:
            self._outdated[key] = bool(outdated_reason(states, self._render(uuid, like)))
        return self._outdated[key]
