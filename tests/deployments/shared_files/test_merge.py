"""Several entries of one file at once: what is recorded of them, and what stops one of them."""

import pytest

from deployments.installer.shared_files.document import EntryState, Place
from deployments.installer.shared_files.merge import Entry, RecordedEntry, merge, parse
from deployments.installer.shared_files.trace import Trace
from profiles.entries import Element, EntryKey, Format, Member, Section, decode_key, encode_key
from tests.deployments.shared_files.settings_files import (
    AT_THE_END,
    BEFORE_BASH,
    BEFORE_EDIT,
    GITHUB,
    POSTGRES,
    hook,
    server,
)

PG, GH = server("postgres", POSTGRES), server("github", GITHUB)


@pytest.mark.parametrize(
    "key",
    [Member(("a", 'b"\n')), Element.of(("hooks", "Stop"), {"a": 1}), Section("rule:ä"), Member(("mcpServers", "x"))],
)
def test_a_key_is_a_line_of_text_and_back(key: EntryKey) -> None:
    assert decode_key(encode_key(key)) == key
    assert len(encode_key(key).splitlines()) == 1


def test_nothing_to_do_changes_nothing() -> None:
    for data in (None, b"", b'{"a":1}'):
        assert merge(Format.JSON, data, ()).data == data


def test_a_file_that_was_not_there_goes_with_the_last_entry() -> None:
    merged = merge(Format.JSON, None, (), wanted=[PG, GH])
    first = merge(Format.JSON, merged.data, merged.recorded, removed=[PG.key])
    assert first.data is not None
    assert [entry.key for entry in first.recorded] == [GH.key]
    assert merge(Format.JSON, first.data, first.recorded, removed=[GH.key]).data is None


def test_a_file_that_was_not_there_stays_with_what_somebody_wrote_into_it() -> None:
    merged = merge(Format.JSON, None, (), wanted=[PG])
    assert merged.data is not None
    edited = merged.data.replace(b"{", b'{\n  "theirs": 1,', 1)
    assert merge(Format.JSON, edited, merged.recorded, removed=[PG.key]).data == b'{\n  "theirs": 1\n}\n'


def test_an_equal_entry_is_adopted_and_only_ever_forgotten() -> None:
    value = b'{"env": {"DATABASE": "${DATABASE}"}, "command": "npx", "args": ["-y", "@example/postgres"]}'
    before = b'{"mcpServers": {"postgres": ' + value + b"}}"
    assert parse(Format.JSON, before).place(PG.key, PG.value) is Place.EQUAL
    merged = merge(Format.JSON, before, (), wanted=[PG])
    assert merged.data == before
    assert merged.recorded == (RecordedEntry(PG.key, PG.value, None),)
    again = merge(Format.JSON, before, merged.recorded, wanted=[PG])
    assert again.recorded == merged.recorded
    gone = merge(Format.JSON, merged.data, merged.recorded, removed=[PG.key])
    assert gone.data == before
    assert not gone.recorded


def test_an_adopted_entry_that_is_overwritten_is_ours() -> None:
    before = b'{"mcpServers": {"postgres": 1, "u": 2}}'
    adopted = RecordedEntry(PG.key, 1, None)
    merged = merge(Format.JSON, before, [adopted], wanted=[PG])
    assert merged.recorded == (RecordedEntry(PG.key, PG.value, Trace()),)
    assert merge(Format.JSON, merged.data, merged.recorded, removed=[PG.key]).data == b'{"mcpServers": {"u": 2}}'


def test_the_state_and_the_place_of_an_entry_are_told() -> None:
    merged = merge(Format.JSON, b"{}", (), wanted=[PG, hook("Stop", AT_THE_END)])
    document = parse(Format.JSON, merged.data)
    assert document.state(PG.key, POSTGRES) is EntryState.INTACT
    assert document.state(PG.key, POSTGRES | {"command": "other"}) is EntryState.CHANGED
    assert document.state(GH.key, GITHUB) is EntryState.GONE
    assert document.state(hook("Stop", BEFORE_BASH).key, BEFORE_BASH) is EntryState.GONE
    assert document.place(GH.key, GITHUB) is Place.FREE
    assert document.place(PG.key, GITHUB) is Place.DIFFERENT
    assert document.place(hook("Stop", AT_THE_END).key, AT_THE_END) is Place.EQUAL
    for value in (True, 1.0, "1", None, [1]):
        assert parse(Format.JSON, b'{"a": 1}').place(Member(("a",)), value) is Place.DIFFERENT


def test_an_update_keeps_what_is_needed_to_remove_it() -> None:
    merged = merge(Format.JSON, b'{"a": {}}', (), wanted=[PG])
    updated = merge(Format.JSON, merged.data, merged.recorded, wanted=[server("postgres", {"command": "new"})])
    assert updated.data == b'{"a": {}, "mcpServers": {"postgres": {"command": "new"}}}'
    assert merge(Format.JSON, updated.data, updated.recorded, removed=[PG.key]).data == b'{"a": {}}'


