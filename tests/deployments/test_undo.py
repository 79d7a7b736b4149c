"""Undo brings files, folders, modes and records back to exactly how they were before the last run."""

import os
from collections.abc import Callable

import pytest

from accounts.models import User
from artifacts.models import Artifact
from deployments.exceptions import NothingToUndoError
from deployments.installer.decisions import Claimant, OnConflict
from deployments.models import Deployment, Placement, Run
from tests.deployments.busy_project import exact_state, make_busy_project, picture
from tests.deployments.conftest import Desk, only, outcome
from tests.deployments.merged_artifacts import SERVERS, SETTINGS, hook, hooks, server, write
from tests.factories import give_version

PLAN = ".claude/commands/plan.md"
SHIP = ".claude/commands/ship.md"
PDF = ".claude/skills/pdf"


@pytest.fixture
def ship(desk: Desk) -> Artifact:
    return desk.artifact("command:ship", {"": "Ship"})


def move_commands(desk: Desk, folder: str) -> None:
    """Let the profile put commands elsewhere."""
    profile = desk.project.profiles.get(profile_id="claude_code")
    profile.artifact_path_map = {**profile.artifact_path_map, "command": folder}
    profile.save()


type Change = Callable[[Desk, Artifact], object]


def create(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, desk.artifact("skill:pdf"), hook(desk, "second"), server(desk, "second"))


def update(desk: Desk, ship: Artifact) -> None:
    give_version(ship, {"": "Ship better"})
    desk.deploy(ship)


def replace_a_users_folder(desk: Desk, ship: Artifact) -> None:
    desk.deploy(desk.artifact("skill:mine", {"SKILL.md": "Theirs"}), on_conflict=OnConflict.OVERWRITE)


def move(desk: Desk, ship: Artifact) -> None:
    move_commands(desk, ".claude/deep/er/commands")
    desk.deploy(ship)


def take_over(desk: Desk, ship: Artifact) -> None:
    desk.claimant = Claimant("set:2", "Backend")
    desk.deploy(desk.artifact("command:ship", {"": "Other"}), on_conflict=OnConflict.OVERWRITE)


def take_over_alike(desk: Desk, ship: Artifact) -> None:
    desk.deploy(desk.artifact("command:ship", {"": "Ship"}), on_conflict=OnConflict.OVERWRITE)


def adopt(desk: Desk, ship: Artifact) -> None:
    desk.deploy(desk.artifact("command:mine", {"": "Mine"}))


def claim(desk: Desk, ship: Artifact) -> None:
    desk.claimant = Claimant("set:2", "Backend")
    desk.deploy(ship)


def rename_the_set(desk: Desk, ship: Artifact) -> None:
    desk.claimant = Claimant("set:1", "Whole stack")
    desk.deploy(ship)


def prune(desk: Desk, ship: Artifact) -> None:
    desk.deploy(desk.artifact("agent:new"), prune=True)


def undeploy(desk: Desk, ship: Artifact) -> None:
    desk.undeploy()


def update_a_hook(desk: Desk, ship: Artifact) -> None:
    artifact = Artifact.objects.get(name="format")
    give_version(artifact, {"hooks/hooks.json": hooks("echo done")})
    desk.deploy(artifact)


CHANGES: list[Change] = [
    create,
    update,
    replace_a_users_folder,
    move,
    take_over,
    take_over_alike,
    adopt,
    claim,
    rename_the_set,
    prune,
    undeploy,
    update_a_hook,
]


@pytest.mark.parametrize("change", CHANGES)
def test_each_kind_of_change_is_taken_back_exactly(desk: Desk, ship: Artifact, change: Change) -> None:
    write(desk, SETTINGS, '{ "permissions": {"allow": ["Bash(ls)"]},\n      "env": {"A":   "1"}}').chmod(0o640)
    write(desk, ".claude/commands/mine.md", "Mine")
    mine = desk.folder / ".claude/skills/mine"
    (mine / "empty").mkdir(parents=True)
    (mine / "__pycache__").mkdir()
    (mine / "__pycache__/a.pyc").write_bytes(b"\x00")
    (mine / "run").write_text("#!/bin/sh\n")
    (mine / "link").symlink_to("run")
    (mine / "dangling").symlink_to("../nowhere")
    for path, mode in (("run", 0o751), ("empty", 0o2711), (".", 0o705)):
        (mine / path).chmod(mode)
    desk.deploy(ship, hook(desk), server(desk))
    (desk.folder / SHIP).chmod(0o604)
    before = exact_state(desk.folder)

    change(desk, ship)
    assert exact_state(desk.folder) != before
    report = desk.undo()

    assert report.counts["error"] == 0
    assert exact_state(desk.folder) == before
    assert report.run is not None
    assert (report.run.kind, report.run.state, report.run.options["undone_run"]) == ("undo", "done", 2)
    assert Run.objects.get(number=2).state == "undone"


@pytest.mark.parametrize("change", [adopt, claim, rename_the_set])
def test_of_a_change_in_the_records_alone_it_is_said_so(desk: Desk, ship: Artifact, change: Change) -> None:
    write(desk, ".claude/commands/mine.md", "Mine")
    desk.deploy(ship)
    change(desk, ship)
    result = only(desk.undo())
    assert (result.status, result.action) == ("skip", "unchanged")
    assert result.reason == "Only what is recorded of it changes."


