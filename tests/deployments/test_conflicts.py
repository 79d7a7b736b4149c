"""What a deploy does about bytes that are not, or no longer, its own."""

import os
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone

from artifacts.services.blobs import load_blobs
from deployments.installer.decisions import Claimant, OnConflict
from deployments.installer.journal import intents_of
from deployments.models import Claim, Deployment, Placement
from tests.deployments.conftest import Desk, only, outcome
from tests.factories import give_version

SHIP = ".claude/commands/ship.md"


def write(folder: Path, path: str, text: str) -> Path:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_a_file_that_was_there_before_is_a_conflict_and_stays(desk: Desk) -> None:
    write(desk.folder, SHIP, "Mine")
    report = desk.deploy(desk.artifact("command:ship", {"": "Theirs"}), desk.artifact("command:plan", {"": "Plan"}))
    assert outcome(report) == [("command:ship", "error", "conflict"), ("command:plan", "success", "create")]
    assert SHIP in report.results[0].reason
    assert desk.tree() == {SHIP: b"Mine", ".claude/commands/plan.md": b"Plan"}
    assert [row.label for row in Deployment.objects.all()] == ["command:plan"]


@pytest.mark.parametrize("edit", ["changed", "added", "removed", "made executable"])
def test_a_folder_somebody_changed_is_a_conflict(desk: Desk, edit: str) -> None:
    skill = desk.artifact("skill:pdf", {"SKILL.md": "old", "notes.md": "old"})
    desk.deploy(skill)
    folder = desk.folder / ".claude/skills/pdf"
    match edit:
        case "changed":
            (folder / "SKILL.md").write_text("mine")
        case "added":
            (folder / "mine.md").write_text("mine")
        case "removed":
            (folder / "notes.md").unlink()
        case _:
            (folder / "notes.md").chmod(0o755)
    before = desk.tree()
    give_version(skill, {"SKILL.md": "new"})

    result = only(desk.deploy(skill))

    assert (result.status, result.action) == ("error", "conflict")
    named = {"changed": "SKILL.md changed", "added": "mine.md added", "removed": "notes.md removed"}
    assert f"edited since it was deployed ({named.get(edit, 'notes.md made executable')})" in result.reason
    assert desk.tree() == before


