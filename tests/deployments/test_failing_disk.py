"""A disk that refuses, or changes under a run: the artifact concerned fails and says why, the others land."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from deployments.installer import apply, changes, exchange
from deployments.models import Deployment, JournalEntry, Placement
from projects.paths import STAGING_FOLDER
from tests.deployments.busy_project import picture
from tests.deployments.conftest import Desk, outcome
from tests.factories import give_version

SHIP = ".claude/commands/ship.md"
PDF = ".claude/skills/pdf"


def after_planning(meddle: Callable[[], object]) -> Any:
    """A patch under which `meddle` is called once a plan is made and before anything is written."""
    plain = apply._Application._stage

    def stage(*arguments: Any) -> Any:
        meddle()
        return plain(*arguments)

    return mock.patch.object(apply._Application, "_stage", stage)


def after_staging(meddle: Callable[[], object]) -> Any:
    """A patch under which `meddle` is called when the intent is committed and before any path has changed."""
    plain = apply._Application._carry_out

    def carry_out(*arguments: Any) -> Any:
        meddle()
        return plain(*arguments)

    return mock.patch.object(apply._Application, "_carry_out", carry_out)


def make_symlink(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("/etc/hostname")


def make_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()
    (path / "mine.txt").write_text("mine")


def make_fifo(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def make_file(path: Path) -> None:
    path.write_text("mine")
    path.chmod(0o600)


def make_nothing(path: Path) -> None:
    path.unlink(missing_ok=True)


@pytest.fixture(
    params=[
        pytest.param(True, id="with exchange"),
        pytest.param(False, id="without exchange", marks=pytest.mark.any_database),
    ],
    autouse=True,
)
def exchanging(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not request.param:
        monkeypatch.setattr(exchange, "_system_rename", None)


@pytest.mark.parametrize("when", [after_planning, after_staging])
@pytest.mark.parametrize("meddle", [make_symlink, make_folder, make_fifo, make_file])
def test_what_appears_where_something_was_to_be_created_stays(desk: Desk, when: Any, meddle: Any) -> None:
    (desk.folder / ".claude/commands").mkdir(parents=True)
    ship, plan = desk.artifact("command:ship", {"": "Ship"}), desk.artifact("agent:plan", {"": "Plan"})
    with when(lambda: meddle(desk.folder / SHIP)):
        report = desk.deploy(ship, plan)
    now = picture(desk.folder)
    assert outcome(report) == [("command:ship", "error", "conflict"), ("agent:plan", "success", "create")]
    assert f"{SHIP} changed while the run was at work" in report.results[0].reason
    make_nothing(desk.folder / "expected")
    meddle(desk.folder / "expected")
    expected = picture(desk.folder)
    assert now[SHIP] == expected["expected"]
    assert [row.label for row in Deployment.objects.all()] == ["agent:plan"]
    assert [row.path for row in Placement.objects.all()] == [".claude/agents/plan.md"]
    assert [row.path for row in JournalEntry.objects.all()] == [".claude/agents/plan.md"]
    assert STAGING_FOLDER not in now


@pytest.mark.parametrize("when", [after_planning, after_staging])
@pytest.mark.parametrize("meddle", [make_symlink, make_folder, make_fifo, make_file, make_nothing])
def test_what_takes_the_place_of_something_to_be_replaced_stays(desk: Desk, when: Any, meddle: Any) -> None:
    ship, plan = desk.artifact("command:ship", {"": "Ship"}), desk.artifact("agent:plan", {"": "Plan"})
    desk.deploy(ship, plan)
    recorded = Placement.objects.get(path=SHIP).state_id
    give_version(ship, {"": "Ship 2"})
    give_version(plan, {"": "Plan 2"})
    with when(lambda: meddle(desk.folder / SHIP)):
        report = desk.deploy(ship, plan)
    now = picture(desk.folder)
    assert [result.status for result in report.results] == ["error", "success"]
    make_nothing(desk.folder / "expected")
    meddle(desk.folder / "expected")
    assert now.get(SHIP) == picture(desk.folder).get("expected")
    assert Placement.objects.get(path=SHIP).state_id == recorded
    assert (desk.folder / ".claude/agents/plan.md").read_text() == "Plan 2"
    assert STAGING_FOLDER not in now


@pytest.mark.parametrize("when", [after_planning, after_staging])
def test_a_parent_that_became_a_symlink_is_not_followed(desk: Desk, when: Any, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()

    def meddle() -> None:
        if (desk.folder / ".claude/commands").is_dir():
            (desk.folder / ".claude/commands").rename(desk.folder / "mine")
        (desk.folder / ".claude").mkdir(exist_ok=True)
        (desk.folder / ".claude/commands").symlink_to(outside)

    ship, plan = desk.artifact("command:ship", {"": "Ship"}), desk.artifact("agent:plan", {"": "Plan"})
    with when(meddle):
        report = desk.deploy(ship, plan)
    assert [result.status for result in report.results] == ["error", "success"]
    assert ".claude/commands is a symlink" in report.results[0].reason
    assert list(outside.iterdir()) == []

    (desk.folder / ".claude/commands").unlink()
    desk.deploy(ship)
    give_version(ship, {"": "Ship 2"})
    (outside / "ship.md").write_text("Ship")
    with when(meddle):
        report = desk.deploy(ship)
    assert [result.status for result in report.results] == ["error"]
    assert (outside / "ship.md").read_text() == "Ship"
    assert (desk.folder / "mine/ship.md").read_text() == "Ship"


@pytest.mark.parametrize("when", [after_planning, after_staging])
def test_a_parent_that_became_a_file_is_an_error_that_names_it(desk: Desk, when: Any) -> None:
    def meddle() -> None:
        (desk.folder / ".claude").mkdir()
        (desk.folder / ".claude/commands").write_text("mine")

    with when(meddle):
        report = desk.deploy(desk.artifact("command:ship"), desk.artifact("agent:plan"))
    assert [result.status for result in report.results] == ["error", "success"]
    assert ".claude/commands is a file" in report.results[0].reason
    assert (desk.folder / ".claude/commands").read_text() == "mine"


def test_another_file_system_below_a_path_fails_that_artifact_alone(desk: Desk) -> None:
    def other_device(plain: Callable[..., None]) -> Callable[..., None]:
        def move(one: exchange.Spot, other: exchange.Spot) -> None:
            if "ship.md" in (one.name, other.name):
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), other.name)
            plain(one, other)

        return move

    ship, plan = desk.artifact("command:ship", {"": "Ship"}), desk.artifact("agent:plan", {"": "Plan"})
    with (
        mock.patch.object(changes, "place", other_device(exchange.place)),
        mock.patch.object(changes, "exchange", other_device(exchange.exchange)),
    ):
        report = desk.deploy(ship, plan)
    assert outcome(report) == [("command:ship", "error", "refused"), ("agent:plan", "success", "create")]
    assert f"{SHIP} lies on another file system" in report.results[0].reason
    assert set(desk.tree()) == {".claude/agents/plan.md"}
