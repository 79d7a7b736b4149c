"""Undeploying gives up claims; what nobody claims any more goes, and with it what was made for it."""

from typing import Any

import pytest

from artifacts.models import Artifact
from deployments.installer.decisions import Claimant, OnConflict
from deployments.models import Claim, Deployment, DeploymentPlacement, Placement
from deployments.services.reports import Report
from deployments.services.runs import carry_out, undeploy, undeploying
from tests.deployments.busy_project import picture
from tests.deployments.conftest import Desk, only, outcome
from tests.deployments.merged_artifacts import SERVERS, hook, read, server, write
from tests.factories import give_version

PLAN = ".claude/commands/plan.md"
SHIP = ".claude/commands/ship.md"
PDF = ".claude/skills/pdf"
FULL_STACK, BACKEND = Claimant("set:1", "Full-stack"), Claimant("set:2", "Backend")


@pytest.fixture
def ship(desk: Desk) -> Artifact:
    return desk.artifact("command:ship", {"": "Ship"})


def undeploy_of(desk: Desk, **which: Any) -> Report:
    """An undeploy that says for itself what it is about."""
    return undeploy(project=desk.project, by=desk.project.owner, **which)


def assert_nothing_is_recorded() -> None:
    for model in (Placement, Deployment, DeploymentPlacement, Claim):
        assert not model._default_manager.exists()


def test_a_set_leaves_the_project_as_it_was(desk: Desk, ship: Artifact) -> None:
    write(desk, "README.md", "Mine")
    before = picture(desk.folder)
    desk.deploy(ship, desk.artifact("skill:pdf"), hook(desk), server(desk))
    report = desk.undeploy()
    assert report.counts == {"success": 4, "skip": 0, "error": 0}
    assert {action for _, _, action in outcome(report)} == {"remove"}
    assert picture(desk.folder) == before
    assert_nothing_is_recorded()


def test_the_report_comes_by_name_and_says_which_paths(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, desk.artifact("agent:reviewer"))
    assert [(result.artifact_id, result.paths) for result in desk.undeploy().results] == [
        ("agent:reviewer", (".claude/agents/reviewer.md",)),
        ("command:ship", (SHIP,)),
    ]


