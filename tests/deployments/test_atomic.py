"""Atomic runs: the first error undoes what was done, in whatever moment it comes."""

from typing import Any

import pytest

from artifacts.models import Artifact
from deployments.exceptions import NothingToUndoError
from deployments.installer import exchange
from deployments.installer.decisions import OnConflict
from deployments.models import Run, RunItem
from deployments.services.reports import Report
from tests.deployments.busy_project import exact_state, picture
from tests.deployments.conftest import Desk, outcome
from tests.deployments.merged_artifacts import SERVERS, SETTINGS, hook, server, write
from tests.factories import give_version

SHIP = ".claude/commands/ship.md"


@pytest.fixture
def ship(desk: Desk) -> Artifact:
    return desk.artifact("command:ship", {"": "Ship"})


@pytest.fixture
def artifacts(desk: Desk, ship: Artifact) -> list[Artifact]:
    """Of every kind, with something of the user's in the shared files."""
    write(desk, SERVERS, '{ "mine":1 }')
    write(desk, SETTINGS, '{"env": {} }')
    return [ship, desk.artifact("skill:pdf"), hook(desk), server(desk)]


def assert_was_given_up(report: Report, failed: str) -> None:
    """Nothing is reported as done, and the run cannot be undone, since there is nothing of it."""
    assert report.counts["success"] == 0
    reason = f"Nothing was changed, because {failed} under the profile claude_code failed."
    assert {result.reason for result in report.results if result.status == "skip"} <= {reason, ""}
    assert [result.artifact_id for result in report.results if result.status == "error"] == [failed]
    assert report.run is not None
    assert report.run.state == "given_up"
    assert [(item.artifact_label, item.status) for item in report.run.items.order_by("position")] == [
        (result.artifact_id, str(result.status)) for result in report.results
    ]


def test_without_an_error_it_is_a_run_like_any_other(desk: Desk, artifacts: list[Artifact]) -> None:
    report = desk.deploy(*artifacts, atomic=True)
    assert report.counts == {"success": 4, "skip": 0, "error": 0}
    assert report.run is not None
    assert report.run.state == "done"
    assert report.run.options["atomic"] is True


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("place", [0, 4])
def test_an_error_that_is_foreseen_keeps_everything_from_being_written(
    desk: Desk, artifacts: list[Artifact], place: int, dry_run: bool
) -> None:
    write(desk, ".claude/commands/plan.md", "Mine")
    artifacts.insert(place, desk.artifact("command:plan", {"": "Theirs"}))
    before = exact_state(desk.folder)
    report = desk.deploy(*artifacts, atomic=True, dry_run=dry_run)
    assert exact_state(desk.folder) == before
    if dry_run:
        assert report.counts == {"success": 0, "skip": 4, "error": 1}
        assert not Run.objects.exists()
    else:
        assert_was_given_up(report, "command:plan")


def test_what_is_skipped_is_no_error(desk: Desk, ship: Artifact) -> None:
    write(desk, ".claude/commands/plan.md", "Mine")
    unsupported = desk.artifact("agent:theirs", target_platforms=["codex"])
    report = desk.deploy(
        ship,
        desk.artifact("command:plan", {"": "Theirs"}),
        unsupported,
        atomic=True,
        on_conflict=OnConflict.SKIP,
    )
    assert report.counts == {"success": 1, "skip": 2, "error": 0}
    assert SHIP in desk.tree()


@pytest.mark.parametrize("failing", range(1, 5))
def test_an_error_in_the_middle_takes_back_what_was_done(
    desk: Desk, artifacts: list[Artifact], monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Whichever of the run's four moves fails: the update, the creation, the merge, or the removal."""
    old = desk.artifact("command:old", {"": "Old"})
    desk.deploy(artifacts[0], artifacts[2], old)
    give_version(artifacts[0], {"": "Ship better"})
    before = exact_state(desk.folder)
    moves = {"count": 0}

    def refuse(move: Any) -> Any:
        def moving(*spots: Any) -> None:
            moves["count"] += 1
            if moves["count"] == failing:
                raise OSError(28, "No space left on device")
            move(*spots)

        return moving

    with monkeypatch.context() as patched:
        patched.setattr("deployments.installer.changes.place", refuse(exchange.place))
        patched.setattr("deployments.installer.changes.exchange", refuse(exchange.exchange))
        report = desk.deploy(*artifacts, atomic=True, prune=True)

    (failed,) = {result.artifact_id for result in report.results if result.status is RunItem.Status.ERROR}
    assert_was_given_up(report, failed)
    assert exact_state(desk.folder) == before
    assert desk.deploy(*artifacts, atomic=True, prune=True).counts == {"success": 4, "skip": 1, "error": 0}


def test_what_was_given_up_is_nothing_to_undo(desk: Desk, ship: Artifact) -> None:
    write(desk, SHIP, "Mine")
    desk.deploy(desk.artifact("skill:pdf"), ship, atomic=True)
    with pytest.raises(NothingToUndoError):
        desk.undo()
    assert desk.tree() == {SHIP: b"Mine"}


def test_an_undo_after_one_that_was_given_up_takes_back_the_run_before_it(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    write(desk, ".claude/commands/plan.md", "Mine")
    desk.deploy(desk.artifact("skill:pdf"), desk.artifact("command:plan", {"": "Theirs"}), atomic=True)
    assert outcome(desk.undo()) == [("command:ship", "success", "remove")]


def test_undeploying_is_all_or_nothing_too(desk: Desk, artifacts: list[Artifact]) -> None:
    desk.deploy(*artifacts)
    write(desk, SHIP, "Mine")
    before = exact_state(desk.folder)
    assert_was_given_up(desk.undeploy(atomic=True), "command:ship")
    assert exact_state(desk.folder) == before


def test_the_users_edits_of_the_last_moment_stay_when_all_is_taken_back(
    desk: Desk, artifacts: list[Artifact], monkeypatch: pytest.MonkeyPatch
) -> None:
    late = desk.artifact("rule:late", {"": "Late"})
    plain = exchange.place

    def place(slot: exchange.Spot, target: exchange.Spot) -> None:
        if target.name == "late.md":
            write(desk, ".claude/rules/late.md", "Mine")
        plain(slot, target)

    before = picture(desk.folder)
    monkeypatch.setattr("deployments.installer.changes.place", place)
    report = desk.deploy(*artifacts, late, atomic=True)
    assert_was_given_up(report, "rule:late")
    (desk.folder / ".claude/rules/late.md").unlink()
    (desk.folder / ".claude/rules").rmdir()
    assert picture(desk.folder) == before