def test_everything_at_once_is_taken_back_exactly(desk: Desk) -> None:
    busy = make_busy_project(desk)
    before = exact_state(desk.folder)
    busy.job()
    busy.assert_after()
    desk.undo()
    assert exact_state(desk.folder) == before


def test_the_first_deploy_is_taken_back_to_an_empty_folder(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, hook(desk), server(desk))
    desk.undo()
    assert exact_state(desk.folder) == ({}, [[], [], [], []])


def test_folders_that_went_come_back_with_their_modes(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    (desk.folder / ".claude").chmod(0o750)
    (desk.folder / ".claude/commands").chmod(0o2701)
    before = exact_state(desk.folder)
    desk.undeploy()
    assert picture(desk.folder) == {}
    desk.undo()
    assert exact_state(desk.folder) == before


def test_a_shared_file_that_nobody_touched_since_is_byte_for_byte_as_before(desk: Desk) -> None:
    """Even where taking the entries out again would leave it in another style."""
    theirs = '{"mcpServers":{ },\n\t"x" : [ 1,2 ]}\n\n'
    write(desk, SERVERS, theirs)
    desk.deploy(server(desk), server(desk, "more"))
    desk.undo()
    assert (desk.folder / SERVERS).read_text() == theirs


def test_several_undos_walk_back_and_deploying_goes_on_from_there(desk: Desk, ship: Artifact) -> None:
    states = [exact_state(desk.folder)]
    for text in ("one", "two", "three"):
        give_version(ship, {"": text})
        desk.deploy(ship, server(desk, text))
        states.append(exact_state(desk.folder))
    for earlier in reversed(states[:-1]):
        desk.undo()
        assert exact_state(desk.folder) == earlier
    with pytest.raises(NothingToUndoError, match="There is no run to undo"):
        desk.undo()
    assert outcome(desk.deploy(ship)) == [("command:ship", "success", "create")]
    desk.undo()
    assert exact_state(desk.folder) == states[0]
    assert [run.number for run in Run.objects.order_by("number")] == list(range(1, 9))


def test_after_an_undo_and_a_deploy_the_next_undos_pass_over_what_is_undone(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    first = exact_state(desk.folder)
    give_version(ship, {"": "two"})
    desk.deploy(ship)
    desk.undo()
    give_version(ship, {"": "three"})
    desk.deploy(ship)
    desk.undo()
    assert exact_state(desk.folder) == first
    desk.undo()
    assert picture(desk.folder) == {}


def test_runs_that_changed_nothing_are_passed_over(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    desk.deploy(ship)
    write(desk, ".claude/commands/plan.md", "Mine")
    desk.deploy(desk.artifact("command:plan"))
    desk.deploy(desk.artifact("skill:pdf"), dry_run=True)
    report = desk.undo()
    assert outcome(report) == [("command:ship", "success", "remove")]
    assert report.run is not None
    assert report.run.options["undone_run"] == 1
    assert desk.tree() == {PLAN: b"Mine"}


def test_with_no_run_there_is_nothing_to_undo(desk: Desk) -> None:
    with pytest.raises(NothingToUndoError, match="There is no run to undo"):
        desk.undo()
    assert not Run.objects.exists()


def test_a_run_that_is_too_old_is_not_undone(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    for _ in range(20):
        desk.deploy(ship)
    # It is the only one that changed anything, and so the first that can be walked back to.
    assert only(desk.undo(dry_run=True)).action == "remove"
    Run.objects.filter(number=1).update(rows_before=None)
    with pytest.raises(NothingToUndoError):
        desk.undo()
    assert desk.tree() == {SHIP: b"Ship"}


def test_a_run_whose_artifacts_and_profile_are_deleted_is_undone(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    first = picture(desk.folder)
    give_version(ship, {"": "Ship better"})
    desk.deploy(ship)
    ship.collection.delete()
    desk.project.profiles.all().delete()
    assert only(desk.undo()).status == "success"
    assert picture(desk.folder) == first
    assert Placement.objects.get().version is None
    assert only(desk.undo()).status == "success"
    assert picture(desk.folder) == {}


def test_a_run_of_somebody_who_is_gone_is_undone(desk: Desk, ship: Artifact, other_owner: User) -> None:
    owner = desk.project.owner
    desk.project.owner = other_owner
    desk.deploy(ship)
    desk.project.owner = owner
    desk.undeploy()
    other_owner.delete()
    assert only(desk.undo()).status == "success"
    assert Deployment.objects.get().deployed_by is None
    assert desk.tree() == {SHIP: b"Ship"}


def test_a_dry_run_says_what_an_undo_would_do(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, server(desk))
    before = exact_state(desk.folder)
    planned = desk.undo(dry_run=True, diffs=True)
    assert (planned.run, exact_state(desk.folder)) == (None, before)
    assert [[diff.path for diff in diffs] for diffs in planned.diffs] == [[SHIP], [SERVERS]]
    done = desk.undo(fingerprint=planned.fingerprint)
    assert outcome(done) == outcome(planned)


def test_an_undo_cannot_be_undone_but_the_run_can_be_done_again(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    desk.undo()
    with pytest.raises(NothingToUndoError):
        desk.undo()
    assert os.listdir(desk.folder) == []
    desk.deploy(ship)
    assert desk.tree() == {SHIP: b"Ship"}
