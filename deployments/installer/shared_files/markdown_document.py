"""Markdown files. An entry is a section between two comments, on lines of their own, that carry its name."""

from dataclasses import dataclass, replace

from deployments.installer.shared_files.blocks import Block, BlockDocument
from deployments.installer.shared_files.document import Edit
from deployments.installer.shared_files.exceptions import SharedFileError, error_at
from deployments.installer.shared_files.trace import Layer
from profiles.entries import SECTION_MARKER, EntryKey, Section, Value
from profiles.fences import fence_after


@dataclass(frozen=True, slots=True)
class _Found:
    """A section: where its first marker starts and where its last one ends, -1 while that has not been met."""

    name: str
    start: int
    end: int = -1
    is_broken: bool = False


class MarkdownDocument(BlockDocument):
    """A Markdown file. Markers inside code fences are text; fences inside a section are the section's own."""

    def __init__(self, data: bytes | None) -> None:
        super().__init__(data)
        self._sections, self._open_fence = _scan(self.text)

    def find(self, key: EntryKey) -> tuple[Value, ...]:
        """As `Document.find`. A value is the section's lines, joined by line feeds."""
        return tuple(self._body(block) for block in self._blocks(key))

    def _blocks(self, key: EntryKey) -> list[Block]:
        name = _name(key)
        sections = [section for section in self._sections if section.name == name]
        for section in sections:
            if section.end < 0:
                reason = f"The section {name} has no end. Put its last line back: {_marker('end', name)}"
                raise error_at(self.text, section.start, reason)
        if len(sections) > 1:
            raise error_at(self.text, sections[1].start, f"The section {name} is there twice.")
        return [Block(section.start, section.end) for section in sections]

    def _insertion(self, key: EntryKey, value: Value) -> tuple[Edit, tuple[Layer, ...]]:
        if self._open_fence >= 0:
            reason = "This code fence is never closed; a section below would be part of it. Close it."
            raise error_at(self.text, self._open_fence, reason)
        return super()._insertion(key, value)

    def _canonical(self, value: Value) -> str:
        return "\n".join(_lines(value)) if isinstance(value, str) else super()._canonical(value)

    def _body(self, block: Block) -> str:
        return "\n".join(self.text[block.start : block.end].replace("\r\n", "\n").split("\n")[1:-1])

    def _written(self, key: EntryKey, value: Value) -> str:
        name = _name(key)
        if not isinstance(value, str):
            raise TypeError("The value of a section is its text.")
        if not SECTION_MARKER.fullmatch(_marker("end", name)) or "-->" in name or not name.isprintable():
            raise SharedFileError(f"{name!r} cannot be the name of a section.")
        lines = _lines(value)
        for line in lines:
            if SECTION_MARKER.fullmatch(line):
                raise SharedFileError(f"The text holds a line that marks a section: {line}")
        return self._line_end.join([_marker("begin", name), *lines, _marker("end", name)])

    def _rest(self, key: EntryKey) -> Value:
        name = _name(key)
        rest, offset = "", 0
        for section in self._sections:
            if section.name == name and section.end >= 0:
                rest, offset = rest + self.text[offset : section.start], section.end
        return (rest + self.text[offset:]).split()


def _scan(text: str) -> tuple[list[_Found], int]:
    """The sections of a text, and where a code fence starts that is never closed; -1 without one."""
    found: list[_Found] = []
    fence, fence_start, offset = "", -1, 0
    for line in text.split("\n"):
        marker = None if fence else SECTION_MARKER.fullmatch(line.removesuffix("\r"))
        inside = found[-1] if found and found[-1].end < 0 and not found[-1].is_broken else None
        if marker and marker[1] == "begin":
            if inside:
                found[-1] = replace(inside, is_broken=True)
            found.append(_Found(marker[2], offset))
        elif marker and inside and marker[2] == inside.name:
            found[-1] = replace(inside, end=offset + len(line.removesuffix("\r")))
        elif not inside and not marker:
            before, fence = fence, fence_after(fence, line.removesuffix("\r"))
            fence_start = offset if fence and not before else fence_start
        offset += len(line) + 1
    return found, fence_start if fence else -1


def _lines(body: str) -> list[str]:
    """The lines of a section's text. Line ends are the file's, and empty lines at its ends are nothing."""
    return body.replace("\r\n", "\n").replace("\r", "\n").strip("\n").split("\n")


def _marker(kind: str, name: str) -> str:
    return f"<!-- deployment-sets: {kind} {name} -->"


def _name(key: EntryKey) -> str:
    if not isinstance(key, Section):
        raise TypeError("In Markdown only sections can be edited.")
    return key.name
