"""The main job on real, messy collections: import, compose, deploy, and compare every byte."""

import shutil
import stat
from pathlib import Path

import pytest

from accounts.models import User
from artifacts.models import Artifact
from artifacts.services.importing import import_collection
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import batch_deploy
from deployment_sets.services.members import add_members
from deployment_sets.services.resolution import Member, MemberKind
from deployment_sets.services.sets import create_set
from deployments.models import RunItem
from projects.services import register_project
from tests import shared_collections

EXECUTABLES = "*-prompt.md"

pytestmark = shared_collections.needs_shared_collections


@pytest.fixture
def collections(tmp_path: Path) -> Path:
    """A copy of the shared collections in which some files of skills may be executed."""
    copy = tmp_path / "collections"
    shutil.copytree(shared_collections.FOLDER, copy)
    for file in copy.glob(f"superpowers-skills/skills/*/{EXECUTABLES}"):
        file.chmod(0o755)
    return copy


@pytest.fixture
def everything(owner: User, collections: Path) -> DeploymentSet:
    """A set of all that the shared collections hold."""
    for folder in sorted(collections.iterdir()):
        import_collection(source=str(folder), mappings=shared_collections.MAPPINGS.get(folder.name))
    deployment_set = create_set(owner=owner, name="Everything")
    members = [Member(MemberKind.ARTIFACT, uuid) for uuid in Artifact.objects.values_list("pk", flat=True)]
    add_members(owner=owner, set_id=deployment_set.pk, members=members)
    return deployment_set


def test_everything_lands_as_it_came_in_and_again_changes_nothing(
    owner: User, everything: DeploymentSet, collections: Path, project_folder: Path
) -> None:
    project = register_project(owner=owner, path=str(project_folder))
    (project_folder / ".claude/commands").mkdir(parents=True)
    (project_folder / ".claude/commands/ai-review.md").write_text("Mine")

    first = batch_deploy(by=owner, deployment_set=everything, project=project, profiles=list(project.profiles.all()))

    assert first.counts == {"success": 14 + 157 + 57 - 1, "skip": 0, "error": 1}
    for artifact in Artifact.objects.exclude(name="ai-review"):
        (source,) = collections.glob(f"*/{artifact.source_path}")
        folder = {"skill": "skills", "agent": "agents", "command": "commands"}[artifact.type]
        landed = project_folder / ".claude" / folder / (artifact.name + ("" if source.is_dir() else ".md"))
        assert files_of(landed) == files_of(source)
    executables = list(project_folder.glob(f".claude/skills/*/{EXECUTABLES}"))
    assert executables
    assert all(path.stat().st_mode & stat.S_IXUSR for path in executables)

    times = {path: path.stat().st_mtime_ns for path in [project_folder, *project_folder.rglob("*")]}
    again = batch_deploy(by=owner, deployment_set=everything, project=project, profiles=list(project.profiles.all()))

    assert again.counts == {"success": 0, "skip": 14 + 157 + 57 - 1, "error": 1}
    assert {path: path.stat().st_mtime_ns for path in [project_folder, *project_folder.rglob("*")]} == times
    errors = [
        [(result.artifact_id, result.reason) for result in report.results if result.status == RunItem.Status.ERROR]
        for report in (first, again)
    ]
    assert errors[0] == errors[1]


def files_of(path: Path) -> dict[str, tuple[bytes, bool]]:
    """The bytes and the executable bit of a file, or of every file in a folder."""
    files = [path] if path.is_file() else [each for each in path.rglob("*") if each.is_file()]
    return {
        "" if each == path else each.relative_to(path).as_posix(): (
            each.read_bytes(),
            bool(each.stat().st_mode & 0o100),
        )
        for each in files
    }
