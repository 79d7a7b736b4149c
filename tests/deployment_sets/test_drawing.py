"""What the picture of a set shows, and where."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployment_sets.drawing.colours import contrast, in_both_themes
from deployment_sets.drawing.layout import Layout, Measure, arrange
from deployment_sets.drawing.lettering import cut
from deployment_sets.drawing.parts import Composition, PartKey, PartKind, composition_of
from deployment_sets.exceptions import DeploymentSetResolutionError
from deployment_sets.services.resolution import Member, MemberKind, SetGraph, resolve

MEASURE = Measure(width=100, height=40, column_gap=30, row_gap=10, root_within=200)

type Holds = Mapping[int, Sequence[int]]


@st.composite
def graphs(draw: st.DrawFn) -> Holds:
    """Anything without circles below 0, in which each thing is held by something before it."""
    size = draw(st.integers(1, 30))
    holders = [draw(st.sets(st.integers(0, number - 1), min_size=1, max_size=3)) for number in range(1, size)]
    holds: dict[int, list[int]] = {number: [] for number in range(size)}
    for number, held_by in enumerate(holders, start=1):
        for holder in held_by:
            holds[holder].append(number)
    return holds


def levels_of(layout: Layout[int]) -> Mapping[int, Sequence[int]]:
    """The tops of the parts of each column."""
    columns: dict[int, list[int]] = defaultdict(list)
    for spot in layout.spots.values():
        columns[spot.x].append(spot.y)
    return columns


@given(graphs())
def test_no_part_lies_on_another_or_outside_the_picture(holds: Holds) -> None:
    layout = arrange(0, holds, MEASURE)
    assert layout.spots.keys() == holds.keys()
    for tops in levels_of(layout).values():
        assert all(below - above >= MEASURE.height + MEASURE.row_gap - 1 for above, below in pairwise(sorted(tops)))
    for left, right in pairwise(sorted(levels_of(layout))):
        assert right - left >= MEASURE.width + MEASURE.column_gap
    for spot in layout.spots.values():
        assert 0 <= spot.x <= layout.width - MEASURE.width
        assert 0 <= spot.y <= layout.height - MEASURE.height


@given(graphs())
def test_every_part_stands_right_of_what_holds_it(holds: Holds) -> None:
    spots = arrange(0, holds, MEASURE).spots
    assert all(spots[inner].x > spots[holder].x for holder, held in holds.items() for inner in held)


@given(graphs())
def test_lines_lead_from_each_holder_to_each_thing_it_holds(holds: Holds) -> None:
    layout = arrange(0, holds, MEASURE)
    onwards = defaultdict(list)
    for line in layout.lines:
        numbers = [int(number) for number in line.replace("M", " ").replace("C", " ").replace("H", " ").split()]
        assert numbers[0] < numbers[-2]
        onwards[numbers[0], numbers[1]].append((numbers[-2], numbers[-1]))

    def led_to(point: tuple[int, int]) -> set[tuple[int, int]]:
        ends = set(onwards[point]) if point in onwards else set()
        return ends | {further for end in ends for further in led_to(end)}

    middle = MEASURE.height // 2
    for holder, held in holds.items():
        start = layout.spots[holder]
        reached = led_to((start.x + MEASURE.width, start.y + middle))
        assert {(layout.spots[inner].x, layout.spots[inner].y + middle) for inner in held} <= reached


@given(graphs())
def test_the_same_set_always_looks_the_same(holds: Holds) -> None:
    assert arrange(0, holds, MEASURE) == arrange(0, {key: list(held) for key, held in holds.items()}, MEASURE)


def test_a_tree_keeps_the_order_of_its_members() -> None:
    holds = {0: [1, 2, 3], 1: [4, 5], 2: [], 3: [6], 4: [], 5: [], 6: []}
    spots = arrange(0, holds, MEASURE).spots
    assert spots[1].y < spots[2].y < spots[3].y
    assert spots[4].y < spots[5].y < spots[6].y


def test_lines_do_not_cross_where_they_need_not() -> None:
    spots = arrange(0, {0: [1, 2], 1: [4], 2: [3], 3: [], 4: []}, MEASURE).spots
    assert (spots[1].y < spots[2].y) == (spots[4].y < spots[3].y)
    crossed = {0: [1, 2, 3], 1: [5], 2: [4, 5], 3: [4], 4: [], 5: []}
    spots = arrange(0, crossed, MEASURE).spots
    assert (spots[1].y < spots[3].y) == (spots[5].y < spots[4].y)


def test_the_root_of_a_tall_picture_is_near_its_top() -> None:
    layout = arrange(0, {0: list(range(1, 60))}, MEASURE)
    assert layout.height > 2000
    assert layout.spots[0].y < MEASURE.root_within


# --- What is drawn -------------------------------------------------------------------------------


def set_id(number: int) -> UUID:
    return UUID(int=1 + number)


def sets(*numbers: int) -> list[Member]:
    return [Member(MemberKind.SET, set_id(number)) for number in numbers]


def artifacts(*numbers: int) -> list[Member]:
    return [Member(MemberKind.ARTIFACT, UUID(int=10**6 + number)) for number in numbers]


def facts(composition: Composition) -> list[tuple[str, int, int]]:
    return [(key.kind.value, part.artifact_count, part.folded) for key, part in composition.parts.items()]


def test_direct_artifacts_are_one_part_and_only_beside_others() -> None:
    group = UUID(int=500)
    graph = SetGraph(
        {
            set_id(0): [*sets(1), *artifacts(1, 2), Member(MemberKind.GROUP, group)],
            set_id(1): artifacts(2, 3, 4),
        },
        {group: [UUID(int=10**6 + 9)]},
    )
    composition = composition_of(set_id(0), graph)
    assert facts(composition) == [("set", 5, 0), ("set", 3, 0), ("group", 1, 0), ("artifacts", 2, 0)]


def test_what_several_sets_hold_is_drawn_once() -> None:
    graph = SetGraph({set_id(0): sets(1, 2), set_id(1): sets(3), set_id(2): sets(3), set_id(3): artifacts(1)})
    composition = composition_of(set_id(0), graph)
    shared = PartKey(PartKind.SET, set_id(3))
    assert list(composition.parts).count(shared) == 1
    assert [holder.id for holder, held in composition.holds.items() if shared in held] == [set_id(1), set_id(2)]


def test_a_picture_is_bounded_and_folds_what_is_deepest() -> None:
    graph = SetGraph(
        {
            set_id(0): sets(1, 2),
            set_id(1): sets(*range(10, 110)),
            set_id(2): sets(*range(200, 300)),
            set_id(200): sets(300),
        }
    )
    composition = composition_of(set_id(0), graph)
    assert len(composition.parts) == 103
    assert composition.left_out == 101
    assert composition.parts[PartKey(PartKind.SET, set_id(2))].folded == 100
    assert composition.holds[PartKey(PartKind.SET, set_id(2))] == ()


def test_a_set_with_a_thousand_sets_shows_the_first_of_them() -> None:
    composition = composition_of(set_id(0), SetGraph({set_id(0): sets(*range(1, 1001))}))
    assert len(composition.parts) == 150
    assert composition.parts[composition.root].folded == composition.left_out == 851


def test_lines_are_bounded_too() -> None:
    """Twenty sets on each of four levels, each holding all of the next."""
    levels = [range(first, first + 20) for first in (1, 21, 41, 61)]
    members = {set_id(0): sets(*levels[0])}
    for level, below in pairwise(levels):
        members |= {set_id(number): sets(*below) for number in level}
    composition = composition_of(set_id(0), SetGraph(members))
    assert sum(len(held) for held in composition.holds.values()) <= 450


@given(graphs())
def test_numbers_are_those_the_resolver_gives(holds: Holds) -> None:
    graph = SetGraph(
        {set_id(number): [*sets(*held), *artifacts(number, number // 3)] for number, held in holds.items()}
    )
    try:
        composition = composition_of(set_id(0), graph)
    except DeploymentSetResolutionError:
        with pytest.raises(DeploymentSetResolutionError):
            resolve(set_id(0), graph)
        return
    for key, part in composition.parts.items():
        if key.kind is PartKind.SET:
            assert part.artifact_count == resolve(key.id, graph).total_count


def test_a_circle_is_an_error_and_not_a_picture() -> None:
    with pytest.raises(DeploymentSetResolutionError):
        composition_of(set_id(0), SetGraph({set_id(0): sets(1), set_id(1): sets(0)}))


def test_a_set_reached_by_more_paths_than_can_be_walked_is_drawn_all_the_same() -> None:
    members = {set_id(0): sets(*range(100, 107))}
    for level in range(1, 19):
        below = sets(*range((level + 1) * 100, (level + 1) * 100 + 7))
        members |= {set_id(level * 100 + number): below for number in range(7)}
    composition = composition_of(set_id(0), SetGraph(members))
    assert arrange(composition.root, composition.holds, MEASURE).spots.keys() == composition.parts.keys()
    assert len(composition.parts) + composition.left_out == 134


# --- Letters and colours -------------------------------------------------------------------------


def test_names_are_cut_where_their_room_ends() -> None:
    assert cut("Backend", 100, 12) == "Backend"
    assert cut("Release notes and announcements", 100, 12).endswith("…")
    assert len(cut("W" * 40, 100, 12)) < len(cut("i" * 40, 100, 12))
    assert len(cut("日" * 40, 100, 12)) <= 9
    assert cut("e\u0301" * 12, 100, 12) == "e\u0301" * 12


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_can_be_seen_in_light_and_in_dark(number: int) -> None:
    light, dark = in_both_themes(f"#{number:06x}").removeprefix("light-dark(").removesuffix(")").split(", ")
    assert contrast(light, "#ffffff") >= 3
    assert contrast(dark, "#1a1c1f") >= 3


def test_a_colour_that_can_be_seen_stays_what_it_is() -> None:
    assert in_both_themes("#6f7bf0") == "light-dark(#6f7bf0, #6f7bf0)"
