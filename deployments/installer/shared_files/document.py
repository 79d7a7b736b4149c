"""The one shape of every format: a file as it is, and the edits of one entry that leave the rest alone."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from deployments.installer.shared_files.exceptions import SharedFileError, error_at
from deployments.installer.shared_files.trace import Layer, Trace
from profiles.entries import Element, EntryError, EntryKey, Section, Value, canonical

_BOM = b"\xef\xbb\xbf"


class EntryState(StrEnum):
    """What became of an entry since we left it. With a comment in it that somebody wrote it is changed."""

    INTACT = "intact"
    CHANGED = "changed"
    GONE = "gone"


class Place(StrEnum):
    """What is at the place of an entry that we have not put there."""

    FREE = "free"
    EQUAL = "equal"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Edit:
    """`text` in the place of what stands between `start` and `end`."""

    start: int
    end: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Going:
    """The edits that take an entry out. `level` says which of the containers around it go too; 0 is none."""

    edits: tuple[Edit, ...]
    level: int = 0


class Document(ABC):
    """One shared file at one moment; made from its bytes, or from None where there is no file.

    Raises SharedFileError for bytes that do not parse, and nothing else. An edit gives a new document,
    which was read again and differs in exactly that entry; otherwise it raises SharedFileError.
    """

    def __init__(self, data: bytes | None) -> None:
        self.encoded = data
        self._bom = _BOM if data is not None and data.startswith(_BOM) else b""
        try:
            self.text = (data or b"")[len(self._bom) :].decode()
        except UnicodeDecodeError as error:
            readable = error.object[: error.start].decode()
            raise error_at(readable, len(readable), "The file is not UTF-8 text.") from error

    @abstractmethod
    def find(self, key: EntryKey) -> tuple[Value, ...]:
        """The values there: none, one, or for an element every equal one.

        Raises SharedFileError where the place is not what the key needs it to be.
        """

    @abstractmethod
    def is_annotated(self, key: EntryKey) -> bool:
        """Whether somebody wrote comments into the entry."""

    def state(self, key: EntryKey, value: Value) -> EntryState:
        """What became of the entry that we left as `value`."""
        found = self.find(key)
        if not found:
            return EntryState.GONE
        intact = self._canonical(found[0]) == self._canonical(value) and not self.is_annotated(key)
        return EntryState.INTACT if intact else EntryState.CHANGED

    def place(self, key: EntryKey, value: Value) -> Place:
        """What a new entry would meet."""
        found = self.find(key)
        if not found:
            return Place.FREE
        return Place.EQUAL if self._canonical(found[0]) == self._canonical(value) else Place.DIFFERENT

    def put(self, key: EntryKey, value: Value, trace: Trace | None = None) -> tuple[Self, Trace]:
        """The document with `value` there, in the place of what was, and the trace to remove it by.

        `trace` is the one from before, if the entry is ours already. An equal value is left as it is written.
        """
        trace = trace or Trace()
        if isinstance(key, Element) and key != Element.of(key.path, value):
            raise ValueError("The key of an element must be made from its value.")
        match self.state(key, value):
            case EntryState.INTACT:
                return self, trace
            case EntryState.CHANGED:
                after = self._edited(self._replacement(key, value))
                count = len(self.find(key))
            case EntryState.GONE:
                edit, layers = self._insertion(key, value)
                after, count = self._edited([edit]), 1
                # What came in with the entry once, and is still there without it, is still its to take away.
                created_file = trace.created_file or self.encoded is None
                trace = Trace(layers + trace.layers[len(layers) :], created_file)
        self._check(after, key, count)
        if self._canonical(after.find(key)[0]) != self._canonical(value):
            raise SharedFileError("The value cannot be written into this file as it is.")
        return after, trace

    def remove(
        self, key: EntryKey, trace: Trace, others: Mapping[EntryKey, Trace] | None = None
    ) -> tuple[Self, dict[EntryKey, Trace]]:
        """The document without the entry and without what came in with it and is needed by nothing else.

        `others` are the traces of our other entries in the file; the answer holds those that change,
        because one entry takes over what the removed one leaves behind. An entry that is gone is not missed.
        """
        if not self.find(key):
            return self, self._inheritance(key, trace, 0, others or {})
        after, level = self._without(key, trace)
        if trace.created_file and not after.text.strip(" \t\r\n"):
            return type(self)(None), {}
        return after, after._inheritance(key, trace, level, others or {})

    def _without(self, key: EntryKey, trace: Trace) -> tuple[Self, int]:
        """The first way to take the entry out that leaves all else alone."""
        problem: EntryError = SharedFileError("There is no way to take the entry out.")
        for going in self._removals(key, trace):
            try:
                after = self._edited(going.edits)
                self._check(after, key, len(self.find(key)) - 1)
            except EntryError as error:
                problem = error
            else:
                return after, going.level
        raise problem

    @abstractmethod
    def _insertion(self, key: EntryKey, value: Value) -> tuple[Edit, tuple[Layer, ...]]:
        """The one piece of text that brings the entry in, replacing nothing."""

    @abstractmethod
    def _replacement(self, key: EntryKey, value: Value) -> list[Edit]:
        """The edits that write `value` in the place of what is there."""

    @abstractmethod
    def _removals(self, key: EntryKey, trace: Trace) -> Iterator[Going]:
        """The ways to take the entry out, the best first: just as it came in, if that still stands around it."""

    @abstractmethod
    def _rest(self, key: EntryKey) -> Value:
        """Everything but the entry, as data, without the containers on its path that are empty without it."""

    @abstractmethod
    def _steps(self, key: EntryKey) -> tuple[str, ...]:
        """One step for each container the entry lies in, and one for the entry."""

    @abstractmethod
    def _fits(self, key: EntryKey, trace: Trace) -> bool:
        """Whether the outermost layer of `trace` is still around the entry."""

    def _canonical(self, value: Value) -> str:
        return canonical(value)

    def _edited(self, edits: Iterable[Edit]) -> Self:
        text = self.text
        for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.end :]
        if text == self.text:
            return self
        try:
            return type(self)(self._bom + text.encode())
        except UnicodeEncodeError as error:
            raise SharedFileError("The value cannot be written: it holds half a character.") from error

    def _check(self, after: Self, key: EntryKey, count: int) -> None:
        """Refuse an edit that did anything but leave `count` entries where there were more or fewer."""
        before, now = self._rest(key), after._rest(key)
        # The quick comparison confuses 1 with true, and finds NaN unequal to itself.
        is_same = before == now or canonical(before) == canonical(now)
        if not is_same or len(after.find(key)) != count:
            raise SharedFileError("The entry cannot be edited in this file without touching something else in it.")

    def _inheritance(
        self, key: EntryKey, trace: Trace, level: int, others: Mapping[EntryKey, Trace]
    ) -> dict[EntryKey, Trace]:
        """Who takes over what `trace` has beyond `level`, once the entry is out of this document.

        An heir lies in the same container and came in with nothing outside of it. Where it is now the first
        there, and the removed entry had been, it also takes over the text around that. Most entries leave
        nothing, and heirs are looked for only where there is something.
        """
        if level >= len(self._steps(key)):
            return {}
        legacy = trace.layers[level + 1 :]
        own = trace.layers[level] if level < len(trace.layers) else None
        if own and not own.has_comma:
            for heir in self._heirs(key, level, others):
                layers = others[heir].layers
                if not self._fits(heir, others[heir]):
                    first = replace(own, label=layers[-1].label)
                    layers = (*layers[:-1], first, *legacy)
                    return {heir: Trace(layers, trace.created_file or others[heir].created_file)}
        if legacy or trace.created_file:
            for heir in self._heirs(key, level, others):
                return {heir: Trace(others[heir].layers + legacy, trace.created_file or others[heir].created_file)}
        return {}

    def _heirs(self, key: EntryKey, level: int, others: Mapping[EntryKey, Trace]) -> Iterator[EntryKey]:
        steps = self._steps(key)
        container = steps[: len(steps) - level - 1]
        for other, trace in others.items():
            theirs = self._steps(other)
            if (
                other != key
                and trace.layers
                and theirs[: len(container)] == container
                and len(trace.layers) == len(theirs) - len(container)
                and self._holds(other)
            ):
                yield other

    def _holds(self, key: EntryKey) -> bool:
        try:
            return bool(self.find(key))
        except EntryError:
            return False


def without(data: Value, path: tuple[str, ...], elements: Collection[int] | None = None) -> Value:
    """`data` without the member at `path`, or without the elements at these positions in the array there.

    A container on the way that is empty, or is so now, is left out; None if nothing is left.
    """
    if path and isinstance(data, dict):
        name, *rest = path
        remaining = {each: value for each, value in data.items() if each != name}
        if name in data and (rest or elements is not None):
            inner = without(data[name], tuple(rest), elements)
            return remaining | ({name: inner} if inner is not None else {}) or None
        return remaining or None
    if not path and isinstance(data, list):
        gone = elements or ()
        return [value for position, value in enumerate(data) if position not in gone] or None
    return data


def reject_section(key: EntryKey) -> None:
    """Sections are Markdown's."""
    if isinstance(key, Section):
        raise TypeError("Only Markdown has sections.")