def test_the_run_keeps_what_it_was_and_for_whom(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    run = desk.undeploy().run
    assert run is not None
    assert (run.number, run.kind, run.state) == (2, "undeploy", "done")
    assert (run.claimant_label, run.started_by) == ("Full-stack", desk.project.owner)
    assert [(item.artifact_label, item.action) for item in run.items.all()] == [("command:ship", "remove")]


def test_what_another_set_claims_stays_and_is_told_to_be_wanted(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    desk.claimant = BACKEND
    desk.deploy(ship)
    result = only(desk.undeploy())
    assert (result.status, result.action) == ("skip", "unchanged")
    assert result.reason == "Still wanted for Full-stack; it stays."
    assert desk.tree() == {SHIP: b"Ship"}
    assert Claim.objects.get().claimant == "set:1"

    desk.claimant = FULL_STACK
    assert only(desk.undeploy()).action == "remove"
    assert picture(desk.folder) == {}
    assert_nothing_is_recorded()


def test_a_set_that_claims_nothing_here_has_nothing_to_undeploy(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    desk.claimant = BACKEND
    assert desk.undeploy().results == ()
    assert desk.tree() == {SHIP: b"Ship"}


def test_an_artifact_can_be_given_up_alone(desk: Desk, ship: Artifact) -> None:
    plan = desk.artifact("command:plan", {"": "Plan"})
    desk.deploy(ship, plan)
    assert outcome(desk.undeploy(ship)) == [("command:ship", "success", "remove")]
    assert desk.tree() == {PLAN: b"Plan"}


def test_an_artifact_is_undeployed_for_everybody(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    desk.claimant = BACKEND
    desk.deploy(ship, desk.artifact("command:plan", {"": "Plan"}))
    assert outcome(desk.undeploy(ship, of_everybody=True)) == [("command:ship", "success", "remove")]
    assert desk.tree() == {PLAN: b"Plan"}
    assert Claim.objects.get().deployment.label == "command:plan"


def test_named_profiles_alone_are_cleared(desk: Desk, ship: Artifact) -> None:
    first, second = desk.project.profiles.get(), desk.profile("second", root_dir=".second")
    desk.deploy(ship, profiles=[first, second])
    report = undeploy_of(desk, claimant=FULL_STACK, profile_ids=["second"])
    assert [result.profile_id for result in report.results] == ["second"]
    assert set(desk.tree()) == {SHIP}
    assert Deployment.objects.get().deployment_profile_id == "claude_code"


def test_an_artifact_goes_from_named_profiles_for_everybody(desk: Desk, ship: Artifact) -> None:
    first, second = desk.project.profiles.get(), desk.profile("second", root_dir=".second")
    for claimant in (FULL_STACK, BACKEND):
        desk.claimant = claimant
        desk.deploy(ship, profiles=[first, second])
    undeploy_of(desk, artifacts=[ship.pk], profile_ids=["claude_code"])
    assert set(desk.tree()) == {".second/commands/ship.md"}
    assert Claim.objects.count() == 2


@pytest.mark.parametrize("deleted", ["profile", "artifact", "collection"])
def test_what_is_deployed_can_go_when_what_it_came_from_is_deleted(desk: Desk, ship: Artifact, deleted: str) -> None:
    desk.deploy(ship, desk.artifact("skill:pdf", collection=ship.collection))
    match deleted:
        case "profile":
            desk.project.profiles.all().delete()
        case "artifact":
            ship.delete()
        case _:
            ship.collection.delete()
    assert desk.undeploy().counts == {"success": 2, "skip": 0, "error": 0}
    assert picture(desk.folder) == {}
    assert_nothing_is_recorded()


def test_what_was_edited_stays_and_is_still_claimed(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, desk.artifact("command:plan"))
    write(desk, SHIP, "Mine")
    report = desk.undeploy()
    assert outcome(report) == [("command:plan", "success", "remove"), ("command:ship", "error", "conflict")]
    assert f"{SHIP}, which is not needed there any more, was edited since" in report.results[1].reason
    assert desk.tree() == {SHIP: b"Mine"}
    assert Claim.objects.get().deployment.label == "command:ship"

    assert outcome(desk.undeploy(on_conflict=OnConflict.SKIP)) == [("command:ship", "skip", "conflict")]
    assert desk.tree() == {SHIP: b"Mine"}


def test_what_was_edited_goes_when_forced_and_comes_back_with_undo(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    write(desk, SHIP, "Mine").chmod(0o640)
    before = picture(desk.folder)
    assert outcome(desk.undeploy(on_conflict=OnConflict.OVERWRITE)) == [("command:ship", "success", "remove")]
    assert picture(desk.folder) == {}
    desk.undo()
    assert picture(desk.folder) == before


def test_an_edit_in_a_folder_is_named(desk: Desk) -> None:
    desk.deploy(desk.artifact("skill:pdf", {"SKILL.md": "Read"}))
    write(desk, f"{PDF}/mine.md", "Mine")
    result = only(desk.undeploy())
    assert "(mine.md added)" in result.reason
    assert set(desk.tree()) == {f"{PDF}/SKILL.md", f"{PDF}/mine.md"}


def test_by_products_of_tools_go_along(desk: Desk) -> None:
    desk.deploy(desk.artifact("skill:pdf", {"SKILL.md": "Read", "a.py": ""}))
    write(desk, f"{PDF}/__pycache__/a.cpython-313.pyc", "compiled")
    assert only(desk.undeploy()).action == "remove"
    assert picture(desk.folder) == {}


def test_an_older_version_goes_as_well_as_the_newest(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    give_version(ship, {"": "Ship better"})
    assert only(desk.undeploy()).action == "remove"
    assert picture(desk.folder) == {}


@pytest.mark.parametrize("whole", [False, True])
def test_what_was_deleted_from_the_disk_is_forgotten(desk: Desk, ship: Artifact, whole: bool) -> None:
    desk.deploy(ship)
    (desk.folder / SHIP).unlink()
    if whole:
        (desk.folder / ".claude/commands").rmdir()
        (desk.folder / ".claude").rmdir()
    assert only(desk.undeploy()).status == "success"
    assert picture(desk.folder) == {}
    assert_nothing_is_recorded()


def test_a_server_that_was_taken_out_of_its_file_is_forgotten(desk: Desk) -> None:
    write(desk, SERVERS, '{"mcpServers": {}, "mine": 1}')
    desk.deploy(server(desk))
    write(desk, SERVERS, '{"mine": 1}')
    assert only(desk.undeploy()).status == "success"
    assert read(desk, SERVERS) == {"mine": 1}
    assert_nothing_is_recorded()


def test_a_server_whose_file_was_deleted_is_forgotten(desk: Desk) -> None:
    desk.deploy(server(desk))
    (desk.folder / SERVERS).unlink()
    assert only(desk.undeploy()).status == "success"
    assert picture(desk.folder) == {}
    assert_nothing_is_recorded()


def test_a_server_that_was_edited_stays_unless_forced(desk: Desk) -> None:
    desk.deploy(server(desk))
    write(desk, SERVERS, '{"mcpServers": {"docs": {"command": "mine"}}}')
    result = only(desk.undeploy())
    assert (result.status, result.action) == ("error", "conflict")
    assert "mcpServers.docs in .mcp.json was edited since it was deployed" in result.reason
    assert read(desk, SERVERS)["mcpServers"]["docs"] == {"command": "mine"}
    assert only(desk.undeploy(on_conflict=OnConflict.OVERWRITE)).action == "remove"
    assert picture(desk.folder) == {}
    assert_nothing_is_recorded()


def test_what_cannot_be_read_any_more_stays_and_is_named(desk: Desk) -> None:
    desk.deploy(server(desk))
    write(desk, SERVERS, "{ not JSON")
    result = only(desk.undeploy(on_conflict=OnConflict.OVERWRITE))
    assert (result.status, result.action) == ("error", "refused")
    assert ".mcp.json cannot be read" in result.reason
    assert (desk.folder / SERVERS).read_text() == "{ not JSON"


def test_what_was_there_before_stays_and_is_forgotten(desk: Desk, ship: Artifact) -> None:
    write(desk, SHIP, "Ship")
    before = picture(desk.folder)
    desk.deploy(ship)
    result = only(desk.undeploy())
    assert (result.status, result.action) == ("success", "remove")
    assert result.reason == "It was there before any deploy and stays; it is only forgotten."
    assert picture(desk.folder) == before
    assert_nothing_is_recorded()


def test_a_folder_of_ours_goes_only_when_the_last_thing_in_it_goes(desk: Desk, ship: Artifact) -> None:
    plan = desk.artifact("command:plan", {"": "Plan"})
    desk.deploy(ship, plan)
    desk.undeploy(ship)
    assert set(picture(desk.folder)) == {".claude", ".claude/commands", PLAN}
    desk.undeploy(plan)
    assert picture(desk.folder) == {}


@pytest.mark.parametrize("first", ["command:plan", "command:ship"])
def test_a_folder_made_for_one_set_goes_with_the_last_of_another(desk: Desk, first: str) -> None:
    """Whichever goes first: the folder was made once, and not for the one that goes last."""
    artifacts = {name: desk.artifact(name) for name in ("command:plan", "command:ship")}
    desk.deploy(artifacts["command:plan"])
    desk.deploy(artifacts["command:ship"])
    desk.undeploy(artifacts.pop(first))
    desk.undeploy(*artifacts.values())
    assert picture(desk.folder) == {}


def test_a_folder_with_something_of_the_users_in_it_stays(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, desk.artifact("skill:pdf"))
    write(desk, ".claude/commands/mine.md", "Mine")
    desk.undeploy()
    assert set(picture(desk.folder)) == {".claude", ".claude/commands", ".claude/commands/mine.md"}


def test_an_empty_folder_that_was_there_before_stays(desk: Desk, ship: Artifact) -> None:
    (desk.folder / ".claude/commands").mkdir(parents=True, mode=0o750)
    before = picture(desk.folder)
    desk.deploy(ship)
    desk.undeploy()
    assert picture(desk.folder) == before


def test_an_empty_folder_the_user_made_in_ours_stays(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    (desk.folder / ".claude/mine").mkdir()
    desk.undeploy()
    assert set(picture(desk.folder)) == {".claude", ".claude/mine"}


def test_a_path_two_profiles_share_goes_when_both_give_it_up(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, profiles=[desk.project.profiles.get(), desk.profile("again")])
    report = undeploy_of(desk, claimant=FULL_STACK, profile_ids=["claude_code"])
    assert outcome(report) == [("command:ship", "success", "remove")]
    assert desk.tree() == {SHIP: b"Ship"}
    assert Placement.objects.get().deployments.get().deployment_profile_id == "again"
    undeploy_of(desk, claimant=FULL_STACK, profile_ids=["again"])
    assert picture(desk.folder) == {}


def test_a_path_two_profiles_share_goes_when_both_give_it_up_at_once(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, server(desk), profiles=[desk.project.profiles.get(), desk.profile("again")])
    assert desk.undeploy().counts == {"success": 4, "skip": 0, "error": 0}
    assert picture(desk.folder) == {}
    assert_nothing_is_recorded()


def test_an_edited_path_two_profiles_share_stays_for_both(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, profiles=[desk.project.profiles.get(), desk.profile("again")])
    write(desk, SHIP, "Mine")
    report = desk.undeploy()
    assert desk.tree() == {SHIP: b"Mine"}
    assert "conflict" in {result.action for result in report.results}
    assert Placement.objects.get().path == SHIP


def test_one_profile_of_two_that_share_a_path_is_claimed_by_another_set(desk: Desk, ship: Artifact) -> None:
    first, again = desk.project.profiles.get(), desk.profile("again")
    desk.deploy(ship, profiles=[first, again])
    desk.claimant = BACKEND
    desk.deploy(ship, profiles=[again])
    desk.claimant = FULL_STACK
    assert [result.action for result in desk.undeploy().results] == ["unchanged", "remove"]
    assert desk.tree() == {SHIP: b"Ship"}
    assert Deployment.objects.get().deployment_profile_id == "again"


def test_a_dry_run_touches_nothing(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    before = picture(desk.folder)
    report = desk.undeploy(dry_run=True)
    assert (report.run, outcome(report)) == (None, [("command:ship", "success", "remove")])
    assert picture(desk.folder) == before
    assert Claim.objects.exists()


def test_deploying_again_afterwards_puts_it_back(desk: Desk, ship: Artifact) -> None:
    artifacts = [ship, hook(desk), server(desk)]
    desk.deploy(*artifacts)
    before = picture(desk.folder)
    desk.undeploy()
    assert {action for _, _, action in outcome(desk.deploy(*artifacts))} == {"create"}
    assert picture(desk.folder) == before


def test_paths_are_named_in_their_order(desk: Desk) -> None:
    """Every time, whatever ids they have."""
    artifact = hook(desk)
    for _ in range(8):
        desk.deploy(artifact)
        assert only(desk.undeploy()).paths == (".claude/hooks/format", ".claude/settings.json")


def test_of_several_artifacts_under_several_profiles_only_the_named_pairs_are_undeployed(desk: Desk) -> None:
    first, second = desk.artifact("skill:first"), desk.artifact("skill:second")
    house = desk.profile("house", root_dir="house")
    desk.deploy(first, second, profiles=[desk.project.profiles.get(profile_id="claude_code"), house])
    pairs = {(first.pk, "claude_code"), (second.pk, "house")}
    report = carry_out(job=undeploying(project=desk.project, by=desk.project.owner, only=pairs))
    assert {(result.artifact_uuid, result.profile_id) for result in report.results} == pairs
    left = desk.project.deployments.values_list("artifact_uuid", "deployment_profile_id")
    assert set(left) == {(first.pk, "house"), (second.pk, "claude_code")}
