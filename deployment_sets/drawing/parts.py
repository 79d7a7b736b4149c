"""What the picture of a set shows: the sets and groups it is put together from, each once. Pure Python.

The artifacts that a set holds itself are one part beside its sets and groups; where it holds nothing else
they are in its own number already.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from deployment_sets.services.resolution import Member, MemberKind, SetGraph, resolve

MAX_PARTS = 150
MAX_LINES = 450


class PartKind(StrEnum):
    """What a part of the picture stands for."""

    SET = "set"
    GROUP = "group"
    ARTIFACTS = "artifacts"


@dataclass(frozen=True, slots=True)
class PartKey:
    """Which set or group; of the artifacts that a set holds itself, which set."""

    kind: PartKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Part:
    """A set, a group or the direct artifacts of a set, with the number of artifacts it stands for.

    `folded` is how many of the things it holds are not drawn.
    """

    key: PartKey
    name: str
    artifact_count: int
    folded: int = 0


@dataclass(frozen=True, slots=True)
class Composition:
    """The parts of a set, itself first, and which holds which. `left_out` is how many there are beyond these."""

    root: PartKey
    depth: int
    parts: Mapping[PartKey, Part]
    holds: Mapping[PartKey, Sequence[PartKey]]
    left_out: int


def composition_of(root: UUID, graph: SetGraph, *, parts: int = MAX_PARTS, lines: int = MAX_LINES) -> Composition:
    """What `root` is put together from, cut to at most so many parts and lines: what is nested deeper is folded first.

    A set is opened whole or not at all; only of the root, which always is, the first things are taken if need be.
    Linear in what `root` holds. Raises DeploymentSetResolutionError when it cannot be resolved.
    """
    depth = resolve(root, graph).depth
    top = PartKey(PartKind.SET, root)
    held = _held(top, graph)
    holds = _opened(top, held, parts, lines)
    count = _Count(graph).of
    drawn = {
        key: Part(key, graph.container(MemberKind.SET, key.id).name, count(key), len(held[key]) - len(inner))
        for key, inner in holds.items()
    }
    return Composition(top, depth, drawn, holds, left_out=len(held) - len(drawn))


def _held(top: PartKey, graph: SetGraph) -> dict[PartKey, list[PartKey]]:
    """What each part holds that is a part itself, the nearest to `top` first."""
    held: dict[PartKey, list[PartKey]] = {}
    reached = {top: None}
    while reached:
        held |= {key: list(_inside(key, graph)) for key in reached}
        reached = {inner: None for key in reached for inner in held[key] if inner not in held}
    return held


def _inside(key: PartKey, graph: SetGraph) -> Iterator[PartKey]:
    if key.kind is not PartKind.SET:
        return
    members = graph.members.get(key.id, ())
    containers = [member for member in members if member.kind is not MemberKind.ARTIFACT]
    for member in containers:
        yield PartKey(PartKind(member.kind.value), member.target_id)
    if 0 < len(containers) < len(members):
        yield PartKey(PartKind.ARTIFACTS, key.id)


def _opened(
    top: PartKey, held: Mapping[PartKey, Sequence[PartKey]], parts: int, lines: int
) -> dict[PartKey, Sequence[PartKey]]:
    """What is drawn, the nearest to `top` first, each with what it holds, or with nothing where it is folded."""
    first = held[top][: min(parts - 1, lines)]
    opened: dict[PartKey, Sequence[PartKey]] = {top: first} | dict.fromkeys(first, ())
    lines -= len(first)
    queue = [*first]
    for key in queue:
        new = [inner for inner in held[key] if inner not in opened]
        if len(opened) + len(new) <= parts and len(held[key]) <= lines:
            opened |= {key: held[key]} | dict.fromkeys(new, ())
            lines -= len(held[key])
            queue.extend(new)
    return opened


@dataclass(slots=True)
class _Count:
    """How many artifacts each part stands for, looking at each set and group once.

    Artifacts are the bits of a number, so that uniting what members stand for costs next to nothing.
    """

    graph: SetGraph
    _bits: dict[UUID, int] = field(default_factory=dict)
    _contents: dict[Member, int] = field(default_factory=dict)

    def of(self, key: PartKey) -> int:
        if key.kind is PartKind.ARTIFACTS:
            return sum(member.kind is MemberKind.ARTIFACT for member in self.graph.members.get(key.id, ()))
        return self._content(Member(MemberKind(key.kind.value), key.id)).bit_count()

    def _content(self, member: Member) -> int:
        if member.kind is MemberKind.ARTIFACT:
            return 1 << self._bits.setdefault(member.target_id, len(self._bits))
        if member not in self._contents:
            content = 0
            for inner in self._held_by(member):
                content |= self._content(inner)
            self._contents[member] = content
        return self._contents[member]

    def _held_by(self, member: Member) -> Iterable[Member]:
        if member.kind is MemberKind.SET:
            return self.graph.members.get(member.target_id, ())
        return (Member(MemberKind.ARTIFACT, uuid) for uuid in self.graph.groups.get(member.target_id, ()))
