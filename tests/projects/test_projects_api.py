"""Projects over the API."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from deployments.models import Run
from projects.locks import folder_lock
from projects.models import Project
from tests.api import Caller, as_told
from tests.factories import DeploymentFactory, ProjectFactory, RunFactory
from tests.queries import assert_no_more_for_twice_as_many

PROJECTS = "/projects"


def registered(api: Caller, folder: Path, **fields: Any) -> str:
    """The address of a new project."""
    response = api.post(PROJECTS, {"path": str(folder), **fields})
    assert response.status_code == 201, response.content
    return f"{PROJECTS}/{response.json()['id']}"


def test_every_field_of_a_project_survives_making_reading_changing_and_reading(
    api: Caller, project_folder: Path
) -> None:
    address = registered(api, project_folder, name="Shop")
    read = api.get(address).json()
    assert (read["name"], read["path"], read["owner_id"]) == ("Shop", str(project_folder), "owner")
    before = Project.objects.get()
    assert (read["created_at"], read["updated_at"]) == (as_told(before.created_at), as_told(before.updated_at))
    changed = api.patch(address, {"name": " Store "})
    assert (changed.status_code, changed.json()["name"]) == (200, "Store")
    again = api.get(address).json()
    assert again == changed.json() == read | {"name": "Store", "updated_at": again["updated_at"]}
    assert Project.objects.get().updated_at > before.updated_at


def test_a_project_is_named_after_its_folder_and_gets_a_first_profile(api: Caller, project_folder: Path) -> None:
    address = registered(api, project_folder)
    assert api.get(address).json()["name"] == "project"
    assert [each["profile_id"] for each in api.get(f"{address}/profiles").json()["items"]] == ["claude_code"]


def test_a_missing_folder_is_made_only_on_request(api: Caller, project_folder: Path) -> None:
    missing = project_folder / "web" / "shop"
    refused = api.post(PROJECTS, {"path": str(missing)})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "path")
    assert not missing.exists()
    registered(api, missing, create_folder=True)
    assert missing.is_dir()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"path": None},
        {"path": ""},
        {"path": "shop"},
        {"path": "~/shop"},
        {"path": "/"},
        {"path": "/etc"},
        {"path": "/a\x00b"},
        {"path": "/\ud800"},
        {"path": "/" + "x" * 2000},
        {"path": "/" + "x" * 5000},
        {"path": "FOLDER", "name": "x" * 256},
        {"path": "FOLDER", "name": None},
        {"path": "FOLDER", "create_folder": "yes"},
        {"path": "FOLDER", "owner_id": "somebody"},
    ],
)
def test_what_cannot_be_a_project_is_refused(api: Caller, project_folder: Path, body: dict[str, Any]) -> None:
    if body.get("path") == "FOLDER":
        body = body | {"path": str(project_folder)}
    refused = api.post(PROJECTS, body)
    assert refused.status_code == 422
    assert refused.json()["errors"]
    assert not Project.objects.exists()


@pytest.mark.parametrize("create_folder", [False, True])
def test_a_refusal_tells_nothing_of_what_lies_outside_the_roots(
    api: Caller, settings: Settings, tmp_path: Path, create_folder: bool
) -> None:
    root, secret = tmp_path.resolve() / "root", tmp_path.resolve() / "secret"
    root.mkdir()
    secret.mkdir()
    (secret / "plans").touch()
    (root / "link").symlink_to(secret)
    settings.PROJECT_ROOTS = [root]
    told = set()
    for path in (secret, secret / "plans", secret / "none", root / "link", root / "link/plans", root / "link/none"):
        refused = api.post(PROJECTS, {"path": str(path), "create_folder": create_folder})
        assert refused.status_code == 422
        assert str(root) in refused.json()["detail"]
        told.add(refused.json()["detail"].replace(repr(str(path)), "PATH"))
    assert len(told) == 1
    assert "secret" not in told.pop()


def test_a_refusal_repeats_the_path_as_it_was_sent(
    api: Caller, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path.resolve() / "root"
    (root / "data" / "locks").mkdir(parents=True)
    (root / "file").touch()
    (root / "link").symlink_to(root)
    settings.PROJECT_ROOTS, settings.DATA_DIR = [root], root / "data"
    monkeypatch.setenv("HOME", str(root))
    for name in ("", "/file", "/none", "/file/none", "/data", "/data/locks"):
        path = f"{root}/link{name}"
        [error] = api.post(PROJECTS, {"path": path}).json()["errors"]
        assert repr(path) in error["detail"]
        assert str(root) not in error["detail"].replace(repr(path), "PATH")


def test_a_folder_is_a_project_once_for_each_owner(api: Caller, other_api: Caller, project_folder: Path) -> None:
    registered(api, project_folder, name="Mine")
    refused = api.post(PROJECTS, {"path": f"{project_folder}/."})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:deployment-sets:problem:conflict")
    assert "'Mine'" in refused.json()["detail"]
    registered(other_api, project_folder)


@pytest.mark.parametrize("body", [{"name": ""}, {"name": "  "}, {"name": None}, {"name": "x" * 256}, {"path": "/tmp"}])
def test_a_change_that_makes_no_sense_is_refused(api: Caller, project: Project, body: dict[str, Any]) -> None:
    assert api.patch(f"{PROJECTS}/{project.pk}", body).status_code == 422
    assert api.get(f"{PROJECTS}/{project.pk}").json()["name"] == "Project"


def test_a_change_of_nothing_changes_nothing(api: Caller, project: Project) -> None:
    before = api.get(f"{PROJECTS}/{project.pk}").json()
    assert api.patch(f"{PROJECTS}/{project.pk}", {}).json() == before


def test_deleting_forgets_what_is_recorded_and_touches_no_file(
    api: Caller, project: Project, project_folder: Path
) -> None:
    (project_folder / "kept.md").write_text("kept")
    DeploymentFactory(project=project)
    assert api.delete(f"{PROJECTS}/{project.pk}").status_code == 204
    assert api.get(f"{PROJECTS}/{project.pk}").status_code == 404
    assert api.delete(f"{PROJECTS}/{project.pk}").status_code == 404
    assert (project_folder / "kept.md").read_text() == "kept"


def test_a_project_is_not_deleted_while_a_run_is_at_work_in_it(
    api: Caller, project: Project, project_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projects.services._WAIT_FOR_RUN_SECONDS", 0.0)
    with folder_lock(project_folder, 0):
        refused = api.delete(f"{PROJECTS}/{project.pk}")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:deployment-sets:problem:busy")


def test_a_project_whose_run_was_cut_off_is_not_deleted_and_says_what_to_do(api: Caller, project: Project) -> None:
    RunFactory(project=project, state=Run.State.RUNNING)
    refused = api.delete(f"{PROJECTS}/{project.pk}")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:deployment-sets:problem:conflict")
    assert "recover" in refused.json()["detail"]


def test_projects_are_found_by_name_and_come_in_pages(api: Caller, owner: User) -> None:
    for name in ("Beta", "alpha 100%", "Gamma"):
        ProjectFactory(owner=owner, name=name)
    assert [each["name"] for each in api.get(PROJECTS).json()["items"]] == ["alpha 100%", "Beta", "Gamma"]
    page = api.get(PROJECTS, sort="-name", limit=1, offset=1).json()
    assert ([each["name"] for each in page["items"]], page["total"]) == (["Beta"], 3)
    assert [each["name"] for each in api.get(PROJECTS, sort="-created").json()["items"]] == [
        "Gamma",
        "alpha 100%",
        "Beta",
    ]
    assert [each["name"] for each in api.get(PROJECTS, name="A 1").json()["items"]] == ["alpha 100%"]
    assert api.get(PROJECTS, name="a_p").json()["total"] == 0


@pytest.mark.parametrize("query", [{"limit": 0}, {"offset": -1}, {"sort": "path"}, {"nme": "x"}])
def test_a_query_that_makes_no_sense_is_refused(api: Caller, query: dict[str, Any]) -> None:
    assert api.get(PROJECTS, **query).status_code == 422


def test_a_list_says_which_folders_are_missing(api: Caller, owner: User, project: Project) -> None:
    ProjectFactory(owner=owner, name="Zzz")
    found = {each["name"]: each["folder_is_missing"] for each in api.get(PROJECTS).json()["items"]}
    assert found == {"Project": False, "Zzz": True}


def test_another_owners_project_does_not_exist(api: Caller, other_api: Caller, project: Project) -> None:
    address = f"{PROJECTS}/{project.pk}"
    for answer in (other_api.get(address), other_api.patch(address, {"name": "Theirs"}), other_api.delete(address)):
        unknown = other_api.get(f"{PROJECTS}/{uuid4()}")
        assert (answer.status_code, answer.json()) == (404, unknown.json())
    assert other_api.get(PROJECTS).json() == {"items": [], "total": 0}
    assert api.get(address).json()["name"] == "Project"


def test_reading_a_list_takes_no_more_queries_for_more_projects(api: Caller, owner: User) -> None:
    assert_no_more_for_twice_as_many(
        lambda count: ProjectFactory.create_batch(count, owner=owner), lambda: api.get(PROJECTS)
    )
