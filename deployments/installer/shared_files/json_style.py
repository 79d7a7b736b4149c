"""How a JSON text is written, so that what comes in looks like what is there."""

import json
import re
from dataclasses import dataclass

from deployments.installer.shared_files.exceptions import SharedFileError
from deployments.installer.shared_files.json_text import WHITE_SPACE, Child, Container, JsonText
from deployments.installer.shared_files.trace import Layer
from profiles.entries import Value

_DEFAULT_UNIT = "  "
_DEFAULT_COLON = ": "
_FIRST_INDENTED = re.compile(r"[\r\n]([ \t]+)[^ \t\r\n]")
_UNINDENTED_KEY = re.compile(r'[\r\n]"')
_LINE_END = re.compile(r"\r\n|\n|\r")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Style:
    """The habits of one file: its line ends, its indentation, the text around colons and between items on one line."""

    newline: str
    unit: str
    colon: str
    comma: str
    on_lines: bool

    def label(self, name: str | None) -> str:
        """What stands in front of a member's value; nothing for an element."""
        return "" if name is None else _encoded(name) + self.colon

    def line(self, indent: str, depth: int = 0) -> str:
        """The beginning of a new line."""
        return self.newline + indent + self.unit * depth

    def value(self, value: Value, indent: str | None) -> str:
        """`value` written out, over lines that go on at `indent`, or on one line where that is None."""
        if indent is None:
            return _encoded(value, separators=(self.comma, self.colon))
        return _encoded(value, indent=self.unit, separators=(",", self.colon)).replace("\n", self.line(indent))


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a container's next item goes in, the text before and after it, its indentation (None: on one line)."""

    offset: int
    gap: str
    after: str
    indent: str | None

    def layers(self, style: Style, labels: list[str]) -> tuple[Layer, ...]:
        """The text around an item, and around what it is nested in, from the inside outwards.

        `labels` are those of the values on the way, from the outside inwards.
        """
        layers = [Layer(self.gap, labels[0], self.after)]
        for depth, label in enumerate(labels[1:], start=1):
            if self.indent is None:
                layers.append(Layer("", label, ""))
            else:
                layers.append(Layer(style.line(self.indent, depth), label, style.line(self.indent, depth - 1)))
        return tuple(reversed(layers))


def style_of(source: JsonText) -> Style:
    """The habits of `source`; two blanks a level where it shows none."""
    bare = source.bare
    line_end = _LINE_END.search(source.text)
    children = source.container(source.root).children if source.root is not None else ()
    colon = _DEFAULT_COLON
    if children:
        written = source.text[source.key_end(children[0]) : children[0].value]
        colon = written if written.strip(" \t") == ":" else _DEFAULT_COLON
    unit = _DEFAULT_UNIT
    if match := _FIRST_INDENTED.search(bare):
        unit = match[1]
    elif _UNINDENTED_KEY.search(bare):
        unit = ""
    return Style(
        newline=line_end[0] if line_end else "\n",
        unit=unit,
        colon=colon,
        comma=", " if colon.endswith((" ", "\t")) else ",",
        on_lines=not children or bool(_LINE_END.search(bare.strip(WHITE_SPACE))),
    )


def slot_in_blank(source: JsonText, style: Style) -> Slot:
    """Where the top-level object goes in a file that has none: behind the comments, if there are any."""
    content = source.text.rstrip(WHITE_SPACE)
    ends_line = _LINE_END.search(source.text, len(content))
    return Slot(len(content), style.newline if content else "", "" if ends_line else style.newline, "")


def slot_in(source: JsonText, container: Container, style: Style) -> Slot:
    """Where a new item goes: last, if that needs no comma between an item and its comment; else first."""
    if not container.children:
        return _slot_in_empty(source, container, style)
    last = container.children[-1]
    close = container.end - 1
    gap, indent = _gap(source, container, last, style)
    comma = source.bare.find(",", last.end, close)
    if comma >= 0:
        # A gap without a line end must not end up behind a comment that goes to the end of its line.
        offset = _behind_comments(source, comma + 1, close) if _LINE_END.search(gap) else comma + 1
        return Slot(offset, gap, ",", indent)
    if not source.has_comment(last.end, _line_end(source, last.end, close)):
        return Slot(last.end, f",{gap}", "", indent)
    first = container.children[0]
    gap, indent = _gap(source, container, first, style)
    if _LINE_END.search(gap):
        return Slot(_behind_comments(source, container.start + 1, first.start), gap, ",", indent)
    return Slot(first.start, "", style.comma, indent)


def _slot_in_empty(source: JsonText, container: Container, style: Style) -> Slot:
    inner = source.text[container.start + 1 : container.end - 1]
    content = inner.rstrip(WHITE_SPACE)
    offset = container.start + 1 + len(content)
    if not style.on_lines and not content:
        return Slot(offset, "", "", None)
    outer = _indent_of_line(source, container.start)
    ends_line = _LINE_END.search(inner, len(content))
    return Slot(offset, style.line(outer, 1), "" if ends_line else style.line(outer), outer + style.unit)


def _gap(source: JsonText, container: Container, child: Child, style: Style) -> tuple[str, str | None]:
    """The text that a neighbour of `child` begins with, and its indentation, None for one line."""
    line = source.line_start(child.start)
    before = source.bare[line : child.start]
    if line > container.start and not before.strip(" \t"):
        return style.newline + before, before
    indent = _indent_of_line(source, child.start) if source.has_line_end(child.start, child.end) else None
    if child is container.children[0]:
        return style.comma[1:], indent
    return before[len(before.rstrip(" \t")) :], indent


def _behind_comments(source: JsonText, offset: int, limit: int) -> int:
    """Where the line ends that `offset` is on, if there are but comments until then; else `offset`."""
    end = _line_end(source, offset, limit)
    if end == limit or source.bare[offset:end].strip(WHITE_SPACE):
        return offset
    return offset + len(source.text[offset:end].rstrip(WHITE_SPACE))


def _line_end(source: JsonText, offset: int, limit: int) -> int:
    match = _LINE_END.search(source.bare, offset, limit)
    return match.start() if match else limit


def _indent_of_line(source: JsonText, offset: int) -> str:
    line = source.bare[source.line_start(offset) : offset]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _encoded(value: Value, *, indent: str | None = None, separators: tuple[str, str] = (",", ":")) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent, separators=separators)
    except (TypeError, ValueError, RecursionError) as error:
        raise SharedFileError(f"The value cannot be written as JSON: {error}.") from error
    return _HALF_CHARACTER.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
