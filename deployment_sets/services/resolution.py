"""What a set stands for: from plain maps to an ordered, duplicate-free list of artifacts. Pure Python.

Every set and group is walked once, however many paths lead to it, so the cost is linear in sets
and members. Depth is the longest path of sets, known before the walk begins; only the walk,
which then goes at most `MAX_DEPTH` deep, is recursive.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from itertools import islice
from uuid import UUID

from deployment_sets.exceptions import MAX_DEPTH, DeploymentSetResolutionError

MAX_TRAILS = 50


class MemberKind(StrEnum):
    """What a member refers to."""

    ARTIFACT = "artifact"
    GROUP = "group"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a set: which thing, of which kind."""

    kind: MemberKind
    target_id: UUID


@dataclass(frozen=True, slots=True)
class SetGraph:
    """Sets as plain data: members by set and artifacts by group, both in order, and what they are called.

    What a map does not know is empty, and what has no name goes by its id.
    """

    members: Mapping[UUID, Sequence[Member]]
    groups: Mapping[UUID, Sequence[UUID]] = field(default_factory=dict)
    names: Mapping[UUID, str] = field(default_factory=dict)
    missing: AbstractSet[UUID] = frozenset()

    def nested_sets(self, set_id: UUID) -> Iterator[UUID]:
        """The sets that are members of a set, in order."""
        return (member.target_id for member in self.members.get(set_id, ()) if member.kind is MemberKind.SET)

    def container(self, kind: MemberKind, container_id: UUID) -> "Container":
        """A set or group with its name."""
        return Container(kind, container_id, self.names.get(container_id, str(container_id)))


@dataclass(frozen=True, slots=True)
class Container:
    """A set or a group that holds an artifact, directly or not."""

    kind: MemberKind
    id: UUID
    name: str


# The containers that lead from a set to an artifact, outermost first, without the set itself.
type Trail = tuple[Container, ...]


@dataclass(frozen=True, slots=True)
class ResolvedArtifact:
    """An artifact a set stands for, with the first trail that led to it."""

    uuid: UUID
    trail: Trail
    missing: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a set stands for. `duplicates_removed` counts the trails that led to what was there already."""

    root: Container
    artifacts: tuple[ResolvedArtifact, ...]
    depth: int
    duplicates_removed: int

    @property
    def total_count(self) -> int:
        """How many artifacts there are, the missing ones included."""
        return len(self.artifacts)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a set stands for an artifact.

    `trails` are the first `MAX_TRAILS` of `trail_count`, in walk order. `direct_containers` are
    all sets and groups that hold the artifact themselves.
    """

    trail_count: int
    trails: tuple[Trail, ...]
    direct_containers: tuple[Container, ...]


def resolve(root: UUID, graph: SetGraph) -> Resolution:
    """The artifacts that `root` stands for: depth first, members in order, the first seen wins.

    Raises DeploymentSetResolutionError when sets are nested deeper than `MAX_DEPTH` or in a circle.
    """
    inner_first, depth = _measured(root, graph)
    first_trails: dict[UUID, Trail] = {}
    entered: set[Member] = set()

    def walk(set_id: UUID, trail: Trail) -> None:
        for member in graph.members.get(set_id, ()):
            if member.kind is MemberKind.ARTIFACT:
                first_trails.setdefault(member.target_id, trail)
            elif member not in entered:
                entered.add(member)
                inner_trail = (*trail, graph.container(member.kind, member.target_id))
                if member.kind is MemberKind.SET:
                    walk(member.target_id, inner_trail)
                else:
                    for artifact in graph.groups.get(member.target_id, ()):
                        first_trails.setdefault(artifact, inner_trail)

    def size(member: Member) -> int:
        return 1 if member.kind is MemberKind.ARTIFACT else len(graph.groups.get(member.target_id, ()))

    walk(root, ())
    return Resolution(
        root=graph.container(MemberKind.SET, root),
        artifacts=tuple(
            ResolvedArtifact(artifact, trail, artifact in graph.missing) for artifact, trail in first_trails.items()
        ),
        depth=depth,
        duplicates_removed=_trail_counts(inner_first, graph, size)[root] - len(first_trails),
    )


def trail_counts(root: UUID, graph: SetGraph) -> dict[UUID, int]:
    """How many trails lead from `root` to each artifact that it stands for. Linear; raises as `resolve` does."""
    inner_first, _ = _measured(root, graph)
    ways: defaultdict[Member, int] = defaultdict(int)
    ways[Member(MemberKind.SET, root)] = 1
    for set_id in reversed(inner_first):
        ways_here = ways[Member(MemberKind.SET, set_id)]
        for member in graph.members.get(set_id, ()):
            ways[member] += ways_here
    counts: defaultdict[UUID, int] = defaultdict(int)
    for member, ways_there in ways.items():
        if member.kind is MemberKind.ARTIFACT:
            counts[member.target_id] += ways_there
        elif member.kind is MemberKind.GROUP:
            for artifact in graph.groups.get(member.target_id, ()):
                counts[artifact] += ways_there
    return dict(counts)


