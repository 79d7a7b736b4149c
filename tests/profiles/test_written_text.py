"""Whatever the text, the YAML and the TOML we write give it back, and nothing in it breaks out."""

import tomllib

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from profiles.frontmatter import read_frontmatter
from profiles.platforms.toml_text import toml_fields
from profiles.platforms.yaml_text import quoted_frontmatter

PIECES = st.sampled_from(
    ["---", "\n", "'''", '"""', "'", '"', "\\", ": ", "#", "\t", "\r", "\x00", "\u2028", "😀", "é"]
)
texts = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=8).map("".join))
names = st.from_regex(r"[a-z][a-z-]{0,8}", fullmatch=True)
values = st.recursive(
    texts | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60)
@given(fields=st.dictionaries(names | st.sampled_from(["yes", "null", "y"]), values, min_size=1, max_size=4))
@example(fields={"a": "---\nb: c\n---\n"})
@example(fields={"a": {}, "b": [], "c": [[], {}]})
def test_frontmatter_gives_back_what_was_written(fields: dict[str, object]) -> None:
    written = quoted_frontmatter(fields)
    assert yaml.safe_load(written.removeprefix("---\n").removesuffix("---\n")) == fields
    assert read_frontmatter(f"{written}body".encode()).body == "body"


def test_text_that_other_yaml_readers_take_for_something_else_is_quoted() -> None:
    twice = ["0o17", "1e3"]
    written = quoted_frontmatter({"version": "1.10", "since": "2024-01-01", "on": True, "a": twice, "b": twice})
    assert written == (
        '---\nversion: "1.10"\nsince: "2024-01-01"\n\'on\': true\na:\n- "0o17"\n- "1e3"\nb:\n- "0o17"\n- "1e3"\n---\n'
    )


def test_a_long_text_stays_on_one_line() -> None:
    assert quoted_frontmatter({"a": "word " * 100}).count("\n") == 3


@settings(max_examples=60)
@given(fields=st.dictionaries(texts, texts, max_size=4))
@example(fields={"a": "it's '''quoted'''\nand ends in '"})
@example(fields={"a": "\n\nleads with lines \\\n  "})
@example(fields={"a": 'x\n"""\nb = 1\n\x7f'})
def test_toml_gives_back_what_was_written(fields: dict[str, str]) -> None:
    assert tomllib.loads(toml_fields(fields)) == fields


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", '"plain"'),
        ('say "hi"\\', '"say \\"hi\\"\\\\"'),
        ("a \\d\nb 'c' d\n", "'''\na \\d\nb 'c' d\n'''"),
        ("a\nb'", '"""\na\nb\'"""'),
        ("'''\n\"\"\"\n", '"""\n\'\'\'\n\\"\\"\\"\n"""'),
    ],
)
def test_several_lines_are_written_word_for_word_where_toml_allows(text: str, written: str) -> None:
    assert toml_fields({"a": text}) == f"a = {written}\n"
