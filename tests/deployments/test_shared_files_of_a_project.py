"""Hooks and MCP servers land in files that people edit too, and go again without a trace."""

import json
from pathlib import Path
from typing import Any

import pytest

from deployments.installer.decisions import Claimant, OnConflict
from deployments.models import Placement
from tests.deployments.busy_project import picture
from tests.deployments.conftest import Desk, only, outcome
from tests.deployments.merged_artifacts import SERVERS, SETTINGS, hook, hooks, read, server, write
from tests.factories import give_version

pytestmark = pytest.mark.django_db

# As a person keeps them: odd indentation, no line end at the end.
THEIRS = '{ "permissions": {"allow": ["Bash(ls)"]},\n      "env": {"A":   "1"}}'


def test_a_server_is_merged_into_the_projects_file_and_goes_to_the_byte(desk: Desk) -> None:
    file = write(desk, SERVERS, '{"mcpServers":{ "mine":{"command":"x"} }}')
    before = picture(desk.folder)

    assert outcome(desk.deploy(server(desk))) == [("mcp:docs", "success", "create")]
    assert read(desk, SERVERS)["mcpServers"] == {"mine": {"command": "x"}, "docs": {"command": "docs-server"}}
    file.chmod(0o640)

    assert outcome(desk.undeploy()) == [("mcp:docs", "success", "remove")]
    file.chmod(before[SERVERS][1])
    assert picture(desk.folder) == before
    assert not Placement.objects.exists()


def test_a_file_made_for_a_server_goes_with_it(desk: Desk) -> None:
    desk.deploy(server(desk))
    assert set(desk.tree()) == {SERVERS}
    desk.undeploy()
    assert picture(desk.folder) == {}


def test_the_files_mode_stays(desk: Desk) -> None:
    file = write(desk, SERVERS, "{}")
    file.chmod(0o600)
    desk.deploy(server(desk))
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_hook_lands_with_its_script_and_goes_without_a_trace(desk: Desk) -> None:
    write(desk, SETTINGS, THEIRS)
    before = picture(desk.folder)
    result = only(desk.deploy(hook(desk)))

    assert (result.status, result.action) == ("success", "create")
    assert desk.tree()[".claude/hooks/format/scripts/run.sh*"] == b"#!/bin/sh\n"
    settings = read(desk, SETTINGS)
    assert settings["permissions"] == {"allow": ["Bash(ls)"]}
    command = settings["hooks"]["PostToolUse"][0]["hooks"][0]["command"]
    assert command == '"${CLAUDE_PROJECT_DIR}/.claude/hooks/format"/scripts/run.sh'

    assert only(desk.undeploy()).action == "remove"
    assert picture(desk.folder) == before


def test_deploying_again_changes_nothing(desk: Desk) -> None:
    artifacts = [hook(desk), server(desk)]
    desk.deploy(*artifacts)
    before = picture(desk.folder)
    assert {action for _, _, action in outcome(desk.deploy(*artifacts))} == {"unchanged"}
    assert picture(desk.folder) == before


def test_a_hook_of_which_only_the_entry_changes_is_an_update(desk: Desk) -> None:
    artifact = hook(desk)
    desk.deploy(artifact)
    changed = hooks("${CLAUDE_PLUGIN_ROOT}/scripts/run.sh --all")
    give_version(artifact, {"hooks/hooks.json": changed, "scripts/run.sh": "#!/bin/sh\n"})
    result = only(desk.deploy(artifact))
    assert (result.action, result.reason) == ("update", "")


def test_a_new_version_of_a_hook_takes_the_place_of_the_old(desk: Desk) -> None:
    artifact = hook(desk)
    desk.deploy(artifact)
    give_version(artifact, {"hooks/hooks.json": hooks("echo done")})

    assert outcome(desk.deploy(artifact)) == [("hook:format", "success", "update")]
    assert [group["hooks"][0]["command"] for group in read(desk, SETTINGS)["hooks"]["PostToolUse"]] == ["echo done"]
    assert set(desk.tree()) == {SETTINGS}


def test_a_new_version_of_a_server_is_an_update(desk: Desk) -> None:
    artifact = server(desk)
    desk.deploy(artifact)
    give_version(artifact, {"": '{"command": "other"}'})
    assert outcome(desk.deploy(artifact)) == [("mcp:docs", "success", "update")]
    assert read(desk, SERVERS)["mcpServers"]["docs"]["command"] == "other"


