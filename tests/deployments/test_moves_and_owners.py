"""What a deploy does when a profile's folders change, the folder itself changes, or two owners share it."""

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import User
from deployments.exceptions import ProjectFolderError
from deployments.installer.decisions import OnConflict
from deployments.models import Deployment, Placement
from tests.deployments.conftest import Desk, only, outcome
from tests.factories import DeploymentProfileFactory, ProjectFactory


def _move_skills(desk: Desk, folder: str) -> None:
    profile = desk.project.profiles.get(profile_id="claude_code")
    profile.artifact_path_map = {**profile.artifact_path_map, "skill": folder}
    profile.save()


def test_what_a_profile_now_puts_elsewhere_moves_without_asking(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf", {"SKILL.md": "Read"})
    desk.deploy(skill)
    _move_skills(desk, ".claude/more/skills")

    assert outcome(desk.deploy(skill)) == [("skill:pdf", "success", "update")]
    assert desk.tree() == {".claude/more/skills/pdf/SKILL.md": b"Read"}
    assert Placement.objects.get().path == ".claude/more/skills/pdf"


def test_an_edited_copy_at_the_old_place_is_a_conflict(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf", {"SKILL.md": "Read"})
    desk.deploy(skill)
    (desk.folder / ".claude/skills/pdf/SKILL.md").write_text("Mine")
    _move_skills(desk, ".claude/more")

    result = only(desk.deploy(skill))
    assert (result.status, result.action) == ("error", "conflict")
    assert desk.tree() == {".claude/skills/pdf/SKILL.md": b"Mine"}

    desk.deploy(skill, on_conflict=OnConflict.OVERWRITE)
    assert desk.tree() == {".claude/more/pdf/SKILL.md": b"Read"}


def test_an_old_place_that_another_profile_needs_stays(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf", {"SKILL.md": "Read"})
    first = desk.project.profiles.get()
    again = desk.profile("again")
    desk.deploy(skill, profiles=[first, again])
    _move_skills(desk, ".claude/more")

    desk.deploy(skill, profiles=[desk.project.profiles.get(profile_id="claude_code")])
    assert set(desk.tree()) == {".claude/more/pdf/SKILL.md", ".claude/skills/pdf/SKILL.md"}
    assert Placement.objects.get(path=".claude/skills/pdf").deployments.get().deployment_profile_id == "again"


def test_an_old_place_that_two_profiles_leave_together_goes(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf", {"SKILL.md": "Read"})
    profiles = [desk.project.profiles.get(), desk.profile("again")]
    desk.deploy(skill, profiles=profiles)
    for profile in profiles:
        profile.artifact_path_map = {**profile.artifact_path_map, "skill": ".claude/more"}
        profile.save()

    assert desk.deploy(skill, profiles=profiles).counts["error"] == 0
    assert set(desk.tree()) == {".claude/more/pdf/SKILL.md"}
    assert Placement.objects.get().path == ".claude/more/pdf"


def test_an_old_place_that_another_artifact_wants_in_vain_stays_recorded(desk: Desk) -> None:
    command, agent = desk.artifact("command:plan", {"": "Command"}), desk.artifact("agent:plan", {"": "Agent"})
    desk.deploy(command)
    profile = desk.project.profiles.get()
    profile.artifact_path_map = {**profile.artifact_path_map, "command": ".claude/more", "agent": ".claude/commands"}
    profile.save()

    report = desk.deploy(command, agent)
    assert outcome(report) == [("command:plan", "success", "create"), ("agent:plan", "error", "conflict")]
    assert {row.path for row in Placement.objects.all()} == {".claude/more/plan.md", ".claude/commands/plan.md"}

    desk.deploy(command)
    assert set(desk.tree()) == {".claude/more/plan.md"}


def test_an_adopted_file_at_the_old_place_is_forgotten_and_left(desk: Desk) -> None:
    folder = desk.folder / ".claude/skills/pdf"
    folder.mkdir(parents=True)
    (folder / "SKILL.md").write_text("Read")
    skill = desk.artifact("skill:pdf", {"SKILL.md": "Read"})
    desk.deploy(skill)
    _move_skills(desk, ".claude/more")
    desk.deploy(skill)
    assert set(desk.tree()) == {".claude/more/pdf/SKILL.md", ".claude/skills/pdf/SKILL.md"}
    assert [placement.path for placement in Placement.objects.all()] == [".claude/more/pdf"]


def test_two_owners_of_one_folder_meet_each_others_files_as_foreign(desk: Desk, other_owner: User) -> None:
    desk.deploy(desk.artifact("command:ship", {"": "Mine"}))
    theirs = Desk(ProjectFactory(owner=other_owner, path=desk.project.path), desk.folder)
    DeploymentProfileFactory(project=theirs.project)

    result = only(theirs.deploy(desk.artifact("command:ship", {"": "Yours"})))

    assert (result.status, result.action) == ("error", "conflict")
    assert "Full-stack" not in result.reason
    assert Deployment.objects.filter(project=theirs.project).count() == 0


def test_a_folder_that_is_gone_refuses_the_run(desk: Desk) -> None:
    desk.folder.rmdir()
    with pytest.raises(ProjectFolderError, match="Put it back"):
        desk.deploy(desk.artifact("skill:pdf"))


def test_a_folder_that_became_a_symlink_refuses_the_run(desk: Desk, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    desk.folder.rename(elsewhere)
    desk.folder.symlink_to(elsewhere)
    with pytest.raises(ProjectFolderError, match="symlink"):
        desk.deploy(desk.artifact("skill:pdf"))
    assert list(elsewhere.iterdir()) == []


def test_a_folder_outside_the_roots_of_today_refuses_the_run(desk: Desk, tmp_path: Path, settings: Settings) -> None:
    settings.PROJECT_ROOTS = [tmp_path / "only-here"]
    with pytest.raises(ProjectFolderError, match="PROJECT_ROOTS"):
        desk.deploy(desk.artifact("skill:pdf"))


def test_a_file_in_the_place_of_the_staging_folder_refuses_the_run_and_stays(desk: Desk) -> None:
    (desk.folder / ".deployment-sets").write_text("Mine")
    with pytest.raises(ProjectFolderError, match="deployment-sets"):
        desk.deploy(desk.artifact("skill:pdf"))
    assert desk.tree() == {".deployment-sets": b"Mine"}


def test_things_of_the_users_in_the_staging_folder_stay(desk: Desk) -> None:
    (desk.folder / ".deployment-sets").mkdir()
    (desk.folder / ".deployment-sets/mine.txt").write_text("Mine")
    desk.deploy(desk.artifact("command:ship", {"": "Ship"}))
    assert desk.tree()[".deployment-sets/mine.txt"] == b"Mine"


def test_a_profile_that_changes_without_moving_anything_is_recorded_anew(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf")
    desk.deploy(skill)
    profile = desk.project.profiles.get(profile_id="claude_code")
    profile.root_dir = "elsewhere"
    profile.save()
    assert outcome(desk.deploy(skill)) == [("skill:pdf", "skip", "unchanged")]
    assert Deployment.objects.get().profile_root_dir == "elsewhere"
