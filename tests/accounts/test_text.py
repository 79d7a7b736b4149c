"""Which text is kept at all, and how it is shown on a terminal."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.text import containing, is_storable, printable, storable_text
from accounts.validation import problems_with
from projects.models import Project
from tests.factories import ProjectFactory


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "a\udfffb", "\udfff\ud800"])
def test_it_refuses_nul_and_halves_of_surrogate_pairs(text: str) -> None:
    with pytest.raises(ValidationError):
        storable_text(text)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_it_takes_every_other_text(text: str) -> None:
    storable_text(text)


@pytest.mark.django_db
def test_what_it_takes_comes_back_from_the_database() -> None:
    text = "\x01\x7f\u202e\U0001f600\ufffe'\"\\%_\n"
    project = ProjectFactory(name=text)
    project.refresh_from_db()
    assert project.name == text


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["ärger", "ÄRGER", "100%", "a_b", "[x]", "*** ", "\\d", ""])
def test_words_are_looked_for_as_they_stand_in_whatever_case(words: str) -> None:
    names = ["Mit Ärger 100% a_b [x] *** \\d", "nothing of it, 100 axb"]
    for name in names:
        ProjectFactory(name=name)
    found = Project.objects.filter(containing("name", words)).values_list("name", flat=True)
    assert set(found) == (set(names[:1]) if words else set(names))


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["x" * 256, "a\x00", "\ud800"])
def test_what_no_name_can_contain_is_in_none(words: str) -> None:
    ProjectFactory(name="x" * 255)
    assert not Project.objects.filter(containing("name", words)).exists()
    assert is_storable(words) == words.isprintable()


def test_problems_are_told_by_field() -> None:
    project = ProjectFactory.build(owner=None, name="a\x00", path="x" * 1025)
    problems = problems_with(project)
    assert set(problems) == {"name", "path"}
    assert problems["name"] == ["Text cannot contain a NUL character."]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("evil\x1b[2J\nSuccess", r"evil\x1b[2J\nSuccess"),
        ("a\u202eb\u200d\u2028\u2029\x85", r"a\u202eb\u200d\u2028\u2029\x85"),
        ("half \ud800, nul \x00, tag \U000e0041", r"half \ud800, nul \x00, tag \U000e0041"),
        ("caf\xe9 \u65e5\u672c 'quoted' C:\\x", "caf\xe9 \u65e5\u672c 'quoted' C:\\x"),
    ],
)
def test_a_terminal_is_shown_escapes_for_what_it_would_obey_or_hide(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_what_is_shown_is_one_line_of_visible_characters(text: str) -> None:
    shown = printable(text)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert printable(shown) == shown
