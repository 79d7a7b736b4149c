"""What a deploy does when a profile's folders change, the folder itself changes, or two owners share it."""

from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import User
from deployments.exceptions import ProjectFolderError
from deployments.installer.decisions import OnConflict
from deployments.models import Deployment, Placement
from tests.deployments.busy_project import exact_state
from tests.deployments.conftest import Desk, only, outcome
from tests.factories import DeploymentProfileFactory, ProjectFactory, give_version


def _move(desk: Desk, **folders: str) -> None:
    profile = desk.project.profiles.get(profile_id="claude_code")
    profile.artifact_path_map = {**profile.artifact_path_map, **folders}
    profile.save()


def _move_skills(desk: Desk, folder: str) -> None:
    _move(desk, skill=folder)


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


def test_an_old_place_is_another_artifacts_to_take_in_the_same_run(desk: Desk) -> None:
    command, agent = desk.artifact("command:plan", {"": "Command"}), desk.artifact("agent:plan", {"": "Agent"})
    desk.deploy(command)
    _move(desk, command=".claude/more", agent=".claude/commands")
    report = desk.deploy(command, agent)
    assert outcome(report) == [("command:plan", "success", "create"), ("agent:plan", "success", "update")]
    assert desk.tree() == {".claude/more/plan.md": b"Command", ".claude/commands/plan.md": b"Agent"}


def test_two_artifacts_may_swap_their_places(desk: Desk) -> None:
    command, agent = desk.artifact("command:plan", {"": "Command"}), desk.artifact("agent:plan", {"": "Agent"})
    desk.deploy(command, agent)
    before = exact_state(desk.folder)
    _move(desk, command=".claude/agents", agent=".claude/commands")
    assert desk.deploy(command, agent).counts["success"] == 2
    assert desk.tree() == {".claude/agents/plan.md": b"Command", ".claude/commands/plan.md": b"Agent"}
    assert {row.path: row.artifact_uuid for row in Placement.objects.all()} == {
        ".claude/agents/plan.md": command.pk,
        ".claude/commands/plan.md": agent.pk,
    }
    desk.undo()
    assert exact_state(desk.folder) == before


def test_a_place_whose_holder_cannot_leave_is_not_taken(desk: Desk) -> None:
    command, agent = desk.artifact("command:plan", {"": "Command"}), desk.artifact("agent:plan", {"": "Agent"})
    desk.deploy(command)
    (desk.folder / ".claude/more").mkdir()
    (desk.folder / ".claude/more/plan.md").write_text("Mine")
    _move(desk, command=".claude/more", agent=".claude/commands")
    report = desk.deploy(command, agent)
    assert outcome(report) == [("command:plan", "error", "conflict"), ("agent:plan", "error", "conflict")]
    assert "command:plan under the profile claude_code stands in its way" in report.results[1].reason
    assert desk.tree() == {".claude/more/plan.md": b"Mine", ".claude/commands/plan.md": b"Command"}


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
@pytest.mark.parametrize("roots", [[".c", ".a"], [".b", ".a"]], ids=["moved on", "swapped"])
@pytest.mark.parametrize("is_new", [False, True])
def test_profiles_take_each_others_places_whatever_their_order(
    desk: Desk, order: list[int], roots: list[str], is_new: bool
) -> None:
    ship = desk.artifact("command:ship", {"": "Ship"})
    profiles = [desk.profile("one", root_dir=".a"), desk.profile("two", root_dir=".b")]
    desk.deploy(ship, profiles=profiles)
    for profile, root in zip(profiles, roots, strict=True):
        profile.root_dir = root
        profile.artifact_path_map = {"command": f"{root}/commands"}
        profile.save()
    if is_new:
        give_version(ship, {"": "Ship 2"})
    assert desk.deploy(ship, profiles=[profiles[number] for number in order]).counts["error"] == 0
    content = b"Ship 2" if is_new else b"Ship"
    assert desk.tree() == {f"{root}/commands/ship.md": content for root in roots}
    assert {row.path for row in Placement.objects.all()} == set(desk.tree())


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
