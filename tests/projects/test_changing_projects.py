"""Renaming, deleting and finding projects."""

from pathlib import Path
from uuid import uuid4

import pytest

from accounts.models import User
from deployments.models import Deployment, Run
from profiles.models import DeploymentProfile
from projects.exceptions import FolderBusyError, ProjectError
from projects.locks import folder_lock
from projects.models import Project
from projects.queries import project_of, projects_of
from projects.services import delete_project, rename_project
from tests.factories import DeploymentFactory, ProjectFactory, RunFactory


def test_renaming_trims_and_keeps(project: Project) -> None:
    rename_project(project=project, name="  Shop ")
    project.refresh_from_db()
    assert project.name == "Shop"


@pytest.mark.parametrize("name", ["", "   ", "x" * 256, "a\x00b", "a\ud800"])
def test_renaming_refuses_what_is_no_name(project: Project, name: str) -> None:
    with pytest.raises(ProjectError) as caught:
        rename_project(project=project, name=name)
    assert "name" in caught.value.problems
    project.refresh_from_db()
    assert project.name == "Project"


def test_deleting_forgets_everything_and_touches_no_file(project: Project, project_folder: Path) -> None:
    (project_folder / ".claude").mkdir()
    (project_folder / ".claude" / "kept.md").write_text("kept")
    DeploymentFactory(project=project)
    RunFactory(project=project)
    delete_project(project=project)
    assert not Project.objects.exists()
    assert not DeploymentProfile.objects.exists()
    assert not Deployment.objects.exists()
    assert not Run.objects.exists()
    assert (project_folder / ".claude" / "kept.md").read_text() == "kept"


def test_a_project_whose_folder_is_gone_can_be_deleted(project: Project, project_folder: Path) -> None:
    project_folder.rmdir()
    delete_project(project=project)
    assert not Project.objects.exists()


def test_a_project_is_not_deleted_under_a_run(
    project: Project, project_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projects.services._WAIT_FOR_RUN_SECONDS", 0.0)
    with folder_lock(project_folder, 0), pytest.raises(FolderBusyError):
        delete_project(project=project)
    assert Project.objects.filter(pk=project.pk).exists()


def test_a_project_that_somebody_deleted_meanwhile_is_not_found(project: Project) -> None:
    delete_project(project=Project.objects.get(pk=project.pk))
    with pytest.raises(Project.DoesNotExist):
        rename_project(project=project, name="Late")
    with pytest.raises(Project.DoesNotExist):
        delete_project(project=project)


def test_an_owner_sees_only_their_own_projects(project: Project, other_owner: User) -> None:
    other = ProjectFactory(owner=other_owner)
    assert list(projects_of(project.owner)) == [project]
    assert project_of(project.owner, project.pk) == project
    for missing in (other.pk, uuid4()):
        with pytest.raises(Project.DoesNotExist):
            project_of(project.owner, missing)
