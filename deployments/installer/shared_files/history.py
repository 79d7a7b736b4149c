"""What a run did to our entries in one shared file, and how that is taken back."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from deployments.installer.shared_files.document import EntryState, Place
from deployments.installer.shared_files.merge import Entry, Merged, RecordedEntry, merge, parse
from deployments.installer.shared_files.trace import Trace
from profiles.entries import EntryKey, Format, canonical, decode_key, encode_key


@dataclass(frozen=True)
class SharedHistory:
    """All our entries in a file before and after a run. `items` says for which of the run's items each changed."""

    format: Format
    before: tuple[RecordedEntry, ...]
    after: tuple[RecordedEntry, ...]
    items: Mapping[EntryKey, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The history as JSON data that every database keeps: values are text, since JSON columns know no NUL."""
        return {
            "format": self.format.value,
            "before": [_entry_as_json(entry) for entry in self.before],
            "after": [_entry_as_json(entry) for entry in self.after],
            "items": [[encode_key(key), position] for key, position in self.items.items()],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The history that `as_json` made `data` of."""
        return cls(
            Format(data["format"]),
            tuple(_entry_from_json(*entry) for entry in data["before"]),
            tuple(_entry_from_json(*entry) for entry in data["after"]),
            {decode_key(key): position for key, position in data["items"]},
        )

    @property
    def changed(self) -> tuple[EntryKey, ...]:
        """The entries that the run wrote or took out, in order; one may be recorded the same before and after."""
        return tuple(self.items)

    def edited_since(self, data: bytes | None) -> tuple[EntryKey, ...]:
        """Those of the changed entries that are no longer as the run left them. Raises EntryError."""
        document = parse(self.format, data)
        before, after = _by_key(self.before), _by_key(self.after)

        def is_edited(key: EntryKey) -> bool:
            if key in after:
                return document.state(key, after[key].value) is not EntryState.INTACT
            return key in before and document.place(key, before[key].value) is Place.DIFFERENT

        return tuple(key for key in self.changed if is_edited(key))

    def taken_back(self, data: bytes | None, earlier: bytes | None, keys: Collection[EntryKey]) -> Merged:
        """`data` with the entries at `keys` as they were in `earlier`, the file before the run. Raises EntryError.

        What a person had at such a place, and the run replaced, comes back too.
        """
        document = parse(self.format, earlier)
        before, after = _by_key(self.before), _by_key(self.after)
        found = {key: document.find(key) for key in keys}
        merged = merge(
            self.format,
            data,
            self.after,
            wanted=[Entry(key, values[0]) for key, values in found.items() if values],
            removed=[key for key, values in found.items() if not values and key in after],
        )
        recorded = _by_key(merged.recorded)
        for key in keys:
            recorded.pop(key, None)
            if key in before:
                recorded[key] = before[key]
        return Merged(merged.data, tuple(recorded.values()), merged.problems)


def _by_key(entries: Sequence[RecordedEntry]) -> dict[EntryKey, RecordedEntry]:
    return {entry.key: entry for entry in entries}


def _entry_as_json(entry: RecordedEntry) -> list[Any]:
    return [encode_key(entry.key), canonical(entry.value), entry.trace.as_json() if entry.trace else None]


def _entry_from_json(key: str, value: str, trace: dict[str, Any] | None) -> RecordedEntry:
    return RecordedEntry(decode_key(key), json.loads(value), Trace.from_json(trace) if trace else None)