def test_an_equal_entry_is_adopted_and_only_forgotten(desk: Desk) -> None:
    theirs = '{"mcpServers": {"docs": {"command":"docs-server"}}}'
    write(desk, SERVERS, theirs)
    assert outcome(desk.deploy(server(desk))) == [("mcp:docs", "skip", "unchanged")]
    assert Placement.objects.get().adopted
    desk.undeploy()
    assert (desk.folder / SERVERS).read_text() == theirs
    assert not Placement.objects.exists()


def test_another_entry_of_the_same_name_is_a_conflict(desk: Desk) -> None:
    theirs = '{"mcpServers": {"docs": {"command":"mine"}}}'
    write(desk, SERVERS, theirs)
    result = only(desk.deploy(server(desk)))
    assert (result.status, result.action) == ("error", "conflict")
    assert "mcpServers.docs in .mcp.json was there before, with other values" in result.reason
    assert only(desk.deploy(server(desk, "more"), on_conflict=OnConflict.SKIP)).status == "success"
    assert read(desk, SERVERS)["mcpServers"]["docs"] == {"command": "mine"}


def test_what_is_overwritten_comes_back_with_undo(desk: Desk) -> None:
    theirs = '{"mcpServers": {"docs": {"command":"mine"}}, "x": 1}'
    write(desk, SERVERS, theirs)
    before = picture(desk.folder)
    assert only(desk.deploy(server(desk), on_conflict=OnConflict.OVERWRITE)).status == "success"
    assert read(desk, SERVERS)["mcpServers"]["docs"] == {"command": "docs-server"}
    assert only(desk.undo()).status == "success"
    assert picture(desk.folder) == before


@pytest.mark.parametrize(("edit", "word"), [({"command": "edited"}, "edited"), (None, "removed")])
def test_an_entry_that_was_edited_or_removed_is_a_conflict(desk: Desk, edit: Any, word: str) -> None:
    artifact = server(desk)
    desk.deploy(artifact)
    servers = {"docs": edit} if edit else {}
    write(desk, SERVERS, json.dumps({"mcpServers": servers}))
    result = only(desk.deploy(artifact))
    assert (result.status, result.action) == ("error", "conflict")
    assert f"was {word} since it was deployed" in result.reason
    assert read(desk, SERVERS) == {"mcpServers": servers}

    assert only(desk.deploy(artifact, on_conflict=OnConflict.OVERWRITE)).status == "success"
    assert read(desk, SERVERS)["mcpServers"]["docs"] == {"command": "docs-server"}


def test_an_old_handler_that_was_edited_is_a_conflict_for_the_new_version(desk: Desk) -> None:
    artifact = hook(desk)
    desk.deploy(artifact)
    edited = (desk.folder / SETTINGS).read_text().replace("Edit", "Write")
    write(desk, SETTINGS, edited)
    give_version(artifact, {"hooks/hooks.json": hooks("echo done")})
    result = only(desk.deploy(artifact))
    assert (result.status, result.action) == ("error", "conflict")
    assert (desk.folder / SETTINGS).read_text() == edited
    assert ".claude/hooks/format/scripts/run.sh*" in desk.tree()


def test_a_file_that_does_not_parse_is_an_error_with_its_position(desk: Desk) -> None:
    write(desk, SERVERS, '{\n  "mcpServers": {,}\n}')
    result = only(desk.deploy(server(desk), on_conflict=OnConflict.OVERWRITE))
    assert (result.status, result.action) == ("error", "refused")
    assert ".mcp.json cannot be read" in result.reason
    assert "line 2, column" in result.reason
    assert (desk.folder / SERVERS).read_text() == '{\n  "mcpServers": {,}\n}'


def test_one_entry_that_cannot_go_in_stops_no_other(desk: Desk) -> None:
    write(desk, SERVERS, '{"mcpServers": {"one": {"command": "mine"}}}')
    report = desk.deploy(server(desk, "one"), server(desk, "two"), hook(desk))
    assert [status for _, status, _ in outcome(report)] == ["error", "success", "success"]
    assert set(read(desk, SERVERS)["mcpServers"]) == {"one", "two"}


