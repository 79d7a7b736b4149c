"""The picture of a set as its template draws it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from deployment_sets.drawing.colours import in_both_themes
from deployment_sets.drawing.layout import Layout, Measure, arrange
from deployment_sets.drawing.lettering import cut
from deployment_sets.drawing.parts import Composition, Part, PartKey, PartKind, composition_of
from deployment_sets.exceptions import DeploymentSetResolutionError
from deployment_sets.models import DeploymentSet
from deployment_sets.services.graph import load_graph

SMALL = Measure(width=112, height=40, column_gap=28, row_gap=12, root_within=200)
LARGE = Measure(width=184, height=44, column_gap=56, row_gap=16, root_within=320)

_PADDING = 10
_NAME_SIZE = 12
_NOTE_SIZE = 11


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """One box: what it stands for, where it is, and what is written in it (`name` in full, `label` as it fits)."""

    kind: PartKind
    id: UUID
    name: str
    label: str
    note: str
    fact: str
    folded: int
    x: int
    y: int
    stroke: str
    is_root: bool


@dataclass(frozen=True, slots=True)
class SetPicture:
    """All that is drawn of a set. `holders` are the boxes with what each holds: the same as text."""

    measure: Measure
    width: int
    height: int
    depth: int
    parts: Sequence[DrawnPart]
    lines: Sequence[str]
    holders: Sequence[tuple[DrawnPart, Sequence[DrawnPart]]]
    left_out: int

    @property
    def part_count(self) -> int:
        """How many boxes there would be, had the picture room for all."""
        return len(self.parts) + self.left_out

    @property
    def root(self) -> DrawnPart:
        """The set itself."""
        return self.parts[0]


def picture_of(deployment_set: DeploymentSet, *, measure: Measure = SMALL) -> SetPicture | DeploymentSetResolutionError:
    """The picture of a set, or the error that says why there is none. Three queries."""
    try:
        composition = composition_of(deployment_set.pk, load_graph([deployment_set]))
    except DeploymentSetResolutionError as error:
        return error
    colours = _colours(composition)
    layout = arrange(composition.root, composition.holds, measure)
    parts = {
        key: _drawn(part, layout, colours.get(key.id, ""), measure, is_root=key == composition.root)
        for key, part in composition.parts.items()
    }
    return SetPicture(
        measure=measure,
        width=layout.width,
        height=layout.height,
        depth=composition.depth,
        parts=list(parts.values()),
        lines=layout.lines,
        holders=[(parts[key], [parts[inner] for inner in held]) for key, held in composition.holds.items() if held],
        left_out=composition.left_out,
    )


def _colours(composition: Composition) -> Mapping[UUID, str]:
    drawn = [key.id for key in composition.parts if key.kind is PartKind.SET]
    return dict(DeploymentSet.objects.filter(pk__in=drawn).order_by().values_list("pk", "color"))


def _drawn(part: Part, layout: Layout[PartKey], color: str, measure: Measure, *, is_root: bool) -> DrawnPart:
    spot = layout.spots[part.key]
    name, note, fact = _words(part)
    room = measure.width - 2 * _PADDING
    return DrawnPart(
        kind=part.key.kind,
        id=part.key.id,
        name=name,
        label=cut(name, room, _NAME_SIZE),
        note=cut(note, room, _NOTE_SIZE),
        fact=fact,
        folded=part.folded,
        x=spot.x,
        y=spot.y,
        stroke=in_both_themes(color) if color and part.key.kind is PartKind.SET else "",
        is_root=is_root,
    )


def _words(part: Part) -> tuple[str, str, str]:
    """What a part is called, what stands below that in its box, and the same in full."""
    artifacts = f"{part.artifact_count} artifact{'' if part.artifact_count == 1 else 's'}"
    match part.key.kind:
        case PartKind.ARTIFACTS:
            return artifacts, "direct", f"{artifacts}, direct members of {part.name}"
        case PartKind.GROUP:
            return part.name, f"group, {part.artifact_count}", f"group, {artifacts}"
        case PartKind.SET if part.folded:
            fact = f"set, {artifacts}, {part.folded} of its members not drawn"
            return part.name, f"{part.artifact_count} · {part.folded} folded", fact
        case PartKind.SET:
            return part.name, artifacts, f"set, {artifacts}"
