"""The resolver against a slow reference that does plainly what the words say."""

import logging
from collections.abc import Iterator
from itertools import islice, pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployment_sets.exceptions import MAX_DEPTH, DeploymentSetResolutionError
from deployment_sets.services.resolution import (
    MAX_TRAILS,
    Container,
    Member,
    MemberKind,
    Resolution,
    SetGraph,
    Trail,
    explain,
    resolve,
    trail_counts,
)

ARTIFACTS = [UUID(int=1000 + number) for number in range(6)]
GROUPS = [UUID(int=2000 + number) for number in range(3)]
SETS = [UUID(int=3000 + number) for number in range(6)]
ROOT = SETS[0]


def a(number: int) -> Member:
    return Member(MemberKind.ARTIFACT, ARTIFACTS[number])


def g(number: int) -> Member:
    return Member(MemberKind.GROUP, GROUPS[number])


def s(number: int) -> Member:
    return Member(MemberKind.SET, SETS[number])


def set_container(number: int) -> Container:
    return Container(MemberKind.SET, SETS[number], str(SETS[number]))


def group_container(number: int) -> Container:
    return Container(MemberKind.GROUP, GROUPS[number], str(GROUPS[number]))


# --- The reference -------------------------------------------------------------------------------


def emitted(graph: SetGraph, set_id: UUID, trail: Trail = ()) -> Iterator[tuple[UUID, Trail]]:
    """Every artifact along every trail, duplicates and all: exponential, and endless on a circle."""
    for member in graph.members.get(set_id, ()):
        if member.kind is MemberKind.ARTIFACT:
            yield member.target_id, trail
            continue
        inner = (
            *trail,
            Container(member.kind, member.target_id, graph.names.get(member.target_id, str(member.target_id))),
        )
        if member.kind is MemberKind.GROUP:
            for artifact in graph.groups.get(member.target_id, ()):
                yield artifact, inner
        else:
            yield from emitted(graph, member.target_id, inner)


def set_paths(graph: SetGraph, path: tuple[UUID, ...]) -> Iterator[tuple[UUID, ...]]:
    """Every path of sets that begins with `path`, each ending where a set would come a second time."""
    yield path
    for member in graph.members.get(path[-1], ()):
        if member.kind is MemberKind.SET:
            if member.target_id in path:
                yield (*path, member.target_id)
            else:
                yield from set_paths(graph, (*path, member.target_id))


def is_circular(path: tuple[UUID, ...]) -> bool:
    return path[-1] in path[:-1]


# --- Maps made at random ---------------------------------------------------------------------------

group_maps = st.fixed_dictionaries(
    {group: st.lists(st.sampled_from(ARTIFACTS), unique=True, max_size=4) for group in GROUPS}
)


def member_maps(*, acyclic: bool) -> st.SearchStrategy[dict[UUID, list[Member]]]:
    def members(number: int) -> st.SearchStrategy[list[Member]]:
        inner = range(number + 1, len(SETS)) if acyclic else range(len(SETS))
        anything = (
            [a(n) for n in range(len(ARTIFACTS))] + [g(n) for n in range(len(GROUPS))] + [s(n) for n in inner] * 3
        )
        return st.lists(st.sampled_from(anything), unique=True, max_size=6)

    return st.fixed_dictionaries({SETS[number]: members(number) for number in range(len(SETS))})


def graphs(*, acyclic: bool) -> st.SearchStrategy[SetGraph]:
    return st.builds(
        SetGraph,
        members=member_maps(acyclic=acyclic),
        groups=group_maps,
        names=st.just({SETS[1]: "Backend", GROUPS[0]: "Planning"}),
        missing=st.frozensets(st.sampled_from(ARTIFACTS)),
    )


@given(graphs(acyclic=True))
def test_order_first_trails_and_missing_marks_are_those_of_a_plain_walk(graph: SetGraph) -> None:
    expected: dict[UUID, Trail] = {}
    for artifact, trail in emitted(graph, ROOT):
        expected.setdefault(artifact, trail)
    resolution = resolve(ROOT, graph)
    assert [(one.uuid, one.trail) for one in resolution.artifacts] == list(expected.items())
    assert {one.uuid for one in resolution.artifacts if one.missing} == graph.missing & expected.keys()
    assert resolution.total_count == len(expected)


