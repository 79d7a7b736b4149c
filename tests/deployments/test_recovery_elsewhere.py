"""A run is taken back in the folder in which it was cut off, and in no other that looks like it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from deployments.installer import apply
from deployments.installer.decisions import OnConflict
from deployments.models import Run
from deployments.services.recovery import recover_all
from projects.paths import STAGING_FOLDER
from tests.deployments.conftest import Desk, read_tree
from tests.deployments.merged_artifacts import write
from tests.factories import DeploymentProfileFactory, ProjectFactory

pytestmark = pytest.mark.django_db


class PowerOutage(BaseException):
    """Ends a run where it stands, as the death of its process would."""


def die(*_: object) -> None:
    raise PowerOutage


def cut_off(monkeypatch: pytest.MonkeyPatch, job: Callable[[], object]) -> Run:
    """Let `job` die when every path is changed and nothing recorded; its run."""
    with monkeypatch.context() as patched:
        patched.setattr(apply._Application, "_record", die)
        patched.setattr(apply, "take_back", die)
        patched.setattr(apply, "clear_away", die)
        with pytest.raises(PowerOutage):
            job()
    return Run.objects.get(state=Run.State.RUNNING)


def desk_at(folder: Path) -> Desk:
    """A desk in front of another project."""
    project = ProjectFactory(path=str(folder))
    DeploymentProfileFactory(project=project, profile_id="default")
    return Desk(project, folder)


def test_another_folder_that_got_the_number_of_a_deleted_one_is_left_alone(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship = desk.artifact("command:ship", {"": "Ship"})
    run = cut_off(monkeypatch, lambda: desk.deploy(ship))
    shutil.rmtree(desk.folder)
    other = desk_at(tmp_path / "other")
    theirs = write(other, ".claude/commands/ship.md", "Ship")
    Run.objects.update(folder_key=f"{other.folder.stat().st_dev}-{other.folder.stat().st_ino}")

    assert other.deploy(other.artifact("command:more")).counts["success"] == 1

    assert theirs.read_text() == "Ship"
    run.refresh_from_db()
    assert run.state == Run.State.RUNNING


@pytest.mark.parametrize("has_its_number", [True, False])
def test_what_lies_in_a_fresh_clone_at_the_same_place_stays(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, has_its_number: bool
) -> None:
    run = cut_off(monkeypatch, lambda: desk.deploy(desk.artifact("command:ship", {"": "Ship"})))
    shutil.rmtree(desk.folder)
    desk.folder.mkdir()
    theirs = write(desk, ".claude/commands/ship.md", "Ship")
    here = desk.folder.stat()
    Run.objects.update(folder_key=f"{here.st_dev}-{here.st_ino}" if has_its_number else "0-0")

    assert list(recover_all())

    assert theirs.read_text() == "Ship"
    run.refresh_from_db()
    assert run.state == Run.State.RECOVERED


def test_a_copy_of_a_project_keeps_what_a_dead_run_had_replaced(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = write(desk, ".claude/commands/ship.md", "Mine")
    ship = desk.artifact("command:ship", {"": "Ship"})
    cut_off(monkeypatch, lambda: desk.deploy(ship, on_conflict=OnConflict.OVERWRITE))
    shutil.copytree(desk.folder, tmp_path / "copy")
    assert list(recover_all())
    assert mine.read_text() == "Mine"

    copy = desk_at(tmp_path / "copy")
    report = copy.deploy(copy.artifact("command:more"))

    (kept,) = [path for path, data in read_tree(copy.folder).items() if data == b"Mine"]
    assert kept.startswith(f"{STAGING_FOLDER}/kept-")
    assert "no record of this folder" in report.notes[0]
