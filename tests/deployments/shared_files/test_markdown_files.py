"""Markdown files: a section between its two markers, and nothing else, is ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployments.installer.shared_files.document import EntryState
from deployments.installer.shared_files.exceptions import SharedFileError
from deployments.installer.shared_files.merge import Entry, merge, parse
from profiles.entries import Format, Section

STYLE = Section("rule:style")
BEGIN, END = "<!-- deployment-sets: begin rule:style -->", "<!-- deployment-sets: end rule:style -->"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"{BEGIN}\nSmall.\n{END}\n"),
        ("# Title\n", f"# Title\n\n{BEGIN}\nSmall.\n{END}\n"),
        ("# Title", f"# Title\n\n{BEGIN}\nSmall.\n{END}"),
        ("# Title\r\n\r\n", f"# Title\r\n\r\n{BEGIN}\r\nSmall.\r\n{END}\r\n"),
    ],
)
def test_a_section_comes_in_last_set_apart_by_an_empty_line(before: str, after: str) -> None:
    assert parse(Format.MARKDOWN, before.encode()).put(STYLE, "Small.\n")[0].text == after


def test_what_was_written_around_and_beside_it_remains() -> None:
    other = Section("rule:other")
    merged = merge(Format.MARKDOWN, b"# A\n", (), wanted=[Entry(STYLE, "Small."), Entry(other, "Other.")])
    assert merged.data is not None
    edited = merged.data.replace(b"# A\n", b"# A\nmore\n").replace(END.encode(), END.encode() + b"\nbetween\n")
    without_style = merge(Format.MARKDOWN, edited, merged.recorded, removed=[STYLE])
    assert without_style.data is not None
    assert b"Small." not in without_style.data
    without_both = merge(Format.MARKDOWN, without_style.data, without_style.recorded, removed=[other])
    assert without_both.data == b"# A\nmore\nbetween\n\n"


def test_a_section_is_intact_whatever_its_line_ends_are() -> None:
    document = parse(Format.MARKDOWN, f"{BEGIN}\r\none\r\ntwo\r\n{END}".encode())
    assert document.find(STYLE) == ("one\ntwo",)
    assert document.state(STYLE, "one\ntwo\n") is EntryState.INTACT
    assert document.state(STYLE, "one\r\ntwo") is EntryState.INTACT
    assert document.state(STYLE, "one two") is EntryState.CHANGED
    assert document.state(STYLE, "one \ntwo") is EntryState.CHANGED


@pytest.mark.parametrize("fence", ["```", "~~~", "````md", "   ```"])
def test_markers_in_a_code_fence_are_text(fence: str) -> None:
    marks = fence.strip().removesuffix("md")
    before = f"{fence}\n{BEGIN}\nquoted\n{END}\n{marks}\n"
    document = parse(Format.MARKDOWN, before.encode())
    assert document.find(STYLE) == ()
    after, trace = document.put(STYLE, "Small.")
    assert after.find(STYLE) == ("Small.",)
    assert after.remove(STYLE, trace)[0].text == before


def test_a_fence_that_opens_in_a_section_ends_with_it() -> None:
    other = Section("rule:other")
    document, _ = parse(Format.MARKDOWN, None).put(STYLE, "```\nnever closed")
    document, _ = document.put(other, "Other.")
    assert document.find(other) == ("Other.",)


def test_code_in_a_line_opens_no_fence() -> None:
    document, _ = parse(Format.MARKDOWN, b"```x``` is code\n").put(STYLE, "Small.")
    assert document.find(STYLE) == ("Small.",)


@pytest.mark.parametrize("body", [f"a\n{END}\nb", f"{BEGIN}", "<!-- deployment-sets: end other -->  "])
def test_a_text_that_holds_a_marker_is_refused(body: str) -> None:
    with pytest.raises(SharedFileError, match="marks a section"):
        parse(Format.MARKDOWN, None).put(STYLE, body)


@pytest.mark.parametrize("name", ["", "a --> b", "a\nb", "\u202e"])
def test_a_name_that_breaks_its_marker_is_refused(name: str) -> None:
    with pytest.raises(SharedFileError, match="cannot be the name"):
        parse(Format.MARKDOWN, None).put(Section(name), "text")


def test_a_broken_section_is_a_problem_of_its_own_only() -> None:
    other = Section("rule:other")
    broken = (
        f"{BEGIN}\nSmall.\n\n<!-- deployment-sets: begin rule:other -->\nO\n<!-- deployment-sets: end rule:other -->\n"
    )
    document = parse(Format.MARKDOWN, broken.encode())
    assert document.find(other) == ("O",)
    with pytest.raises(SharedFileError, match=r"has no end.*line 1"):
        document.find(STYLE)


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8") | st.sampled_from("\n\r`~#")))
def test_any_text_is_found_as_it_was_put(before: str, body: str) -> None:
    document = parse(Format.MARKDOWN, before.encode())
    try:
        after, trace = document.put(STYLE, body)
    except SharedFileError as error:
        assert "fence" in str(error)
        return
    assert after.state(STYLE, body) is EntryState.INTACT
    assert after.remove(STYLE, trace)[0].encoded == before.encode()