@given(graphs(acyclic=True))
def test_what_is_left_and_what_is_removed_make_up_all_that_was_met(graph: SetGraph) -> None:
    resolution = resolve(ROOT, graph)
    assert resolution.total_count + resolution.duplicates_removed == len(list(emitted(graph, ROOT)))


@given(graphs(acyclic=True))
def test_depth_is_the_number_of_sets_on_the_longest_path(graph: SetGraph) -> None:
    assert resolve(ROOT, graph).depth == max(len(path) for path in set_paths(graph, (ROOT,)))


@given(graphs(acyclic=True), st.sampled_from(ARTIFACTS))
def test_trails_their_number_and_direct_containers_are_those_of_a_plain_walk(graph: SetGraph, artifact: UUID) -> None:
    trails = [trail for one, trail in emitted(graph, ROOT) if one == artifact]
    explanation = explain(ROOT, graph, artifact)
    assert explanation.trail_count == len(trails)
    assert explanation.trails == tuple(islice(trails, MAX_TRAILS))
    root = Container(MemberKind.SET, ROOT, str(ROOT))
    assert list(explanation.direct_containers) == list(dict.fromkeys(trail[-1] if trail else root for trail in trails))


@given(graphs(acyclic=True))
def test_trails_counted_for_all_are_as_many_as_those_explained_for_each(graph: SetGraph) -> None:
    counts = trail_counts(ROOT, graph)
    assert counts == {each.uuid: explain(ROOT, graph, each.uuid).trail_count for each in resolve(ROOT, graph).artifacts}


@given(graphs(acyclic=False))
def test_a_circle_anywhere_below_is_an_error_with_its_path_and_nothing_else_is(graph: SetGraph) -> None:
    circles = {path for path in set_paths(graph, (ROOT,)) if is_circular(path)}
    try:
        resolve(ROOT, graph)
    except DeploymentSetResolutionError as error:
        assert error.circular
        assert error.path_ids in circles
        assert error.path_names == tuple(graph.names.get(one, str(one)) for one in error.path_ids)
    else:
        assert not circles


@given(graphs(acyclic=False), st.sampled_from(ARTIFACTS))
def test_a_circular_map_is_not_explained_either(graph: SetGraph, artifact: UUID) -> None:
    if any(is_circular(path) for path in set_paths(graph, (ROOT,))):
        with pytest.raises(DeploymentSetResolutionError):
            explain(ROOT, graph, artifact)
    else:
        explain(ROOT, graph, artifact)


# --- The words of the rules, one by one ----------------------------------------------------------


def uuids(resolution: Resolution) -> list[UUID]:
    return [artifact.uuid for artifact in resolution.artifacts]


def test_an_empty_set_stands_for_nothing() -> None:
    resolution = resolve(ROOT, SetGraph({}))
    assert (resolution.artifacts, resolution.depth, resolution.duplicates_removed) == ((), 1, 0)


def test_members_come_in_order_and_depth_first() -> None:
    graph = SetGraph({SETS[0]: [a(0), s(1), a(1), g(0)], SETS[1]: [a(2)]}, {GROUPS[0]: ARTIFACTS[3:5]})
    assert uuids(resolve(ROOT, graph)) == [ARTIFACTS[0], ARTIFACTS[2], ARTIFACTS[1], ARTIFACTS[3], ARTIFACTS[4]]


def test_the_first_seen_wins_and_keeps_its_trail() -> None:
    graph = SetGraph({SETS[0]: [s(1), g(0), a(0)], SETS[1]: [g(0)]}, {GROUPS[0]: ARTIFACTS[:1]})
    resolution = resolve(ROOT, graph)
    assert uuids(resolution) == ARTIFACTS[:1]
    assert resolution.artifacts[0].trail == (set_container(1), group_container(0))
    assert resolution.duplicates_removed == 2


