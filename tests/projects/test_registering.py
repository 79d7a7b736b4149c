"""Which folders may become projects, and what registering does."""

import tempfile
import threading
from pathlib import Path
from unittest import mock

import pytest
from django.conf import LazySettings
from django.db import connection

from accounts.models import User
from accounts.validation import Problems
from profiles.exceptions import ProfileError
from profiles.queries import profiles_of
from projects.exceptions import ProjectError, ProjectExistsError, ProjectPathError
from projects.models import Project
from projects.queries import project_at
from projects.services import register_project
from tests.factories import UserFactory


@pytest.fixture
def root(tmp_path: Path, settings: LazySettings) -> Path:
    """The one folder that may hold projects."""
    root = tmp_path.resolve() / "root"
    root.mkdir()
    settings.PROJECT_ROOTS = [root]
    return root


def test_it_registers_an_existing_folder(owner: User, root: Path) -> None:
    (root / "shop").mkdir()
    project = register_project(owner=owner, path=str(root / "shop"))
    project.refresh_from_db()
    assert (project.owner, project.path, project.name) == (owner, str(root / "shop"), "shop")


def test_it_takes_a_name_and_trims_it(owner: User, root: Path) -> None:
    assert register_project(owner=owner, path=str(root), name="  The shop ").name == "The shop"


def test_a_root_itself_may_be_a_project(owner: User, root: Path) -> None:
    assert register_project(owner=owner, path=str(root)).path == str(root)


def test_the_project_gets_a_claude_code_profile(owner: User, root: Path) -> None:
    (profile,) = profiles_of(register_project(owner=owner, path=str(root)))
    assert (profile.profile_id, profile.platform, profile.root_dir) == ("claude_code", "claude_code", ".claude")


def test_no_project_is_left_when_its_first_profile_fails(owner: User, root: Path) -> None:
    with (
        mock.patch("profiles.receivers.create_profile", side_effect=ProfileError({"": ["no"]})),
        pytest.raises(ProfileError),
    ):
        register_project(owner=owner, path=str(root))
    assert not Project.objects.exists()


def test_symlinks_are_resolved(owner: User, root: Path) -> None:
    (root / "real").mkdir()
    (root / "link").symlink_to("real")
    assert register_project(owner=owner, path=str(root / "link")).path == str(root / "real")


def test_a_path_with_dots_is_the_folder_it_means(owner: User, root: Path) -> None:
    (root / "a").mkdir()
    assert register_project(owner=owner, path=f"{root}/a/../a/.").path == str(root / "a")


@pytest.mark.parametrize("path", ["", "shop", "./shop", "../shop"])
def test_it_refuses_a_relative_path(owner: User, root: Path, path: str) -> None:
    with pytest.raises(ProjectPathError, match="not absolute"):
        register_project(owner=owner, path=path)


@pytest.mark.parametrize("path", ["~", "~/shop", "~other/shop"])
def test_it_does_not_expand_a_tilde(owner: User, root: Path, path: str) -> None:
    with pytest.raises(ProjectPathError, match="'~'"):
        register_project(owner=owner, path=path)


@pytest.mark.parametrize("path", ["/shop\x00", "/shop\ud800"])
def test_it_refuses_text_no_database_keeps(owner: User, root: Path, path: str) -> None:
    with pytest.raises(ProjectPathError):
        register_project(owner=owner, path=path)


@pytest.mark.parametrize(
    "inside", [".git", ".git/hooks", ".GIT/modules/x", ".deployment-sets/new", "a/.Deployment-Sets"]
)
def test_it_refuses_a_folder_among_the_files_of_git_or_of_runs(owner: User, root: Path, inside: str) -> None:
    (root / inside).mkdir(parents=True)
    with pytest.raises(ProjectPathError, match="keeps files of its own"):
        register_project(owner=owner, path=str(root / inside))


