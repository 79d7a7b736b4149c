"""Making, changing, copying, deleting and finding sets."""

from typing import get_args
from uuid import uuid4

import pytest

from accounts.models import User
from accounts.ordering import Sort
from deployment_sets.exceptions import DeploymentSetNotFoundError, DeploymentSetValidationError
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import TagCount, list_sets, members_of, set_of, tags_of
from deployment_sets.services.sets import clone_set, create_set, delete_set, update_set
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    DeploymentFactory,
    DeploymentSetFactory,
    ProjectFactory,
)


def stored(deployment_set: DeploymentSet) -> DeploymentSet:
    return DeploymentSet.objects.get(pk=deployment_set.pk)


def problems(caught: pytest.ExceptionInfo[DeploymentSetValidationError]) -> set[str]:
    return set(caught.value.problems)


def names(owner: User, **query: str) -> list[str]:
    return [one.name for one in list_sets(owner, **query)]  # type: ignore[arg-type]


def test_a_set_is_made_with_everything_it_can_have(owner: User) -> None:
    made = stored(
        create_set(
            owner=owner,
            name="  Full-stack ",
            description="All of it",
            color="#A0b1C2",
            icon="rocket",
            tags=["web", "api"],
        )
    )
    assert (made.owner, made.name, made.description, made.color, made.icon) == (
        owner,
        "Full-stack",
        "All of it",
        "#a0b1c2",
        "rocket",
    )
    assert made.tags == ["api", "web"]


def test_only_a_name_is_needed(owner: User) -> None:
    made = stored(create_set(owner=owner, name="Bare"))
    assert (made.description, made.color, made.icon, made.tags) == ("", "", "", [])


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "a\x00b", "a\ud800b"])
def test_it_refuses_a_name_that_is_empty_too_long_or_not_text(owner: User, name: str) -> None:
    with pytest.raises(DeploymentSetValidationError) as caught:
        create_set(owner=owner, name=name)
    assert problems(caught) == {"name"}
    assert not DeploymentSet.objects.exists()


def test_a_name_may_have_255_characters(owner: User) -> None:
    assert stored(create_set(owner=owner, name=" " + "x" * 255)).name == "x" * 255


@pytest.mark.parametrize("color", ["red", "#fff", "#12345g", "#1234567", "123456", "#123456\n#"])
def test_it_refuses_a_colour_that_is_not_written_as_six_digits(owner: User, color: str) -> None:
    with pytest.raises(DeploymentSetValidationError) as caught:
        create_set(owner=owner, name="Set", color=color)
    assert problems(caught) == {"color"}


@pytest.mark.parametrize("tag", ["Upper", "with space", "", "x" * 33, "ümlaut", "tag\n"])
def test_it_refuses_a_tag_with_other_characters_and_names_it(owner: User, tag: str) -> None:
    with pytest.raises(DeploymentSetValidationError) as caught:
        create_set(owner=owner, name="Set", tags=["fine", tag])
    assert problems(caught) == {"tags"}
    assert len(caught.value.problems["tags"]) == 1


def test_twenty_tags_are_allowed_and_one_more_is_not(owner: User) -> None:
    tags = [f"tag-{number}" for number in range(21)]
    assert len(create_set(owner=owner, name="Set", tags=[*tags[:20], "tag-0"]).tags) == 20
    with pytest.raises(DeploymentSetValidationError, match="at most 20 tags"):
        create_set(owner=owner, name="Set", tags=tags)


@pytest.mark.parametrize("field", ["description", "icon"])
def test_it_refuses_a_nul_in_any_text(owner: User, field: str) -> None:
    one = create_set(owner=owner, name="Set")
    with pytest.raises(DeploymentSetValidationError) as caught:
        update_set(owner=owner, set_id=one.pk, **{field: "a\x00b"})
    assert problems(caught) == {field}


def test_every_wrong_field_is_told_at_once(owner: User) -> None:
    with pytest.raises(DeploymentSetValidationError) as caught:
        create_set(owner=owner, name="", color="red", tags=["No"])
    assert problems(caught) == {"name", "color", "tags"}


def test_an_update_changes_only_what_is_sent(owner: User) -> None:
    one = create_set(owner=owner, name="Set", description="About", color="#112233", icon="x", tags=["a"])
    update_set(owner=owner, set_id=one.pk, name="Renamed")
    found = stored(one)
    assert (found.name, found.description, found.color, found.icon, found.tags) == (
        "Renamed",
        "About",
        "#112233",
        "x",
        ["a"],
    )


def test_an_explicit_none_clears_an_optional_field(owner: User) -> None:
    one = create_set(owner=owner, name="Set", description="About", color="#112233", icon="x", tags=["a"])
    update_set(owner=owner, set_id=one.pk, description=None, color=None, icon=None, tags=None)
    found = stored(one)
    assert (found.name, found.description, found.color, found.icon, found.tags) == ("Set", "", "", "", [])


def test_tags_are_replaced_as_a_whole(owner: User) -> None:
    one = create_set(owner=owner, name="Set", tags=["a", "b"])
    assert update_set(owner=owner, set_id=one.pk, tags=["c", "b"]).tags == ["b", "c"]


def test_an_update_that_is_refused_changes_nothing(owner: User) -> None:
    one = create_set(owner=owner, name="Set", tags=["a"])
    with pytest.raises(DeploymentSetValidationError):
        update_set(owner=owner, set_id=one.pk, name="Renamed", tags=["No"])
    assert (stored(one).name, stored(one).tags) == ("Set", ["a"])


def test_an_update_of_nothing_leaves_the_time_of_the_last_change(owner: User) -> None:
    one = create_set(owner=owner, name="Set")
    update_set(owner=owner, set_id=one.pk)
    assert stored(one).updated_at == one.updated_at
    update_set(owner=owner, set_id=one.pk, tags=["new"])
    assert stored(one).updated_at > one.updated_at


