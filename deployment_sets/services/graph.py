"""The graph of sets in the database: loaded for the resolver, and checked before an edge is added."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import connection

from artifacts.models import Artifact, ArtifactGroup, GroupMembership
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


_SET = DeploymentSet._meta.db_table
_MEMBER = DeploymentSetMember._meta.db_table
_ARTIFACT = Artifact._meta.db_table
_GROUP = ArtifactGroup._meta.db_table
_GROUP_MEMBERSHIP = GroupMembership._meta.db_table

# Written out, because Django's query language has no recursion and takes longer to put these
# together than a database takes to answer them.
_MEMBERS = f"""
    SELECT member.set_id, member.artifact_id, artifact.gone_at IS NOT NULL,
           member.group_id, held_group.name, member.member_set_id, held_set.name
    FROM {_MEMBER} member
    LEFT JOIN {_ARTIFACT} artifact ON artifact.uuid = member.artifact_id
    LEFT JOIN {_GROUP} held_group ON held_group.id = member.group_id
    LEFT JOIN {_SET} held_set ON held_set.id = member.member_set_id
    WHERE member.set_id IN ({{reached}})
    ORDER BY member.set_id, member.position
"""
_GROUPS = f"""
    SELECT membership.group_id, membership.artifact_id, artifact.gone_at IS NOT NULL
    FROM {_GROUP_MEMBERSHIP} membership
    JOIN {_ARTIFACT} artifact ON artifact.uuid = membership.artifact_id
    WHERE membership.group_id IN (
        SELECT member.group_id FROM {_MEMBER} member
        WHERE member.group_id IS NOT NULL AND member.set_id IN ({{reached}})
    )
    ORDER BY membership.group_id, membership.position
"""
_NESTINGS = f"""
    SELECT member.set_id, outer_set.name, member.member_set_id, inner_set.name
    FROM {_MEMBER} member
    JOIN {_SET} outer_set ON outer_set.id = member.set_id
    JOIN {_SET} inner_set ON inner_set.id = member.member_set_id
    WHERE member.{{column}} IN ({{reached}})
    ORDER BY member.set_id, member.position
