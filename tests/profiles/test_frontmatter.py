"""Frontmatter is read whatever it looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.frontmatter import read_frontmatter, read_strictly


def test_fields_are_read_as_text() -> None:
    read = read_frontmatter(b"---\nname: pdf\nversion: 1.10\non: yes\nsince: 2020-01-01\n---\nBody\n")
    assert read.fields == {"name": "pdf", "version": "1.10", "on": "yes", "since": "2020-01-01"}
    assert read.body == "Body\n"
    assert read.problems == ()


def test_lists_and_long_texts_are_read() -> None:
    read = read_frontmatter(b"---\ntools: [Read, 'Bash(git:*)']\ndescription: >-\n  One\n  two.\n---\n")
    assert read.fields == {"tools": ["Read", "Bash(git:*)"], "description": "One two."}


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        ("description: Use it: now", {"description": "Use it: now"}),
        ('name: x\ndescription: "half\nmodel: y', {"name": "x", "description": '"half', "model": "y"}),
        ("description: 'a': b", {"description": "'a': b"}),
        ("description: It is: long\n  and longer", {"description": "It is: long and longer"}),
        ("tools: a: b\n- One\n- Two", {"tools": "a: b - One - Two"}),
        ("a: &x [1]\nb: *x", {"a": "&x [1]", "b": "*x"}),
        ("x: !!python/object/apply:os.system [true]: y", {"x": "!!python/object/apply:os.system [true]: y"}),
        ('name: "\\UFFFFFFFF"', {"name": "\\UFFFFFFFF"}),
        ("name: pdf\n\tdescription: tabs", {"name": "pdf description: tabs"}),
    ],
)
def test_invalid_yaml_is_read_line_by_line(block: str, fields: dict[str, str]) -> None:
    read = read_frontmatter(f"---\n{block}\n---\n".encode())
    assert read.fields == fields
    assert "not valid YAML" in read.problems[0]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"\xef\xbb\xbf---\nname: x\n---\n", "byte order mark"),
        (b"---\r\nname: x\r\n---\r\n", "CRLF"),
        (b"---\nname: x\nother: caf\xe9\n---\n", "not UTF-8 text (byte 23)"),
    ],
)
def test_other_oddities_do_not_keep_the_fields_from_being_read(data: bytes, problem: str) -> None:
    read = read_frontmatter(data)
    assert read.text("name") == "x"
    assert len(read.problems) == 1
    assert problem in read.problems[0]


@pytest.mark.parametrize("data", [b"", b"# Title\n", b"text\n---\nname: x\n---\n", b"----\nname: x\n---\n", b" ---\n"])
def test_there_may_be_none(data: bytes) -> None:
    read = read_frontmatter(data)
    assert not read.present
    assert read.fields == {}
    assert read.body == data.decode()
    assert read.problems == ()


def test_without_a_closing_line_there_is_none() -> None:
    read = read_frontmatter(b"---\nname: x\n")
    assert not read.present
    assert "no closing" in read.problems[0]


def test_a_field_that_is_no_text_is_empty_as_text() -> None:
    assert read_frontmatter(b"---\nname: [x]\n---\n").text("name") == ""


def test_deep_nesting_is_refused_and_read_line_by_line() -> None:
    read = read_frontmatter(b"---\nname: x\ndeep: " + b"[" * 5000 + b"]" * 5000 + b"\n---\n")
    assert read.text("name") == "x"
    assert "nested" in read.problems[0]


def test_aliases_that_multiply_are_never_built() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    read = read_frontmatter("\n".join(["---", "name: x", *lines, "---"]).encode())
    assert read.text("name") == "x"


def test_a_very_long_block_is_read_line_by_line_to_its_end() -> None:
    read = read_frontmatter(b"---\nname: x\n" + b"k: v\n" * 40_000 + b"tools: Read\n---\n")
    assert read.fields == {"name": "x", "k": "v", "tools": "Read"}
    assert "longer than" in read.problems[0]


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    read_frontmatter(data)


@given(st.text(alphabet=st.sampled_from("ab:-?[]{},&*!|>'\"%@`#~<=\n\t \\xuU0F\x00\x85\u2028\ufeff"), max_size=80))
def test_no_frontmatter_makes_it_raise(block: str) -> None:
    read = read_frontmatter(f"---\nname: x\n{block}\n---\n".encode())
    assert isinstance(read.text("name"), str)


@given(st.dictionaries(st.from_regex(r"[a-z][a-z-]{0,10}", fullmatch=True), st.text("ab c1.", max_size=20), max_size=5))
def test_plain_fields_come_back_as_they_were_written(fields: dict[str, str]) -> None:
    lines = "".join(f'{name}: "{value}"\n' for name, value in fields.items())
    read = read_frontmatter(f"---\n{lines}---\nBody\n".encode())
    assert read.fields == fields


@pytest.mark.parametrize(
    "value",
    [
        *["!!bool foo", "!!timestamp foo", "!!int ''", "!!float ''", "!!set x", "!other x", "2024-13-45"],
        *["9" * 5000, "0x" + "f" * 5000, "1" + ":5" * 3000, "[" * 3000, "&a [*a]"],
    ],
)
def test_what_a_strict_reader_cannot_make_sense_of_is_refused_and_breaks_nothing(value: str) -> None:
    assert read_strictly(f"name: x\nother: {value}\n") is None