def test_an_entry_that_was_deleted_and_put_back_still_takes_its_container_away() -> None:
    merged = merge(Format.JSON, b'{"a": 1}', (), wanted=[PG])
    for edited in (b'{"a": 1, "mcpServers": {}}', b'{"a": 1}'):
        back = merge(Format.JSON, edited, merged.recorded, wanted=[PG])
        assert back.data == merged.data
        assert merge(Format.JSON, back.data, back.recorded, removed=[PG.key]).data == b'{"a": 1}'


def test_a_file_we_created_and_somebody_emptied_still_goes_with_the_entry() -> None:
    merged = merge(Format.JSON, None, (), wanted=[PG])
    for edited in (b"{}", b"", b'{"mcpServers": {}}'):
        back = merge(Format.JSON, edited, merged.recorded, wanted=[PG])
        assert merge(Format.JSON, back.data, back.recorded, removed=[PG.key]).data is None


def test_a_handler_is_replaced_by_its_new_form_within_its_event() -> None:
    before = b'{"hooks": {"Stop": []}, "a": 1}'
    old, new = hook("Stop", AT_THE_END), hook("Stop", AT_THE_END | {"timeout": 9})
    merged = merge(Format.JSON, before, (), wanted=[old])
    changed = merge(Format.JSON, merged.data, merged.recorded, wanted=[new], removed=[old.key])
    assert parse(Format.JSON, changed.data).find(new.key) == (new.value,)
    assert parse(Format.JSON, changed.data).find(old.key) == ()
    assert merge(Format.JSON, changed.data, changed.recorded, removed=[new.key]).data == before


def test_what_one_entry_created_is_handed_to_another_across_branches() -> None:
    first, second, third = hook("PreToolUse", BEFORE_BASH), hook("PreToolUse", BEFORE_EDIT), hook("Stop", AT_THE_END)
    merged = merge(Format.JSON, b'{"a": 1}', (), wanted=[first, second, third])
    data, recorded = merged.data, merged.recorded
    for entry in (first, second, third):
        step = merge(Format.JSON, data, recorded, removed=[entry.key])
        data, recorded = step.data, step.recorded
    assert data == b'{"a": 1}'


def test_a_container_that_somebody_uses_stays_and_what_is_gone_is_not_missed() -> None:
    merged = merge(Format.JSON, b'{"a": 1}', (), wanted=[PG, GH])
    edited = b'{"a": 1, "mcpServers": {"theirs": {}, "github": {"command": "changed"}}}'
    after = merge(Format.JSON, edited, merged.recorded, removed=[PG.key, GH.key])
    assert after.data == b'{"a": 1, "mcpServers": {"theirs": {}}}'


def test_one_problem_stops_no_other_entry() -> None:
    bad = hook("Stop", AT_THE_END)
    merged = merge(Format.JSON, b'{"hooks": 1}', (), wanted=[PG, bad, GH])
    assert set(merged.problems) == {bad.key}
    assert [entry.key for entry in merged.recorded] == [PG.key, GH.key]
    assert merge(Format.JSON, merged.data, merged.recorded, removed=[PG.key, GH.key]).data == b'{"hooks": 1}'


def test_a_removal_that_is_a_problem_keeps_its_record() -> None:
    merged = merge(Format.JSON, b"{}", (), wanted=[PG])
    after = merge(Format.JSON, b'{"mcpServers": []}', merged.recorded, removed=[PG.key])
    assert set(after.problems) == {PG.key}
    assert after.recorded == merged.recorded
    assert after.data == b'{"mcpServers": []}'


def test_an_element_needs_the_key_of_its_value() -> None:
    with pytest.raises(ValueError, match="made from its value"):
        parse(Format.JSON, b"{}").put(Element.of(("a",), 1), 2)


@pytest.mark.parametrize(
    ("file_format", "key"),
    [(Format.JSON, Section("a")), (Format.TOML, Element.of(("a",), 1)), (Format.MARKDOWN, Member(("a",)))],
)
def test_a_key_of_another_format_is_a_mistake_of_the_caller(file_format: Format, key: EntryKey) -> None:
    with pytest.raises(TypeError):
        parse(file_format, b"").find(key)


def test_what_json_cannot_say_is_refused() -> None:
    for value in (float("nan"), float("inf"), {"a": object()}, {"a": {1, 2}}):
        merged = merge(Format.JSON, b"{}", (), wanted=[Entry(PG.key, value)])
        assert PG.key in merged.problems
        assert merged.data == b"{}"


def test_a_value_nested_beyond_measure_is_refused() -> None:
    value: object = 1
    for _ in range(100_000):
        value = [value]
    for file_format, nested in ((Format.JSON, value), (Format.TOML, {"a": value})):
        assert PG.key in merge(file_format, b"", (), wanted=[Entry(PG.key, nested)]).problems