def test_edits_in_between_stay_when_entries_go(desk: Desk) -> None:
    write(desk, SERVERS, '{"mcpServers": {"mine": {"command": "x"}}}')
    desk.deploy(server(desk), server(desk, "more"))
    servers = read(desk, SERVERS)
    servers["mcpServers"]["mine"]["command"] = "y"
    servers["new"] = 1
    write(desk, SERVERS, json.dumps(servers, indent=4))
    assert desk.undeploy().counts["success"] == 2
    assert read(desk, SERVERS) == {"mcpServers": {"mine": {"command": "y"}}, "new": 1}


def test_a_server_of_another_artifact_is_taken_over_only_when_told_to(desk: Desk) -> None:
    desk.deploy(server(desk))
    desk.claimant = Claimant("set:2", "Backend")
    other = server(desk, command="other")
    result = only(desk.deploy(other))
    assert result.action == "conflict"
    assert "is held by mcp:docs under the profile claude_code, for Full-stack" in result.reason
    assert only(desk.deploy(other, on_conflict=OnConflict.OVERWRITE)).status == "success"
    assert Placement.objects.get().artifact_uuid == other.pk
    desk.undo()
    assert read(desk, SERVERS)["mcpServers"]["docs"] == {"command": "docs-server"}
    assert Placement.objects.get().artifact_uuid != other.pk


@pytest.mark.parametrize("kind", ["symlink", "folder"])
def test_a_shared_file_that_is_none_is_refused(desk: Desk, tmp_path: Path, kind: str) -> None:
    if kind == "symlink":
        (tmp_path / "elsewhere.json").write_text("{}")
        (desk.folder / SERVERS).symlink_to(tmp_path / "elsewhere.json")
    else:
        (desk.folder / SERVERS).mkdir()
    before = picture(desk.folder)
    result = only(desk.deploy(server(desk), on_conflict=OnConflict.OVERWRITE))
    assert (result.status, result.action) == ("error", "refused")
    assert kind in result.reason
    assert picture(desk.folder) == before


def test_a_hook_whose_scripts_cannot_be_placed_adds_no_entry(desk: Desk) -> None:
    write(desk, SETTINGS, THEIRS)
    write(desk, ".claude/hooks/format/mine.txt", "Mine")
    before = picture(desk.folder)
    assert only(desk.deploy(hook(desk))).action == "conflict"
    assert picture(desk.folder) == before


def test_a_profile_whose_folder_changes_takes_its_entries_along(desk: Desk) -> None:
    artifact = hook(desk)
    desk.deploy(artifact)
    profile = desk.project.profiles.get()
    profile.root_dir = ".second"
    profile.artifact_path_map = {"hook": ".second/hooks"}
    profile.save()
    assert outcome(desk.deploy(artifact)) == [("hook:format", "success", "update")]
    assert set(desk.tree()) == {".second/hooks/format/scripts/run.sh*", ".second/settings.json"}


def test_scripts_stay_while_an_edited_handler_beside_ours_names_them(desk: Desk) -> None:
    artifact = hook(desk)
    desk.deploy(artifact)
    write(desk, SETTINGS, (desk.folder / SETTINGS).read_text().replace("Edit", "Write"))
    assert "was edited or removed since" in only(desk.deploy(artifact)).reason
    added = only(desk.deploy(artifact, on_conflict=OnConflict.OVERWRITE))
    assert "was added anew" in added.reason

    kept = only(desk.undeploy())

    assert (kept.status, kept.action) == ("error", "conflict")
    assert "still names .claude/hooks/format" in kept.reason
    assert ".claude/hooks/format/scripts/run.sh*" in desk.tree()
    assert only(desk.undeploy(on_conflict=OnConflict.OVERWRITE)).status == "success"
    assert [group["matcher"] for group in read(desk, SETTINGS)["hooks"]["PostToolUse"]] == ["Write"]


def test_no_entry_makes_a_shared_file_too_large_to_be_read_again(desk: Desk) -> None:
    file = write(desk, SERVERS, json.dumps({"a": "x" * ((4 << 20) - 30)}))
    result = only(desk.deploy(server(desk)))
    assert (result.status, result.action) == ("error", "refused")
    assert "would hold more than 4 MiB" in result.reason
    assert file.stat().st_size < 4 << 20
