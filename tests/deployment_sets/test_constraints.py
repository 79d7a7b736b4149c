"""What the database itself refuses, whoever writes, and the names its schema carries."""

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import User
from deployment_sets.models import DeploymentSet, DeploymentSetMember, DeploymentSetTag
from tests.factories import ArtifactFactory, ArtifactGroupFactory, DeploymentSetFactory


def insert(
    set_id: UUID, *, artifact: UUID | None = None, group: UUID | None = None, member_set: UUID | None = None
) -> None:
    """A member's row by SQL alone, past every line of Python that would object."""
    key = DeploymentSet._meta.pk

    keys = [key.get_db_prep_value(value, connection) for value in (uuid4(), set_id, artifact, group, member_set)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {DeploymentSetMember._meta.db_table} "
            "(id, set_id, artifact_id, group_id, member_set_id, position, created_at) "
            "VALUES (%s, %s, %s, %s, %s, 0, %s)",
            [*keys, timezone.now()],
        )


@pytest.fixture
def outer(owner: User) -> DeploymentSet:
    return DeploymentSetFactory(owner=owner)


def test_a_row_with_one_reference_of_each_kind_is_taken(owner: User, outer: DeploymentSet) -> None:
    insert(outer.pk, artifact=ArtifactFactory(files={}).pk)
    insert(outer.pk, group=ArtifactGroupFactory().pk)
    insert(outer.pk, member_set=DeploymentSetFactory(owner=owner).pk)
    assert outer.members.count() == 3


def test_a_row_without_a_reference_is_refused(outer: DeploymentSet) -> None:
    with pytest.raises(IntegrityError, match="deployment_set_member_one_reference"):
        insert(outer.pk)


@pytest.mark.parametrize("left_out", ["artifact", "group", "member_set", None])
def test_a_row_with_several_references_is_refused(owner: User, outer: DeploymentSet, left_out: str | None) -> None:
    references = {
        "artifact": ArtifactFactory(files={}).pk,
        "group": ArtifactGroupFactory().pk,
        "member_set": DeploymentSetFactory(owner=owner).pk,
    }
    with pytest.raises(IntegrityError, match="deployment_set_member_one_reference"):
        insert(outer.pk, **{name: target for name, target in references.items() if name != left_out})


def test_a_row_that_puts_a_set_into_itself_is_refused(outer: DeploymentSet) -> None:
    with pytest.raises(IntegrityError, match="deployment_set_member_not_itself"):
        insert(outer.pk, member_set=outer.pk)


@pytest.mark.parametrize("kind", ["artifact", "group", "member_set"])
def test_a_second_row_for_the_same_thing_is_refused(owner: User, outer: DeploymentSet, kind: str) -> None:
    references = {
        "artifact": ArtifactFactory(files={}).pk,
        "group": ArtifactGroupFactory().pk,
        "member_set": DeploymentSetFactory(owner=owner).pk,
    }
    reference = {kind: references[kind]}
    insert(outer.pk, **reference)
    with pytest.raises(IntegrityError):
        insert(outer.pk, **reference)
    insert(DeploymentSetFactory(owner=owner).pk, **reference)


def test_the_same_tag_twice_on_one_set_is_refused(outer: DeploymentSet) -> None:
    DeploymentSetTag.objects.create(set=outer, name="web")
    with pytest.raises(IntegrityError), transaction.atomic():
        DeploymentSetTag.objects.create(set=outer, name="web")


def test_a_model_that_is_wrong_says_so_before_the_database_does(outer: DeploymentSet) -> None:
    with pytest.raises(Exception, match="exactly one of an artifact, a group or a set"):
        DeploymentSetMember(set=outer, position=0).full_clean()
    with pytest.raises(Exception, match="A set cannot contain itself"):
        DeploymentSetMember(set=outer, member_set=outer, position=0).full_clean()


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("deployment_set_member_set_id", ["set_id"]),
        ("deployment_set_member_child", ["member_set_id"]),
        ("deployment_set_member_position", ["set_id", "position"]),
    ],
)
def test_the_schema_has_the_indexes_that_walking_a_set_needs(db: None, name: str, columns: list[str]) -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, DeploymentSetMember._meta.db_table)
    assert found[name]["index"]
    assert found[name]["columns"] == columns


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("deployment_set_member_artifact", ["set_id", "artifact_id"]),
        ("deployment_set_member_group", ["set_id", "group_id"]),
        ("deployment_set_member_set", ["set_id", "member_set_id"]),
    ],
)
def test_the_schema_has_a_unique_constraint_for_each_kind(db: None, name: str, columns: list[str]) -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, DeploymentSetMember._meta.db_table)
    assert found[name]["unique"]
    assert found[name]["columns"] == columns


@pytest.mark.parametrize("name", ["deployment_set_member_one_reference", "deployment_set_member_not_itself"])
def test_the_schema_has_the_named_checks(db: None, name: str) -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, DeploymentSetMember._meta.db_table)
    assert found[name]["check"]


@pytest.mark.parametrize(
    "name", ["deployment_set_owner_name", "deployment_set_owner_updated", "deployment_set_owner_created"]
)
def test_the_schema_has_an_index_for_every_sort(db: None, name: str) -> None:
    with connection.cursor() as cursor:
        assert name in connection.introspection.get_constraints(cursor, DeploymentSet._meta.db_table)
