"""Pruning: what a set put here earlier and no longer holds goes, and nothing else does."""

import os
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from artifacts.models import Artifact
from deployments.installer import exchange
from deployments.installer.decisions import Claimant, OnConflict
from deployments.models import Claim, Deployment, Placement
from tests.deployments.busy_project import picture
from tests.deployments.conftest import Desk, only, outcome
from tests.deployments.merged_artifacts import SERVERS, SETTINGS, hook, read, server, write
from tests.factories import give_version

PLAN = ".claude/commands/plan.md"
SHIP = ".claude/commands/ship.md"
OTHER_SET = Claimant("set:2", "Backend")


@pytest.fixture
def plan(desk: Desk) -> Artifact:
    return desk.artifact("command:plan", {"": "Plan"})


@pytest.fixture
def ship(desk: Desk) -> Artifact:
    return desk.artifact("command:ship", {"": "Ship"})


def labels() -> list[str]:
    """What is deployed."""
    return list(Deployment.objects.order_by("label").values_list("label", flat=True))


def test_what_the_set_no_longer_holds_goes(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    desk.deploy(plan, ship)
    report = desk.deploy(plan, prune=True)
    assert outcome(report) == [("command:plan", "skip", "unchanged"), ("command:ship", "success", "remove")]
    assert report.results[1].paths == (SHIP,)
    assert set(desk.tree()) == {PLAN}
    assert labels() == ["command:plan"]
    assert Placement.objects.get().path == PLAN


def test_nothing_goes_unless_it_is_asked_for(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    desk.deploy(plan, ship)
    assert outcome(desk.deploy(plan)) == [("command:plan", "skip", "unchanged")]
    assert set(desk.tree()) == {PLAN, SHIP}


def test_a_set_that_holds_nothing_any_more_leaves_an_empty_project(desk: Desk, plan: Artifact) -> None:
    desk.deploy(plan, desk.artifact("skill:pdf"), hook(desk), server(desk))
    assert desk.deploy(prune=True).counts == {"success": 4, "skip": 0, "error": 0}
    assert picture(desk.folder) == {}
    assert not Deployment.objects.exists()
    assert not Placement.objects.exists()
    assert not Claim.objects.exists()


def test_what_another_set_wants_stays(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    desk.deploy(plan, ship)
    desk.claimant = OTHER_SET
    desk.deploy(ship)
    desk.claimant = Claimant("set:1", "Full-stack")

    report = desk.deploy(plan, prune=True)

    assert outcome(report)[1] == ("command:ship", "skip", "unchanged")
    assert report.results[1].reason == "Still wanted for Backend; it stays."
    assert set(desk.tree()) == {PLAN, SHIP}
    assert list(Claim.objects.filter(deployment__label="command:ship").values_list("label", flat=True)) == ["Backend"]


def test_what_only_another_set_put_there_is_not_even_mentioned(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    desk.claimant = OTHER_SET
    desk.deploy(ship)
    desk.claimant = Claimant("set:1", "Full-stack")
    assert outcome(desk.deploy(plan, prune=True)) == [("command:plan", "success", "create")]
    assert set(desk.tree()) == {PLAN, SHIP}


def test_what_lies_under_other_profiles_stays(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    first, second = desk.project.profiles.get(), desk.profile("second", root_dir=".second")
    desk.deploy(plan, ship, profiles=[first, second])
    desk.deploy(plan, profiles=[second], prune=True)
    assert set(desk.tree()) == {PLAN, SHIP, ".second/commands/plan.md"}


def test_a_path_two_profiles_share_stays_until_both_prune_it(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    first, second = desk.project.profiles.get(), desk.profile("second")
    desk.deploy(plan, ship, profiles=[first, second])
    assert outcome(desk.deploy(plan, profiles=[first], prune=True))[1] == ("command:ship", "success", "remove")
    assert set(desk.tree()) == {PLAN, SHIP}
    desk.deploy(plan, profiles=[second], prune=True)
    assert set(desk.tree()) == {PLAN}


@pytest.mark.parametrize("reason", ["gone from its collection", "without content", "meant for others", "no file name"])
def test_what_the_set_holds_but_cannot_deploy_stays(desk: Desk, ship: Artifact, plan: Artifact, reason: str) -> None:
    desk.deploy(plan, ship)
    match reason:
        case "gone from its collection":
            ship.gone_at = timezone.now()
        case "without content":
            ship.version = None
        case "meant for others":
            ship.target_platforms = ["codex"]
        case _:
            ship.name = "../ship"
    ship.save()
    assert desk.deploy(plan, ship, prune=True).results[1].status in ("error", "skip")
    assert set(desk.tree()) == {PLAN, SHIP}
    assert labels() == ["command:plan", "command:ship"]


def test_what_the_set_holds_and_the_disk_refuses_stays(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    desk.deploy(plan, ship)
    write(desk, SHIP, "Mine")
    give_version(ship, {"": "Ship better"})
    assert outcome(desk.deploy(plan, ship, prune=True))[1] == ("command:ship", "error", "conflict")
    assert desk.tree() == {PLAN: b"Plan", SHIP: b"Mine"}


def test_a_deleted_artifact_that_the_set_still_names_stays(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    desk.deploy(plan, ship)
    uuid = ship.pk
    ship.delete()
    assert outcome(desk.deploy(plan, uuid, prune=True))[1][1:] == ("error", "missing")
    assert set(desk.tree()) == {PLAN, SHIP}


def test_an_artifact_that_was_deleted_and_left_the_set_goes(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    desk.deploy(plan, ship)
    ship.collection.delete()
    assert outcome(desk.deploy(plan, prune=True))[1] == ("command:ship", "success", "remove")
    assert set(desk.tree()) == {PLAN}


@pytest.mark.parametrize(
    ("choice", "status"), [(OnConflict.FAIL, "error"), (OnConflict.SKIP, "skip"), (OnConflict.OVERWRITE, "success")]
)
def test_what_was_edited_since_is_a_conflict(
    desk: Desk, plan: Artifact, ship: Artifact, choice: OnConflict, status: str
) -> None:
    desk.deploy(plan, ship)
    write(desk, SHIP, "Mine")
    result = desk.deploy(plan, prune=True, on_conflict=choice).results[1]
    assert result.status == status
    if choice is OnConflict.OVERWRITE:
        assert set(desk.tree()) == {PLAN}
        desk.undo()
    else:
        assert result.action == "conflict"
        assert f"{SHIP}, which is not needed there any more, was edited since" in result.reason
    assert desk.tree() == {PLAN: b"Plan", SHIP: b"Mine"}
    assert labels() == ["command:plan", "command:ship"]


def test_what_was_there_before_any_deploy_stays_and_is_forgotten(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    write(desk, SHIP, "Ship")
    desk.deploy(plan, ship)
    result = desk.deploy(plan, prune=True).results[1]
    assert (result.status, result.action) == ("success", "remove")
    assert "was there before any deploy and stays" in result.reason
    assert set(desk.tree()) == {PLAN, SHIP}
    assert labels() == ["command:plan"]


def test_what_was_deleted_from_the_disk_is_forgotten(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    desk.deploy(plan, ship)
    (desk.folder / SHIP).unlink()
    assert outcome(desk.deploy(plan, prune=True))[1] == ("command:ship", "success", "remove")
    assert labels() == ["command:plan"]


def test_a_new_artifact_takes_the_path_of_the_one_that_goes(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    successor = desk.artifact("command:ship", {"": "Ship better"})
    report = desk.deploy(successor, prune=True)
    assert outcome(report) == [("command:ship", "success", "update"), ("command:ship", "success", "remove")]
    assert desk.tree() == {SHIP: b"Ship better"}
    assert Placement.objects.get().artifact_uuid == successor.pk
    assert Deployment.objects.get().artifact_uuid == successor.pk
    desk.undo()
    assert desk.tree() == {SHIP: b"Ship"}
    assert Deployment.objects.get().artifact_uuid == ship.pk


def test_a_new_artifact_with_the_same_content_takes_the_path_as_it_is(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    twin = desk.artifact("command:ship", {"": "Ship"})
    assert desk.deploy(twin, prune=True).counts["error"] == 0
    assert desk.tree() == {SHIP: b"Ship"}
    assert Placement.objects.get().artifact_uuid == twin.pk
    assert not Placement.objects.get().adopted
    desk.undeploy()
    assert picture(desk.folder) == {}


def test_a_new_server_takes_the_name_of_the_one_that_goes(desk: Desk) -> None:
    desk.deploy(server(desk))
    successor = server(desk, command="better")
    assert desk.deploy(successor, prune=True).counts["error"] == 0
    assert read(desk, SERVERS)["mcpServers"] == {"docs": {"command": "better"}}
    assert Placement.objects.get().artifact_uuid == successor.pk


def test_a_path_of_one_that_goes_is_not_given_away_while_another_set_wants_it(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    desk.claimant = OTHER_SET
    desk.deploy(ship)
    report = desk.deploy(desk.artifact("command:ship", {"": "Ship better"}), prune=True)
    assert outcome(report) == [("command:ship", "error", "conflict"), ("command:ship", "skip", "unchanged")]
    assert "for Backend, Full-stack" in report.results[0].reason
    assert desk.tree() == {SHIP: b"Ship"}


def test_where_the_new_one_cannot_take_the_path_the_old_one_stays(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    write(desk, SHIP, "Mine")
    report = desk.deploy(desk.artifact("command:ship", {"": "Ship better"}), prune=True)
    assert [result.action for result in report.results] == ["conflict", "conflict"]
    assert desk.tree() == {SHIP: b"Mine"}
    assert Placement.objects.get().artifact_uuid == ship.pk


def test_a_hook_goes_with_its_entries_before_its_scripts(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.deploy(hook(desk))
    seen: list[bool] = []
    plain = exchange.place

    def place(*spots: Any) -> None:
        seen.append("hooks/format" in read_text(desk, SETTINGS))
        plain(*spots)

    monkeypatch.setattr("deployments.installer.changes.place", place)
    assert only(desk.deploy(prune=True)).action == "remove"
    # The settings file was ours alone and goes as a whole; then the scripts.
    assert seen == [True, False]
    assert picture(desk.folder) == {}


def read_text(desk: Desk, path: str) -> str:
    """A file's text; '' when it is not there."""
    file = desk.folder / path
    return file.read_text() if file.exists() else ""


def test_a_hook_whose_entry_was_edited_keeps_its_scripts(desk: Desk) -> None:
    desk.deploy(hook(desk))
    write(desk, SETTINGS, (desk.folder / SETTINGS).read_text().replace("Edit", "Write"))
    before = picture(desk.folder)
    result = only(desk.deploy(prune=True))
    assert (result.status, result.action) == ("error", "conflict")
    assert "since it was deployed still names .claude/hooks/format" in result.reason
    assert picture(desk.folder) == before

    assert only(desk.deploy(prune=True, on_conflict=OnConflict.OVERWRITE)).action == "remove"
    assert set(desk.tree()) == {SETTINGS}


def test_a_hook_whose_entry_was_taken_out_goes_with_its_scripts(desk: Desk) -> None:
    desk.deploy(hook(desk))
    mine = '{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": ".claude/hooks/format-all/run.sh"}]}]}}'
    write(desk, SETTINGS, mine)
    assert only(desk.deploy(prune=True)).action == "remove"
    assert desk.tree() == {SETTINGS: mine.encode()}


def test_servers_of_others_stay_to_the_byte(desk: Desk) -> None:
    theirs = '{"mcpServers": {\n  "mine": {"command":   "x"}}}'
    write(desk, SERVERS, theirs)
    desk.deploy(server(desk), server(desk, "more"))
    desk.deploy(prune=True)
    assert (desk.folder / SERVERS).read_text() == theirs


def test_a_dry_run_names_what_would_go(desk: Desk, plan: Artifact, ship: Artifact) -> None:
    desk.deploy(plan, ship)
    before = picture(desk.folder)
    report = desk.deploy(plan, prune=True, dry_run=True)
    assert outcome(report) == [("command:plan", "skip", "unchanged"), ("command:ship", "success", "remove")]
    assert picture(desk.folder) == before


def test_an_artifact_named_by_nothing_but_a_uuid_is_no_reason_to_prune_others(desk: Desk, plan: Artifact) -> None:
    desk.deploy(plan)
    report = desk.deploy(plan, uuid4(), prune=True)
    assert [result.action for result in report.results] == ["unchanged", "missing"]
    assert os.listdir(desk.folder / ".claude/commands") == ["plan.md"]
