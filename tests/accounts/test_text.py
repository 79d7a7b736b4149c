"""Which text is kept at all."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.text import storable_text
from accounts.validation import problems_with
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


def test_problems_are_told_by_field() -> None:
    project = ProjectFactory.build(owner=None, name="a\x00", path="x" * 1025)
    problems = problems_with(project)
    assert set(problems) == {"name", "path"}
    assert problems["name"] == ["Text cannot contain a NUL character."]
