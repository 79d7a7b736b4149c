"""The cast of the tests: two owners, and a project with a real folder."""

from pathlib import Path

import pytest

from accounts.models import User
from projects.models import Project
from tests.factories import DeploymentProfileFactory, ProjectFactory, UserFactory


@pytest.fixture
def owner(db: None) -> User:
    """Whose things they are."""
    return UserFactory(username="owner")


@pytest.fixture
def other_owner(db: None) -> User:
    """Somebody else, who must not see them."""
    return UserFactory(username="other-owner")


@pytest.fixture
def project_folder(tmp_path: Path) -> Path:
    """An empty folder in which a project may be registered."""
    folder = tmp_path.resolve() / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def project(owner: User, project_folder: Path) -> Project:
    """A project of `owner` in `project_folder`, with the profile a new project gets."""
    project = ProjectFactory(owner=owner, name="Project", path=str(project_folder))
    DeploymentProfileFactory(project=project, profile_id="claude_code")
    return project
