"""What is decided about entries in the files that others share. Pure.

A `SharedFile` is one of them while a plan is made: as it is on disk, and as it would be after the decisions so far.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from deployments.installer.decisions import Action, EntryEdit, MergePreview, OnConflict
from deployments.installer.disk import MAX_SHARED_BYTES, DiskState, Kind
from deployments.installer.obstacles import NotPossibleError
from deployments.installer.shared_files.document import Document, EntryState, Place
from deployments.installer.shared_files.merge import Entry, Merged, RecordedEntry, merge_into, parse
from profiles.entries import Element, EntryError, EntryKey, Format, Member, Section, Value, canonical
from profiles.rendering import RenderedEntry


class SharedFile:
    """One shared file while a plan is made."""

    def __init__(
        self, path: str, file_format: Format, state: DiskState, data: bytes | None, recorded: Sequence[RecordedEntry]
    ) -> None:
        self.path = path
        self.format = file_format
        self.state = state
        self.recorded = {entry.key: entry for entry in recorded}
        self.unmerged = self.merged = Merged(data, tuple(recorded))
        self._problem = state.obstacle
        if not self._problem:
            try:
                self.unmerged = self.merged = replace(self.merged, document=parse(file_format, data))
            except EntryError as error:
                self._problem = describe_unreadable(path, error)

    @property
    def document(self) -> Document:
        """The file as it is on disk. Raises NotPossibleError when it cannot be read."""
        if self.unmerged.document is None:
            raise NotPossibleError(Action.REFUSED, self._problem)
        return self.unmerged.document

    def put(self, entry: RenderedEntry, holder: str, on_conflict: OnConflict) -> tuple[EntryEdit | None, str]:
        """The edit that brings `entry` about, if one is needed, and a word about it.

        `holder` describes another artifact that has this entry, where one does. Raises NotPossibleError.
        """
        name = describe_entry(entry.path, entry.key)
        try:
            seen = seen_at(self.document, entry.key)
            conflict = self._conflict(entry, name, holder)
            is_equal = self.document.place(entry.key, entry.value) is Place.EQUAL
        except EntryError as error:
            raise NotPossibleError(Action.REFUSED, f"{name}: {error}") from error
        edit = EntryEdit(entry.path, self.format, entry.key, entry.value, seen)
        is_element = isinstance(entry.key, Element)
        if conflict and on_conflict is not OnConflict.OVERWRITE:
            raise NotPossibleError(Action.CONFLICT, conflict, proposed_merges=(self._previewed(edit),))
        if is_equal:
            known = entry.key in self.recorded
            return None, "" if known else f"{name} was there already, the same; now recorded."
        self._apply(edit)
        if len(self.merged.data or b"") > MAX_SHARED_BYTES:
            limit = f"{MAX_SHARED_BYTES >> 20} MiB"
            raise NotPossibleError(
                Action.REFUSED, f"{self.path} would hold more than {limit} with it. Make it shorter."
            )
        if not conflict:
            return edit, ""
        if seen:
            return edit, "It takes the place of what was there; the run keeps a copy."
        return edit, f"{name} was added anew. What was made of the one before is still there." if is_element else ""

    def _conflict(self, entry: RenderedEntry, name: str, holder: str) -> str:
        """Why this entry is not simply ours to write; empty when it is."""
        record = self.recorded.get(entry.key)
        if record is None:
            if self.document.place(entry.key, entry.value) is Place.DIFFERENT:
                return (
                    f"{name} was there before, with other values, and not from this tool. Overwrite it, or rename it."
                )
            return ""
        if holder:
            return f"{name} is held by {holder}. Overwrite it to take it over."
        if self.document.place(entry.key, entry.value) is Place.EQUAL:
            return ""
        match self.document.state(entry.key, record.value):
            case EntryState.GONE if self.state.kind is not Kind.ABSENT:
                what = "edited or removed" if isinstance(entry.key, Element) else "removed"
                return f"{name} was {what} since it was deployed. Overwrite to put it back, or take it out of the set."
            case EntryState.CHANGED:
                return f"{name} was edited since it was deployed. Overwrite it, or keep the edit."
            case EntryState.INTACT if record.trace is None:
                return (
                    f"{name} was there, in this older form, before any deploy. Overwrite it to have it kept up to date."
                )
        return ""

    def remove(self, record: RecordedEntry, on_conflict: OnConflict, *, is_replaced: bool) -> EntryEdit | None:
        """The edit that takes out what `record` says is ours, if it is still there. Raises NotPossibleError.

        With `is_replaced` an entry that is gone is a conflict: somebody may have made another of it.
        """
        name = describe_entry(self.path, record.key)
        try:
            seen = seen_at(self.document, record.key)
            state = self.document.state(record.key, record.value)
        except EntryError as error:
            raise NotPossibleError(Action.REFUSED, f"{name}: {error}") from error
        edit = EntryEdit(self.path, self.format, record.key, record.value, seen, remove=True)
        overwrites = on_conflict is OnConflict.OVERWRITE
        if state is EntryState.GONE:
            if is_replaced and not overwrites:
                raise NotPossibleError(
                    Action.CONFLICT,
                    f"{name}, as it was deployed before, was edited or removed since. Overwrite to add the new one.",
                )
            return None
        if state is EntryState.CHANGED and not overwrites:
            raise NotPossibleError(
                Action.CONFLICT,
                f"{name} was edited since it was deployed. Overwrite it, or keep the edit.",
                proposed_merges=(self._previewed(edit),),
            )
        self._apply(edit)
        return edit

    def names_one_of(self, paths: Sequence[str]) -> str:
        """The first of `paths` that the file would still mention, itself or something in it; '' if none."""
        text = _text(self.merged)
        if any(path in text for path in paths):
            # Those of other artifacts are not somebody's.
            text = _text(self._without_ours())
        mentioned = (path for path in paths if re.search(rf"(?<![\w.-]){re.escape(path)}(?![\w.-])", text))
        return next(mentioned, "")

    def _without_ours(self) -> Merged:
        document = parse(self.format, self.merged.data)
        ours = [
            entry.key for entry in self.merged.recorded if document.state(entry.key, entry.value) is EntryState.INTACT
        ]
        return merge_into(document, self.merged.recorded, removed=ours)

    def _apply(self, edit: EntryEdit) -> None:
        self.merged = self._merged_with(edit)

    def _previewed(self, edit: EntryEdit) -> MergePreview:
        try:
            return self.path, self.merged.data, self._merged_with(edit).data
        except NotPossibleError:
            return self.path, self.merged.data, self.merged.data

    def _merged_with(self, edit: EntryEdit) -> Merged:
        merged = _merge_edits_into(self.merged.document or self.document, self.merged.recorded, [edit])
        for problem in merged.problems.values():
            raise NotPossibleError(Action.REFUSED, f"{describe_entry(self.path, edit.key)}: {problem}")
        return merged


def _text(merged: Merged) -> str:
    return (merged.data or b"").decode(errors="replace")


def merge_edits(
    file_format: Format, data: bytes | None, recorded: Sequence[RecordedEntry], edits: Sequence[EntryEdit]
) -> Merged:
    """`data` after `edits`: what goes in goes in first. Raises EntryError when it does not parse."""
    return _merge_edits_into(parse(file_format, data), recorded, edits)


def _merge_edits_into(document: Document, recorded: Sequence[RecordedEntry], edits: Sequence[EntryEdit]) -> Merged:
    return merge_into(
        document,
        recorded,
        wanted=[Entry(edit.key, edit.value) for edit in edits if not edit.remove],
        removed=[edit.key for edit in edits if edit.remove],
    )


def seen_at(document: Document, key: EntryKey) -> tuple[str, ...]:
    """What is at the place of `key`, as canonical texts; a comment that somebody wrote into it counts."""
    found = tuple(canonical(value) for value in document.find(key))
    return (*found, "annotated") if found and document.is_annotated(key) else found


def entry_state(value: Value) -> tuple[str, bytes]:
    """What is kept of an entry's value: the hash of its canonical text, and that text."""
    data = canonical(value).encode()
    return sha256(data).hexdigest(), data


def describe_unreadable(path: str, error: EntryError) -> str:
    """What to say of a shared file that does not parse."""
    return f"{path} cannot be read: {error} Mend it, then try again."


def describe_entry(path: str, key: EntryKey) -> str:
    """An entry as messages name it."""
    match key:
        case Member(names):
            return f"{'.'.join(names)} in {path}"
        case Element(names):
            return f"An entry of {'.'.join(names)} in {path}"
        case Section(name):
            return f"The section {name} in {path}"
