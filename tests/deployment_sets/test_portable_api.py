"""Taking sets elsewhere over the API."""

import json
import tomllib
from typing import Any

import pytest

from accounts.models import User
from deployment_sets.models import DeploymentSet
from projects.models import Project
from tests.api import Caller
from tests.factories import ArtifactFactory, DeploymentProfileFactory, DeploymentSetFactory, ProjectFactory

SETS = "/deployment-sets"


@pytest.fixture
def outer(owner: User) -> DeploymentSet:
    """A set that holds another, which holds an artifact."""
    inner = DeploymentSetFactory(owner=owner, name="Inner", members=[ArtifactFactory(name="pdf")])
    outer: DeploymentSet = DeploymentSetFactory(owner=owner, name="Outer", members=[inner])
    return outer


def without_ids(document: dict[str, Any]) -> list[tuple[str, int]]:
    return [(each["name"], len(each.get("members", []))) for each in document["sets"]]


@pytest.mark.parametrize("form", ["json", "toml"])
def test_what_is_exported_can_be_imported_by_somebody_else(
    api: Caller, other_api: Caller, outer: DeploymentSet, form: str
) -> None:
    exported = api.get(f"{SETS}/{outer.pk}/export", format=form)
    assert exported.status_code == 200
    assert exported.headers["Content-Type"] == f"application/{form}; charset=utf-8"
    assert exported.headers["Content-Disposition"] == f'attachment; filename="outer.{form}"'
    body = {"document": exported.json()} if form == "json" else {"toml": exported.content.decode()}
    planned = other_api.post(f"{SETS}/import", {**body, "dry_run": True})
    assert planned.status_code == 200
    assert other_api.get(SETS).json()["total"] == 0
    made = other_api.post(f"{SETS}/import", body)
    assert (made.status_code, [each["name"] for each in made.json()["sets"]]) == (201, ["Outer", "Inner"])
    again = other_api.get(f"{SETS}/{made.json()['sets'][0]['id']}/export").json()
    assert without_ids(again) == [("Outer", 1), ("Inner", 1)]


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ('../a/b"; x=y', 'filename="ab-xy.json"'),
        (
            "\N{LATIN CAPITAL LETTER E WITH ACUTE}t\N{LATIN SMALL LETTER E WITH ACUTE}",
            "filename*=utf-8''%C3%A9t%C3%A9.json",
        ),
        ("?", 'filename="set.json"'),
    ],
)
def test_an_export_is_a_file_named_after_its_set(api: Caller, owner: User, name: str, named: str) -> None:
    exported = api.get(f"{SETS}/{DeploymentSetFactory(owner=owner, name=name).pk}/export")
    assert exported.headers["Content-Disposition"] == f"attachment; {named}"


def test_profiles_go_along_and_into_a_project(api: Caller, outer: DeploymentSet, owner: User, project: Project) -> None:
    DeploymentProfileFactory(project=project, profile_id="docs", platform="other", root_dir="agents")
    path = f"{SETS}/{outer.pk}/export"
    document = api.get(path, project_id=str(project.pk), profile_id="docs").json()
    assert [each["profile_id"] for each in document["profiles"]] == ["docs"]
    assert tomllib.loads(api.get(path, project_id=str(project.pk), format="toml").content.decode())["profiles"]
    elsewhere = ProjectFactory(owner=owner)
    done = api.post(f"{SETS}/import", {"document": document, "project_id": str(elsewhere.pk)}).json()
    assert done["created_profiles"] == ["docs"]
    changed = {**document, "profiles": [{**document["profiles"][0], "root_dir": "elsewhere"}]}
    refused = api.post(f"{SETS}/import", {"document": changed, "project_id": str(elsewhere.pk)})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (409, "profiles")


def test_all_that_is_not_here_is_named_at_once(api: Caller, outer: DeploymentSet) -> None:
    document = api.get(f"{SETS}/{outer.pk}/export").json()
    unknown = "00000000-0000-4000-8000-000000000000"
    text = json.dumps(document).replace(document["artifacts"][0]["uuid"], unknown).replace('"pdf"', '"other"')
    refused = api.post(f"{SETS}/import", {"document": json.loads(text)})
    assert refused.status_code == 422
    assert "skill:other" in refused.json()["detail"]
    assert DeploymentSet.objects.count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"document": {"format": 1, "sets": []}},
        {"document": {"format": 1, "sets": [{"id": "1", "name": ""}]}},
        {"toml": "format = "},
        {"toml": "format = 1\nsets = 3"},
    ],
    ids=str,
)
def test_what_is_no_document_is_refused_with_its_place(api: Caller, body: dict[str, Any]) -> None:
    refused = api.post(f"{SETS}/import", body)
    assert refused.status_code == 422
    assert refused.json()["errors"]


ONE = {"id": "0f8fad5b-d9cb-469f-a165-70867728950e", "name": "One"}


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], ""),
        ("format = 1", ""),
        ({"format": True, "sets": [ONE]}, "format"),
        ({"format": 1.0, "sets": [ONE]}, "format"),
        ({"format": 1, "sets": [ONE | {"name": ""}]}, "sets.0.name"),
        ({"format": 1, "sets": [ONE | {"members": [{}]}]}, "sets.0.members.0"),
        ({"format": 1, "sets": [ONE | {"members": [{"artifact": ONE["id"]}]}]}, "sets.0.members.0"),
        ({"format": 1, "sets": [ONE | {"color": "red"}]}, "sets.0.color"),
        ({"format": 1, "sets": [ONE], "groups": [{"id": ONE["id"]}]}, "groups.0.name"),
    ],
    ids=str,
)
def test_a_mistake_in_a_document_is_told_by_its_place_in_it_and_nothing_else_is(
    api: Caller, document: Any, place: str
) -> None:
    refused = api.post(f"{SETS}/import", {"document": document})
    assert refused.status_code == 422
    assert [(each["location"], each["field"]) for each in refused.json()["errors"]] == [("body", place)]


def test_the_first_of_many_mistakes_are_told(api: Caller) -> None:
    document = {"format": 1, "sets": [ONE | {"members": [{}] * 1000}]}
    refused = api.post(f"{SETS}/import", {"document": document})
    assert (refused.status_code, len(refused.json()["errors"])) == (422, 50)
    assert "950 more problems" in refused.json()["detail"]


def test_another_owners_things_are_not_there(
    api: Caller, other_api: Caller, outer: DeploymentSet, project: Project
) -> None:
    assert other_api.get(f"{SETS}/{outer.pk}/export").status_code == 404
    theirs = DeploymentSetFactory(owner=User.objects.get(username="other-owner"))
    assert other_api.get(f"{SETS}/{theirs.pk}/export", project_id=str(project.pk)).status_code == 404
    document = api.get(f"{SETS}/{outer.pk}/export").json()
    into = {"document": document, "project_id": str(project.pk)}
    assert other_api.post(f"{SETS}/import", into).status_code == 404
