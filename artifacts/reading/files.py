"""One file of an artifact as a page shows it. Pure Python; never raises, whatever the bytes."""

import mimetypes
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from artifacts.reading.hidden import marked_text
from artifacts.reading.markdown import LONGEST, Addresses, render_markdown
from profiles.frontmatter import read_frontmatter

MOST_LINES = 5_000
MOST_CHARACTERS = 300_000
_MOST_FIELDS = 200
_DEEPEST = 6
_BOM = b"\xef\xbb\xbf"
# The share of what is no UTF-8 in a file that is still text to somebody.
_MOST_BROKEN = 0.05
_MARKDOWN = (".md", ".markdown", ".mdc", ".mdx")


class Shape(StrEnum):
    """How a file is shown."""

    MARKDOWN = "markdown"
    TEXT = "text"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of frontmatter. `name` and `value` are HTML."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file made fit to be shown.

    `html` is rendered Markdown, `lines` are those of a text as HTML each, `fields` what stands in the frontmatter;
    `remarks` are sentences about what is odd, or left out. `kind` says of a binary file what it probably is.
    """

    shape: Shape
    can_be_rendered: bool = False
    html: str = ""
    fields: tuple[Field, ...] = ()
    lines: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file is: its path in the artifact ('' when it is the whole), its neighbours, and their addresses."""

    path: str
    siblings: Collection[str] = field(default=frozenset())
    address: Addresses = str


def read(data: bytes, place: Place, *, is_markdown: bool, as_text: bool = False, top: int = 3) -> Reading:
    """The file with these bytes: Markdown rendered, its highest heading `h{top}`; a text line by line; or neither.

    `as_text` shows Markdown as the text it is. What is too long to be rendered is shown as text, too.
    """
    text, remark = _decoded(data)
    if text is None:
        return Reading(Shape.BINARY, kind=mimetypes.guess_type(place.path)[0] or "")
    remarks = [remark] if remark else []
    is_short = len(text) <= LONGEST
    if is_markdown and is_short and not as_text:
        return _rendered(data, place, top)
    if is_markdown and not is_short:
        remarks.append(f"It has {len(text):,} characters, more than the {LONGEST:,} that are rendered as Markdown.")
    lines, cut = _lines(text)
    return Reading(
        Shape.TEXT,
        can_be_rendered=is_markdown and is_short,
        lines=tuple(lines),
        remarks=(*remarks, *([cut] * bool(cut))),
    )


def is_markdown_path(path: str) -> bool:
    """Whether a file of this name is Markdown."""
    return path.lower().endswith(_MARKDOWN)


def _decoded(data: bytes) -> tuple[str | None, str]:
    """The bytes as text (None if they are none), and what is odd about them."""
    data = data.removeprefix(_BOM)
    if b"\x00" in data:
        return None, ""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if text.count("\ufffd") > _MOST_BROKEN * len(text):
            return None, ""
        return text, f"It is not UTF-8 text (byte {error.start + 1}); what could not be read is shown as \ufffd."
    return text, ""


def _rendered(data: bytes, place: Place, top: int) -> Reading:
    frontmatter = read_frontmatter(data)
    fields = [Field(marked_text(name), marked_text(value)) for name, value in _fields(frontmatter.fields)]
    return Reading(
        Shape.MARKDOWN,
        can_be_rendered=True,
        html=render_markdown(
            frontmatter.body, top=top, path=place.path, siblings=place.siblings, address=place.address
        ),
        fields=tuple(fields[:_MOST_FIELDS]),
        remarks=frontmatter.problems,
    )


def _fields(fields: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in fields.items():
        yield name, _said(value)


def _said(value: object, depth: int = 0) -> str:
    """A value of frontmatter in one line."""
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return "; ".join(f"{_said(key, depth + 1)}: {_said(each, depth + 1)}" for key, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_said(each, depth + 1) for each in value)
    return str(value)


def _lines(text: str) -> tuple[list[str], str]:
    """The lines of a text as HTML, and a sentence about those left out."""
    shown = text[:MOST_CHARACTERS]
    lines = shown.removesuffix("\n").split("\n")[:MOST_LINES]
    total = text.removesuffix("\n").count("\n") + 1
    html = [marked_text(line) for line in lines]
    if len(lines) < total:
        return html, f"The first {len(lines):,} of {total:,} lines are shown."
    if len(shown) < len(text):
        return html, f"The first {len(shown):,} of {len(text):,} characters are shown."
    return html, ""
