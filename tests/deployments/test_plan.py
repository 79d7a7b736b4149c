"""The plan: what is said beforehand, exactly, and applied exactly or not at all."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artifacts.models import Artifact
from deployments.exceptions import StalePlanError
from deployments.installer.decisions import Claimant, OnConflict
from deployments.models import Run
from tests.deployments.busy_project import exact_state
from tests.deployments.conftest import Desk, only, outcome
from tests.deployments.merged_artifacts import SERVERS, hook, server, write
from tests.factories import give_version

SHIP = ".claude/commands/ship.md"


@pytest.fixture
def ship(desk: Desk) -> Artifact:
    return desk.artifact("command:ship", {"": "Ship\n"})


@pytest.fixture
def artifacts(desk: Desk, ship: Artifact) -> list[Artifact]:
    """A command, a skill, a hook and a server, of which the command and the server are deployed."""
    write(desk, SERVERS, '{"mine": 1}')
    docs = server(desk)
    desk.deploy(ship, docs)
    return [ship, desk.artifact("skill:pdf", {"SKILL.md": "Read\n"}), hook(desk), docs]


def new_version(desk: Desk, artifacts: list[Artifact]) -> None:
    give_version(artifacts[1], {"SKILL.md": "Read on\n"})


def artifact_gone(desk: Desk, artifacts: list[Artifact]) -> None:
    Artifact.objects.filter(pk=artifacts[1].pk).update(target_platforms=["codex"])


def one_more_member(desk: Desk, artifacts: list[Artifact]) -> None:
    artifacts.append(desk.artifact("rule:style"))


def one_member_less(desk: Desk, artifacts: list[Artifact]) -> None:
    artifacts.pop()


def other_order(desk: Desk, artifacts: list[Artifact]) -> None:
    artifacts.reverse()


def other_folders(desk: Desk, artifacts: list[Artifact]) -> None:
    profile = desk.project.profiles.get()
    profile.artifact_path_map = {**profile.artifact_path_map, "skill": ".claude/more"}
    profile.save()


def fewer_types(desk: Desk, artifacts: list[Artifact]) -> None:
    desk.project.profiles.update(supported_artifact_types=["command", "hook", "mcp"])


def something_in_the_way(desk: Desk, artifacts: list[Artifact]) -> None:
    write(desk, ".claude/skills/pdf/SKILL.md", "Mine")


def an_edit(desk: Desk, artifacts: list[Artifact]) -> None:
    write(desk, SHIP, "Mine")


def a_deletion(desk: Desk, artifacts: list[Artifact]) -> None:
    (desk.folder / SHIP).unlink()


def an_edit_of_our_entry(desk: Desk, artifacts: list[Artifact]) -> None:
    write(desk, SERVERS, '{"mine": 1, "mcpServers": {"docs": {"command": "mine"}}}')


def an_edit_beside_our_entry(desk: Desk, artifacts: list[Artifact]) -> None:
    write(desk, SERVERS, (desk.folder / SERVERS).read_text().replace("1", "2"))


def a_file_that_does_not_parse(desk: Desk, artifacts: list[Artifact]) -> None:
    write(desk, SERVERS, "{")


def undone_meanwhile(desk: Desk, artifacts: list[Artifact]) -> None:
    desk.undo()


def taken_meanwhile(desk: Desk, artifacts: list[Artifact]) -> None:
    theirs = Desk(desk.project, desk.folder, Claimant("set:2", "Backend"))
    theirs.deploy(desk.artifact("skill:pdf", {"SKILL.md": "Other\n"}))


CHANGES = [
    new_version,
    artifact_gone,
    one_more_member,
    one_member_less,
    other_order,
    other_folders,
    fewer_types,
    something_in_the_way,
    an_edit,
    a_deletion,
    an_edit_of_our_entry,
    an_edit_beside_our_entry,
    a_file_that_does_not_parse,
    undone_meanwhile,
    taken_meanwhile,
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_plan_that_is_out_of_date_is_refused_and_writes_nothing(
    desk: Desk, artifacts: list[Artifact], change: Callable[[Desk, list[Artifact]], None]
) -> None:
    fingerprint = desk.deploy(*artifacts, dry_run=True).fingerprint
    assert desk.deploy(*artifacts, dry_run=True).fingerprint == fingerprint
    change(desk, artifacts)
    before, runs = exact_state(desk.folder), Run.objects.count()
    with pytest.raises(StalePlanError, match="Nothing was written"):
        desk.deploy(*artifacts, fingerprint=fingerprint)
    assert exact_state(desk.folder) == before
    assert Run.objects.count() == runs


@pytest.mark.parametrize("options", [{"prune": True}, {"on_conflict": OnConflict.OVERWRITE}])
def test_a_plan_made_with_other_choices_is_another_plan(desk: Desk, ship: Artifact, options: dict[str, object]) -> None:
    """Where they make a difference."""
    plan = desk.artifact("command:plan", {"": "Plan"})
    desk.deploy(ship, plan)
    write(desk, SHIP, "Mine")
    fingerprint = desk.deploy(ship, dry_run=True, **options).fingerprint  # type: ignore[arg-type]
    with pytest.raises(StalePlanError):
        desk.deploy(ship, fingerprint=fingerprint)
    assert desk.deploy(ship, fingerprint=fingerprint, **options).run is not None  # type: ignore[arg-type]


@pytest.mark.parametrize("diffs", [False, True])
def test_a_plan_that_still_holds_is_applied_exactly(desk: Desk, artifacts: list[Artifact], diffs: bool) -> None:
    write(desk, ".claude/commands/mine.md", "Unrelated")
    planned = desk.deploy(*artifacts, dry_run=True, diffs=diffs)
    done = desk.deploy(*artifacts, fingerprint=planned.fingerprint, diffs=diffs)
    assert (done.results, done.diffs) == (planned.results, planned.diffs)
    assert done.fingerprint == planned.fingerprint


def test_the_plans_of_an_undeploy_and_of_an_undo_have_fingerprints_too(desk: Desk, artifacts: list[Artifact]) -> None:
    undeploying, undoing = desk.undeploy(dry_run=True).fingerprint, desk.undo(dry_run=True).fingerprint
    assert undeploying == desk.undeploy(dry_run=True).fingerprint
    write(desk, SHIP, "Mine")
    with pytest.raises(StalePlanError):
        desk.undeploy(fingerprint=undeploying)
    with pytest.raises(StalePlanError):
        desk.undo(fingerprint=undoing)
    write(desk, SHIP, "Ship\n")
    assert desk.undo(fingerprint=undoing).counts["error"] == 0


def test_a_dry_run_of_everything_writes_no_file_and_no_row(
    desk: Desk, artifacts: list[Artifact], tmp_path: Path
) -> None:
    write(desk, SHIP, "Mine")
    before = exact_state(desk.folder)
    times = {path: path.lstat().st_mtime_ns for path in [desk.folder, *desk.folder.rglob("*")]}
    with CaptureQueriesContext(
        connection,
    ) as queries:
        desk.deploy(*artifacts, dry_run=True, diffs=True, prune=True, on_conflict=OnConflict.OVERWRITE)
        desk.undeploy(dry_run=True, diffs=True)
        desk.undo(dry_run=True, diffs=True)
    statements = {query["sql"].split()[0] for query in queries.captured_queries}
    assert statements <= {"SELECT", "DECLARE"}
    assert exact_state(desk.folder) == before
    assert {path: path.lstat().st_mtime_ns for path in [desk.folder, *desk.folder.rglob("*")]} == times


def test_a_dry_run_works_where_nothing_may_be_written(desk: Desk, ship: Artifact) -> None:
    (desk.folder / ".claude").mkdir()
    for folder in (desk.folder / ".claude", desk.folder):
        folder.chmod(0o555)
    try:
        assert outcome(desk.deploy(ship, dry_run=True)) == [("command:ship", "success", "create")]
        assert os.listdir(desk.folder) == [".claude"]
    finally:
        desk.folder.chmod(0o755)


def diff_texts(desk: Desk, *artifacts: Artifact, **options: object) -> list[dict[str, str]]:
    """What a dry run shows, artifact by artifact: path → lines that come and go."""
    report = desk.deploy(*artifacts, dry_run=True, diffs=True, **options)  # type: ignore[arg-type]
    return [
        {diff.path: "".join(re.findall(r"^(?:\+(?!\+\+)|-(?!--)).*\n", diff.text, re.MULTILINE)) for diff in diffs}
        for diffs in report.diffs
    ]


def test_a_plan_shows_what_would_be_written_new(desk: Desk, ship: Artifact) -> None:
    assert diff_texts(desk, ship, desk.artifact("skill:pdf", {"SKILL.md": "Read\n"})) == [
        {SHIP: "+Ship\n"},
        {".claude/skills/pdf/SKILL.md": "+Read\n"},
    ]


def test_a_plan_shows_what_would_change_and_what_would_go(desk: Desk, ship: Artifact) -> None:
    plan = desk.artifact("command:plan", {"": "Plan\n"})
    desk.deploy(ship, plan)
    give_version(ship, {"": "Ship it\n"})
    assert diff_texts(desk, ship, prune=True) == [{SHIP: "-Ship\n+Ship it\n"}, {".claude/commands/plan.md": "-Plan\n"}]


@pytest.mark.parametrize("choice", list(OnConflict))
def test_a_plan_shows_what_a_conflict_is_about(desk: Desk, ship: Artifact, choice: OnConflict) -> None:
    write(desk, SHIP, "Mine\n")
    assert diff_texts(desk, ship, on_conflict=choice) == [{SHIP: "-Mine\n+Ship\n"}]


def test_a_plan_shows_what_an_entry_adds_to_its_file(desk: Desk) -> None:
    write(desk, SERVERS, '{\n  "mcpServers": {}\n}\n')
    ((path, text),) = diff_texts(desk, server(desk))[0].items()
    assert path == SERVERS
    assert '+    "docs": {' in text
    assert "command" in text


def test_a_plan_shows_the_conflict_of_an_entry(desk: Desk) -> None:
    write(desk, SERVERS, json.dumps({"mcpServers": {"docs": {"command": "mine"}}}, indent=2))
    text = diff_texts(desk, server(desk))[0][SERVERS]
    assert '-      "command": "mine"' in text
    assert '+      "command": "docs-server"' in text


def test_a_plan_shows_nothing_of_what_stays_and_of_what_cannot_be(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    refused = desk.artifact("command:../x")
    assert diff_texts(desk, ship, refused, desk.artifact("agent:a", target_platforms=["codex"])) == [{}, {}, {}]


def test_without_being_asked_a_plan_has_no_diffs(desk: Desk, ship: Artifact) -> None:
    report = desk.deploy(ship, dry_run=True)
    assert report.diffs == ()
    assert only(report).action == "create"
