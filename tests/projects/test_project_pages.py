"""Registering a folder on a page, what is said of it while it is typed, and renaming."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.users import local_user
from projects.folders import MOST_SUGGESTIONS, suggested_folders
from projects.models import Project
from tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db

IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def me() -> User:
    return local_user()


@pytest.fixture
def root(tmp_path: Path, settings: Any) -> Path:
    """The one folder that may hold projects."""
    root = tmp_path.resolve() / "root"
    root.mkdir()
    settings.PROJECT_ROOTS = [root]
    return root


def said_of(client: Client, path: object) -> str:
    """What is said of a path while it is typed, without its markup's line ends."""
    answer = client.get("/projects/folder", {"path": str(path)}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def suggestions_in(text: str) -> list[str]:
    return [part.split('"')[0] for part in text.split('<option value="')[1:]]


def test_a_folder_becomes_a_project_and_its_page_is_next(client: Client, me: User, root: Path) -> None:
    (root / "shop").mkdir()
    answer = client.post("/projects/new", {"path": f" {root}/shop ", "name": ""}, headers=IN_DIALOG)
    made = Project.objects.get()
    assert answer["HX-Redirect"] == f"/projects/{made.pk}"
    assert (made.owner, made.name, made.path) == (me, "shop", str(root / "shop"))
    assert "Registered “shop”. Nothing is deployed there yet." in client.get(f"/projects/{made.pk}").text
    assert made.profiles.get().platform == "claude_code"


def test_a_missing_folder_is_made_where_that_is_ticked(client: Client, me: User, root: Path) -> None:
    client.post("/projects/new", {"path": f"{root}/new/deep", "name": "Mine", "create_folder": "on"})
    assert Project.objects.get().name == "Mine"
    assert (root / "new" / "deep").is_dir()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("", "This field is required."),
        ("code/shop", "is not absolute"),
        ("~/code", "starts with &#x27;~&#x27;"),
        ("/etc", "is outside the folders that may hold projects"),
        ("{root}/../elsewhere", "is outside the folders that may hold projects"),
        ("{root}/out", "is outside the folders that may hold projects"),
        ("{root}/missing", "does not exist"),
        ("{root}/a-file", "is not a folder"),
        ("{root}/shop/.git", "git, or this application during a run, keeps files of its own"),
        ("{root}/a\x00b", "Null characters are not allowed."),
        ("{root}/" + "x" * 300, "cannot be used"),
        ("/" + "x/" * 2_000, "is longer than 1000 bytes"),
        ("/" + "x" * 5_000, "at most 4096 characters"),
    ],
)
def test_a_path_that_cannot_be_a_project_is_refused_at_its_field_and_nothing_typed_is_lost(
    client: Client, me: User, root: Path, path: str, said: str
) -> None:
    (root / "a-file").touch()
    (root / "out").symlink_to(root.parent)
    answer = client.post("/projects/new", {"path": path.format(root=root), "name": "Typed"}, headers=IN_DIALOG)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'value="Typed"' in answer.text
    assert not Project.objects.exists()


def test_a_folder_that_is_registered_already_is_said_at_the_field(client: Client, me: User, root: Path) -> None:
    ProjectFactory(owner=me, name="Shop", path=str(root))
    answer = client.post("/projects/new", {"path": str(root)}, headers=IN_DIALOG)
    assert answer.status_code == 422
    assert "is your project &#x27;Shop&#x27; already" in answer.text


def test_a_path_is_judged_while_it_is_typed(client: Client, me: User, root: Path) -> None:
    (root / "shop").mkdir()
    (root / "a-file").touch()
    assert "This folder is there." in said_of(client, root / "shop")
    assert "There is no such folder. Tick “Create the folder”" in said_of(client, root / "missing")
    assert "is not a folder" in said_of(client, root / "a-file")
    assert "is outside the folders that may hold projects" in said_of(client, "/etc")
    assert "state" not in said_of(client, "")


def test_nothing_is_said_of_what_lies_outside_but_that_it_does(client: Client, me: User, root: Path) -> None:
    (root.parent / "secret").mkdir()
    (root / "out").symlink_to(root.parent / "secret")
    there, nowhere, through = (
        said_of(client, path).replace(str(path), "…")
        for path in (root.parent / "secret", root.parent / "nothing", root / "out")
    )
    assert there == nowhere == through
    assert "secret" not in through


