"""Bytes that are not this tool's survive whatever else goes on around a run."""

import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deployments.exceptions import ProjectFolderError
from deployments.installer import apply, journal
from deployments.installer.decisions import OnConflict
from deployments.installer.disk import ProjectFolder
from deployments.installer.staging import Staging
from deployments.models import Run
from projects.models import Project
from projects.paths import STAGING_FOLDER
from projects.services import delete_project, folder_of
from tests.deployments.conftest import Desk, outcome
from tests.factories import DeploymentProfileFactory, ProjectFactory, give_version


class PowerOutage(BaseException):
    """Ends a run where it stands, as the death of its process would."""


def die(*_: object) -> None:
    raise PowerOutage


def test_what_is_written_into_a_replaced_folder_before_the_run_ends_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    skill = desk.artifact("skill:pdf", {"SKILL.md": "old"})
    desk.deploy(skill)
    give_version(skill, {"SKILL.md": "new"})
    held_open = os.open(desk.folder / ".claude/skills/pdf", os.O_RDONLY)
    finish = journal.finish

    def write_late(*arguments: Any, **options: Any) -> None:
        descriptor = os.open("late.txt", os.O_WRONLY | os.O_CREAT, 0o644, dir_fd=held_open)
        os.write(descriptor, b"Mine")
        os.close(descriptor)
        finish(*arguments, **options)

    monkeypatch.setattr(journal, "finish", write_late)
    report = desk.deploy(skill)
    os.close(held_open)

    assert outcome(report) == [("skill:pdf", "success", "update")]
    (kept,) = [path for path in desk.tree() if path.endswith("late.txt")]
    assert kept.startswith(f"{STAGING_FOLDER}/kept-")
    assert desk.tree()[kept] == b"Mine"
    (note,) = Run.objects.get(number=2).notes
    assert "What was at .claude/skills/pdf is kept in .deployment-sets/kept-" in note


def test_an_overwritten_folder_survives_the_loss_of_the_database_in_the_middle_of_a_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = desk.folder / ".claude/skills/pdf/mine.md"
    mine.parent.mkdir(parents=True)
    mine.write_text("Mine")
    skill = desk.artifact("skill:pdf")
    with monkeypatch.context() as patched:
        patched.setattr(apply._Application, "_record", die)
        patched.setattr(apply, "take_back", die)
        patched.setattr(apply, "clear_away", die)
        with pytest.raises(PowerOutage):
            desk.deploy(skill, on_conflict=OnConflict.OVERWRITE)
    Run.objects.all().delete()

    report = desk.deploy(skill)

    (kept,) = [path for path in desk.tree() if path.endswith("mine.md")]
    assert kept.rpartition("/0001/")[0] in report.notes[0]
    assert kept.startswith(f"{STAGING_FOLDER}/kept-")
    assert desk.tree()[kept] == b"Mine"


def test_what_a_run_staged_before_it_died_goes_without_a_trace(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(journal, "intend", die)
        patched.setattr(journal, "close_unbegun", die)
        patched.setattr(Staging, "drop", lambda self: None)
        with pytest.raises(PowerOutage):
            desk.deploy(desk.artifact("skill:pdf"))
    assert any(STAGING_FOLDER in path for path in desk.tree())
    desk.deploy(desk.artifact("command:ship", {"": "Ship"}))
    assert desk.tree() == {".claude/commands/ship.md": b"Ship"}


def test_clearing_away_follows_no_symlink_that_comes_to_lie_in_a_replaced_folder(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "run.sh").write_text("Mine")
    skill = desk.artifact("skill:pdf", {"SKILL.md": "old", "scripts/run.sh": "old"})
    desk.deploy(skill)
    give_version(skill, {"SKILL.md": "new"})
    held_open = os.open(desk.folder / ".claude/skills/pdf", os.O_RDONLY)
    discard = Staging.discard

    def swap_first(*arguments: Any) -> None:
        os.rename("scripts", "elsewhere", src_dir_fd=held_open, dst_dir_fd=held_open)
        os.symlink(victim, "scripts", dir_fd=held_open)
        discard(*arguments)

    monkeypatch.setattr(Staging, "discard", swap_first)
    desk.deploy(skill)
    os.close(held_open)
    assert (victim / "run.sh").read_text() == "Mine"


@pytest.mark.parametrize("name", ["new", "run"])
@pytest.mark.parametrize("kind", ["file", "symlink"])
def test_what_is_only_called_like_a_staging_folder_is_left_alone(
    desk: Desk, tmp_path: Path, name: str, kind: str
) -> None:
    with ProjectFolder(desk.folder) as folder, Staging(folder, uuid4()) as staging:
        called = staging.name.replace("new-", f"{name}-", 1)
        staging.drop()
    (desk.folder / STAGING_FOLDER).mkdir()
    there = desk.folder / STAGING_FOLDER / called
    if kind == "file":
        there.write_text("Mine")
    else:
        there.symlink_to(tmp_path)
    assert outcome(desk.deploy(desk.artifact("command:ship"))) == [("command:ship", "success", "create")]
    assert there.is_symlink() or there.read_text() == "Mine"


@pytest.mark.parametrize("words", ["mine\n", "*\nmine\n", ""])
def test_an_ignore_file_of_the_users_in_the_staging_folder_stays(desk: Desk, words: str) -> None:
    folder = desk.folder / STAGING_FOLDER
    folder.mkdir()
    (folder / ".gitignore").write_text(words)
    (folder / "notes.txt").write_text("Mine")
    desk.deploy(desk.artifact("command:ship", {"": "Ship"}))
    assert desk.tree() == {
        ".claude/commands/ship.md": b"Ship",
        f"{STAGING_FOLDER}/.gitignore": words.encode(),
        f"{STAGING_FOLDER}/notes.txt": b"Mine",
    }


def test_an_ignore_file_with_other_words_stays_even_alone(desk: Desk) -> None:
    (desk.folder / STAGING_FOLDER).mkdir()
    (desk.folder / STAGING_FOLDER / ".gitignore").write_text("mine\n")
    desk.deploy(desk.artifact("command:ship", {"": "Ship"}))
    assert desk.tree()[f"{STAGING_FOLDER}/.gitignore"] == b"mine\n"


def test_a_folder_above_the_project_that_becomes_a_symlink_leads_nowhere(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    (outside / "project").mkdir(parents=True)
    above = tmp_path / "above"
    (above / "project").mkdir(parents=True)
    project = ProjectFactory(owner=desk.project.owner, path=str(above / "project"))
    DeploymentProfileFactory(project=project)

    def swap_after_the_check(project: Project) -> Path:
        folder = folder_of(project)
        above.rename(tmp_path / "elsewhere")
        above.symlink_to(outside)
        return folder

    monkeypatch.setattr("deployments.services.folders.folder_of", swap_after_the_check)
    with pytest.raises(ProjectFolderError):
        Desk(project, above / "project").deploy(desk.artifact("skill:pdf"))
    assert list((outside / "project").iterdir()) == []


def test_a_project_that_was_forgotten_meanwhile_refuses_the_run(desk: Desk) -> None:
    forgotten = Project.objects.get(pk=desk.project.pk)
    profiles = list(forgotten.profiles.all())
    delete_project(project=Project.objects.get(pk=desk.project.pk))
    desk.project = forgotten
    with pytest.raises(ProjectFolderError, match="deleted meanwhile"):
        desk.deploy(desk.artifact("skill:pdf"), profiles=profiles)
    assert list(desk.folder.iterdir()) == []
