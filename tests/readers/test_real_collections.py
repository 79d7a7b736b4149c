"""Codex and Gemini CLI load what strangers wrote for another program."""

from pathlib import Path

import pytest

from accounts.models import User
from artifacts.services.importing import import_collection
from projects.models import Project
from tests import shared_collections
from tests.readers.deployed import deploy_everything, left_out, loaded, placed

pytestmark = [pytest.mark.reader, *shared_collections.needs_shared_collections]


def test_all_that_the_shared_collections_hold(owner: User, project: Project, tmp_path: Path) -> None:
    for folder in sorted(shared_collections.FOLDER.iterdir()):
        import_collection(source=str(folder), mappings=shared_collections.MAPPINGS.get(folder.name))
    report = deploy_everything(owner, project)
    assert left_out(project, report) == {}
    assert loaded(project, tmp_path) == placed(project)
