"""Whatever sets there are: exported, imported elsewhere and exported again they are the same."""

import json
import re
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from artifacts.models import ArtifactGroup, Collection
from deployment_sets.exceptions import DeploymentSetError
from deployment_sets.models import DeploymentSet
from deployment_sets.portable.document import PortableDocument
from deployment_sets.portable.reading import document_of, format_of, parse
from deployment_sets.portable.writing import as_json, as_toml
from deployment_sets.services.exporting import export_set
from deployment_sets.services.importing import import_sets
from deployment_sets.services.sets import create_set
from profiles.enums import ArtifactType, Platform
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    ArtifactTagFactory,
    CollectionFactory,
    DeploymentSetFactory,
    DeploymentSetMemberFactory,
    UserFactory,
)

UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
NAMES = TEXT.map(str.strip).filter(bool)
TAGS = st.lists(st.text("az09_-", min_size=1, max_size=5), unique=True, max_size=3)
COLOURS = st.sampled_from(["", "#336699", "#000000"])
PLATFORMS = st.none() | st.lists(st.sampled_from([platform.value for platform in Platform]), min_size=1, unique=True)


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """Collections, artifacts, groups and sets as plain data; what refers to another does so by its index."""
    collections = draw(st.integers(1, 2))
    artifacts = draw(st.integers(1, 6))
    groups = draw(st.integers(0, 3))
    sets = draw(st.integers(1, 5))

    def some(count: int) -> list[int]:
        return draw(st.lists(st.sampled_from(range(count)), unique=True, max_size=4)) if count else []

    def members(index: int) -> list[tuple[str, int]]:
        inner = [index + 1 + each for each in some(sets - index - 1)]
        held = [("artifact", each) for each in some(artifacts)]
        held += [("group", each) for each in some(groups)] + [("set", each) for each in inner]
        return draw(st.permutations(held))

    return {
        "collections": [{"ref": draw(st.sampled_from(["", "main"]))} for _ in range(collections)],
        "artifacts": [
            {
                "collection": draw(st.sampled_from(range(collections))),
                "type": draw(st.sampled_from(ArtifactType)).value,
                "namespace": draw(TEXT),
                # Numbered, so that no two are the same one.
                "name": f"{draw(NAMES)}{index}",
                "description": draw(TEXT),
                "tags": draw(TAGS),
                "target_platforms": draw(PLATFORMS),
            }
            for index in range(artifacts)
        ],
        "groups": [
            {
                "collection": draw(st.none() | st.sampled_from(range(collections))),
                "name": f"{draw(NAMES)}{index}",
                "description": draw(TEXT),
                "artifacts": some(artifacts),
            }
            for index in range(groups)
        ],
        "sets": [
            {
                "name": draw(NAMES),
                "description": draw(TEXT),
                "color": draw(COLOURS),
                "icon": draw(TEXT.map(str.strip)),
                "tags": draw(TAGS),
                "members": members(index),
            }
            for index in range(sets)
        ],
    }


def shared(graph: dict[str, Any], *, imported_only: bool = False) -> tuple[list[Any], list[Any]]:
    """What everybody shares, made anew: all of it, or only what the imports of collections make."""
    collections = [
        CollectionFactory(name=f"Collection {index}", source=f"/nowhere/{index}", **one)
        for index, one in enumerate(graph["collections"])
    ]
    artifacts = [
        ArtifactFactory(
            files={},
            collection=collections[one["collection"]],
            **{key: one[key] for key in ("type", "namespace", "name", "description")},
            target_platforms=None if imported_only else one["target_platforms"],
        )
        for one in graph["artifacts"]
    ]
    for artifact, one in zip(artifacts, graph["artifacts"], strict=True):
        for tag in () if imported_only else one["tags"]:
            ArtifactTagFactory(artifact=artifact, name=tag)
    groups = [
        ArtifactGroupFactory(
            name=one["name"],
            description=one["description"],
            collection=None if one["collection"] is None else collections[one["collection"]],
            artifacts=[artifacts[each] for each in one["artifacts"]],
        )
        if not imported_only or one["collection"] is not None
        else None
        for one in graph["groups"]
    ]
    return artifacts, groups


