"""A file that does not parse is an error with its position, whatever bytes it is of."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.installer.shared_files.exceptions import SharedFileError
from deployments.installer.shared_files.merge import Entry, merge, parse
from profiles.entries import Element, EntryKey, Format, Member, Section
from tests.deployments.shared_files.settings_files import FILES

JSON, COMMENTED, TOML, MARKDOWN = Format.JSON, Format.JSON_WITH_COMMENTS, Format.TOML, Format.MARKDOWN


@pytest.mark.parametrize(
    ("file_format", "data", "line", "column"),
    [
        (JSON, b'{"a": 1', 1, 8),
        (JSON, b'{\n  "a": 1,\n}', 2, 9),
        (JSON, b'{\n  "a": tru\n}', 2, 8),
        (JSON, b'{"a": 1} x', 1, 10),
        (JSON, b'{"a": 1} // x', 1, 10),
        (JSON, b'{"a": 1}\r\n{"b": 2}', 2, 1),
        (JSON, b"[]", 1, 1),
        (JSON, b"\n null", 2, 2),
        (JSON, b'{"NaN": [1,\nNaN]}', 2, 1),
        (JSON, b'{"a": -Infinity}', 1, 7),
        (JSON, b'{"a": "\xff"}', 1, 8),
        (JSON, '{"ä€😀": "'.encode() + b"\xff", 1, 10),
        (JSON, b'{"a": "\n"}', 1, 8),
        (JSON, b'{"a": "\\x"}', 1, 8),
        (JSON, b"\xff\xfe{\x00}\x00", 1, 1),
        (JSON, b"{\x00}", 1, 2),
        (JSON, b'{"a":' * 100_000, 1, 1001),
        (JSON, b"{" + b'"a":[' + b"[" * 100_000, 1, 205),
        (JSON, b'{"a": ' + b"9" * 5000 + b"}", 1, 7),
        (COMMENTED, b"/* never closed", 1, 1),
        (COMMENTED, b'{"a": 1 /* never closed }', 1, 9),
        (COMMENTED, b"{,}", 1, 2),
        (COMMENTED, b'{"a": [1,,]}', 1, 10),
        (COMMENTED, b'{"a":,}', 1, 6),
        (COMMENTED, b'{"a": 1} // fine\n]', 2, 1),
        (TOML, b"a = 1\nb = \n", 2, 5),
        (TOML, b"a = 1\na = 2\n", 2, 6),
        (TOML, b"a = [", 1, 6),
        (TOML, b"[a]\n[a]\n", 2, 3),
        (TOML, b"a = 1\n\xff", 2, 1),
        (MARKDOWN, b"# A\n\xff", 2, 1),
    ],
)  # fmt: skip
def test_the_error_says_where(file_format: Format, data: bytes, line: int, column: int) -> None:
    with pytest.raises(SharedFileError) as caught:
        parse(file_format, data)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert re.search(rf"\w \(line {line}, column {column}\)\.$", str(caught.value))


@pytest.mark.parametrize("data", [b"a = " + b"[" * 100_000, b"a = " + b"{a=" * 100_000, b"a = " + b"9" * 5000])
def test_toml_beyond_all_measure_is_an_error_too(data: bytes) -> None:
    with pytest.raises(SharedFileError):
        parse(TOML, data)


PIECES = [
    *(b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\", b"//", b"/*", b"*/", b"\n", b"\r", b" ", b"'''", b'"""'),
    *(b"=", b"#", b"a", b"1", b".", b"-", b"null", b"```", b"\xef\xbb\xbf", b"\xc3", b"\x00", b'"a": ', b"mcpServers"),
    *(b"<!-- deployment-sets: begin a -->\n", b"<!-- deployment-sets: end a -->\n"),
]
noise = st.binary(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=25).map(b"".join)
keys: st.SearchStrategy[EntryKey] = st.sampled_from(
    [
        Member(("a",)),
        Member(("mcpServers", "a")),
        Element.of(("a",), 1),
        Element.of(("mcpServers", "a"), 1),
        Section("a"),
    ]
)


@given(st.sampled_from(list(Format)), noise, keys)
def test_no_bytes_raise_anything_else(file_format: Format, data: bytes, key: EntryKey) -> None:
    fits = {MARKDOWN: isinstance(key, Section), TOML: isinstance(key, Member)}
    if not fits.get(file_format, not isinstance(key, Section)):
        return
    value = {Section: "text", Member: {"command": "x"}, Element: 1}[type(key)]
    try:
        merged = merge(file_format, data, (), wanted=[Entry(key, value)])
    except SharedFileError:
        return
    if merged.problems:
        assert merged.data == data
        assert not merged.recorded
    else:
        assert merge(file_format, merged.data, merged.recorded, removed=[key]).data == data


@given(st.data())
def test_no_damaged_file_raises_anything_else(draw: st.DataObject) -> None:
    file_format, data, entries = draw.draw(st.sampled_from(FILES))
    data = merge(file_format, data, (), wanted=entries).data or b""
    start = draw.draw(st.integers(0, len(data)))
    end = draw.draw(st.integers(start, min(len(data), start + 20)))
    damaged = data[:start] + draw.draw(st.sampled_from([b"", *PIECES])) + data[end:]
    try:
        merged = merge(file_format, damaged, (), wanted=entries)
    except SharedFileError:
        return
    ours = [entry.key for entry in merged.recorded]
    assert set(ours) | set(merged.problems) == {entry.key for entry in entries}
    if all(entry.trace and entry.trace.layers for entry in merged.recorded):
        assert merge(file_format, merged.data, merged.recorded, removed=ours).data == damaged


@pytest.mark.parametrize(
    ("file_format", "data", "key", "message"),
    [
        (JSON, b'{"mcpServers": []}', Member(("mcpServers", "x")), "mcpServers is not an object (line 1, column 16)."),
        (JSON, b'{"mcpServers": null}', Member(("mcpServers", "x")), "mcpServers is not an object"),
        (JSON, b'{"hooks":\n{"Stop": {}}}', Element.of(("hooks", "Stop"), 1), "hooks.Stop is not an array (line 2"),
        (JSON, b'{"m": {},\n "m": {}}', Member(("m", "x")), "The name 'm' is there twice (line 2, column 2)."),
        (
            JSON,
            b'{"m": {"x": 1, "\\u0078": 2}}',
            Member(("m", "x")),
            "The name 'x' is there twice (line 1, column 16).",
        ),
        (TOML, b"mcp_servers = 1", Member(("mcp_servers", "x")), "mcp_servers is not a table"),
        (TOML, b"mcp_servers = {}", Member(("mcp_servers", "x")), "not valid TOML"),
        (TOML, b"[[mcp_servers]]", Member(("mcp_servers", "x")), "mcp_servers is not a table"),
        (MARKDOWN, b"\n<!-- deployment-sets: begin x -->\n", Section("x"), "has no end"),
        (
            MARKDOWN,
            b"<!-- deployment-sets: begin x -->\n<!-- deployment-sets: end x -->\n" * 2,
            Section("x"),
            "(line 3",
        ),
        (MARKDOWN, b"\n```\n", Section("x"), "This code fence is never closed"),
    ],
)
def test_a_place_that_cannot_take_the_entry_is_the_problem_of_that_entry(
    file_format: Format, data: bytes, key: EntryKey, message: str
) -> None:
    value = {Section: "text", Member: {"command": "x"}, Element: 1}[type(key)]
    merged = merge(file_format, data, (), wanted=[Entry(key, value)])
    assert merged.data == data
    assert message in str(merged.problems[key])
