"""The graph of sets in the database: loaded for the resolver, and checked before an edge is added."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from artifacts.models import GroupMembership
from deployment_sets.exceptions import (
    MAX_DEPTH,
    DeploymentSetCycleError,
    DeploymentSetDepthError,
    DeploymentSetResolutionError,
    written_path,
)
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.services.resolution import (
    Explanation,
    Member,
    MemberKind,
    Resolution,
    SetGraph,
    explain,
    longest_path,
    names_of,
    resolve,
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SetSummary:
    """What a list says about a set. One that cannot be resolved has an `error` in place of counts and depth."""

    member_count: int
    resolved_count: int | None
    depth: int | None
    error: DeploymentSetResolutionError | None = None


def load_graph(sets: Collection[DeploymentSet]) -> SetGraph:
    """Everything that `sets` hold, directly or not. Two queries, however many sets and members there are.

    Ends on circles too, should the database hold one.
    """
    names = {one.pk: one.name for one in sets}
    members: defaultdict[UUID, list[Member]] = defaultdict(list)
    groups: defaultdict[UUID, list[UUID]] = defaultdict(list)
    missing: set[UUID] = set()
    rows = DeploymentSetMember.objects.filter(set_id__in=_reached_from(names))
    for set_id, artifact, gone, group, group_name, inner_set, inner_name in (
        rows.order_by("set_id", "position")
        .annotate(gone=Q(artifact__gone_at__isnull=False))
        .values_list("set_id", "artifact_id", "gone", "group_id", "group__name", "member_set_id", "member_set__name")
    ):
        members[set_id].append(_member(artifact, group, inner_set))
        if gone:
            missing.add(artifact)
        if container := group or inner_set:
            names[container] = group_name or inner_name
    for group, artifact, gone in (
        GroupMembership.objects.filter(group_id__in=rows.filter(group__isnull=False).values("group_id"))
        .order_by("group_id", "position")
        .annotate(gone=Q(artifact__gone_at__isnull=False))
        .values_list("group_id", "artifact_id", "gone")
    ):
        groups[group].append(artifact)
        if gone:
            missing.add(artifact)
    return SetGraph(members, groups, names, missing)


def resolve_set(deployment_set: DeploymentSet) -> Resolution:
    """What a set stands for. Two queries; every missing artifact is logged as a warning.

    Raises DeploymentSetResolutionError when its sets are nested too deep or in a circle.
    """
    resolution = resolve(deployment_set.pk, load_graph([deployment_set]))
    for artifact in resolution.artifacts:
        if artifact.missing:
            trail = [resolution.root.name, *(container.name for container in artifact.trail)]
            logger.warning(
                "The artifact %s is gone from its collection; the set %s holds it: %s.",
                artifact.uuid,
                deployment_set.pk,
                written_path(trail),
                extra={"set_id": str(deployment_set.pk), "artifact_uuid": str(artifact.uuid), "trail": trail},
            )
    return resolution


def explain_artifact(deployment_set: DeploymentSet, artifact_uuid: UUID) -> Explanation:
    """Why a set stands for an artifact. Two queries; raises as `resolve_set` does."""
    return explain(deployment_set.pk, load_graph([deployment_set]), artifact_uuid)


def summaries(sets: Collection[DeploymentSet]) -> dict[UUID, SetSummary]:
    """Counts and depth of each of a page of `sets`. Two queries; what cannot be resolved raises nothing here."""
    graph = load_graph(sets)
    return {one.pk: _summary(one.pk, graph) for one in sets}


def check_nesting(outer: DeploymentSet, inner: Sequence[DeploymentSet]) -> None:
    """Refuse to make `inner` members of `outer` when that closes a circle or nests too deep. Two queries.

    Raises DeploymentSetCycleError and DeploymentSetDepthError, each with the path it would make, and
    DeploymentSetResolutionError when one of the sets holds a circle already. Only under the owner's
    lock does the answer still hold at the next statement.
    """
    names = {one.pk: one.name for one in [outer, *inner]}
    below: defaultdict[UUID, list[UUID]] = defaultdict(list)
    above: defaultdict[UUID, list[UUID]] = defaultdict(list)
    edges = DeploymentSetMember.objects.filter(member_set__isnull=False).order_by("set_id", "position")
    edge = ("set_id", "set__name", "member_set_id", "member_set__name")
    inner_ids = [one.pk for one in inner]
    for set_id, set_name, inner_id, inner_name in edges.filter(set_id__in=_reached_from(inner_ids)).values_list(*edge):
        below[set_id].append(inner_id)
        names |= {set_id: set_name, inner_id: inner_name}
    for inner_id in inner_ids:
        if (way_back := _shortest_path(inner_id, outer.pk, below)) is not None:
            circle = [outer.pk, *way_back]
            raise DeploymentSetCycleError(circle, names_of(circle, names))
    for set_id, set_name, inner_id, inner_name in edges.filter(
        member_set_id__in=_reached_from([outer.pk], upwards=True)
    ).values_list(*edge):
        above[inner_id].append(set_id)
        names |= {set_id: set_name, inner_id: inner_name}
    below[outer.pk] = inner_ids
    upward = longest_path(outer.pk, lambda set_id: above.get(set_id, ()), names)
    downward = longest_path(outer.pk, lambda set_id: below.get(set_id, ()), names)
    path = [*reversed(upward), *downward[1:]]
    if len(path) > MAX_DEPTH:
        raise DeploymentSetDepthError(path, names_of(path, names))


def _summary(set_id: UUID, graph: SetGraph) -> SetSummary:
    member_count = len(graph.members.get(set_id, ()))
    try:
        resolution = resolve(set_id, graph)
    except DeploymentSetResolutionError as error:
        return SetSummary(member_count, None, None, error)
    return SetSummary(member_count, resolution.total_count, resolution.depth)


def _member(artifact: UUID | None, group: UUID | None, inner_set: UUID | None) -> Member:
    if artifact is not None:
        return Member(MemberKind.ARTIFACT, artifact)
    if group is not None:
        return Member(MemberKind.GROUP, group)
    assert inner_set is not None, "the database checks that a member has one reference"
    return Member(MemberKind.SET, inner_set)


def _reached_from(set_ids: Iterable[UUID], *, upwards: bool = False) -> RawSQL:
    """A subquery of the ids of `set_ids` and of all sets below them, or above.

    Raw, because Django's query language has no recursion. UNION drops what was seen, so circles end.
    """
    here, there = ("member_set_id", "set_id") if upwards else ("set_id", "member_set_id")
    key = DeploymentSet._meta.pk
    seeds = [key.get_db_prep_value(set_id, connection) for set_id in set_ids]
    return RawSQL(  # noqa: S611 - made of table names, with the ids as parameters
        f"""
        WITH RECURSIVE reached(id) AS (
            SELECT id FROM {DeploymentSet._meta.db_table} WHERE id IN ({", ".join(["%s"] * len(seeds)) or "NULL"})
            UNION
            SELECT edge.{there}
            FROM reached JOIN {DeploymentSetMember._meta.db_table} edge ON edge.{here} = reached.id
            WHERE edge.{there} IS NOT NULL
        )
        SELECT id FROM reached
        """,
        seeds,
    )


def _shortest_path(start: UUID, goal: UUID, edges: Mapping[UUID, Sequence[UUID]]) -> list[UUID] | None:
    came_from: dict[UUID, UUID | None] = {start: None}
    frontier = [start]
    for current in frontier:
        if current == goal:
            path = []
            step: UUID | None = goal
            while step is not None:
                path.append(step)
                step = came_from[step]
            return path[::-1]
        for inner in edges.get(current, ()):
            if inner not in came_from:
                came_from[inner] = current
                frontier.append(inner)
    return None