def stored(graph: dict[str, Any], owner: User) -> DeploymentSet:
    """The first set of `graph`, made with all that it needs and has beside it."""
    artifacts, groups = shared(graph)
    sets = [
        create_set(owner=owner, **{key: value for key, value in one.items() if key != "members"})
        for one in graph["sets"]
    ]
    for one, row in zip(graph["sets"], sets, strict=True):
        for position, (kind, index) in enumerate(one["members"]):
            key, targets = {
                "artifact": ("artifact", artifacts),
                "group": ("group", groups),
                "set": ("member_set", sets),
            }[kind]
            DeploymentSetMemberFactory(set=row, position=position, **{key: targets[index]})
    return sets[0]


def without_ids(document: PortableDocument) -> str:
    """The document, each id in it replaced by its turn to come."""
    turns: dict[str, str] = {}
    return UUIDS.sub(lambda found: turns.setdefault(found[0], f"#{len(turns)}"), as_json(document))


def exported(owner: User, one: DeploymentSet) -> PortableDocument:
    return export_set(owner=owner, set_id=one.pk)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(graphs())
def test_sets_are_the_same_for_another_owner_and_on_an_empty_server(owner: User, graph: dict[str, Any]) -> None:
    with transaction.atomic():
        document = exported(owner, stored(graph, owner))
        assert parse(as_toml(document), "toml") == parse(as_json(document), "json") == document
        text = as_toml(document)

        friend = UserFactory(is_superuser=True)
        there = import_sets(owner=friend, document=parse(text, format_of(text)))
        assert there.notes == []
        assert without_ids(exported(friend, there.root)) == without_ids(document)

        DeploymentSet.objects.all().delete()
        ArtifactGroup.objects.all().delete()
        Collection.objects.all().delete()
        shared(graph, imported_only=True)
        again = import_sets(owner=friend, document=document, artifact_metadata=True)
        assert again.notes == []
        assert without_ids(exported(friend, again.root)) == without_ids(document)
        transaction.set_rollback(True)


@pytest.mark.parametrize("table", ["sets", "groups", "collections", "artifacts"])
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(graph=graphs(), chance=st.data())
def test_whatever_one_mistake_does_to_a_document_it_is_told_and_nothing_is_stored(
    owner: User, table: str, graph: dict[str, Any], chance: st.DataObject
) -> None:
    with transaction.atomic():
        data = json.loads(as_json(exported(owner, stored(graph, owner))))
        before = DeploymentSet.objects.count(), ArtifactGroup.objects.count()
        rows = data.get(table, [])
        if rows:
            row = chance.draw(st.sampled_from(rows))
            key = chance.draw(st.sampled_from(sorted(row)))
            row[key] = chance.draw(
                st.sampled_from(["", "\x00", "x" * 70_000, 7, None, True, [], {}, [[]], "\ud800", "00" * 16, -1.5])
            )
        friend = UserFactory(is_superuser=True)
        try:
            import_sets(owner=friend, document=document_of(data))
        except DeploymentSetError as error:
            assert str(error)
            assert (DeploymentSet.objects.count(), ArtifactGroup.objects.count()) == before
        transaction.set_rollback(True)


def test_what_is_nested_is_imported_once_however_often_it_is_met(owner: User) -> None:
    inner = DeploymentSetFactory(owner=owner, name="Inner", members=[ArtifactFactory()])
    middle = [DeploymentSetFactory(owner=owner, name=f"Middle {number}", members=[inner]) for number in range(2)]
    document = exported(owner, DeploymentSetFactory(owner=owner, name="Outer", members=[*middle, inner]))
    assert [one.name for one in document.sets] == ["Outer", "Middle 0", "Inner", "Middle 1"]
    assert len(import_sets(owner=UserFactory(), document=document).sets) == 4