def straight_chain(length: int) -> dict[UUID, list[Member]]:
    ids = [UUID(int=number) for number in range(1, length + 1)]
    return {outer: [Member(MemberKind.SET, inner)] for outer, inner in pairwise(ids)} | {ids[-1]: [a(0)]}


def test_twenty_sets_on_the_longest_path_resolve() -> None:
    assert resolve(UUID(int=1), SetGraph(straight_chain(MAX_DEPTH))).depth == 20


def test_twenty_one_sets_do_not_and_the_error_has_the_whole_path() -> None:
    with pytest.raises(DeploymentSetResolutionError, match="21 deep, and at most 20") as caught:
        resolve(UUID(int=1), SetGraph(straight_chain(21), names={UUID(int=1): "Full-stack"}))
    assert caught.value.path_ids == tuple(UUID(int=number) for number in range(1, 22))
    assert caught.value.path_names[0] == "Full-stack"
    assert not caught.value.circular


def test_a_set_first_met_high_up_counts_where_another_path_puts_it_too_deep() -> None:
    members = straight_chain(21)
    members[UUID(int=1)].insert(0, Member(MemberKind.SET, UUID(int=21)))
    with pytest.raises(DeploymentSetResolutionError) as caught:
        resolve(UUID(int=1), SetGraph(members))
    assert len(caught.value.path_ids) == 21


@pytest.mark.parametrize("circular", [False, True])
def test_a_chain_of_ten_thousand_sets_is_an_error_and_not_a_crash(circular: bool) -> None:
    members = straight_chain(10_000)
    if circular:
        members[UUID(int=10_000)] = [Member(MemberKind.SET, UUID(int=1))]
    with pytest.raises(DeploymentSetResolutionError) as caught:
        resolve(UUID(int=1), SetGraph(members))
    assert caught.value.circular is circular
    assert len(caught.value.path_ids) == 10_000 + circular
    assert len(str(caught.value)) < 2000


def ladder(levels: int, width: int) -> SetGraph:
    """Each set of a level holds all sets of the next; the last level holds an artifact."""
    level_ids = [
        [UUID(int=100 * level + place + 1) for place in range(width if level else 1)] for level in range(levels)
    ]
    members = {
        outer: [Member(MemberKind.SET, inner) for inner in inner_ids]
        for outer_ids, inner_ids in pairwise(level_ids)
        for outer in outer_ids
    }
    return SetGraph(members | {last: [a(0)] for last in level_ids[-1]})


def test_billions_of_trails_are_counted_and_not_walked() -> None:
    graph = ladder(20, 5)
    assert resolve(UUID(int=1), graph).duplicates_removed == 5**19 - 1
    explanation = explain(UUID(int=1), graph, ARTIFACTS[0])
    assert explanation.trail_count == 5**19
    assert len(explanation.trails) == len(set(explanation.trails)) == 50
    assert len(explanation.direct_containers) == 5


def test_an_artifact_that_is_not_there_has_no_trail() -> None:
    explanation = explain(ROOT, SetGraph({ROOT: [a(0)]}), ARTIFACTS[1])
    assert (explanation.trail_count, explanation.trails, explanation.direct_containers) == (0, (), ())


def test_a_direct_member_has_an_empty_trail_and_the_set_itself_as_container() -> None:
    explanation = explain(ROOT, SetGraph({ROOT: [a(0)]}), ARTIFACTS[0])
    assert explanation.trails == ((),)
    assert explanation.direct_containers == (set_container(0),)


def test_a_missing_artifact_stays_and_is_marked() -> None:
    graph = SetGraph({ROOT: [a(0), a(1)]}, missing=frozenset(ARTIFACTS[:1]))
    assert [artifact.missing for artifact in resolve(ROOT, graph).artifacts] == [True, False]


def test_resolving_logs_and_changes_nothing_itself(caplog: pytest.LogCaptureFixture) -> None:
    members = {ROOT: [a(0), s(1)], SETS[1]: [a(0)]}
    with caplog.at_level(logging.DEBUG):
        assert resolve(ROOT, SetGraph(members)) == resolve(ROOT, SetGraph(members))
    assert members == {ROOT: [a(0), s(1)], SETS[1]: [a(0)]}
    assert not caplog.records
