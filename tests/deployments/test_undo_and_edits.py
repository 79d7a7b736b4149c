"""What the user did since the run that is undone is a conflict, of the same three choices as in a deploy."""

import json

import pytest

from accounts.models import User
from artifacts.models import Artifact
from deployments.installer.decisions import OnConflict
from deployments.models import Placement, Run
from tests.deployments.busy_project import exact_state, picture
from tests.deployments.conftest import Desk, only, outcome
from tests.deployments.merged_artifacts import SERVERS, SETTINGS, hook, read, server, write
from tests.factories import DeploymentProfileFactory, ProjectFactory, give_version

SHIP = ".claude/commands/ship.md"


@pytest.fixture
def ship(desk: Desk) -> Artifact:
    return desk.artifact("command:ship", {"": "Ship"})


@pytest.mark.parametrize("dry_run", [True, False])
def test_by_default_an_edit_since_keeps_the_whole_run_from_being_undone(
    desk: Desk, ship: Artifact, dry_run: bool
) -> None:
    desk.deploy(ship, desk.artifact("skill:pdf"), server(desk))
    write(desk, SHIP, "Mine")
    before = exact_state(desk.folder)
    report = desk.undo(dry_run=dry_run)
    results = {result.artifact_id: result for result in report.results}
    assert (results["command:ship"].status, results["command:ship"].action) == ("error", "conflict")
    assert f"{SHIP} was edited since" in results["command:ship"].reason
    assert "command:ship" in results["skill:pdf"].reason
    assert results["skill:pdf"].status == results["mcp:docs"].status == "skip"
    assert exact_state(desk.folder) == before
    assert Run.objects.get(number=1).state == "done"


def test_with_skip_the_edit_stays_and_is_nobodys_but_the_users(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, desk.artifact("skill:pdf"))
    write(desk, SHIP, "Mine")
    report = desk.undo(on_conflict=OnConflict.SKIP)
    results = {result.artifact_id: result for result in report.results}
    assert results["command:ship"].status == "skip"
    assert f"{SHIP} was edited since and stays as it is" in results["command:ship"].reason
    assert results["skill:pdf"].status == "success"
    assert desk.tree() == {SHIP: b"Mine"}
    assert not Placement.objects.exists()
    assert outcome(desk.deploy(ship)) == [("command:ship", "error", "conflict")]


def test_with_skip_an_edited_update_is_again_recorded_as_the_older_version(desk: Desk, ship: Artifact) -> None:
    old = ship.version
    desk.deploy(ship)
    give_version(ship, {"": "Ship better"})
    desk.deploy(ship)
    write(desk, SHIP, "Mine")
    desk.undo(on_conflict=OnConflict.SKIP)
    assert desk.tree() == {SHIP: b"Mine"}
    assert Placement.objects.get().version == old
    assert outcome(desk.deploy(ship)) == [("command:ship", "error", "conflict")]


