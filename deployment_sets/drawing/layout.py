"""Where the parts of a picture stand: in columns from left to right, so that few lines cross. Pure Python.

Any graph without circles will do. A part stands right of all that hold it. A line to a part further right
than the next column passes the columns between in a lane, which all lines to that part share.
"""

from bisect import bisect_right, insort
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import accumulate, pairwise
from statistics import fmean

_ROUNDS = 8
_LANE_HEIGHT = 4
# Columns stand the further apart the more lines there are between them.
_ROOM_FOR_A_LINE = 2
_ROOM_FOR_LINES = 96


@dataclass(frozen=True, slots=True)
class Measure:
    """How large parts are and how far apart, in pixels."""

    width: int
    height: int
    column_gap: int
    row_gap: int
    # How far down the root may stand: what is first to be seen of a tall picture is its top.
    root_within: int


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the upper left corner of a part is."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Layout[Key]:
    """How large a picture is, where its parts stand, and the lines between them as SVG path data."""

    width: int
    height: int
    spots: Mapping[Key, Spot]
    lines: Sequence[str]


# A place in a column: a part's own, or in a column before that the lane of the lines to it.
type _Slot[Key] = tuple[Key, int]
type _Column[Key] = Sequence[_Slot[Key]]
type _Links[Key] = Mapping[_Slot[Key], Sequence[_Slot[Key]]]


