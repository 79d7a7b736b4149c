"""Groups people keep themselves, and imported ones that only an import may change."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from artifacts.exceptions import (
    AlreadyInGroupError,
    GroupError,
    GroupExistsError,
    ImportedGroupError,
    NotInGroupError,
)
from artifacts.models import Artifact, ArtifactGroup, GroupMembership
from artifacts.services.groups import (
    add_to_group,
    copy_group,
    create_group,
    delete_group,
    move_in_group,
    remove_from_group,
    restore_to_group,
    update_group,
)
from tests.factories import ArtifactFactory, ArtifactGroupFactory, CollectionFactory


@pytest.fixture
def artifacts(db: None) -> list[Artifact]:
    return [ArtifactFactory(name=name) for name in "abcd"]


@pytest.fixture
def group(artifacts: list[Artifact]) -> ArtifactGroup:
    """A group of a, b and c; d is outside."""
    return ArtifactGroupFactory(name="Planning", artifacts=artifacts[:3])


@pytest.fixture
def imported(artifacts: list[Artifact]) -> ArtifactGroup:
    return ArtifactGroupFactory(name="Imported", collection=CollectionFactory(), artifacts=artifacts[:2])


def order(group: ArtifactGroup) -> str:
    """The names in the group, in order; positions must be 0…n−1."""
    memberships = list(group.memberships.order_by("position").select_related("artifact"))
    assert [membership.position for membership in memberships] == list(range(len(memberships)))
    return "".join(membership.artifact.name for membership in memberships)


def test_it_makes_a_group_of_artifacts_in_order(artifacts: list[Artifact]) -> None:
    group = create_group(name="  Planning ", description="For plans", artifacts=[artifacts[2], artifacts[0]])
    group.refresh_from_db()
    assert (group.name, group.description, group.collection) == ("Planning", "For plans", None)
    assert order(group) == "ca"


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "a\x00b", "a\ud800"])
def test_it_refuses_what_is_no_name(db: None, name: str) -> None:
    with pytest.raises(GroupError) as caught:
        create_group(name=name)
    assert "name" in caught.value.problems
    assert not ArtifactGroup.objects.exists()


def test_it_refuses_a_name_that_is_taken(group: ArtifactGroup) -> None:
    with pytest.raises(GroupExistsError, match="Planning"):
        create_group(name="Planning")


def test_an_imported_group_does_not_take_a_name(imported: ArtifactGroup) -> None:
    assert create_group(name=imported.name).pk != imported.pk


def test_it_refuses_an_artifact_named_twice(artifacts: list[Artifact]) -> None:
    with pytest.raises(GroupError, match="twice"):
        create_group(name="Planning", artifacts=[artifacts[0], artifacts[0]])
    assert not ArtifactGroup.objects.exists()


def test_only_the_fields_sent_change(group: ArtifactGroup) -> None:
    update_group(group=group, description="Words")
    update_group(group=group, name="Plans")
    group.refresh_from_db()
    assert (group.name, group.description) == ("Plans", "Words")
    update_group(group=group, description=None)
    group.refresh_from_db()
    assert (group.name, group.description) == ("Plans", "")


def test_renaming_to_a_name_that_is_taken_is_refused(group: ArtifactGroup) -> None:
    other = ArtifactGroupFactory(name="Other")
    with pytest.raises(GroupExistsError):
        update_group(group=other, name="Planning")
    other.refresh_from_db()
    assert other.name == "Other"


@pytest.mark.parametrize(("position", "expected"), [(None, "abcd"), (0, "dabc"), (1, "adbc"), (3, "abcd")])
def test_it_adds_at_a_position(
    group: ArtifactGroup, artifacts: list[Artifact], position: int | None, expected: str
) -> None:
    add_to_group(group=group, artifacts=[artifacts[3]], position=position)
    assert order(group) == expected


def test_it_adds_several_at_once_in_the_order_given(group: ArtifactGroup, artifacts: list[Artifact]) -> None:
    e = ArtifactFactory(name="e")
    added = add_to_group(group=group, artifacts=[e, artifacts[3]], position=1)
    assert [membership.position for membership in added] == [1, 2]
    assert order(group) == "aedbc"


@pytest.mark.parametrize("position", [-1, 4, 10**12])
def test_it_refuses_to_add_at_a_position_that_is_not_there(
    group: ArtifactGroup, artifacts: list[Artifact], position: int
) -> None:
    with pytest.raises(GroupError, match="from 0 to 3"):
        add_to_group(group=group, artifacts=[artifacts[3]], position=position)
    assert order(group) == "abc"


def test_adding_is_all_or_nothing(group: ArtifactGroup, artifacts: list[Artifact]) -> None:
    with pytest.raises(AlreadyInGroupError, match="skill:b") as caught:
        add_to_group(group=group, artifacts=[artifacts[3], artifacts[1]])
    assert caught.value.artifacts == [artifacts[1]]
    assert order(group) == "abc"


@pytest.mark.parametrize(("name", "expected"), [("a", "bc"), ("b", "ac"), ("c", "ab")])
def test_removing_one_closes_the_gap(group: ArtifactGroup, name: str, expected: str) -> None:
    remove_from_group(group=group, artifact=Artifact.objects.get(name=name))
    assert order(group) == expected


def test_one_that_was_removed_is_put_back_where_it_was(group: ArtifactGroup, artifacts: list[Artifact]) -> None:
    position = remove_from_group(group=group, artifact=artifacts[1])
    restore_to_group(group=group, artifact=artifacts[1], position=position)
    assert order(group) == "abc"


def test_one_is_put_back_at_the_end_where_others_went_meanwhile(
    group: ArtifactGroup, artifacts: list[Artifact]
) -> None:
    position = remove_from_group(group=group, artifact=artifacts[2])
    remove_from_group(group=group, artifact=artifacts[0])
    restore_to_group(group=group, artifact=artifacts[2], position=position)
    assert order(group) == "bc"


def test_removing_what_is_not_inside_is_refused(group: ArtifactGroup, artifacts: list[Artifact]) -> None:
    with pytest.raises(NotInGroupError, match="skill:d"):
        remove_from_group(group=group, artifact=artifacts[3])


@pytest.mark.parametrize(
    ("name", "position", "expected"), [("a", 2, "bca"), ("c", 0, "cab"), ("b", 1, "abc"), ("a", 1, "bac")]
)
def test_moving_one_shifts_the_others(group: ArtifactGroup, name: str, position: int, expected: str) -> None:
    move_in_group(group=group, artifact=Artifact.objects.get(name=name), position=position)
    assert order(group) == expected


@pytest.mark.parametrize("position", [-1, 3])
def test_moving_out_of_the_group_is_refused(group: ArtifactGroup, artifacts: list[Artifact], position: int) -> None:
    with pytest.raises(GroupError, match="from 0 to 2"):
        move_in_group(group=group, artifact=artifacts[0], position=position)
    assert order(group) == "abc"


def test_moving_what_is_not_inside_is_refused(group: ArtifactGroup, artifacts: list[Artifact]) -> None:
    with pytest.raises(NotInGroupError):
        move_in_group(group=group, artifact=artifacts[3], position=0)


@pytest.mark.parametrize(
    "change",
    [
        lambda group: update_group(group=group, name="Mine"),
        lambda group: update_group(group=group, description="Mine"),
        lambda group: add_to_group(group=group, artifacts=[Artifact.objects.get(name="d")]),
        lambda group: remove_from_group(group=group, artifact=Artifact.objects.get(name="a")),
        lambda group: move_in_group(group=group, artifact=Artifact.objects.get(name="a"), position=1),
        lambda group: delete_group(group=group),
    ],
    ids=["name", "description", "add", "remove", "move", "delete"],
)
def test_an_imported_group_refuses_to_change(
    imported: ArtifactGroup, change: Callable[[ArtifactGroup], object]
) -> None:
    with pytest.raises(ImportedGroupError, match="Copy it"):
        change(imported)
    assert order(imported) == "ab"
    imported.refresh_from_db()
    assert (imported.name, imported.description) == ("Imported", "")


def test_a_copy_of_an_imported_group_is_ones_own(imported: ArtifactGroup) -> None:
    copy = copy_group(group=imported)
    assert (copy.name, copy.collection) == ("Imported (copy)", None)
    assert order(copy) == "ab"
    remove_from_group(group=copy, artifact=Artifact.objects.get(name="a"))
    assert (order(copy), order(imported)) == ("b", "ab")


def test_copies_of_copies_find_free_names(group: ArtifactGroup) -> None:
    assert [copy_group(group=group).name for _ in range(3)] == [
        "Planning (copy)",
        "Planning (copy 2)",
        "Planning (copy 3)",
    ]


def test_a_copys_name_is_cut_to_fit(db: None) -> None:
    copy = copy_group(group=ArtifactGroupFactory(name="x" * 255))
    assert copy.name == "x" * 248 + " (copy)"


def test_a_copy_may_be_given_a_name(group: ArtifactGroup) -> None:
    assert copy_group(group=group, name=" Mine ").name == "Mine"
    with pytest.raises(GroupExistsError):
        copy_group(group=group, name="Mine")


def test_deleting_a_group_leaves_its_artifacts(group: ArtifactGroup) -> None:
    delete_group(group=group)
    assert not GroupMembership.objects.exists()
    assert Artifact.objects.count() == 4


def test_an_imported_group_that_its_collection_lost_can_be_deleted(imported: ArtifactGroup) -> None:
    imported.gone_at = imported.created_at
    imported.save()
    delete_group(group=imported)
    assert not ArtifactGroup.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_positions_stay_dense_when_several_add_at_once() -> None:
    artifacts = [ArtifactFactory(name=name) for name in "abcdef"]
    group = ArtifactGroupFactory()
    start = threading.Barrier(len(artifacts))
    failures: list[Exception] = []

    def add(artifact: Artifact) -> None:
        start.wait()
        try:
            add_to_group(group=group, artifacts=[artifact], position=0)
        except Exception as error:  # noqa: BLE001
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=[artifact]) for artifact in artifacts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(order(group)) == list("abcdef")