@pytest.mark.parametrize("path", ["\x00", "/a\x00b", "/" + "x" * 10_000, "\udcff", "../..", "~root"])
def test_a_hostile_path_is_judged_as_calmly(client: Client, me: User, root: Path, path: str) -> None:
    answer = client.get("/projects/folder", {"path": path.encode("utf-8", "surrogateescape")})
    assert answer.status_code in (200, 400)
    assert "is there" not in answer.text


def test_a_folder_that_is_a_project_already_leads_to_it(
    client: Client, me: User, other_owner: User, root: Path
) -> None:
    theirs, mine = root / "theirs", root / "mine"
    for folder in (theirs, mine):
        folder.mkdir()
    ProjectFactory(owner=other_owner, name="Theirs", path=str(theirs))
    project = ProjectFactory(owner=me, name="Shop", path=str(mine))
    assert f'<a href="/projects/{project.pk}">Shop</a></bdi> already' in said_of(client, mine)
    assert "This folder is there." in said_of(client, theirs)
    assert "Theirs" not in said_of(client, theirs)


def test_it_says_where_a_symlink_leads_and_which_platforms_are_there(client: Client, me: User, root: Path) -> None:
    (root / "shop" / ".claude").mkdir(parents=True)
    (root / "shop" / "agents").mkdir()
    (root / "link").symlink_to(root / "shop")
    text = said_of(client, root / "link")
    assert f'A symlink leads to <span class="mono">{root}/shop</span>, which is what gets registered.' in text
    assert '<span class="mono">.claude/</span> of Claude Code.' in text
    assert "Other" not in text
    assert "A symlink leads" not in said_of(client, root / "shop")


def test_a_platforms_folder_that_is_a_symlink_is_not_looked_into(client: Client, me: User, root: Path) -> None:
    (root / "shop").mkdir()
    (root / "shop" / ".claude").symlink_to("/etc")
    assert "Already in it" not in said_of(client, root / "shop")


def test_a_folder_nobody_may_write_to_is_said_to_be_one(
    client: Client, me: User, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "shop").mkdir(mode=0o555)
    # Root may write everywhere, and would be told so.
    monkeypatch.setattr("projects.folders.os.access", lambda path, mode: not mode & os.W_OK)
    assert "This server may not write there" in said_of(client, root / "shop")


def test_folders_are_suggested_inside_the_roots_alone(client: Client, me: User, root: Path) -> None:
    for name in ("Shop", "shelf", "other", ".secret"):
        (root / name).mkdir()
    (root / "sheet.txt").touch()
    (root / "shortcut").symlink_to("/etc")
    assert suggestions_in(said_of(client, f"{root}/sh")) == [f"{root}/Shop", f"{root}/shelf"]
    assert suggestions_in(said_of(client, f"{root}/.s")) == []
    assert suggestions_in(said_of(client, str(root)[:-2])) == [str(root)]
    assert suggestions_in(said_of(client, f"{root}/shortcut/")) == []
    assert suggestions_in(said_of(client, "/etc/")) == []


def test_suggestions_are_few(root: Path) -> None:
    for number in range(MOST_SUGGESTIONS + 3):
        (root / f"project-{number:02}").mkdir()
    assert len(suggested_folders(f"{root}/")) == MOST_SUGGESTIONS


def test_where_people_log_in_nothing_is_suggested(owner: User, root: Path, settings: Any) -> None:
    (root / "theirs").mkdir()
    settings.AUTH_ENABLED = True
    client = Client()
    client.force_login(owner)
    assert suggestions_in(said_of(client, f"{root}/")) == []


def test_a_project_is_renamed_and_can_have_its_old_name_back(client: Client, me: User) -> None:
    project = ProjectFactory(owner=me, name="Shop")
    answer = client.post(f"/projects/{project.pk}/rename", {"name": " Store "}, headers=IN_DIALOG)
    assert "Renamed “Shop” to “Store”." in answer.text
    assert "dialog-done" in answer["HX-Trigger"]
    project.refresh_from_db()
    assert project.name == "Store"
    assert f'hx-post="/projects/{project.pk}/rename"' in answer.text
    assert "Shop" in answer.text.split("hx-vals=")[1].split(">")[0]


@pytest.mark.parametrize(("name", "said"), [("  ", "This field is required."), ("x" * 256, "at most 255")])
def test_a_name_that_cannot_be_one_is_said_at_its_field(client: Client, me: User, name: str, said: str) -> None:
    project = ProjectFactory(owner=me, name="Shop")
    answer = client.post(f"/projects/{project.pk}/rename", {"name": name}, headers=IN_DIALOG)
    assert answer.status_code == 422
    assert said in answer.text
    project.refresh_from_db()
    assert project.name == "Shop"
