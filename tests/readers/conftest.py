"""A project for both readers. Run with `make readers`; a plain run of the tests leaves these out."""

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from accounts.models import User
from profiles.services import create_profile
from projects.models import Project
from projects.services import register_project
from tests.config.fresh_process import PROJECT
from tests.readers.deployed import READERS
from tests.readers.programs import missing
from tests.shared_collections import FOLDER


@pytest.fixture(autouse=True)
def readers_are_there() -> None:
    """Without them there is nothing to ask."""
    if reason := missing():
        pytest.skip(reason)


@pytest.fixture
def project(owner: User, project_folder: Path, tmp_path: Path, settings: Settings) -> Project:
    """A project with a profile for each reader."""
    settings.PROJECT_ROOTS = [tmp_path.resolve()]
    settings.IMPORT_ROOTS = [PROJECT / "examples", FOLDER.resolve()]
    project = register_project(owner=owner, path=str(project_folder))
    project.profiles.all().delete()
    for platform in READERS:
        create_profile(project=project, profile_id=platform.value, platform=platform.value)
    return project
