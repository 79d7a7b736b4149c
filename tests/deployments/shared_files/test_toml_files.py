"""TOML files: tables with headers of their own come in last, and go with all that is theirs."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.installer.shared_files.document import EntryState, Place
from deployments.installer.shared_files.exceptions import SharedFileError
from deployments.installer.shared_files.merge import Entry, merge, parse
from profiles.entries import Format, Member, Value

X = Member(("mcp_servers", "x"))
VALUE: dict[str, Value] = {"command": "run", "args": ["-y", "a b"], "env": {"A": "1"}}
WRITTEN = '[mcp_servers.x]\ncommand = "run"\nargs = ["-y", "a b"]\n\n[mcp_servers.x.env]\nA = "1"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", WRITTEN),
        ('model = "o"\n', f'model = "o"\n\n{WRITTEN}'),
        ('model = "o"\n\n', f'model = "o"\n\n{WRITTEN}'),
        ('model = "o"', f'model = "o"\n\n{WRITTEN[:-1]}'),
        ('model = "o"\r\n', f'model = "o"\n\n{WRITTEN}'.replace("\n", "\r\n")),
    ],
)
def test_a_table_comes_in_last_set_apart_by_an_empty_line(before: str, after: str) -> None:
    document, _ = parse(Format.TOML, before.encode()).put(X, VALUE)
    assert document.text == after
    assert tomllib.loads(after)["mcp_servers"]["x"] == VALUE


@pytest.mark.parametrize(
    ("edited", "after"),
    [
        (f"a = 1\n\n{WRITTEN}\n[u]\nb = 2\n", "a = 1\n\n[u]\nb = 2\n"),
        (f"# mine\n\n{WRITTEN}# about u\n[u]\n", "# mine\n# about u\n[u]\n"),
        (f"{WRITTEN}\n[u]\n", "\n[u]\n"),
        (f"a = 1\n{WRITTEN}[u]\n", "a = 1\n[u]\n"),
        # The two tables parted.
        (
            "[mcp_servers.x]\ncommand = 'run'\nargs = [\n'-y',\n'a b']\n\n[u]\nb = 2\n\n[mcp_servers.x.env]\nA = '1'\n",
            "\n[u]\nb = 2\n",
        ),
        ('[mcp_servers."x"]\ncommand="run"\nargs=["-y","a b"]\nenv={A="1"}\n', ""),
        (
            "[mcp_servers.x.env]\nA='1'\n[mcp_servers.x]\ncommand='run'\nargs=['-y','a b']\n[mcp_servers.xx]",
            "[mcp_servers.xx]",
        ),
    ],
)  # fmt: skip
def test_what_was_written_around_the_table_remains(edited: str, after: str) -> None:
    recorded = merge(Format.TOML, b"a = 1\n", (), wanted=[Entry(X, VALUE)]).recorded
    assert parse(Format.TOML, edited.encode()).state(X, VALUE) is EntryState.INTACT
    merged = merge(Format.TOML, edited.encode(), recorded, removed=[X])
    assert not merged.problems
    assert (merged.data or b"").decode() == after


@pytest.mark.parametrize(
    "edited",
    [
        WRITTEN.replace('"run"', '"run" # mine'),
        WRITTEN.replace("\n\n", "\n# mine\n"),
        WRITTEN.replace('"1"', '"1" # mine'),
        WRITTEN.replace('"-y",', '"-y",\n# mine\n'),
        WRITTEN.replace("run", "other"),
    ],
)
def test_a_table_with_a_comment_or_another_value_counts_as_changed(edited: str) -> None:
    assert parse(Format.TOML, edited.encode()).state(X, VALUE) is EntryState.CHANGED


def test_a_comment_around_the_table_does_not() -> None:
    edited = f"# above\n{WRITTEN}# below, or about what comes next\n[u]\n"
    assert parse(Format.TOML, edited.encode()).state(X, VALUE) is EntryState.INTACT


def test_parted_tables_are_brought_together_when_they_change() -> None:
    edited = "[mcp_servers.x]\ncommand = 'run'\n\n[u]\nb = 2\n\n[mcp_servers.x.env]\nA = '1'\n"
    document, _ = parse(Format.TOML, edited.encode()).put(X, VALUE)
    assert document.text == f"{WRITTEN}\n[u]\nb = 2\n"


@pytest.mark.parametrize(
    "written",
    [
        "mcp_servers = { x = { command = 'run' } }\n",
        "[mcp_servers]\nx = { command = 'run' }\n",
        "[mcp_servers]\nx.command = 'run'\n",
        "mcp_servers.x.command = 'run'\n",
    ],
)
def test_a_table_without_a_header_is_seen_and_not_edited(written: str) -> None:
    document = parse(Format.TOML, written.encode())
    assert document.find(X) == ({"command": "run"},)
    assert document.place(X, {"command": "run"}) is Place.EQUAL
    assert document.place(X, {"command": "other"}) is Place.DIFFERENT
    with pytest.raises(SharedFileError, match="not written as a table of its own"):
        document.put(X, {"command": "other"})


def test_two_that_only_look_alike_are_told_apart() -> None:
    before = b"[mcp_servers.'x.y']\na = 1\n[mcp_servers.x.y]\na = 2\n[mcp_servers.xy]\na = 3\n"
    document = parse(Format.TOML, before)
    assert document.find(Member(("mcp_servers", "x.y"))) == ({"a": 1},)
    merged = merge(Format.TOML, before, (), wanted=[Entry(Member(("mcp_servers", "x.y")), {"a": 9})])
    assert merged.data == before.replace(b"a = 1", b"a = 9").replace(b"'x.y'", b'"x.y"')


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": None}, "TOML has no form for null"),
        ({"a": [{"b": None}]}, "TOML has no form for null"),
        ({"a": "\ud800"}, "half a character"),
        ("text", "must be a table"),
        ({"a": object()}, "TOML has no form for"),
    ],
)
def test_what_toml_cannot_say_is_refused(value: Value, message: str) -> None:
    with pytest.raises(SharedFileError, match=message):
        parse(Format.TOML, b"a = 1\n").put(X, value)


names = st.text(st.characters(codec="utf-8"), max_size=4)
scalars = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(st.characters(codec="utf-8"), max_size=6)
    | st.datetimes()
    | st.dates()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=8
)


@given(st.dictionaries(names, values.filter(lambda value: "datetime" not in repr(value)), max_size=4), names)
def test_any_table_is_found_as_it_was_put(value: dict[str, Value], name: str) -> None:
    key = Member(("mcp_servers", name))
    before = b"[mcp_servers.u] # mine\nb = '[c]'"
    document, trace = parse(Format.TOML, before).put(key, value) if name != "u" else (None, None)
    if document and trace:
        assert document.state(key, value) is EntryState.INTACT
        assert document.remove(key, trace)[0].encoded == before
