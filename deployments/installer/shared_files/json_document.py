"""JSON files, strict or with comments and trailing commas."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from deployments.installer.shared_files.document import Document, Edit, Going, reject_section, without
from deployments.installer.shared_files.json_style import Slot, slot_in, slot_in_blank, style_of
from deployments.installer.shared_files.json_text import WHITE_SPACE, Child, Container, JsonText
from deployments.installer.shared_files.trace import Layer, Trace
from profiles.entries import Element, EntryKey, Member, Section, Value

_BLANKS = re.compile(r"[ \t]*")


@dataclass(frozen=True, slots=True)
class _Spot:
    """One of the values on the way to an entry: its container, and the container's child that it is."""

    container: Container
    child: Child


class JsonDocument(Document):
    """A file of strict JSON. One of only white space is taken for an empty object."""

    has_comments = False

    def __init__(self, data: bytes | None) -> None:
        super().__init__(data)
        self._source = JsonText(self.text, comments=self.has_comments)

    def find(self, key: EntryKey) -> tuple[Value, ...]:
        """As `Document.find`. A name that is there twice on the way is an error."""
        return tuple(spots[-1].child.data for spots in self._found(key))

    def is_annotated(self, key: EntryKey) -> bool:
        """As `Document.is_annotated`."""
        return any(self._source.has_comment(spots[-1].child.start, spots[-1].child.end) for spots in self._found(key))

    def _found(self, key: EntryKey) -> list[list[_Spot]]:
        """The ways from the top level to each value that `key` means."""
        names, container, spots = _names(key), *self._way(key)
        if container is None or len(spots) < len(names):
            return []
        if isinstance(key, Element):
            return [[*spots, _Spot(container, child)] for child in container.by_digest.get(key.digest, ())]
        return [spots]

    def _way(self, key: EntryKey) -> tuple[Container | None, list[_Spot]]:
        """As far as the names of `key` lead: the last container on the way, and the spots that led there."""
        names, spots = _names(key), list[_Spot]()
        if self._source.root is None:
            return None, spots
        container = self._source.container(self._source.root)
        for depth, name in enumerate(names, start=1):
            child = self._member(container, name)
            if child is None:
                break
            spots.append(_Spot(container, child))
            if depth == len(names) and isinstance(key, Member):
                break
            wanted = "[" if depth == len(names) else "{"
            if self.text[child.value] != wanted:
                kind = "an array" if wanted == "[" else "an object"
                raise self._source.error(child.value, f"{'.'.join(names[:depth])} is not {kind}.")
            container = self._source.container(child.value)
        return container, spots

    def _member(self, container: Container, name: str) -> Child | None:
        named = container.by_name.get(name, ())
        if len(named) > 1:
            raise self._source.error(named[1].start, f"The name {name!r} is there twice.")
        return named[0] if named else None

    def _insertion(self, key: EntryKey, value: Value) -> tuple[Edit, tuple[Layer, ...]]:
        style = style_of(self._source)
        container, spots = self._way(key)
        names = _names(key)
        missing: list[str | None] = [*names[len(spots) :], *([None] if isinstance(key, Element) else [])]
        if container is None:
            slot: Slot = slot_in_blank(self._source, style)
            missing = [None, *missing]
        else:
            slot = slot_in(self._source, container, style)
        layers = slot.layers(style, [style.label(name) for name in missing])
        depth = len(layers) - 1
        text = style.value(value, None if slot.indent is None else slot.indent + style.unit * depth)
        for layer, is_array in zip(layers, [isinstance(key, Element), *[False] * depth], strict=True):
            text = layer.gap + layer.label + text + layer.after
            if layer is not layers[-1]:
                text = f"[{text}]" if is_array else f"{{{text}}}"
        return Edit(slot.offset, slot.offset, text), layers

    def _replacement(self, key: EntryKey, value: Value) -> list[Edit]:
        child = self._found(key)[0][-1].child
        style = style_of(self._source)
        is_on_one_line = not self._source.has_line_end(child.value, child.end)
        if is_on_one_line and (not style.on_lines or (isinstance(child.data, dict | list) and child.data)):
            return [Edit(child.value, child.end, style.value(value, None))]
        blanks = _BLANKS.match(self.text, self._source.line_start(child.value))
        return [Edit(child.value, child.end, style.value(value, blanks[0] if blanks else ""))]

    def _removals(self, key: EntryKey, trace: Trace) -> Iterator[Going]:
        found = self._found(key)
        spots = next((spots for spots in found if self._surrounds(spots[-1], trace.layers[:1])), found[-1])
        level = 0
        while level < len(spots) and level + 1 < len(trace.layers) and self._is_all(spots[: len(spots) - level]):
            level += 1
        if level == len(spots):
            yield Going((self._root_removal(trace.layers[level]),), level)
            return
        spot, layers = spots[-1 - level], trace.layers[level : level + 1]
        if self._surrounds(spot, layers):
            gap, label, after = layers[0].gap, layers[0].label, layers[0].after
            yield Going((Edit(spot.child.value - len(gap + label), spot.child.end + len(after)),), level)
        yield Going(tuple(self._closing_up(spot)), level)

    def _root_removal(self, layer: Layer) -> Edit:
        start = self._source.skip(0)
        end = self._source.container(start).end
        if self.text.endswith(layer.gap, 0, start) and self.text.startswith(layer.after, end):
            return Edit(start - len(layer.gap), end + len(layer.after))
        return Edit(start, end)

    def _surrounds(self, spot: _Spot, layers: tuple[Layer, ...]) -> bool:
        """Whether the layer given, if any, still stands around the value, and nothing else depends on it."""
        for layer in layers:
            before = layer.gap + layer.label
            start, end = spot.child.value - len(before), spot.child.end + len(layer.after)
            return (
                spot.container.start < start
                and end < spot.container.end
                and self.text.startswith(before, start)
                and self.text.startswith(layer.after, spot.child.end)
                and (layer.has_comma or self._is_first_and_last(spot, start))
            )
        return False

    def _is_first_and_last(self, spot: _Spot, start: int) -> bool:
        """Whether the container holds nothing else, and `start` is where the first item would be put."""
        return len(spot.container.children) == 1 and self.text[start - 1] not in WHITE_SPACE

    def _is_all(self, spots: list[_Spot]) -> bool:
        """Whether the innermost container holds nothing but this one, and has no comment with its own name."""
        label = [(spot.child.start, spot.child.value) for spot in spots[-2:-1]]
        return self._is_alone(spots[-1]) and not any(self._source.has_comment(*span) for span in label)

    def _is_alone(self, spot: _Spot) -> bool:
        """Whether the container holds nothing but this one, not even a comment."""
        return (
            len(spot.container.children) == 1
            and not self._source.has_comment(spot.container.start, spot.child.start)
            and not self._source.has_comment(spot.child.end, spot.container.end)
        )

    def _closing_up(self, spot: _Spot) -> list[Edit]:
        """The edits that take one item out of its container, with one comma and the white space that was its own."""
        container, child, bare = spot.container, spot.child, self._source.bare
        if self._is_alone(spot):
            return [Edit(container.start + 1, container.end - 1)]
        index = container.positions[child.start]
        limit = container.children[index + 1].start if index + 1 < len(container.children) else container.end - 1
        comma, end, edits = bare.find(",", child.end, limit), child.end, list[Edit]()
        if comma >= 0 and not self.text[child.end : comma].strip(WHITE_SPACE):
            end = comma + 1
        elif comma >= 0:
            edits.append(Edit(comma, comma + 1))
        elif index > 0:
            previous = container.children[index - 1].end
            comma = bare.index(",", previous)
            if not self._source.has_comment(previous, child.start):
                return [Edit(previous, end)]
            edits.append(Edit(comma, comma + 1))
        return [*edits, self._with_space(child.start, end)]

    def _with_space(self, start: int, end: int) -> Edit:
        """The edit that takes out an item and the white space it needs no more."""
        blanks = _BLANKS.match(self.text, end)
        behind = blanks.end() if blanks else end
        if self.text[behind] not in "\r\n]}":
            return Edit(start, behind)
        while self.text[start - 1] in " \t":
            start -= 1
        if self.text[behind] in "\r\n" and self.text[start - 1] in "\r\n":
            start -= 2 if self.text[start - 2 : start] == "\r\n" else 1
        return Edit(start, end)

    def _rest(self, key: EntryKey) -> Value:
        reject_section(key)
        if not isinstance(key, Element):
            return without(self._source.data, _names(key))
        elements = {spots[-1].container.positions[spots[-1].child.start] for spots in self._found(key)}
        return without(self._source.data, key.path, elements)

    def _steps(self, key: EntryKey) -> tuple[str, ...]:
        return (*_names(key), *([key.digest] if isinstance(key, Element) else []))

    def _fits(self, key: EntryKey, trace: Trace) -> bool:
        return any(self._surrounds(spots[-len(trace.layers)], trace.layers[-1:]) for spots in self._found(key))


class CommentedJsonDocument(JsonDocument):
    """A file of JSON in which comments and trailing commas are allowed."""

    has_comments = True


def _names(key: EntryKey) -> tuple[str, ...]:
    if isinstance(key, Section):
        raise TypeError("Only Markdown has sections.")
    return key.path
