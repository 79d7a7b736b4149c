"""What lists of artifacts, groups, collections, imports and files hold, and that long ones cost no more queries."""

from collections.abc import Callable, Iterable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.ordering import Sort
from artifacts.exceptions import FileNotInArtifactError
from artifacts.models import Artifact, Collection
from artifacts.queries import (
    CollectionCounts,
    collection_counts,
    content_of,
    file_of,
    files_of,
    imports_of,
    list_artifacts,
    list_collections,
    list_groups,
    member_counts,
    members_of,
)
from profiles.enums import ArtifactType, Platform
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    ArtifactTagFactory,
    CollectionFactory,
    CollectionImportFactory,
)

pytestmark = pytest.mark.django_db

GONE = "2026-01-01T00:00:00Z"


def names(rows: Iterable[Artifact]) -> list[str]:
    return [row.name for row in rows]


@pytest.fixture
def shelf(db: None) -> list[Artifact]:
    pdf = ArtifactFactory(name="pdf", target_platforms=["codex"])
    return [
        ArtifactTagFactory(artifact=pdf, name="office").artifact,
        ArtifactFactory(name="Übung", type="rule", namespace="school"),
        ArtifactFactory(name="pdf", type="agent", gone_at=GONE),
        ArtifactFactory(name="a_100%", type="mcp", target_platforms=["cursor", "gemini"]),
    ]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", ["a_100%", "pdf", "pdf", "Übung"]),
        ("PD", ["pdf", "pdf"]),
        ("übung", ["Übung"]),
        ("0%", ["a_100%"]),
        ("_", ["a_100%"]),
        ("skill:pdf", ["pdf"]),
        ("Skill:P", ["pdf"]),
        ("skill:", ["pdf"]),
        (" rule:übu ", ["Übung"]),
        ("spell:pdf", []),
        ("00000000-0000-4000-8000-000000000000", []),
        ("x" * 300, []),
        ("a\x00", []),
    ],
)
def test_artifacts_are_searched_by_name_and_by_type_with_name(
    shelf: list[Artifact], search: str, found: list[str]
) -> None:
    assert names(list_artifacts(search=search)) == found


def test_an_artifact_is_found_by_its_uuid(shelf: list[Artifact]) -> None:
    for artifact in shelf:
        assert list(list_artifacts(search=str(artifact.uuid))) == [artifact]


def test_a_name_may_hold_a_colon(db: None) -> None:
    artifact = ArtifactFactory(name="skill:x", type="mcp")
    assert list(list_artifacts(search="skill:x")) == [artifact]


def test_artifacts_are_filtered_by_each_of_their_properties(shelf: list[Artifact]) -> None:
    pdf, rule, gone, server = shelf
    assert list(list_artifacts(type=ArtifactType.RULE)) == [rule]
    assert set(list_artifacts(platform=Platform.CODEX)) == {pdf, rule, gone}
    assert list(list_artifacts(collection=server.collection_id)) == [server]
    assert list(list_artifacts(namespace="school")) == [rule]
    assert rule not in list_artifacts(namespace="")
    assert list(list_artifacts(tag="office")) == [pdf]
    assert list(list_artifacts(gone=True)) == [gone]
    assert gone not in list_artifacts(gone=False)
    assert list(list_artifacts(search="pdf", type=ArtifactType.SKILL, tag="office", gone=False)) == [pdf]
    assert not list_artifacts(tag="a\x00").exists()
    assert not list_artifacts(namespace="\ud800").exists()


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("name", ["alpha", "Beta", "gamma"]),
        ("-name", ["gamma", "Beta", "alpha"]),
        ("created", ["gamma", "alpha", "Beta"]),
        ("-updated", ["Beta", "alpha", "gamma"]),
    ],
)
def test_lists_are_sorted_as_asked(db: None, sort: Sort, found: list[str]) -> None:
    for name in ("gamma", "alpha", "Beta"):
        ArtifactFactory(name=name, collection=CollectionFactory(name=name))
        ArtifactGroupFactory(name=name)
    assert names(list_artifacts(sort=sort)) == found
    assert [group.name for group in list_groups(sort=sort)] == found
    assert [collection.name for collection in list_collections(sort=sort)] == found