def explain(root: UUID, graph: SetGraph, artifact: UUID) -> Explanation:
    """Why `root` stands for `artifact`; nothing at all when it does not.

    Linear as well: trails are counted without walking each. Raises as `resolve` does.
    """

    @cache
    def occurrences(member: Member) -> int:
        if member.kind is MemberKind.ARTIFACT:
            return int(member.target_id == artifact)
        return graph.groups.get(member.target_id, ()).count(artifact)

    counts = _trail_counts(_measured(root, graph)[0], graph, occurrences)
    leads = {
        set_id: [
            member
            for member in graph.members.get(set_id, ())
            if (counts[member.target_id] if member.kind is MemberKind.SET else occurrences(member))
        ]
        for set_id, count in counts.items()
        if count
    }

    def trails(set_id: UUID, trail: Trail) -> Iterator[Trail]:
        for member in leads.get(set_id, ()):
            if member.kind is MemberKind.ARTIFACT:
                yield trail
                continue
            inner_trail = (*trail, graph.container(member.kind, member.target_id))
            if member.kind is MemberKind.SET:
                yield from trails(member.target_id, inner_trail)
            else:
                yield from (inner_trail for _ in range(occurrences(member)))

    return Explanation(
        trail_count=counts[root],
        trails=tuple(islice(trails(root, ()), MAX_TRAILS)),
        direct_containers=tuple(_holders(root, graph, leads)),
    )


def longest_path(start: UUID, nested: Callable[[UUID], Iterable[UUID]], names: Mapping[UUID, str]) -> list[UUID]:
    """One longest path from `start` along `nested`. Iterative, so it may be of any length.

    Raises DeploymentSetResolutionError when it would go in a circle.
    """
    return _longest_path(start, _inner_first(start, nested, names), nested)


def names_of(ids: Iterable[UUID], names: Mapping[UUID, str]) -> list[str]:
    """What `ids` are called; an id without a name stands for itself."""
    return [names.get(one, str(one)) for one in ids]


def _measured(root: UUID, graph: SetGraph) -> tuple[list[UUID], int]:
    """All sets below `root`, each after the ones it holds and `root` last, and the depth of `root`."""
    inner_first = _inner_first(root, graph.nested_sets, graph.names)
    path = _longest_path(root, inner_first, graph.nested_sets)
    if len(path) > MAX_DEPTH:
        raise DeploymentSetResolutionError(path, names_of(path, graph.names), circular=False)
    return inner_first, len(path)


def _inner_first(start: UUID, nested: Callable[[UUID], Iterable[UUID]], names: Mapping[UUID, str]) -> list[UUID]:
    order: list[UUID] = []
    done: set[UUID] = set()
    path = {start: iter(nested(start))}
    while path:
        current, rest = next(reversed(path.items()))
        inner = next(rest, None)
        if inner is None:
            path.popitem()
            done.add(current)
            order.append(current)
        elif inner in path:
            circle = [*path, inner]
            raise DeploymentSetResolutionError(circle, names_of(circle, names), circular=True)
        elif inner not in done:
            path[inner] = iter(nested(inner))
    return order


def _longest_path(start: UUID, inner_first: Iterable[UUID], nested: Callable[[UUID], Iterable[UUID]]) -> list[UUID]:
    depths: dict[UUID, int] = {}
    deepest: dict[UUID, UUID] = {}
    for set_id in inner_first:
        inner = max(nested(set_id), key=depths.__getitem__, default=None)
        depths[set_id] = 1 if inner is None else 1 + depths[inner]
        if inner is not None:
            deepest[set_id] = inner
    path = [start]
    while (inner := deepest.get(path[-1])) is not None:
        path.append(inner)
    return path


def _trail_counts(inner_first: Iterable[UUID], graph: SetGraph, weight: Callable[[Member], int]) -> dict[UUID, int]:
    """For each set the sum of `weight` over all trails below it, counted without walking them."""
    counts: dict[UUID, int] = {}
    for set_id in inner_first:
        counts[set_id] = sum(
            counts[member.target_id] if member.kind is MemberKind.SET else weight(member)
            for member in graph.members.get(set_id, ())
        )
    return counts


def _holders(root: UUID, graph: SetGraph, leads: Mapping[UUID, Sequence[Member]]) -> Iterable[Container]:
    """Each set and group along `leads` that holds the artifact itself, once, in walk order."""
    holders: dict[Container, None] = {}
    entered = {root}

    def walk(container: Container) -> None:
        for member in leads.get(container.id, ()):
            if member.kind is MemberKind.ARTIFACT:
                holders.setdefault(container)
            elif member.kind is MemberKind.GROUP:
                holders.setdefault(graph.container(member.kind, member.target_id))
            elif member.target_id not in entered:
                entered.add(member.target_id)
                walk(graph.container(member.kind, member.target_id))

    walk(graph.container(MemberKind.SET, root))
    return holders