"""


@dataclass(frozen=True, slots=True)
class SetSummary:
    """What a list says about a set. One that cannot be resolved has an `error` in place of counts and depth."""

    member_count: int
    resolved_count: int | None
    depth: int | None
    error: DeploymentSetResolutionError | None = None


def load_graph(sets: Collection[DeploymentSet]) -> SetGraph:
    """Everything that `sets` hold, directly or not. Two queries at the most, however many sets and members there are.

    Ends on circles too, should the database hold one.
    """
    names = {one.pk: one.name for one in sets}
    members: defaultdict[UUID, list[Member]] = defaultdict(list)
    groups: defaultdict[UUID, list[UUID]] = defaultdict(list)
    missing: set[UUID] = set()
    reached, seeds = _reached_from(names)
    as_uuid = _uuid_reader()
    with connection.cursor() as cursor:
        cursor.execute(_MEMBERS.format(reached=reached), seeds)
        for set_id, artifact, gone, group, group_name, inner_set, inner_name in cursor.fetchall():
            if artifact is not None:
                member = Member(MemberKind.ARTIFACT, as_uuid(artifact))
                if gone:
                    missing.add(member.target_id)
            elif group is not None:
                member = Member(MemberKind.GROUP, as_uuid(group))
                names[member.target_id] = group_name
            else:
                member = Member(MemberKind.SET, as_uuid(inner_set))
                names[member.target_id] = inner_name
            members[as_uuid(set_id)].append(member)
        cursor.execute(_GROUPS.format(reached=reached), seeds)
        for group, artifact, gone in cursor.fetchall():
            groups[as_uuid(group)].append(as_uuid(artifact))
            if gone:
                missing.add(as_uuid(artifact))
    return SetGraph(members, groups, names, missing)


def resolution_of(deployment_set: DeploymentSet) -> Resolution:
    """What a set stands for, to be looked at. Two queries.

    Raises DeploymentSetResolutionError when its sets are nested too deep or in a circle.
    """
    return resolve(deployment_set.pk, load_graph([deployment_set]))


def resolve_set(deployment_set: DeploymentSet) -> Resolution:
    """What a set stands for, to be acted on: every missing artifact is logged as a warning.

    Costs and raises what `resolution_of` does.
    """
    resolution = resolution_of(deployment_set)
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
    """Why a set stands for an artifact. Two queries; raises as `resolution_of` does."""
    return explain(deployment_set.pk, load_graph([deployment_set]), artifact_uuid)


def summaries(sets: Collection[DeploymentSet]) -> dict[UUID, SetSummary]:
    """Counts and depth of each of a page of `sets`. Two queries; what cannot be resolved raises nothing here."""
    graph = load_graph(sets)
    return {one.pk: _summary(one.pk, graph) for one in sets}


def with_sets_above(sets: Collection[DeploymentSet]) -> list[DeploymentSet]:
    """`sets` and all that hold one of them, directly or not, by name. One query."""
    reached, seeds = _reached_from([each.pk for each in sets], upwards=True)
    order = "ORDER BY lower(name), id"
    return list(DeploymentSet.objects.raw(f"SELECT * FROM {_SET} WHERE id IN ({reached}) {order}", seeds))


def check_nesting(outer: DeploymentSet, inner: Sequence[DeploymentSet]) -> None:
    """Refuse to make `inner` members of `outer` when that closes a circle or nests too deep. Two queries.

    Raises DeploymentSetCycleError and DeploymentSetDepthError, each with the path it would make, and
    DeploymentSetResolutionError when one of the sets holds a circle already. Only under the owner's
    lock does the answer still hold at the next statement.
    """
    names = {one.pk: one.name for one in [outer, *inner]}
    inner_ids = [one.pk for one in inner]
    below = _nestings(inner_ids, names)
    for inner_id in inner_ids:
        if (way_back := _shortest_path(inner_id, outer.pk, below)) is not None:
            circle = [outer.pk, *way_back]
            raise DeploymentSetCycleError(circle, names_of(circle, names))
    _check_depth(outer.pk, inner_ids, _nestings([outer.pk], names, upwards=True), below, names)


def nesting_refusals(
    outer: DeploymentSet, candidates: Sequence[DeploymentSet]
) -> dict[UUID, DeploymentSetCycleError | DeploymentSetResolutionError]:
    """Why each of a page of `candidates` cannot be a member of `outer`, as `check_nesting` would say. Two queries.

    Those that are not in the answer can be, as long as nobody changes anything.
    """
    names = {one.pk: one.name for one in [outer, *candidates]}
    above = _nestings([outer.pk], names, upwards=True)
    below = _nestings([one.pk for one in candidates], names)
    ways_up = _ways_from(outer.pk, above)
    refusals: dict[UUID, DeploymentSetCycleError | DeploymentSetResolutionError] = {}
    for candidate in candidates:
        try:
            if candidate.pk in ways_up:
                circle = [outer.pk, *reversed(_way(candidate.pk, ways_up))]
                raise DeploymentSetCycleError(circle, names_of(circle, names))
            _check_depth(outer.pk, [candidate.pk], above, below, names)
        except (DeploymentSetCycleError, DeploymentSetResolutionError) as error:
            refusals[candidate.pk] = error
    return refusals


def _check_depth(
    outer: UUID,
    inner: Sequence[UUID],
    above: Mapping[UUID, Sequence[UUID]],
    below: Mapping[UUID, Sequence[UUID]],
    names: Mapping[UUID, str],
) -> None:
    upward = longest_path(outer, lambda set_id: above.get(set_id, ()), names)
    downward = longest_path(outer, lambda set_id: inner if set_id == outer else below.get(set_id, ()), names)
    path = [*reversed(upward), *downward[1:]]
    if len(path) > MAX_DEPTH:
        raise DeploymentSetDepthError(path, names_of(path, names))


def _nestings(
    set_ids: Sequence[UUID], names: dict[UUID, str], *, upwards: bool = False
) -> defaultdict[UUID, list[UUID]]:
    """Which sets each set below `set_ids` holds, or each set above is held by. Adds their names to `names`."""
    found: defaultdict[UUID, list[UUID]] = defaultdict(list)
    reached, seeds = _reached_from(set_ids, upwards=upwards)
    as_uuid = _uuid_reader()
    with connection.cursor() as cursor:
        cursor.execute(_NESTINGS.format(column="member_set_id" if upwards else "set_id", reached=reached), seeds)
        for outer, outer_name, inner, inner_name in cursor.fetchall():
            outer_id, inner_id = as_uuid(outer), as_uuid(inner)
            names |= {outer_id: outer_name, inner_id: inner_name}
            if upwards:
                found[inner_id].append(outer_id)
            else:
                found[outer_id].append(inner_id)
    return found


def _summary(set_id: UUID, graph: SetGraph) -> SetSummary:
    member_count = len(graph.members.get(set_id, ()))
    try:
        resolution = resolve(set_id, graph)
    except DeploymentSetResolutionError as error:
        return SetSummary(member_count, None, None, error)
    return SetSummary(member_count, resolution.total_count, resolution.depth)


def _reached_from(set_ids: Iterable[UUID], *, upwards: bool = False) -> tuple[str, list[Any]]:
    """A subquery, with its parameters, of the ids of `set_ids` and of all sets below them, or above.

    UNION drops what was seen, so circles end.
    """
    here, there = ("member_set_id", "set_id") if upwards else ("set_id", "member_set_id")
    key = DeploymentSet._meta.pk
    seeds = [key.get_db_prep_value(set_id, connection) for set_id in set_ids]
    sql = f"""
        WITH RECURSIVE reached(id) AS (
            SELECT id FROM {_SET} WHERE id IN ({", ".join(["%s"] * len(seeds)) or "NULL"})
            UNION
            SELECT edge.{there} FROM reached JOIN {_MEMBER} edge ON edge.{here} = reached.id
            WHERE edge.{there} IS NOT NULL
        )
        SELECT id FROM reached
    """
    return sql, seeds


def _uuid_reader() -> Callable[[Any], UUID]:
    """What makes a UUID of a database's own value; each is made once, and many come again and again."""

    @cache
    def read(value: UUID | str) -> UUID:
        # SQLite keeps 32 hexadecimal digits; by way of an integer is the quickest.
        return value if isinstance(value, UUID) else UUID(int=int(value, 16))

    return read


def _shortest_path(start: UUID, goal: UUID, edges: Mapping[UUID, Sequence[UUID]]) -> list[UUID] | None:
    ways = _ways_from(start, edges)
    return _way(goal, ways) if goal in ways else None


def _ways_from(start: UUID, edges: Mapping[UUID, Sequence[UUID]]) -> dict[UUID, UUID | None]:
    """Everything that `start` leads to, each with the step before it on a shortest way there."""
    came_from: dict[UUID, UUID | None] = {start: None}
    frontier = [start]
    for current in frontier:
        for following in edges.get(current, ()):
            if following not in came_from:
                came_from[following] = current
                frontier.append(following)
    return came_from


def _way(goal: UUID, ways: Mapping[UUID, UUID | None]) -> list[UUID]:
    path = []
    step: UUID | None = goal
    while step is not None:
        path.append(step)
        step = ways[step]
    return path[::-1]