def test_groups_are_filtered_by_each_of_their_properties(db: None) -> None:
    artifact = ArtifactFactory()
    plans = ArtifactGroupFactory(name="Plans", artifacts=[ArtifactFactory(), artifact])
    imported = ArtifactGroupFactory(name="Reviews", collection=CollectionFactory(), gone_at=GONE)
    assert list(list_groups(name="PLAN")) == [plans]
    assert list(list_groups(artifact=artifact.pk)) == [plans]
    assert list(list_groups(collection=imported.collection_id)) == [imported]
    assert list(list_groups(editable=True)) == [plans]
    assert list(list_groups(editable=False)) == [imported]
    assert list(list_groups(gone=True)) == [imported]
    assert member_counts([plans, imported]) == {plans.pk: 2}
    assert [membership.artifact for membership in members_of(plans)][1] == artifact


def test_collections_are_filtered_and_counted(db: None) -> None:
    full = CollectionFactory(name="Full", source="/nowhere/agents")
    empty = CollectionFactory(name="Empty", kind=Collection.Kind.GIT)
    for gone_at in (None, None, GONE):
        ArtifactFactory(collection=full, gone_at=gone_at)
        ArtifactGroupFactory(collection=full, gone_at=gone_at)
    assert list(list_collections(name="FUL")) == [full]
    assert list(list_collections(kind=Collection.Kind.GIT)) == [empty]
    assert collection_counts([full, empty]) == {full.pk: CollectionCounts(2, 1, 2), empty.pk: CollectionCounts()}


def test_imports_are_listed_newest_first_with_the_counts_of_their_reports(db: None) -> None:
    collection = CollectionFactory()
    CollectionImportFactory()
    first = CollectionImportFactory(collection=collection, report={"counts": {"added": 3}, "artifacts": [1] * 9})
    second = CollectionImportFactory(collection=collection, state="failed")
    found = list(imports_of(collection))
    assert found == [second, first]
    assert [getattr(each, "counts") for each in found] == [None, {"added": 3}]  # noqa: B009 - annotated
    assert found[0].get_deferred_fields() == {"report"}


def test_files_are_listed_without_their_bytes_and_read_one_by_one(db: None) -> None:
    artifact = ArtifactFactory(files={"SKILL.md": "Text.\n", "run.sh*": b"\x00\xff"})
    assert [(file.path, file.size, file.executable) for file in files_of(artifact)] == [
        ("SKILL.md", 6, False),
        ("run.sh", 2, True),
    ]
    file = file_of(artifact, "run.sh")
    assert (file.data, file.executable, file.sha256) == (b"\x00\xff", True, files_of(artifact)[1].sha256)
    with pytest.raises(FileNotInArtifactError, match=r"holds no file 'run\.py'"):
        file_of(artifact, "run.py")


def test_an_artifact_without_content_has_no_files(db: None) -> None:
    artifact = ArtifactFactory(files={})
    assert files_of(artifact) == []
    assert content_of(artifact) == ()
    with pytest.raises(FileNotInArtifactError):
        file_of(artifact, "")


def queries(read: Callable[[], object]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        read()
    return [query["sql"] for query in captured.captured_queries]


def read_everything() -> None:
    for artifact in list_artifacts():
        assert artifact.tags
        assert artifact.collection.name
        assert artifact.version is not None
    for membership in members_of(list_groups()[0]):
        assert membership.artifact.tags
        assert membership.artifact.collection.name
    groups = list(list_groups())
    member_counts(groups)
    assert any(group.collection is not None for group in groups)
    collections = list(list_collections())
    collection_counts(collections)
    list(imports_of(collections[0]))


def test_twice_the_rows_take_as_many_queries_and_none_reads_bytes(db: None) -> None:
    first_group, first_collection = ArtifactGroupFactory(name="0"), CollectionFactory(name="0")

    def more() -> None:
        for number in range(3):
            artifact = ArtifactFactory()
            ArtifactTagFactory(artifact=artifact)
            first_group.memberships.create(artifact=artifact, position=first_group.memberships.count() + number)
            ArtifactGroupFactory(collection=artifact.collection)
            CollectionImportFactory(collection=first_collection)

    more()
    before = queries(read_everything)
    more()
    after = queries(read_everything)
    assert len(after) == len(before)
    assert not [sql for sql in after if "artifacts_blob" in sql]
