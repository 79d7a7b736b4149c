"""Collections and their imports over the API."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from artifacts.models import Collection, CollectionImport
from artifacts.services.importing import begin_import
from tests.api import Caller
from tests.artifacts.sources import labels, skill, write_files
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    CollectionFactory,
    CollectionImportFactory,
    UserFactory,
)

COLLECTIONS = "/collections"
NOBODY = str(uuid4())


@pytest.fixture
def adder(db: None, settings: Settings) -> Caller:
    """The API as somebody uses it who may add collections, and nothing more."""
    settings.AUTH_ENABLED = True
    user = UserFactory(username="adder")
    user.user_permissions.add(Permission.objects.get(codename="add_collection"))
    return Caller(user)


@pytest.fixture
def tools(source: Path) -> Path:
    """A folder with a skill, and a command that no layout explains."""
    return write_files(source, {"skills/x/SKILL.md": skill("x"), "tools/y.md": "Y."})


def made(api: Caller, source: Path, **fields: Any) -> str:
    """The address of a new collection."""
    response = api.post(COLLECTIONS, {"source": str(source), **fields})
    assert response.status_code == 201, response.content
    return f"{COLLECTIONS}/{response.json()['id']}"


def failure(response: Any) -> dict[str, Any]:
    """The problem with which a failed import is answered."""
    problem: dict[str, Any] = response.json()
    assert (response.status_code, problem["type"]) == (422, "urn:deployment-sets:problem:import-failed")
    assert problem["errors"] == []
    return problem


def test_every_field_survives_making_reading_changing_and_reading(keeper: Caller, tools: Path) -> None:
    address = made(keeper, tools, name="Tools", mappings=["tools/*.md=command"])
    read = keeper.get(address).json()
    assert (read["name"], read["source"], read["ref"], read["kind"]) == ("Tools", str(tools), "", "folder")
    assert read["mappings"] == ["tools/*.md=command"]
    assert (read["artifact_count"], read["gone_count"], read["group_count"]) == (2, 0, 0)
    assert keeper.patch(address, {"name": "Things"}).json() == keeper.get(address).json()
    assert keeper.get(address).json()["name"] == "Things"
    again = {"name": "Stuff", "mappings": ["tools/*.md=rule"]}
    assert keeper.post(f"{address}/import", again).status_code == 201
    read = keeper.get(address).json()
    assert (read["name"], read["mappings"]) == ("Stuff", ["tools/*.md=rule"])
    assert (read["artifact_count"], read["gone_count"]) == (2, 1)


def test_the_first_import_is_answered_with_its_report(keeper: Caller, tools: Path) -> None:
    answer = keeper.post(COLLECTIONS, {"source": str(tools)}).json()
    done = answer["last_import"]
    assert (answer["name"], done["state"], done["error"]) == ("source", "done", "")
    assert (done["progress_done"], done["progress_total"]) == (1, 1)
    assert done["counts"]["added"] == 1
    assert done["report"]["other_files"] == ["tools/y.md"]
    assert keeper.get(f"/imports/{done['id']}").json() == done
    assert labels() == ["skill:x"]


def test_a_failed_first_import_can_be_read_repeated_and_cleared_away(keeper: Caller, source: Path) -> None:
    write_files(source, {"tools/y.md": "Y."})
    problem = failure(keeper.post(COLLECTIONS, {"source": str(source)}))
    assert '"mappings": ["tools/*.md=command"]' in problem["detail"]
    assert f"/api/v1/imports/{problem['import_id']}" in problem["detail"]
    failed = keeper.get(f"/imports/{problem['import_id']}").json()
    assert (failed["state"], failed["counts"]["added"]) == ("failed", 0)
    assert failed["error"] in problem["detail"]
    address = f"{COLLECTIONS}/{failed['collection_id']}"
    again = failure(keeper.post(f"{address}/import", {}))
    assert keeper.get(f"/imports/{again['import_id']}").json()["collection_id"] == failed["collection_id"]
    assert again["import_id"] != problem["import_id"]
    assert keeper.delete(address).status_code == 204
    assert keeper.get(address).status_code == 404
    assert keeper.get(f"/imports/{failed['id']}").status_code == 404


def test_a_failed_first_import_is_tried_again_with_what_was_missing(adder: Caller, source: Path) -> None:
    write_files(source, {"tools/y.md": "Y."})
    failure(adder.post(COLLECTIONS, {"source": str(source)}))
    read = adder.get(made(adder, source, name="Tools", mappings=["tools/*.md=command"])).json()
    assert (read["name"], read["mappings"], read["artifact_count"]) == ("Tools", ["tools/*.md=command"], 1)
    assert [each["state"] for each in adder.get(f"{COLLECTIONS}/{read['id']}/imports").json()["items"]] == [
        "done",
        "failed",
    ]
    assert adder.post(COLLECTIONS, {"source": str(source)}).status_code == 409


def test_a_source_that_cannot_be_reached_is_said_to_have_failed(
    keeper: Caller, source: Path, settings: Settings
) -> None:
    settings.IMPORT_GIT_PROTOCOLS = ["file"]
    problem = failure(keeper.post(COLLECTIONS, {"source": f"file://{source}"}))
    assert "mappings" not in problem["detail"]
    assert keeper.get(f"/imports/{problem['import_id']}").json()["report"] == {}


def test_where_something_was_imported_once_a_failed_import_leaves_it_known(keeper: Caller, tools: Path) -> None:
    address = made(keeper, tools)
    (tools / "skills/x/SKILL.md").unlink()
    assert "any more" in failure(keeper.post(f"{address}/import", {}))["detail"]
    refused = keeper.post(COLLECTIONS, {"source": str(tools), "mappings": ["tools/*.md=command"]})
    assert (refused.status_code, refused.json()["import_id"]) == (409, None)


def test_importing_again_brings_it_up_to_date(keeper: Caller, tools: Path) -> None:
    address = made(keeper, tools)
    (tools / "skills/x/SKILL.md").unlink()
    write_files(tools, {"skills/z/SKILL.md": skill("z")})
    done = keeper.post(f"{address}/import", {}).json()
    assert (done["counts"]["added"], done["counts"]["gone"]) == (1, 1)
    listed = keeper.get(f"{address}/imports").json()
    assert listed["total"] == 2
    assert [each["counts"]["added"] for each in listed["items"]] == [1, 1]
    assert listed["items"][0] == {name: value for name, value in done.items() if name != "report"}


def test_it_is_kept_who_imported(keeper: Caller, tools: Path) -> None:
    address = made(keeper, tools)
    keeper.post(f"{address}/import", {})
    assert {each.started_by for each in CollectionImport.objects.all()} == {User.objects.get(username="keeper")}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"source": "/"}, "source"),
        ({"source": " "}, "source"),
        ({"source": "-x"}, "source"),
        ({"source": "https://user:password@example.org/x.git"}, "source"),
        ({"source": "file:///etc"}, "source"),
        ({"source": "a\x00"}, "source"),
        ({"ref": "main"}, "source"),
        ({"mappings": ["x"]}, "mappings"),
        ({"mappings": ["x=spell"]}, "mappings"),
        ({"mappings": "x=rule"}, "mappings"),
        ({"name": "x" * 256}, "name"),
        ({"kind": "own"}, "kind"),
    ],
)
def test_what_cannot_be_imported_is_refused_by_its_field(
    keeper: Caller, tools: Path, body: dict[str, Any], field: str
) -> None:
    refused = keeper.post(COLLECTIONS, {"source": str(tools), **body})
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == {field}
    assert not Collection.objects.exists()


def test_a_refusal_tells_nothing_of_what_lies_outside_the_roots(keeper: Caller, source: Path, tmp_path: Path) -> None:
    secret = write_files(tmp_path.resolve() / "secret", {"plans": "", "skills/x/SKILL.md": skill("x")})
    (source / "link").symlink_to(secret)
    told = set()
    for folder in (secret, source / "link"):
        for path in (folder, folder / "plans", folder / "none"):
            refused = keeper.post(COLLECTIONS, {"source": str(path)})
            assert refused.status_code == 422
            assert "IMPORT_ROOTS" in refused.json()["detail"]
            told.add(refused.json()["detail"].replace(repr(str(path)), "PATH"))
    assert len(told) == 1
    assert "secret" not in told.pop()


@pytest.mark.parametrize("path", [".", "mine", "./-mine", "~", "~/mine", "~root", "~nobody-has-this-name", "-x"])
def test_a_folder_is_named_in_full(keeper: Caller, source: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    write_files(source / "mine", {"skills/x/SKILL.md": skill("x")})
    monkeypatch.chdir(source)
    monkeypatch.setenv("HOME", str(source))
    refused = keeper.post(COLLECTIONS, {"source": path})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "source")
    assert repr(path) in refused.json()["detail"]
    assert "beginning with '/'" in refused.json()["detail"]
    assert str(source) not in refused.json()["detail"]


def test_what_stands_in_the_way_is_a_conflict(keeper: Caller, tools: Path) -> None:
    other = CollectionFactory(name="Theirs")
    address = made(keeper, tools)
    for refused, said in (
        (keeper.post(COLLECTIONS, {"source": str(tools)}), "Import that one again"),
        (keeper.post(COLLECTIONS, {"source": str(tools / "skills"), "name": "Theirs"}), "Choose another"),
        (keeper.post(f"{address}/import", {"name": "Theirs"}), "Choose another"),
        (keeper.patch(address, {"name": "Theirs"}), "Choose another"),
        (keeper.delete(address), "has artifacts"),
    ):
        assert refused.status_code == 409, said
        assert said in refused.json()["detail"]
    assert set(Collection.objects.values_list("name", flat=True)) == {"source", other.name}


def test_while_it_is_imported_others_wait(keeper: Caller, tools: Path) -> None:
    pending = begin_import(source=str(tools))
    address = f"{COLLECTIONS}/{pending.collection_import.collection_id}"
    with pending.lock:
        for refused in (keeper.post(f"{address}/import", {}), keeper.delete(address)):
            assert (refused.status_code, refused.json()["type"]) == (409, "urn:deployment-sets:problem:busy")
        assert keeper.get(f"/imports/{pending.collection_import.pk}").json()["state"] == "running"


def test_what_is_made_here_cannot_be_imported(keeper: Caller) -> None:
    keeper.post("/artifacts", {"type": "rule", "name": "x", "files": {"": {"text": "Be kind."}}})
    (own,) = keeper.get(COLLECTIONS, kind="own").json()["items"]
    assert (own["name"], own["artifact_count"]) == ("Made here", 1)
    refused = keeper.post(f"{COLLECTIONS}/{own['id']}/import", {})
    assert refused.status_code == 409
    assert "made here" in refused.json()["detail"]


def test_what_an_import_is_asked_wrongly_is_refused_by_its_field(keeper: Caller, tools: Path) -> None:
    address = made(keeper, tools)
    for body, field in (({"mappings": ["x="]}, "mappings"), ({"source": "/"}, "source")):
        refused = keeper.post(f"{address}/import", body)
        assert refused.status_code == 422
        assert {error["field"] for error in refused.json()["errors"]} == {field}
    assert keeper.patch(address, {"name": None}).status_code == 422
    assert CollectionImport.objects.count() == 1


def test_a_change_of_nothing_changes_nothing(keeper: Caller, tools: Path) -> None:
    address = made(keeper, tools)
    before = keeper.get(address).json()
    answer = keeper.patch(address, {})
    assert (answer.status_code, answer.json()) == (200, before)


def test_everybody_reads_and_only_some_change(keeper: Caller, api: Caller, tools: Path) -> None:
    address = made(keeper, tools)
    for path in (address, f"{address}/imports", COLLECTIONS, f"/imports/{CollectionImport.objects.get().pk}"):
        assert api.get(path).status_code == 200
        assert api.get(path).json() == keeper.get(path).json()
    for refused, permission in (
        (api.post(COLLECTIONS, {"source": str(tools / "skills")}), "add_collection"),
        (api.patch(address, {"name": "Mine"}), "change_collection"),
        (api.post(f"{address}/import", {}), "change_collection"),
        (api.delete(address), "delete_collection"),
    ):
        assert refused.status_code == 403
        assert f"artifacts.{permission}" in refused.json()["detail"]


def test_what_does_not_exist_is_not_found(keeper: Caller) -> None:
    nowhere = f"{COLLECTIONS}/{NOBODY}"
    for refused in (
        keeper.get(nowhere),
        keeper.patch(nowhere, {"name": "x"}),
        keeper.delete(nowhere),
        keeper.post(f"{nowhere}/import", {}),
        keeper.get(f"{nowhere}/imports"),
        keeper.get(f"/imports/{NOBODY}"),
    ):
        assert (refused.status_code, refused.json()["type"]) == (404, "urn:deployment-sets:problem:not-found")


def test_collections_are_found_by_each_filter_and_come_in_pages(api: Caller) -> None:
    CollectionFactory(name="Ärger", source="/nowhere/agents")
    CollectionFactory(name="Beta", kind=Collection.Kind.GIT)

    def names(**query: Any) -> list[str]:
        return [each["name"] for each in api.get(COLLECTIONS, **query).json()["items"]]

    assert names(name="ärg") == ["Ärger"]
    assert names(kind="git") == ["Beta"]
    assert names(sort="-created", limit=1) == ["Beta"]
    assert api.get(COLLECTIONS, limit=1).json()["total"] == 2
    assert api.get(COLLECTIONS, kind="svn").status_code == 422


def test_twice_the_rows_take_as_many_queries(api: Caller) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200
        return len(captured)

    counted = []
    for number in (3, 6):
        for collection in CollectionFactory.create_batch(number):
            ArtifactFactory.create_batch(2, collection=collection, files={})
            ArtifactGroupFactory(collection=collection)
            CollectionImportFactory.create_batch(number, collection=collection)
        counted.append(
            (queries(COLLECTIONS), *(queries(f"{COLLECTIONS}/{collection.pk}{path}") for path in ("", "/imports")))
        )
    assert counted[0] == counted[1]