def arrange[Key: Hashable](root: Key, holds: Mapping[Key, Sequence[Key]], measure: Measure) -> Layout[Key]:
    """Where `root` and everything below it is best drawn; for the same always the same.

    Raises graphlib.CycleError when there is a circle.
    """
    levels = _levels(root, holds)
    onwards = _links(levels, holds)
    back = _turned(onwards)
    columns = _untangled(_in_walk_order((root, 0), onwards), onwards, back)
    heights = {
        slot: measure.height if _is_part(slot, levels) else _LANE_HEIGHT for column in columns for slot in column
    }
    middles = _middles(columns, onwards, back, heights, measure.row_gap)
    middles[root, 0] = min(middles[root, 0], measure.root_within)
    lefts = _lefts(columns, onwards, measure)
    return Layout(
        width=lefts[-1] + measure.width,
        height=max(middles[slot] + heights[slot] // 2 for column in columns for slot in column),
        spots={key: Spot(lefts[level], middles[key, level] - measure.height // 2) for key, level in levels.items()},
        lines=[
            _line(slot, end, lefts, middles, measure.width, through=not _is_part(slot, levels))
            for slot, ends in onwards.items()
            for end in ends
        ],
    )


def _levels[Key: Hashable](root: Key, holds: Mapping[Key, Sequence[Key]]) -> dict[Key, int]:
    """The column of each part: as many steps from `root` as the longest way there has."""
    inner_first = list(TopologicalSorter(holds).static_order())
    levels = {root: 0}
    for key in reversed(inner_first):
        if key in levels:
            for inner in holds.get(key, ()):
                levels[inner] = max(levels.get(inner, 0), levels[key] + 1)
    return levels


def _is_part[Key: Hashable](slot: _Slot[Key], levels: Mapping[Key, int]) -> bool:
    key, column = slot
    return levels[key] == column


def _links[Key: Hashable](levels: Mapping[Key, int], holds: Mapping[Key, Sequence[Key]]) -> _Links[Key]:
    """Which slots of the next column each slot leads to."""
    links: dict[_Slot[Key], dict[_Slot[Key], None]] = {}
    for key, level in levels.items():
        links.setdefault((key, level), {})
        for inner in holds.get(key, ()):
            here = (key, level)
            for column in range(level + 1, levels[inner] + 1):
                links.setdefault(here, {})[inner, column] = None
                here = (inner, column)
    return {slot: list(ends) for slot, ends in links.items()}


def _turned[Key: Hashable](links: _Links[Key]) -> _Links[Key]:
    turned: dict[_Slot[Key], list[_Slot[Key]]] = {slot: [] for slot in links}
    for slot, ends in links.items():
        for end in ends:
            turned[end].append(slot)
    return turned


def _in_walk_order[Key: Hashable](start: _Slot[Key], links: _Links[Key]) -> list[_Column[Key]]:
    """The slots of each column as a walk in the order of members comes by them: then no lines of a tree cross."""
    columns: list[list[_Slot[Key]]] = [[] for _ in range(max(column for _, column in links) + 1)]
    waiting, seen = [start], set[_Slot[Key]]()
    while waiting:
        slot = waiting.pop()
        if slot not in seen:
            seen.add(slot)
            columns[slot[1]].append(slot)
            waiting.extend(reversed(links[slot]))
    return list(columns)


def _untangled[Key: Hashable](
    columns: Sequence[_Column[Key]], onwards: _Links[Key], back: _Links[Key]
) -> Sequence[_Column[Key]]:
    """`columns` in the best order met while each in turn goes by where its neighbours are, there and back."""
    best, fewest = columns, _crossings(columns, onwards)
    for turn in range(_ROUNDS):
        if not fewest:
            break
        columns = _swept(columns, back) if turn % 2 == 0 else _swept(columns[::-1], onwards)[::-1]
        crossings = _crossings(columns, onwards)
        if crossings < fewest:
            best, fewest = columns, crossings
    return best


def _swept[Key: Hashable](columns: Sequence[_Column[Key]], links: _Links[Key]) -> Sequence[_Column[Key]]:
    """Each column ordered by the mean place of what its slots are linked to in the column before."""
    swept = [columns[0]]
    for column in columns[1:]:
        places = {slot: place for place, slot in enumerate(swept[-1])}
        wanted = {slot: fmean(places[end] for end in links[slot]) for slot in column if links[slot]}
        moved = iter(sorted(wanted, key=wanted.__getitem__))
        swept.append([next(moved) if slot in wanted else slot for slot in column])
    return swept


def _crossings[Key: Hashable](columns: Sequence[_Column[Key]], onwards: _Links[Key]) -> int:
    """How often lines cross."""
    crossings = 0
    for column, after in pairwise(columns):
        places = {slot: place for place, slot in enumerate(after)}
        above: list[int] = []
        for slot in column:
            ends = [places[end] for end in onwards[slot]]
            crossings += sum(len(above) - bisect_right(above, end) for end in ends)
            for end in ends:
                insort(above, end)
    return crossings


def _middles[Key: Hashable](
    columns: Sequence[_Column[Key]],
    onwards: _Links[Key],
    back: _Links[Key],
    heights: Mapping[_Slot[Key], int],
    gap: int,
) -> dict[_Slot[Key], int]:
    """How far down the middle of each slot is: as near to its neighbours as the order of its column allows."""
    both = {slot: [*back[slot], *ends] for slot, ends in onwards.items()}
    offsets = {
        slot: offset
        for column in columns
        for slot, offset in zip(
            column,
            accumulate(((heights[a] + heights[b]) / 2 + gap for a, b in pairwise(column)), initial=0.0),
            strict=True,
        )
    }
    middles = dict(offsets)
    for turn in range(_ROUNDS):
        last = turn >= _ROUNDS - 2
        links = both if last else onwards if turn % 2 == 0 else back
        for column in columns[::-1] if turn % 2 == 0 else columns:
            wanted = [fmean(middles[end] for end in links[slot]) if links[slot] else middles[slot] for slot in column]
            middles.update(zip(column, _apart(wanted, [offsets[slot] for slot in column]), strict=True))
    top = min(middles[slot] - heights[slot] / 2 for column in columns for slot in column)
    return {slot: round(middle - top) for slot, middle in middles.items()}


def _apart(wanted: Sequence[float], offsets: Sequence[float]) -> Iterator[float]:
    """What is nearest to `wanted` and as far apart as `offsets` are, or further.

    Those that would come too near to each other move as one block, to the mean of what they want.
    """
    blocks: list[tuple[float, int]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        mean, size = want - offset, 1
        while blocks and blocks[-1][0] >= mean:
            before, count = blocks.pop()
            mean, size = (before * count + mean * size) / (count + size), count + size
        blocks.append((mean, size))
    starts = (mean for mean, size in blocks for _ in range(size))
    return (start + offset for start, offset in zip(starts, offsets, strict=True))


def _lefts[Key: Hashable](columns: Sequence[_Column[Key]], onwards: _Links[Key], measure: Measure) -> list[int]:
    """Where each column begins."""
    lines = (sum(len(onwards[slot]) for slot in column) for column in columns[:-1])
    steps = (measure.width + measure.column_gap + min(_ROOM_FOR_A_LINE * count, _ROOM_FOR_LINES) for count in lines)
    return list(accumulate(steps, initial=0))


def _line[Key: Hashable](
    start: _Slot[Key],
    end: _Slot[Key],
    lefts: Sequence[int],
    middles: Mapping[_Slot[Key], int],
    width: int,
    *,
    through: bool,
) -> str:
    """From one slot to one of the next column; `through` the column of `start` first, where that is a lane."""
    near, far = lefts[start[1]] + width, lefts[end[1]]
    bend = (near + far) // 2
    lane = f"M{lefts[start[1]]} {middles[start]}H{near}" if through else f"M{near} {middles[start]}"
    return f"{lane}C{bend} {middles[start]} {bend} {middles[end]} {far} {middles[end]}"