def test_it_refuses_a_folder_outside_the_roots(owner: User, root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    with pytest.raises(ProjectPathError, match="PROJECT_ROOTS") as caught:
        register_project(owner=owner, path=str(outside))
    assert str(root) in caught.value.problems["path"][0]


def test_it_refuses_a_sibling_whose_name_begins_like_a_root(owner: User, root: Path) -> None:
    sibling = root.parent / "root-2"
    sibling.mkdir()
    with pytest.raises(ProjectPathError, match="outside"):
        register_project(owner=owner, path=str(sibling))


def test_it_refuses_the_parent_of_a_root(owner: User, root: Path) -> None:
    with pytest.raises(ProjectPathError, match="outside"):
        register_project(owner=owner, path=str(root.parent))


def test_it_refuses_a_symlink_that_leads_out(owner: User, root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (root / "link").symlink_to(outside)
    with pytest.raises(ProjectPathError, match="outside"):
        register_project(owner=owner, path=str(root / "link"))


def test_it_refuses_a_file(owner: User, root: Path) -> None:
    (root / "file").touch()
    for create_folder in (False, True):
        with pytest.raises(ProjectPathError, match="not a folder"):
            register_project(owner=owner, path=str(root / "file"), create_folder=create_folder)


def test_it_refuses_a_folder_below_a_file(owner: User, root: Path) -> None:
    (root / "file").touch()
    with pytest.raises(ProjectPathError):
        register_project(owner=owner, path=str(root / "file" / "shop"), create_folder=True)


def test_it_refuses_a_symlink_to_itself(owner: User, root: Path) -> None:
    (root / "loop").symlink_to("loop")
    with pytest.raises(ProjectPathError):
        register_project(owner=owner, path=str(root / "loop"), create_folder=True)


def test_it_refuses_a_missing_folder(owner: User, root: Path) -> None:
    with pytest.raises(ProjectPathError, match="does not exist"):
        register_project(owner=owner, path=str(root / "new"))
    assert not (root / "new").exists()


def test_it_creates_a_missing_folder_on_request(owner: User, root: Path) -> None:
    project = register_project(owner=owner, path=str(root / "new" / "shop"), create_folder=True)
    assert (root / "new" / "shop").is_dir()
    assert project.path == str(root / "new" / "shop")


def test_it_creates_nothing_outside_the_roots(owner: User, root: Path) -> None:
    (root / "link").symlink_to(root.parent / "elsewhere")
    for path in (root.parent / "outside", root / "link", root / "link" / "deep"):
        with pytest.raises(ProjectPathError, match="outside"):
            register_project(owner=owner, path=str(path), create_folder=True)
    assert not (root.parent / "outside").exists()
    assert not (root.parent / "elsewhere").exists()


def test_creating_follows_no_symlink_that_appears_meanwhile(owner: User, root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()

    def put_in_the_way(project: Project) -> Problems:
        (root / "way").symlink_to(outside)
        return {}

    with (
        mock.patch("projects.services.problems_with", put_in_the_way),
        pytest.raises(ProjectPathError, match="cannot be used"),
    ):
        register_project(owner=owner, path=str(root / "way" / "shop"), create_folder=True)
    assert list(outside.iterdir()) == []


def test_it_refuses_folders_inside_its_own_data(owner: User, root: Path, settings: LazySettings) -> None:
    data = root / "application" / "var"
    (data / "locks").mkdir(parents=True)
    settings.DATA_DIR = data
    for path in (data, data / "locks"):
        with pytest.raises(ProjectPathError, match="DATA_DIR"):
            register_project(owner=owner, path=str(path))
    register_project(owner=owner, path=str(root / "application"))


def test_it_refuses_the_home_folder(owner: User, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root))
    with pytest.raises(ProjectPathError, match="home folder"):
        register_project(owner=owner, path=str(root))


def test_it_names_the_project_that_has_the_folder_already(owner: User, root: Path) -> None:
    first = register_project(owner=owner, path=str(root), name="First")
    with pytest.raises(ProjectExistsError, match="First") as caught:
        register_project(owner=owner, path=str(root))
    assert caught.value.project == first
    assert Project.objects.count() == 1


def test_two_owners_may_register_one_folder(owner: User, other_owner: User, root: Path) -> None:
    register_project(owner=owner, path=str(root))
    register_project(owner=other_owner, path=str(root))
    assert Project.objects.filter(path=str(root)).count() == 2


def test_it_creates_no_folder_for_a_name_that_cannot_be_kept(owner: User, root: Path) -> None:
    with pytest.raises(ProjectError) as caught:
        register_project(owner=owner, path=str(root / "new"), name="x" * 256, create_folder=True)
    assert list(caught.value.problems) == ["name"]
    assert not (root / "new").exists()


def test_it_refuses_a_path_too_long_for_an_index(owner: User) -> None:
    path = f"{tempfile.gettempdir()}/" + "/".join(["é" * 100] * 6)
    with pytest.raises(ProjectPathError, match="longer than"):
        register_project(owner=owner, path=path, create_folder=True)


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_registers_and_the_others_are_told(tmp_path: Path) -> None:
    owner = UserFactory()
    start = threading.Barrier(4)
    outcomes: list[str] = []

    def register() -> None:
        start.wait()
        try:
            register_project(owner=owner, path=str(tmp_path.resolve()))
        except Exception as error:  # noqa: BLE001
            outcomes.append(type(error).__name__)
        else:
            outcomes.append("registered")
        finally:
            connection.close()

    threads = [threading.Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["ProjectExistsError"] * 3 + ["registered"]
    assert Project.objects.get().profiles.count() == 1


def test_a_project_is_found_by_every_path_that_leads_to_its_folder(root: Path, owner: User) -> None:
    (root / "one").mkdir()
    (root / "link").symlink_to(root / "one")
    project = register_project(owner=owner, path=str(root / "one"))
    for path in (root / "one", root / "link", root / "one" / ".." / "one"):
        assert project_at(owner, str(path)) == project
    (root / "one").rmdir()
    assert project_at(owner, str(root / "one")) == project


def test_no_project_is_found_by_another_owner_or_in_another_folder(root: Path, owner: User, other_owner: User) -> None:
    (root / "one").mkdir()
    register_project(owner=owner, path=str(root / "one"))
    for somebody, path in ((other_owner, root / "one"), (owner, root)):
        with pytest.raises(Project.DoesNotExist):
            project_at(somebody, str(path))
    with pytest.raises(ProjectPathError):
        project_at(owner, "one")
