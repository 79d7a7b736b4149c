"""Where the code in a Markdown text is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profiles.fences import code_in


def marked(text: str) -> str:
    """The text with a `c` for each character that stands in code."""
    return "".join("c" if is_code else "." for is_code in code_in(text)[: len(text)])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a `b` c", "..ccc.."),
        ("`a `` b`", "cccccccc"),
        ("``a` b", "......"),
        ("``0`0`0``x`y`", "ccccccccc.ccc"),
        ("`a` b `c", "ccc....."),
    ],
)
def test_a_span_ends_at_the_next_backticks_of_its_length(text: str, code: str) -> None:
    assert marked(text) == code


@given(st.text(alphabet="`0\n~ ", max_size=30))
def test_whatever_the_backticks_each_character_is_code_or_not(text: str) -> None:
    assert len(code_in(text)) == len(text) + 1
