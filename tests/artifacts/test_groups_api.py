"""Groups over the API."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artifacts.models import ArtifactGroup
from tests.api import Caller
from tests.factories import ArtifactFactory, ArtifactGroupFactory, ArtifactTagFactory, CollectionFactory

GROUPS = "/groups"
NOBODY = str(uuid4())


def made(api: Caller, name: str, **fields: Any) -> str:
    """The address of a new group."""
    response = api.post(GROUPS, {"name": name, **fields})
    assert response.status_code == 201, response.content
    return f"{GROUPS}/{response.json()['id']}"


def artifacts(number: int) -> list[str]:
    return [str(artifact.uuid) for artifact in ArtifactFactory.create_batch(number)]


def held(api: Caller, address: str) -> list[str]:
    """What is in a group, in order."""
    items = api.get(f"{address}/artifacts").json()["items"]
    assert [item["position"] for item in items] == list(range(len(items)))
    return [item["artifact"]["uuid"] for item in items]


def imported() -> str:
    """The address of a group that an import keeps."""
    group = ArtifactGroupFactory(
        name="Office", collection=CollectionFactory(name="Theirs"), artifacts=[ArtifactFactory()]
    )
    return f"{GROUPS}/{group.pk}"


def test_every_field_survives_making_reading_changing_and_reading(keeper: Caller) -> None:
    inside = artifacts(2)
    address = made(keeper, "Planning", description="About plans", artifact_uuids=inside[::-1])
    read = keeper.get(address).json()
    assert (read["name"], read["description"], read["artifact_count"]) == ("Planning", "About plans", 2)
    assert (read["collection"], read["gone_at"]) == (None, None)
    assert held(keeper, address) == inside[::-1]
    changed = keeper.patch(address, {"name": "Plans", "description": "More"})
    assert changed.status_code == 200
    assert keeper.get(address).json() == changed.json()
    assert (changed.json()["name"], changed.json()["description"]) == ("Plans", "More")


def test_a_change_leaves_what_is_not_sent_and_null_clears(keeper: Caller) -> None:
    address = made(keeper, "Planning", description="About plans")
    assert keeper.patch(address, {"name": "Plans"}).json()["description"] == "About plans"
    assert keeper.patch(address, {"description": None}).json()["description"] == ""
    assert keeper.patch(address, {"name": None}).status_code == 422


def test_artifacts_are_added_moved_and_taken_out(keeper: Caller) -> None:
    first, second, third, fourth = artifacts(4)
    address = made(keeper, "Planning", artifact_uuids=[first])
    added = keeper.post(f"{address}/artifacts", {"artifact_uuids": [fourth, third]})
    assert added.status_code == 201
    assert [(item["artifact"]["uuid"], item["position"]) for item in added.json()["items"]] == [(fourth, 1), (third, 2)]
    assert keeper.post(f"{address}/artifacts", {"artifact_uuids": [second], "position": 0}).json()["total"] == 1
    assert held(keeper, address) == [second, first, fourth, third]
    moved = keeper.patch(f"{address}/artifacts/{second}", {"position": 3})
    assert (moved.status_code, moved.json()["position"], moved.json()["artifact"]["uuid"]) == (200, 3, second)
    assert keeper.delete(f"{address}/artifacts/{first}").status_code == 204
    assert held(keeper, address) == [fourth, third, second]


def test_a_change_of_nothing_changes_nothing_whoever_keeps_the_group(keeper: Caller) -> None:
    for address in (made(keeper, "Planning", description="About plans"), imported()):
        before = keeper.get(address).json()
        answer = keeper.patch(address, {})
        assert (answer.status_code, answer.json()) == (200, before)


def test_a_group_is_updated_when_something_else_is_in_it_or_stands_elsewhere(keeper: Caller) -> None:
    first, second = artifacts(2)
    address = made(keeper, "Planning")
    made(keeper, "Later")
    seen = [keeper.get(address).json()["updated_at"]]
    for change, path, body in (
        (keeper.post, "", {"artifact_uuids": [first, second]}),
        (keeper.patch, f"/{first}", {"position": 1}),
        (keeper.post, "", {"artifact_uuids": artifacts(1), "position": 0}),
    ):
        assert change(f"{address}/artifacts{path}", body).status_code < 300
        seen.append(keeper.get(address).json()["updated_at"])
    assert keeper.delete(f"{address}/artifacts/{first}").status_code == 204
    seen.append(keeper.get(address).json()["updated_at"])
    assert len(set(seen)) == len(seen)
    assert seen == sorted(seen)
    assert [each["name"] for each in keeper.get(GROUPS, sort="-updated").json()["items"]] == ["Planning", "Later"]
    assert keeper.patch(f"{address}/artifacts/{second}", {"position": 1}).status_code == 200
    assert keeper.get(address).json()["updated_at"] == seen[-1]


def test_a_group_is_deleted_and_its_artifacts_stay(keeper: Caller) -> None:
    (inside,) = artifacts(1)
    address = made(keeper, "Planning", artifact_uuids=[inside])
    assert keeper.delete(address).status_code == 204
    assert keeper.get(address).status_code == 404
    assert keeper.get(f"/artifacts/{inside}").status_code == 200


def test_a_copy_can_be_changed(keeper: Caller) -> None:
    source = imported()
    copy, named = keeper.post(f"{source}/copy"), keeper.post(f"{source}/copy", {"name": "Mine"})
    assert (copy.status_code, copy.json()["name"], copy.json()["collection"]) == (201, "Office (copy)", None)
    assert named.json()["name"] == "Mine"
    address = f"{GROUPS}/{copy.json()['id']}"
    assert held(keeper, address) == held(keeper, source)
    assert keeper.patch(address, {"name": "Ours"}).status_code == 200
    assert keeper.post(f"{source}/copy", {"name": "Mine"}).status_code == 409


def test_what_an_import_keeps_is_only_read_and_copied(keeper: Caller) -> None:
    address = imported()
    (inside,) = held(keeper, address)
    assert keeper.get(address).json()["collection"]["name"] == "Theirs"
    for refused in (
        keeper.patch(address, {"name": "Mine"}),
        keeper.delete(address),
        keeper.post(f"{address}/artifacts", {"artifact_uuids": artifacts(1)}),
        keeper.patch(f"{address}/artifacts/{inside}", {"position": 0}),
        keeper.delete(f"{address}/artifacts/{inside}"),
    ):
        assert refused.status_code == 409
        assert "Copy it" in refused.json()["detail"]


def test_a_name_or_a_member_that_is_there_is_a_conflict(keeper: Caller) -> None:
    inside = artifacts(2)
    address = made(keeper, "Planning", artifact_uuids=inside[:1])
    other = made(keeper, "Other")
    assert keeper.post(GROUPS, {"name": "Planning"}).status_code == 409
    assert keeper.patch(other, {"name": "Planning"}).status_code == 409
    refused = keeper.post(f"{address}/artifacts", {"artifact_uuids": inside[::-1]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "artifact_uuids")
    assert held(keeper, address) == inside[:1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"description": "a\x00"}, "description"),
        ({"artifact_uuids": [NOBODY]}, "artifact_uuids"),
        ({"artifact_uuids": [NOBODY] * 1001}, "artifact_uuids"),
        ({"artifact_uuids": ["x"]}, "artifact_uuids.0"),
        ({"collection": NOBODY}, "collection"),
    ],
)
def test_what_cannot_be_made_is_refused_by_its_field(keeper: Caller, body: dict[str, Any], field: str) -> None:
    refused = keeper.post(GROUPS, {"name": "Planning", **body})
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == {field}
    assert not ArtifactGroup.objects.exists()


def test_what_cannot_be_added_or_moved_is_refused_by_its_field(keeper: Caller) -> None:
    first, second = artifacts(2)
    address = made(keeper, "Planning", artifact_uuids=[first])
    for refused, field in (
        (keeper.post(f"{address}/artifacts", {"artifact_uuids": []}), "artifact_uuids"),
        (keeper.post(f"{address}/artifacts", {"artifact_uuids": [second, second]}), "artifact_uuids"),
        (keeper.post(f"{address}/artifacts", {"artifact_uuids": [second, NOBODY]}), "artifact_uuids"),
        (keeper.post(f"{address}/artifacts", {"artifact_uuids": [second], "position": 2}), "position"),
        (keeper.patch(f"{address}/artifacts/{first}", {"position": 1}), "position"),
        (keeper.patch(f"{address}/artifacts/{first}", {"position": -1}), "position"),
    ):
        assert refused.status_code == 422
        assert {error["field"] for error in refused.json()["errors"]} == {field}
    assert held(keeper, address) == [first]


def test_everybody_reads_and_only_some_change(keeper: Caller, api: Caller) -> None:
    (inside,) = artifacts(1)
    address = made(keeper, "Planning", artifact_uuids=[inside])
    assert api.get(address).json() == keeper.get(address).json()
    assert held(api, address) == [inside]
    for refused, permission in (
        (api.post(GROUPS, {"name": "Mine"}), "add_artifactgroup"),
        (api.post(f"{address}/copy"), "add_artifactgroup"),
        (api.patch(address, {"name": "Mine"}), "change_artifactgroup"),
        (api.delete(address), "delete_artifactgroup"),
        (api.post(f"{address}/artifacts", {"artifact_uuids": [inside]}), "change_artifactgroup"),
        (api.patch(f"{address}/artifacts/{inside}", {"position": 0}), "change_artifactgroup"),
        (api.delete(f"{address}/artifacts/{inside}"), "change_artifactgroup"),
    ):
        assert refused.status_code == 403
        assert f"artifacts.{permission}" in refused.json()["detail"]


def test_what_does_not_exist_is_not_found(keeper: Caller) -> None:
    (stranger,) = artifacts(1)
    address, nowhere = made(keeper, "Planning"), f"{GROUPS}/{NOBODY}"
    for refused in (
        keeper.get(nowhere),
        keeper.patch(nowhere, {}),
        keeper.delete(nowhere),
        keeper.post(f"{nowhere}/copy"),
        keeper.get(f"{nowhere}/artifacts"),
        keeper.post(f"{nowhere}/artifacts", {"artifact_uuids": [stranger]}),
        *(keeper.patch(f"{address}/artifacts/{uuid}", {"position": 0}) for uuid in (stranger, NOBODY)),
        *(keeper.delete(f"{address}/artifacts/{uuid}") for uuid in (stranger, NOBODY)),
    ):
        assert (refused.status_code, refused.json()["type"]) == (404, "urn:deployment-sets:problem:not-found")


def test_groups_are_found_by_each_filter_and_come_in_pages(api: Caller) -> None:
    inside = ArtifactFactory()
    ArtifactGroupFactory(name="Plans", artifacts=[inside])
    office = ArtifactGroupFactory(name="Office", collection=CollectionFactory(), gone_at="2030-01-01T00:00:00Z")

    def names(**query: Any) -> list[str]:
        return [each["name"] for each in api.get(GROUPS, **query).json()["items"]]

    assert names() == ["Office", "Plans"]
    assert names(name="LAN") == ["Plans"]
    assert names(artifact=str(inside.uuid)) == ["Plans"]
    assert names(collection=str(office.collection_id)) == ["Office"]
    assert names(editable="true") == ["Plans"]
    assert names(gone="true") == ["Office"]
    assert names(sort="-name", limit=1) == ["Plans"]
    assert api.get(GROUPS, limit=1).json()["total"] == 2
    assert api.get(GROUPS, sort="size").status_code == 422


def test_twice_the_rows_take_as_many_queries(keeper: Caller) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert keeper.get(path).status_code == 200
        return len(captured)

    addresses = []
    for number in (3, 6):
        for name in range(number):
            ArtifactGroupFactory(collection=CollectionFactory(), artifacts=[ArtifactFactory()], name=f"{number}-{name}")
        inside = ArtifactFactory.create_batch(number)
        for artifact in inside:
            ArtifactTagFactory(artifact=artifact)
        group = ArtifactGroupFactory(artifacts=inside)
        addresses.append((queries(GROUPS), *(queries(f"{GROUPS}/{group.pk}{path}") for path in ("", "/artifacts"))))
    assert addresses[0] == addresses[1]
