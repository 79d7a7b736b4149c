"""Whatever a file looks like, entries that came in and went again have left no trace."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.installer.shared_files.document import EntryState
from deployments.installer.shared_files.merge import Entry, RecordedEntry, merge, parse
from deployments.installer.shared_files.trace import Trace
from profiles.entries import EntryKey, Format
from tests.deployments.shared_files.settings_files import FILES


def put_in(file_format: Format, data: bytes | None, entries: tuple[Entry, ...]) -> tuple[bytes, list[RecordedEntry]]:
    merged = merge(file_format, data, (), wanted=entries)
    assert not merged.problems
    assert merged.data is not None
    return merged.data, [stored(entry) for entry in merged.recorded]


def stored(entry: RecordedEntry) -> RecordedEntry:
    """The entry as it comes back from a database."""
    assert entry.trace is not None
    return RecordedEntry(entry.key, entry.value, Trace.from_json(entry.trace.as_json()))


def taken_out(
    file_format: Format, data: bytes | None, recorded: list[RecordedEntry], order: tuple[EntryKey, ...]
) -> bytes | None:
    """The file after the entries went, each in a run of its own."""
    for key in order:
        merged = merge(file_format, data, recorded, removed=[key])
        assert not merged.problems
        data, recorded = merged.data, [stored(entry) for entry in merged.recorded]
        for entry in recorded:
            assert parse(file_format, data).state(entry.key, entry.value) is EntryState.INTACT
    assert not recorded
    return data


def test_there_are_a_hundred_files_and_more() -> None:
    assert len({(file_format, data) for file_format, data, _ in FILES}) > 200


@pytest.mark.parametrize(("file_format", "before", "entries"), FILES)
def test_the_file_is_as_before(file_format: Format, before: bytes | None, entries: tuple[Entry, ...]) -> None:
    data, recorded = put_in(file_format, before, entries)
    keys = tuple(entry.key for entry in entries)
    assert taken_out(file_format, data, recorded, keys) == before
    assert taken_out(file_format, data, recorded, keys[::-1]) == before
    assert merge(file_format, data, recorded, removed=keys).data == before


@given(st.data())
def test_the_file_is_as_before_in_any_order(draw: st.DataObject) -> None:
    file_format, before, entries = draw.draw(st.sampled_from(FILES))
    chosen = tuple(draw.draw(st.permutations(entries)))[draw.draw(st.integers(0, len(entries) - 1)) :]
    data, recorded = put_in(file_format, before, chosen)
    order = draw.draw(st.permutations([entry.key for entry in chosen]))
    assert taken_out(file_format, data, recorded, tuple(order)) == before


@given(st.data())
def test_the_file_is_as_before_after_any_coming_and_going(draw: st.DataObject) -> None:
    file_format, before, entries = draw.draw(st.sampled_from(FILES))
    data: bytes | None = before
    recorded: tuple[RecordedEntry, ...] = ()
    for entry in draw.draw(st.lists(st.sampled_from(entries), max_size=12)):
        if entry.key in {each.key for each in recorded}:
            merged = merge(file_format, data, recorded, removed=[entry.key])
        else:
            merged = merge(file_format, data, recorded, wanted=[entry])
        assert not merged.problems
        data, recorded = merged.data, merged.recorded
    assert merge(file_format, data, recorded, removed=[entry.key for entry in recorded]).data == before


@pytest.mark.parametrize("data", [b"{}", b"{\n}\n", b'{"hooks":{}}', b'{\n\t"a": 1,\n\t"hooks": {\n\t}\n}\n'])
def test_every_order_of_removal_is_as_good(data: bytes) -> None:
    entries = FILES[0][2]
    merged, recorded = put_in(Format.JSON, data, entries)
    for order in permutations(entry.key for entry in entries):
        assert taken_out(Format.JSON, merged, recorded, order) == data


@pytest.mark.parametrize(("file_format", "before", "entries"), FILES[:: max(len(FILES) // 40, 1)])
def test_new_text_stands_in_one_piece_and_replaces_nothing(
    file_format: Format, before: bytes | None, entries: tuple[Entry, ...]
) -> None:
    for entry in entries:
        data, _ = put_in(file_format, before, (entry,))
        old = before or b""
        start = next((i for i, (a, b) in enumerate(zip(old, data, strict=False)) if a != b), len(old))
        kept = len(old) - start
        # What is common to both ends may overlap: any split of it will do.
        assert any(
            old[:cut] == data[:cut] and data.endswith(old[cut:])
            for cut in range(start, start - len(data), -1)
            if cut >= 0
        ), (kept, data)


@pytest.mark.parametrize(("file_format", "before", "entries"), FILES[:: max(len(FILES) // 40, 1)])
def test_an_update_changes_the_value_and_goes_as_well(
    file_format: Format, before: bytes | None, entries: tuple[Entry, ...]
) -> None:
    value = "Other words." if file_format is Format.MARKDOWN else {"command": "other"}
    named = [entry for entry in entries if entry.key == Entry(entry.key, None).key and not hasattr(entry.key, "digest")]
    data, recorded = put_in(file_format, before, entries)
    updated = merge(file_format, data, recorded, wanted=[Entry(entry.key, value) for entry in named])
    assert not updated.problems
    for entry in named:
        assert parse(file_format, updated.data).state(entry.key, value) is EntryState.INTACT
    assert merge(file_format, updated.data, updated.recorded, removed=[entry.key for entry in entries]).data == before