def test_with_overwrite_the_edit_goes_and_the_undos_run_keeps_it(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    before = exact_state(desk.folder)
    give_version(ship, {"": "Ship better"})
    desk.deploy(ship)
    write(desk, SHIP, "Mine").chmod(0o640)
    report = desk.undo(on_conflict=OnConflict.OVERWRITE)
    assert exact_state(desk.folder) == before
    assert report.run is not None
    entry = report.run.journal.get()
    assert b"0640" in bytes(entry.before.data)  # type: ignore[union-attr]


@pytest.mark.parametrize("choice", list(OnConflict))
def test_what_the_user_put_where_something_was_removed(desk: Desk, ship: Artifact, choice: OnConflict) -> None:
    desk.deploy(ship)
    before = exact_state(desk.folder)
    desk.undeploy()
    write(desk, SHIP, "Mine")
    report = desk.undo(on_conflict=choice)
    assert only(report).status == {"fail": "error", "skip": "skip", "overwrite": "success"}[choice]
    if choice is OnConflict.OVERWRITE:
        assert exact_state(desk.folder) == before
    else:
        assert desk.tree() == {SHIP: b"Mine"}
    assert Placement.objects.exists() == (choice is not OnConflict.FAIL)


@pytest.mark.parametrize("choice", list(OnConflict))
def test_an_entry_that_was_edited_since(desk: Desk, choice: OnConflict) -> None:
    write(desk, SERVERS, '{"mine": 1}')
    desk.deploy(server(desk), server(desk, "more"))
    servers = read(desk, SERVERS)
    servers["mcpServers"]["docs"] = {"command": "mine"}
    write(desk, SERVERS, json.dumps(servers))
    edited = exact_state(desk.folder)
    report = desk.undo(on_conflict=choice)
    results = {result.artifact_id: result for result in report.results}
    match choice:
        case OnConflict.FAIL:
            assert results["mcp:docs"].action == "conflict"
            assert "mcpServers.docs in .mcp.json was edited since" in results["mcp:docs"].reason
            assert exact_state(desk.folder) == edited
        case OnConflict.SKIP:
            assert read(desk, SERVERS) == {"mine": 1, "mcpServers": {"docs": {"command": "mine"}}}
            assert not Placement.objects.exists()
        case _:
            assert read(desk, SERVERS)["mine"] == 1
            assert not read(desk, SERVERS).get("mcpServers")
            assert not Placement.objects.exists()


def test_edits_beside_our_entries_stay(desk: Desk) -> None:
    write(desk, SERVERS, '{"mine": 1}')
    desk.deploy(server(desk))
    servers = read(desk, SERVERS)
    write(desk, SERVERS, json.dumps({**servers, "new": 2}, indent=8))
    assert only(desk.undo()).status == "success"
    assert read(desk, SERVERS) == {"mine": 1, "new": 2}


def test_a_folder_of_ours_that_holds_something_of_the_users_now_stays(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    write(desk, ".claude/commands/mine.md", "Mine")
    assert only(desk.undo()).status == "success"
    assert set(picture(desk.folder)) == {".claude", ".claude/commands", ".claude/commands/mine.md"}


def test_what_is_as_it_was_before_already_is_no_conflict(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    (desk.folder / SHIP).unlink()
    result = only(desk.undo())
    assert (result.status, result.action) == ("skip", "unchanged")
    assert result.reason == "It is as it was before already."
    assert not Placement.objects.exists()


def test_what_another_owner_of_the_folder_did_since_is_a_conflict(
    desk: Desk, ship: Artifact, other_owner: User
) -> None:
    desk.deploy(ship, server(desk))
    theirs = Desk(ProjectFactory(owner=other_owner, path=desk.project.path), desk.folder)
    DeploymentProfileFactory(project=theirs.project)
    theirs.deploy(desk.artifact("command:ship", {"": "Theirs"}), on_conflict=OnConflict.OVERWRITE)
    before = exact_state(desk.folder)

    assert {result.artifact_id: result.status for result in desk.undo().results} == {
        "command:ship": "error",
        "mcp:docs": "skip",
    }
    assert exact_state(desk.folder) == before

    theirs.undo()
    assert desk.undo().counts["error"] == 0
    assert picture(desk.folder) == {}


def test_what_another_owner_put_beside_ours_stays(desk: Desk, other_owner: User) -> None:
    desk.deploy(server(desk))
    theirs = Desk(ProjectFactory(owner=other_owner, path=desk.project.path), desk.folder)
    DeploymentProfileFactory(project=theirs.project)
    theirs.deploy(server(desk, "more"))
    desk.undo()
    assert set(read(desk, SERVERS)["mcpServers"]) == {"more"}
    theirs.undeploy()
    assert not read(desk, SERVERS).get("mcpServers")


@pytest.mark.parametrize("on_conflict", [OnConflict.FAIL, OnConflict.SKIP])
def test_an_entry_that_a_run_wrote_over_an_edit_is_the_edit_again(desk: Desk, on_conflict: OnConflict) -> None:
    artifact = server(desk, command="docs-server")
    desk.deploy(artifact)
    write(desk, SERVERS, '{"mcpServers": {"docs": {"command": "edited"}}}')
    desk.deploy(artifact, on_conflict=OnConflict.OVERWRITE)
    servers = read(desk, SERVERS)
    servers["mine"] = 1
    write(desk, SERVERS, json.dumps(servers))

    result = only(desk.undo(on_conflict=on_conflict))

    assert (result.status, result.action) == ("success", "update")
    assert read(desk, SERVERS) == {"mcpServers": {"docs": {"command": "edited"}}, "mine": 1}


def test_what_an_undo_puts_back_in_the_place_of_an_entry_is_no_removal(desk: Desk) -> None:
    write(desk, SERVERS, '{"mcpServers": {"docs": {"command": "mine"}}}')
    desk.deploy(server(desk), on_conflict=OnConflict.OVERWRITE)
    assert only(desk.undo()).action == "update"


def test_an_undo_gives_a_file_of_entries_and_its_folder_their_modes_back(desk: Desk) -> None:
    desk.deploy(hook(desk))
    (desk.folder / SETTINGS).chmod(0o600)
    (desk.folder / ".claude").chmod(0o700)
    before = exact_state(desk.folder)
    desk.undeploy()
    assert not (desk.folder / ".claude").exists()
    desk.undo()
    assert exact_state(desk.folder) == before


def test_a_folder_where_the_file_of_entries_was_keeps_a_run_from_being_undone(desk: Desk) -> None:
    desk.deploy(server(desk))
    (desk.folder / SERVERS).unlink()
    (desk.folder / SERVERS).mkdir()
    result = only(desk.undo(on_conflict=OnConflict.OVERWRITE))
    assert (result.status, result.action) == ("error", "refused")
    assert result.reason == ".mcp.json is a folder where a file is needed. Move it away first."