def test_by_products_that_came_with_an_artifact_are_not_deployed(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf", {"SKILL.md": "Read", ".DS_Store": "x", "a/__pycache__/b.pyc": "y"})
    desk.deploy(skill)
    assert desk.tree() == {".claude/skills/pdf/SKILL.md": b"Read"}
    assert outcome(desk.deploy(skill)) == [("skill:pdf", "skip", "unchanged")]


def test_by_products_of_tools_in_a_folder_are_no_edit(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf", {"SKILL.md": "old", "tool.py": "x"})
    desk.deploy(skill)
    write(desk.folder, ".claude/skills/pdf/__pycache__/tool.cpython-313.pyc", "compiled")
    write(desk.folder, ".claude/skills/pdf/.DS_Store", "finder")
    assert outcome(desk.deploy(skill)) == [("skill:pdf", "skip", "unchanged")]
    give_version(skill, {"SKILL.md": "new"})
    assert outcome(desk.deploy(skill)) == [("skill:pdf", "success", "update")]


def test_skip_leaves_a_conflict_and_calls_it_skipped(desk: Desk) -> None:
    write(desk.folder, SHIP, "Mine")
    report = desk.deploy(desk.artifact("command:ship", {"": "Theirs"}), on_conflict=OnConflict.SKIP)
    assert outcome(report) == [("command:ship", "skip", "conflict")]
    assert desk.tree() == {SHIP: b"Mine"}


def test_overwrite_replaces_and_the_run_keeps_the_bytes(desk: Desk) -> None:
    file = write(desk.folder, SHIP, "Mine")
    file.chmod(0o640)
    report = desk.deploy(desk.artifact("command:ship", {"": "Theirs"}), on_conflict=OnConflict.OVERWRITE)
    assert outcome(report) == [("command:ship", "success", "update")]
    assert desk.tree() == {SHIP: b"Theirs"}
    assert report.run is not None
    (intent,) = intents_of(report.run)
    assert intent.before is not None
    (kept,) = intent.before.files
    assert (kept.mode, load_blobs([kept.sha256])) == (0o640, {kept.sha256: b"Mine"})


def test_overwrite_exchanges_a_folder_for_a_file_and_keeps_all_that_was_in_it(desk: Desk) -> None:
    write(desk.folder, f"{SHIP}/deep/mine.txt", "Mine")
    (desk.folder / SHIP / "empty").mkdir()
    (desk.folder / SHIP / "link").symlink_to("/etc/passwd")
    report = desk.deploy(desk.artifact("command:ship", {"": "Theirs"}), on_conflict=OnConflict.OVERWRITE)
    assert outcome(report) == [("command:ship", "success", "update")]
    assert desk.tree() == {SHIP: b"Theirs"}
    assert report.run is not None
    (intent,) = intents_of(report.run)
    assert intent.before is not None
    assert {file.path for file in intent.before.files} == {"deep/mine.txt", "link"}
    assert {folder.path for folder in intent.before.folders} == {"", "deep", "empty"}


def test_what_is_there_byte_for_byte_is_adopted(desk: Desk) -> None:
    write(desk.folder, SHIP, "Ship")
    result = only(desk.deploy(desk.artifact("command:ship", {"": "Ship"})))
    assert (result.status, result.action) == ("skip", "unchanged")
    assert "recorded" in result.reason
    assert Placement.objects.get().adopted


def test_an_adopted_file_is_still_the_users_when_a_new_version_comes(desk: Desk) -> None:
    write(desk.folder, SHIP, "Ship")
    command = desk.artifact("command:ship", {"": "Ship"})
    desk.deploy(command)
    give_version(command, {"": "Ship better"})
    assert outcome(desk.deploy(command)) == [("command:ship", "error", "conflict")]
    assert desk.tree() == {SHIP: b"Ship"}
    desk.deploy(command, on_conflict=OnConflict.OVERWRITE)
    assert not Placement.objects.get().adopted


def test_two_artifacts_for_one_path_in_a_run_the_first_lands(desk: Desk) -> None:
    report = desk.deploy(
        desk.artifact("skill:pdf", {"SKILL.md": "first"}), desk.artifact("skill:pdf", {"SKILL.md": "second"})
    )
    assert outcome(report) == [("skill:pdf", "success", "create"), ("skill:pdf", "error", "refused")]
    assert "skill:pdf" in report.results[1].reason
    assert desk.tree() == {".claude/skills/pdf/SKILL.md": b"first"}


@pytest.mark.parametrize(
    ("first", "second"), [("Ship", "ship"), ("caf\u00e9", "cafe\u0301"), ("stra\u00dfe", "STRASSE")]
)
def test_names_that_are_one_path_on_some_disks_collide(desk: Desk, first: str, second: str) -> None:
    report = desk.deploy(desk.artifact(f"command:{first}", {"": "1"}), desk.artifact(f"command:{second}", {"": "2"}))
    assert [str(result.action) for result in report.results] == ["create", "refused"]


def test_a_path_the_first_could_not_take_is_open_to_the_second(desk: Desk) -> None:
    write(desk.folder, SHIP, "Mine")
    report = desk.deploy(
        desk.artifact("command:Ship"), desk.artifact("command:ship", {"": "2"}), on_conflict=OnConflict.OVERWRITE
    )
    assert [str(result.action) for result in report.results] == ["refused", "update"]
    assert desk.tree() == {SHIP: b"2"}


def test_artifacts_of_one_name_are_told_apart_by_their_namespace(desk: Desk) -> None:
    report = desk.deploy(desk.artifact("skill:pdf", namespace="alpha"), desk.artifact("skill:pdf", namespace="beta"))
    assert "by skill:pdf (alpha)" in report.results[1].reason
    assert [result.namespace for result in report.results] == ["alpha", "beta"]
    later = only(desk.deploy(desk.artifact("skill:pdf", namespace="gamma")))
    assert "held by skill:pdf (alpha) under the profile claude_code, for Full-stack" in later.reason


def test_another_spelling_on_disk_stands_in_the_way(desk: Desk) -> None:
    write(desk.folder, ".claude/commands/SHIP.md", "Mine")
    result = only(desk.deploy(desk.artifact("command:ship"), on_conflict=OnConflict.OVERWRITE))
    assert (result.status, result.action) == ("error", "refused")
    assert "SHIP.md" in result.reason
    assert desk.tree() == {".claude/commands/SHIP.md": b"Mine"}


def test_a_path_held_since_an_earlier_run_names_the_holder_and_its_claim(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship", {"": "first"}))
    desk.claimant = Claimant("set:2", "Backend")
    second = desk.artifact("command:ship", {"": "second"})

    result = only(desk.deploy(second))

    assert (result.status, result.action) == ("error", "conflict")
    assert "command:ship" in result.reason
    assert "Full-stack" in result.reason


def test_overwrite_takes_a_held_path_over(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship", {"": "first"}))
    second = desk.artifact("command:ship", {"": "second"})
    assert outcome(desk.deploy(second, on_conflict=OnConflict.OVERWRITE)) == [("command:ship", "success", "update")]
    assert Deployment.objects.get().artifact_uuid == second.pk
    assert Placement.objects.get().artifact_uuid == second.pk


def test_two_sets_may_claim_one_deployment(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf")
    desk.deploy(skill)
    desk.claimant = Claimant("set:2", "Backend")
    desk.deploy(skill)
    assert Deployment.objects.count() == 1
    assert sorted(Claim.objects.values_list("label", flat=True)) == ["Backend", "Full-stack"]


def test_two_profiles_share_a_path_they_render_alike(desk: Desk) -> None:
    skill = desk.artifact("skill:pdf")
    profiles = [desk.project.profiles.get(), desk.profile("again")]
    report = desk.deploy(skill, profiles=profiles)
    assert outcome(report) == [("skill:pdf", "success", "create")] * 2
    assert Placement.objects.get().deployments.count() == 2
    assert outcome(desk.deploy(skill, profiles=profiles)) == [("skill:pdf", "skip", "unchanged")] * 2


@pytest.mark.parametrize("together", [True, False])
def test_two_profiles_that_render_a_path_differently_the_second_is_refused(desk: Desk, together: bool) -> None:
    skill = desk.artifact(
        "skill:pdf", {"SKILL.md": "Run ${CLAUDE_PLUGIN_ROOT}/skills/pdf/run.sh"}, source_path="skills/pdf"
    )
    claude = desk.project.profiles.get()
    other = desk.profile("plain", platform="other", root_dir=".claude")
    if together:
        result = desk.deploy(skill, profiles=[claude, other]).results[1]
    else:
        desk.deploy(skill, profiles=[claude])
        result = only(desk.deploy(skill, profiles=[other]))
    assert (result.status, result.action) == ("error", "refused")
    assert "claude_code" in result.reason


def test_an_artifact_that_is_gone_or_never_was_is_missing(desk: Desk) -> None:
    report = desk.deploy(desk.artifact("skill:pdf", gone_at=timezone.now()), uuid4(), desk.artifact("skill:ok"))
    assert [(str(result.status), str(result.action)) for result in report.results] == [
        ("error", "missing"),
        ("error", "missing"),
        ("success", "create"),
    ]


@pytest.mark.parametrize("name", ["../evil", "a/b", ".hidden", "CON", "x" * 65, "tab\tname", "tail."])
def test_a_name_that_cannot_be_a_file_name_is_refused_and_stops_nothing(desk: Desk, name: str) -> None:
    report = desk.deploy(desk.artifact(f"skill:{name}"), desk.artifact("skill:ok"))
    assert [str(result.action) for result in report.results] == ["refused", "create"]
    assert {path.split("/")[2] for path in desk.tree()} == {"ok"}


@pytest.mark.parametrize("choice", list(OnConflict))
def test_a_symlink_on_the_way_or_as_the_target_is_refused_by_name(
    desk: Desk, tmp_path: Path, choice: OnConflict
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (desk.folder / ".claude").mkdir()
    (desk.folder / ".claude/skills").symlink_to(outside)
    (desk.folder / ".claude/commands").mkdir()
    (desk.folder / SHIP).symlink_to(outside / "ship.md")

    report = desk.deploy(desk.artifact("skill:pdf"), desk.artifact("command:ship"), on_conflict=choice)

    assert [str(result.action) for result in report.results] == ["refused", "refused"]
    assert ".claude/skills is a symlink" in report.results[0].reason
    assert f"{SHIP} is a symlink" in report.results[1].reason
    assert list(outside.iterdir()) == []


def test_a_file_where_a_folder_is_needed_and_a_fifo_are_refused(desk: Desk) -> None:
    write(desk.folder, ".claude/skills", "a file")
    (desk.folder / ".claude/commands").mkdir()
    os.mkfifo(desk.folder / SHIP)
    report = desk.deploy(desk.artifact("skill:pdf"), desk.artifact("command:ship"), on_conflict=OnConflict.OVERWRITE)
    assert [str(result.action) for result in report.results] == ["refused", "refused"]


def test_a_path_inside_another_artifacts_folder_is_refused(desk: Desk) -> None:
    nested = desk.profile("nested", artifact_path_map={"skill": ".claude/skills", "command": ".claude/skills/pdf"})
    report = desk.deploy(desk.artifact("skill:pdf"), desk.artifact("command:ship"), profiles=[nested])
    assert [str(result.action) for result in report.results] == ["create", "refused"]
    again = desk.deploy(desk.artifact("command:ship"), profiles=[nested])
    assert "skill:pdf" in only(again).reason
