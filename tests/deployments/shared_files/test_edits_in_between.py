"""What people wrote since our entries came in stays, byte for byte, when they go."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.installer.shared_files.document import EntryState
from deployments.installer.shared_files.exceptions import SharedFileError
from deployments.installer.shared_files.merge import Entry, RecordedEntry, merge, parse
from profiles.entries import Element, Format, Value
from tests.deployments.shared_files.settings_files import (
    AT_THE_END,
    FILES,
    JSON_ENTRIES,
    MARKDOWN_ENTRIES,
    POSTGRES,
    TOML_ENTRIES,
    hook,
    server,
)

ONE = {"command": "x"}

BUSY = """{
  // who may do what
  "permissions": {
    "allow": ["Bash(ls:*)"]
  },
  "mcpServers": {
    "files": {"command": "files"},
    "last": {"command": "last"} // do not touch
  },
  "hooks": {
    "PreToolUse": [
      {"matcher": "Read"}
    ]
  }
}
"""


def out_again(file_format: Format, data: bytes | None, recorded: tuple[RecordedEntry, ...]) -> bytes | None:
    merged = merge(file_format, data, recorded, removed=[entry.key for entry in recorded])
    assert not merged.problems
    assert not merged.recorded
    return merged.data


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Bash(ls:*)"', '"Bash(ls:*)", "Read(./**)"'),
        ("  // who may do what\n", ""),
        ('    "files": {"command": "files"},\n', ""),
        ('{"command": "files"}', '{\n\t"command" : "other"\n\t}'),
        (" // do not touch", ""),
        ('"files": {', '"first": {}, "files": {'),
        ('{"command": "files"},\n', '{"command": "files"},\n\n    // a new one\n    "new": {"command": "new"},\n'),
        ('"last": {"command": "last"} //', '"last": {"command": "last"}, /* see: */ "very last": {} //'),
        ('{"matcher": "Read"}', '{"matcher": "Read"},\n      {"matcher": "Write"}'),
        ('{"matcher": "Read"}', '{\n"matcher"\n:\n"Read"\n}'),
        ('  "hooks": {\n', '  "hooks": {\n    "Notification": [],\n'),
        ('  "mcpServers"', '  "model": "opus", // new\n  "mcpServers"'),
    ],
)
def test_an_edit_beside_our_entries_is_what_remains(old: str, new: str) -> None:
    merged = merge(Format.JSON_WITH_COMMENTS, BUSY.encode(), (), wanted=JSON_ENTRIES)
    assert merged.data is not None
    text = merged.data.decode()
    assert text.count(old) == BUSY.count(old) == 1
    edited = text.replace(old, new).encode()
    assert out_again(Format.JSON_WITH_COMMENTS, edited, merged.recorded) == BUSY.replace(old, new).encode()


@pytest.mark.parametrize(
    ("before", "edited", "after"),
    [
        # Beside the only entry of an object that was empty.
        ('{}', '{\n  "u": 1,\n  "mcpServers": {\n    "x": {"command": "x"}\n  }\n}', '{\n  "u": 1\n}'),
        ('{}', '{\n  "mcpServers": {\n    "x": {"command": "x"}\n  },\n  "u": 1\n}', '{\n  "u": 1\n}'),
        # In a container that came in with the entry: it stays, for what is in it now.
        (
            '{"a":1}',
            '{"a":1,"mcpServers":{"u":{},"x":{"command":"x"}}}',
            '{"a":1,"mcpServers":{"u":{}}}',
        ),
        (
            '{"a":1}',
            '{"a":1,"mcpServers":{"x":{"command":"x"},"u":{}}}',
            '{"a":1,"mcpServers":{"u":{}}}',
        ),
        (None, '{"mcpServers": {"x": {"command": "x"}, "u": {}}}', '{"mcpServers": {"u": {}}}'),
        # Written anew by a program.
        ('{\n  "a": 1\n}\n', '{"mcpServers":{"x":{"command":"x"}},"a":1}', '{"a":1}'),
        (
            '{"a":1}',
            '{\n\t"a": 1,\n\t"mcpServers": {\n\t\t"x": {\n\t\t\t"command": "x"\n\t\t}\n\t}\n}\n',
            '{\n\t"a": 1\n}\n',
        ),
        ('{"mcpServers":{},"a":1}', '{"mcpServers":{\n"x":{"command":"x"}\n},"a":1}', '{"mcpServers":{},"a":1}'),
        # Moved to another place in its object.
        ('{"a":1,"b":2}', '{"mcpServers":{"x":{"command":"x"}},"a":1,"b":2}', '{"a":1,"b":2}'),
        # All else deleted.
        ('{"a":1}', '{"mcpServers":{"x":{"command":"x"}}}', '{}'),
        # The container that came in with the entry emptied of all but white space, or gone, by hand.
        ('{"a":1}', '{"a":1,"mcpServers":{ }}', '{"a":1,"mcpServers":{ }}'),
        ('{"a":1}', '{"a":1}', '{"a":1}'),
        (None, None, None),
    ],
)  # fmt: skip
def test_what_was_written_around_the_entry_remains(before: str | None, edited: str | None, after: str | None) -> None:
    recorded = merge(Format.JSON, None if before is None else before.encode(), (), wanted=[server("x", ONE)]).recorded
    assert out_again(Format.JSON, None if edited is None else edited.encode(), recorded) == (
        None if after is None else after.encode()
    )


@pytest.mark.parametrize(
    ("edited", "after"),
    [
        ('{\n  // mine\n  "x": 1,\n  "a": 1,\n}', '{\n  // mine\n  "a": 1,\n}'),
        ('{\n  "x": 1, // mine\n  "a": 1\n}', '{\n  // mine\n  "a": 1\n}'),
        ('{\n  "x": 1 /* mine */,\n  "a": 1\n}', '{\n  /* mine */\n  "a": 1\n}'),
        ('{\n  "a": 1, // mine\n  "x": 1 // too\n}', '{\n  "a": 1 // mine\n  // too\n}'),
        ('{\n  "a": 1 // mine\n  , "x": 1\n}', '{\n  "a": 1 // mine\n  \n}'),
        ('{\n  "a": 1, // mine\n  "x": 1}', '{\n  "a": 1 // mine\n}'),
        ('{ // mine\n  "x": 1\n}', "{ // mine\n}"),
        ('{ // mine\n  "x": 1 }', "{ // mine\n }"),
        ('{ /* mine */ "x": 1 }', "{ /* mine */ }"),
        ('{\n  "a": [1],\n\n  "x": 1,\n\n  "b": 2\n}', '{\n  "a": [1],\n\n\n  "b": 2\n}'),
        ('{"x": 1,}', "{}"),
    ],
)
def test_comments_around_the_entry_remain(edited: str, after: str) -> None:
    recorded = merge(Format.JSON_WITH_COMMENTS, b'{"z": 9}', (), wanted=[Entry(server("x", 1).key, 1)]).recorded
    wrapped = f'{{"mcpServers": {edited}}}'.encode()
    kept = parse(Format.JSON_WITH_COMMENTS, out_again(Format.JSON_WITH_COMMENTS, wrapped, recorded))
    assert kept.text == (f'{{"mcpServers": {after}}}' if after != "{}" else "{}")


def test_a_comment_at_the_name_of_a_container_keeps_the_container() -> None:
    recorded = merge(Format.JSON_WITH_COMMENTS, b'{"a": 1}', (), wanted=[server("x", ONE)]).recorded
    edited = b'{"a": 1, "mcpServers": /* mine */ {"x": {"command": "x"}}}'
    after = b'{"a": 1, "mcpServers": /* mine */ {}}'
    assert out_again(Format.JSON_WITH_COMMENTS, edited, recorded) == after


def test_a_container_that_somebody_added_within_one_of_ours_stays() -> None:
    first, second = hook("PreToolUse", ONE), hook("Stop", ONE)
    merged = merge(Format.JSON, b'{"a": 1}', (), wanted=[first])
    edited = b'{"a": 1, "hooks": {"PreToolUse": [{"command": "x"}], "Stop": []}}'
    merged = merge(Format.JSON, edited, merged.recorded, wanted=[second])
    assert out_again(Format.JSON, merged.data, merged.recorded) == b'{"a": 1, "hooks": {"Stop": []}}'


def test_an_entry_with_a_comment_in_it_counts_as_changed() -> None:
    merged = merge(Format.JSON_WITH_COMMENTS, b"{}", (), wanted=[server("postgres", POSTGRES)])
    assert merged.data is not None
    edited = merged.data.replace(b'"npx",', b'"npx", // pinned')
    key = server("postgres", POSTGRES).key
    assert parse(Format.JSON_WITH_COMMENTS, merged.data).state(key, POSTGRES) is EntryState.INTACT
    assert parse(Format.JSON_WITH_COMMENTS, edited).state(key, POSTGRES) is EntryState.CHANGED


def test_of_two_equal_elements_ours_is_the_one_that_goes() -> None:
    before = b'{"hooks":{"Stop":[ 1 ]}}'
    merged = merge(Format.JSON, before, (), wanted=[hook("Stop", AT_THE_END)])
    assert merged.data is not None
    copy = json.dumps(AT_THE_END)
    edited = merged.data.replace(b"[ 1", f"[ 1 , {copy} ".encode())
    assert out_again(Format.JSON, edited, merged.recorded) == before.replace(b"[ 1", f"[ 1 , {copy} ".encode())


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=5), values, max_size=4)


@given(
    objects,
    st.dictionaries(st.text(max_size=5), objects, max_size=3),
    st.dictionaries(st.text(max_size=5), objects, max_size=3),
    st.sampled_from([None, 0, 2, "\t"]),
    st.booleans(),
    st.data(),
)
def test_a_program_that_writes_the_whole_file_anew_costs_nothing(
    body: dict[str, Value],
    theirs: dict[str, Value],
    ours: dict[str, Value],
    indent: int | str | None,
    sort: bool,
    draw: st.DataObject,
) -> None:
    ours = {f"ours {name}": value for name, value in ours.items()}
    before = json.dumps(body | {"mcpServers": {}}).encode()
    merged = merge(Format.JSON, before, (), wanted=[server(name, value) for name, value in ours.items()])
    assert merged.data is not None
    data = json.loads(merged.data)
    data["mcpServers"] |= theirs
    names = draw.draw(st.permutations(list(data["mcpServers"])))
    data["mcpServers"] = {name: data["mcpServers"][name] for name in names}
    edited = json.dumps(data, indent=indent, sort_keys=sort).encode()
    for entry in merged.recorded:
        assert parse(Format.JSON, edited).state(entry.key, entry.value) is EntryState.INTACT
    after = out_again(Format.JSON, edited, merged.recorded)
    assert after is not None
    assert json.dumps(json.loads(after), sort_keys=True) == json.dumps(body | {"mcpServers": theirs}, sort_keys=True)


ours_in = {
    Format.JSON_WITH_COMMENTS: JSON_ENTRIES,
    Format.TOML: TOML_ENTRIES,
    Format.MARKDOWN: MARKDOWN_ENTRIES,
}
notes = {
    Format.JSON_WITH_COMMENTS: ["/*mine*/", "//mine\n", "\n\t//mine\r\n", " /*mine*/ "],
    Format.TOML: ["#mine\n", "\n#mine\n\n"],
    Format.MARKDOWN: ["mine\n", "\nmine\n", "- mine\r\n"],
}


@given(st.sampled_from(list(ours_in)), st.data())
def test_no_note_that_somebody_made_is_lost(file_format: Format, draw: st.DataObject) -> None:
    entries = ours_in[file_format]
    before = draw.draw(st.sampled_from([data for each, data, _ in FILES if each is file_format]))
    data = merge(file_format, before, (), wanted=entries)
    text, made = (data.data or b"").decode(), 0
    for _ in range(draw.draw(st.integers(1, 4))):
        offset = draw.draw(st.integers(0, len(text)))
        if file_format is not Format.JSON_WITH_COMMENTS:
            offset = text.rfind("\n", 0, offset) + 1
        noted = text[:offset] + draw.draw(st.sampled_from(notes[file_format])) + text[offset:]
        # One note in the middle of another would leave only one to be counted.
        if noted.count("mine") > text.count("mine") and is_noted_beside(file_format, noted, entries):
            text, made = noted, made + 1
    after = merge(file_format, text.encode(), data.recorded, removed=[entry.key for entry in entries])
    assert not after.problems
    assert (after.data or b"").count(b"mine") == text.count("mine") == (before or b"").count(b"mine") + made


def is_noted_beside(file_format: Format, noted: str, entries: tuple[Entry, ...]) -> bool:
    """Whether the file still parses, and all our entries are as they were."""
    try:
        document = parse(file_format, noted.encode())
        return all(document.state(entry.key, entry.value) is EntryState.INTACT for entry in entries)
    except SharedFileError:
        return False


def test_an_element_is_told_by_its_value_however_it_is_written() -> None:
    entry = hook("Stop", {"b": [1, 2], "a": None})
    assert entry.key == Element.of(("hooks", "Stop"), {"a": None, "b": [1, 2]})
    document = parse(Format.JSON, b'{"hooks": {"Stop": [{"a"\n:null,"b":[ 1,2]}, 1, 1.0, true, "1"]}}')
    assert document.find(entry.key) == ({"a": None, "b": [1, 2]},)
    for value in (1, 1.0, True, "1"):
        assert document.find(Element.of(("hooks", "Stop"), value)) == (value,)
    assert document.find(Element.of(("hooks", "Stop"), False)) == ()