def test_another_owners_set_is_not_found_by_any_service(owner: User, other_owner: User) -> None:
    one = create_set(owner=owner, name="Set")
    for call in (
        lambda: set_of(other_owner, one.pk),
        lambda: update_set(owner=other_owner, set_id=one.pk, name="Mine"),
        lambda: clone_set(owner=other_owner, set_id=one.pk),
        lambda: delete_set(owner=other_owner, set_id=one.pk),
        lambda: set_of(owner, uuid4()),
    ):
        with pytest.raises(DeploymentSetNotFoundError):
            call()
    assert stored(one).name == "Set"


def test_deleting_a_set_touches_no_project(owner: User) -> None:
    one = DeploymentSetFactory(owner=owner, members=[ArtifactFactory()])
    deployment = DeploymentFactory(project=ProjectFactory(owner=owner))
    deployment.claims.create(claimant=f"set:{one.pk}", label=one.name)
    delete_set(owner=owner, set_id=one.pk)
    assert not DeploymentSet.objects.exists()
    assert deployment.claims.count() == 1


def test_a_clone_has_the_same_direct_members_tags_and_looks(owner: User) -> None:
    nested = DeploymentSetFactory(owner=owner, name="nested")
    one = DeploymentSetFactory(
        owner=owner,
        name="Set",
        description="About",
        color="#112233",
        icon="x",
        members=[ArtifactFactory(files={}), ArtifactGroupFactory(), nested],
    )
    update_set(owner=owner, set_id=one.pk, tags=["a", "b"])
    copy = stored(clone_set(owner=owner, set_id=one.pk))
    assert (copy.name, copy.description, copy.color, copy.icon) == ("Set (copy)", "About", "#112233", "x")
    assert copy.tags == ["a", "b"]
    assert [(row.target_id, row.position) for row in members_of(copy)] == [
        (row.target_id, row.position) for row in members_of(one)
    ]
    assert copy.pk != one.pk


def test_the_name_of_a_clone_is_cut_to_fit(owner: User) -> None:
    long_name = "x" * 247 + " yyyyyyy"
    copy = clone_set(owner=owner, set_id=create_set(owner=owner, name=long_name).pk)
    assert copy.name == "x" * 247 + " (copy)"
    again = clone_set(owner=owner, set_id=create_set(owner=owner, name="x" * 255).pk)
    assert again.name == "x" * 248 + " (copy)"
    assert len(again.name) == 255


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("stack", ["Full-STACK"]),
        ("%", ["100% fine"]),
        ("_", ["under_score"]),
        (".*", []),
        ("\\", []),
        ("größe", ["GRÖSSE UND GRÖßE"]),
        ("GRÖSSE", ["GRÖSSE UND GRÖßE"]),
        ("und gr", ["GRÖSSE UND GRÖßE"]),
        ("\x00", []),
        ("\ud800", []),
        ("x" * 100_000, []),
        ("", ["100% fine", "Full-STACK", "GRÖSSE UND GRÖßE", "under_score"]),
    ],
)
def test_searching_by_name_takes_the_text_literally_and_in_any_case(owner: User, search: str, found: list[str]) -> None:
    for name in ("Full-STACK", "100% fine", "under_score", "GRÖSSE UND GRÖßE"):
        create_set(owner=owner, name=name)
    assert names(owner, name=search) == found


def test_sets_are_filtered_by_tag_and_name_together(owner: User) -> None:
    create_set(owner=owner, name="One", tags=["web", "api"])
    create_set(owner=owner, name="Two", tags=["web"])
    create_set(owner=owner, name="Three")
    assert names(owner, tag="web") == ["One", "Two"]
    assert names(owner, tag="web", name="tw") == ["Two"]
    assert names(owner, tag="we") == names(owner, tag="\x00") == []


def test_sets_are_sorted_by_name_time_of_making_and_of_change(owner: User) -> None:
    for name in ("b", "C", "a"):
        create_set(owner=owner, name=name)
    update_set(owner=owner, set_id=DeploymentSet.objects.get(name="b").pk, icon="x")
    assert names(owner) == names(owner, sort="name") == ["a", "b", "C"]
    assert names(owner, sort="-name") == ["C", "b", "a"]
    assert names(owner, sort="created") == ["b", "C", "a"]
    assert names(owner, sort="-created") == ["a", "C", "b"]
    assert names(owner, sort="updated") == ["C", "a", "b"]
    assert names(owner, sort="-updated") == ["b", "a", "C"]


def test_every_sort_puts_each_set_in_one_place(owner: User) -> None:
    made = {DeploymentSetFactory(owner=owner, name="same").pk for _ in range(6)}
    for sort in get_args(Sort.__value__):
        pages = [one.pk for start in (0, 3) for one in list_sets(owner, sort=sort)[start : start + 3]]
        assert set(pages) == made


def test_lists_and_tags_hold_the_owners_own_alone(owner: User, other_owner: User) -> None:
    create_set(owner=owner, name="Mine", tags=["web"])
    create_set(owner=owner, name="Mine too", tags=["web", "api"])
    create_set(owner=other_owner, name="Theirs", tags=["web", "secret"])
    assert names(owner) == ["Mine", "Mine too"]
    assert tags_of(owner) == [TagCount("api", 1), TagCount("web", 2)]


def test_it_refuses_a_description_that_is_too_long(owner: User) -> None:
    with pytest.raises(DeploymentSetValidationError) as caught:
        create_set(owner=owner, name="Backend", description="x" * 10_001)
    assert "description" in caught.value.problems
