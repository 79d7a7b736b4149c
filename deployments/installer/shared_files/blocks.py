"""What TOML tables and Markdown sections have in common: an entry is a block of whole lines, new ones go last."""

import re
from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from deployments.installer.shared_files.document import Document, Edit, Going
from deployments.installer.shared_files.trace import Layer, Trace
from profiles.entries import EntryKey, Value, encode_key

_LINE_END = re.compile(r"\r?\n")


@dataclass(frozen=True, slots=True)
class Block:
    """A run of whole lines, without the last line end."""

    start: int
    end: int
    is_annotated: bool = False


class BlockDocument(Document):
    """A file whose entries are blocks of lines, each a direct part of the file."""

    def is_annotated(self, key: EntryKey) -> bool:
        """As `Document.is_annotated`."""
        return any(block.is_annotated for block in self._blocks(key))

    @abstractmethod
    def _blocks(self, key: EntryKey) -> list[Block]:
        """The blocks that the entry consists of, in order. Raises SharedFileError if it is not written as blocks."""

    @abstractmethod
    def _written(self, key: EntryKey, value: Value) -> str:
        """The entry's block, with the line ends of this file."""

    @property
    def _line_end(self) -> str:
        match = _LINE_END.search(self.text)
        return match[0] if match else "\n"

    def _insertion(self, key: EntryKey, value: Value) -> tuple[Edit, tuple[Layer, ...]]:
        line_end, gap, after = self._line_end, "", ""
        if not self.text or self.text.endswith("\n"):
            after = line_end
            gap = line_end if self.text and not self._follows_empty_line(len(self.text)) else ""
        else:
            gap = line_end * 2
        end = len(self.text)
        return Edit(end, end, gap + self._written(key, value) + after), (Layer(gap, "", after),)

    def _replacement(self, key: EntryKey, value: Value) -> list[Edit]:
        first, *others = self._blocks(key)
        return [
            Edit(first.start, first.end, self._written(key, value)),
            *(self._without_line(block) for block in others),
        ]

    def _removals(self, key: EntryKey, trace: Trace) -> Iterator[Going]:
        blocks = self._blocks(key)
        if len(blocks) == 1 and self._surrounds(blocks[0], trace):
            gap, after = trace.layers[0].gap, trace.layers[0].after
            yield Going((Edit(blocks[0].start - len(gap), blocks[0].end + len(after)),))
        yield Going(tuple(self._without_line(block) for block in blocks))

    def _surrounds(self, block: Block, trace: Trace) -> bool:
        return any(
            self.text.endswith(layer.gap, 0, block.start) and self.text.startswith(layer.after, block.end)
            for layer in trace.layers
        )

    def _without_line(self, block: Block) -> Edit:
        """The edit that takes out the block, its line end, and one of the empty lines it was set apart by."""
        match = _LINE_END.match(self.text, block.end)
        start, end = block.start, match.end() if match else block.end
        if self._follows_empty_line(start) and (end == len(self.text) or _LINE_END.match(self.text, end)):
            start -= self._line_end_before(start)
        return Edit(start, end)

    def _follows_empty_line(self, offset: int) -> bool:
        length = self._line_end_before(offset)
        return bool(length) and (offset == length or self._line_end_before(offset - length) > 0)

    def _line_end_before(self, offset: int) -> int:
        """The length of the line end that stands right before `offset`."""
        if not self.text.endswith("\n", 0, offset):
            return 0
        return 2 if self.text.endswith("\r\n", 0, offset) else 1

    def _steps(self, key: EntryKey) -> tuple[str, ...]:
        return (encode_key(key),)

    def _fits(self, key: EntryKey, trace: Trace) -> bool:
        blocks = self._blocks(key)
        return len(blocks) == 1 and self._surrounds(blocks[0], trace)
