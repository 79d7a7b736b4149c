"""Bring entries into a shared file and take them out, several at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from deployments.installer.shared_files.document import Document, Place
from deployments.installer.shared_files.json_document import CommentedJsonDocument, JsonDocument
from deployments.installer.shared_files.markdown_document import MarkdownDocument
from deployments.installer.shared_files.toml_document import TomlDocument
from deployments.installer.shared_files.trace import Trace
from profiles.entries import EntryError, EntryKey, Format, Value

_DOCUMENTS: Mapping[Format, type[Document]] = {
    Format.JSON: JsonDocument,
    Format.JSON_WITH_COMMENTS: CommentedJsonDocument,
    Format.TOML: TomlDocument,
    Format.MARKDOWN: MarkdownDocument,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What shall be at `key`."""

    key: EntryKey
    value: Value


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """An entry we answer for, as we left it. Without a trace it was there before us, equal, and is adopted."""

    key: EntryKey
    value: Value
    trace: Trace | None


@dataclass(frozen=True, slots=True)
class Merged:
    """The file after a merge (None: no file), what is then recorded of it, and why some entries stayed as they were.

    `document` is that file as it was read to check the merge, for the next one to go on with.
    """

    data: bytes | None
    recorded: tuple[RecordedEntry, ...]
    problems: Mapping[EntryKey, EntryError] = field(default_factory=dict)
    document: Document | None = field(default=None, repr=False, compare=False)


def parse(file_format: Format, data: bytes | None) -> Document:
    """The document in `data`; None is a file that does not exist. Raises SharedFileError if it does not parse."""
    return _DOCUMENTS[file_format](data)


def merge(
    file_format: Format,
    data: bytes | None,
    recorded: Sequence[RecordedEntry],
    *,
    wanted: Sequence[Entry] = (),
    removed: Collection[EntryKey] = (),
) -> Merged:
    """`merge_into` the file that holds `data`. Raises SharedFileError if it does not parse."""
    return merge_into(parse(file_format, data), recorded, wanted=wanted, removed=removed)


def merge_into(
    document: Document,
    recorded: Sequence[RecordedEntry],
    *,
    wanted: Sequence[Entry] = (),
    removed: Collection[EntryKey] = (),
) -> Merged:
    """Put `wanted` in, in order, then take `removed` out, and leave all else in the file as it is.

    `recorded` is all we answer for in this file. What is in the way is replaced: whether it may be is the
    caller's to decide, by `Document.state` and `Document.place`. A new entry that is there already, equal, is
    adopted; an adopted one is never taken out, only forgotten.

    What stops one entry is in `problems`, and stops no other. Each entry costs about one reading of the file.
    """
    entries = {entry.key: entry for entry in recorded}
    problems: dict[EntryKey, EntryError] = {}
    for entry in wanted:
        try:
            document, entries[entry.key] = _put(document, entry, entries.get(entry.key))
        except EntryError as error:
            problems[entry.key] = error
    for key in removed:
        traces = {each.key: each.trace for each in entries.values() if each.trace is not None and each.key != key}
        try:
            document, changed = _remove(document, entries[key], traces)
        except EntryError as error:
            problems[key] = error
            continue
        del entries[key]
        for heir, trace in changed.items():
            entries[heir] = RecordedEntry(heir, entries[heir].value, trace)
    return Merged(document.encoded, tuple(entries.values()), problems, document)


def _put(document: Document, entry: Entry, record: RecordedEntry | None) -> tuple[Document, RecordedEntry]:
    is_equal = document.place(entry.key, entry.value) is Place.EQUAL
    if is_equal and (record is None or record.trace is None):
        return document, RecordedEntry(entry.key, entry.value, None)
    document, trace = document.put(entry.key, entry.value, record.trace if record else None)
    return document, RecordedEntry(entry.key, entry.value, trace)


def _remove(
    document: Document, record: RecordedEntry, others: Mapping[EntryKey, Trace]
) -> tuple[Document, dict[EntryKey, Trace]]:
    if record.trace is None:
        return document, {}
    return document.remove(record.key, record.trace, others)
