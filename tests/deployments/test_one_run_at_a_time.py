"""Two runs in one folder never interleave, whoever starts them from whichever process."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from deployments.models import Deployment, Run
from deployments.services import folders
from deployments.services.recovery import recover_project
from deployments.services.runs import deploy
from projects.exceptions import FolderBusyError
from projects.models import Project
from tests.deployments.busy_project import picture
from tests.deployments.conftest import Desk
from tests.deployments.steps import start_child
from tests.factories import DeploymentProfileFactory, ProjectFactory
from tests.processes import run_together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def others(desk: Desk, other_owner: User) -> Desk:
    """Another owner's desk in front of the same folder."""
    project = ProjectFactory(owner=other_owner, name="The same folder", path=desk.project.path)
    DeploymentProfileFactory(project=project, profile_id="claude_code")
    return Desk(project, desk.folder)


@pytest.fixture(params=["the same owner", "another owner"])
def second(request: pytest.FixtureRequest, desk: Desk, others: Desk) -> Desk:
    """Whoever comes second."""
    return desk if request.param == "the same owner" else others


@contextmanager
def run_held_in_the_middle(desk: Desk) -> Iterator[int]:
    """Within the block, a child process is in the middle of a deploy; yields its process id. It ends killed."""
    artifacts = [desk.artifact(f"command:held-{number}") for number in range(3)]
    there, here = os.pipe()

    def hold(done: int, total: int) -> None:
        if done == 2:
            os.write(here, b"!")
            signal.pause()

    child = start_child(lambda: deploy_reporting(desk, artifacts, hold))
    os.close(here)
    try:
        assert os.read(there, 1) == b"!"
        yield child
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(there)


def deploy_reporting(desk: Desk, artifacts: list[Any], progress: Callable[[int, int], None]) -> None:
    deploy(
        project=desk.project,
        profiles=list(desk.project.profiles.all()),
        artifacts=[artifact.pk for artifact in artifacts],
        claimant=desk.claimant,
        by=desk.project.owner,
        progress=progress,
    )


def test_a_second_run_waits_a_moment_and_is_refused(desk: Desk, second: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "LOCK_WAIT_SECONDS", 0.1)
    with run_held_in_the_middle(desk):
        before = picture(desk.folder)
        with pytest.raises(FolderBusyError, match="Another run is at work") as refusal:
            second.deploy(second.artifact("command:ship"))
        assert str(desk.folder) in str(refusal.value)
        assert picture(desk.folder) == before
        assert Run.objects.count() == 1


@pytest.mark.parametrize("act", [Desk.undeploy, Desk.undo], ids=["undeploy", "undo"])
def test_an_undeploy_or_undo_is_refused_likewise(
    desk: Desk, second: Desk, monkeypatch: pytest.MonkeyPatch, act: Callable[[Desk], object]
) -> None:
    monkeypatch.setattr(folders, "LOCK_WAIT_SECONDS", 0)
    second.deploy(second.artifact("command:ship"))
    with run_held_in_the_middle(desk):
        before = picture(desk.folder)
        with pytest.raises(FolderBusyError):
            act(second)
        assert picture(desk.folder) == before


def test_recovery_does_not_touch_a_run_that_is_alive(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "LOCK_WAIT_SECONDS", 0)
    with run_held_in_the_middle(desk):
        before = picture(desk.folder)
        with pytest.raises(FolderBusyError):
            recover_project(project=desk.project)
        assert picture(desk.folder) == before
    assert Run.objects.get().state == Run.State.RUNNING


def test_a_dry_run_is_not_kept_waiting(desk: Desk, second: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "LOCK_WAIT_SECONDS", 0)
    with run_held_in_the_middle(desk):
        assert second.deploy(second.artifact("command:ship"), dry_run=True).counts["success"] == 1


def test_a_dead_run_is_in_nobodys_way_and_is_taken_back_by_the_next(
    desk: Desk, second: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "LOCK_WAIT_SECONDS", 0)
    with run_held_in_the_middle(desk):
        pass
    assert set(desk.tree()) > {".claude/commands/held-0.md", ".claude/commands/held-1.md"}

    report = second.deploy(second.artifact("command:ship"))

    assert report.counts["success"] == 1
    assert set(desk.tree()) == {".claude/commands/ship.md"}
    assert Run.objects.order_by("started_at").values_list("state", flat=True)[0] == Run.State.RECOVERED


def test_a_dead_run_is_found_when_the_folder_has_got_another_number(desk: Desk) -> None:
    with run_held_in_the_middle(desk):
        pass
    Run.objects.update(folder_key="0-0")
    assert len(recover_project(project=desk.project).runs) == 1
    assert desk.tree() == {}


def test_runs_of_many_processes_follow_one_another(
    desk: Desk, others: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "LOCK_WAIT_SECONDS", 60)
    log = os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def job(name: str, one: Desk) -> Callable[[], None]:
        artifacts = [one.artifact(f"command:{name}-{number}") for number in range(4)]
        return lambda: deploy_reporting(one, artifacts, lambda done, total: void(os.write(log, name.encode())))

    outcomes = run_together([job("a", desk), job("b", others), job("c", desk), job("d", others)])

    assert [outcome.error for outcome in outcomes] == [None] * 4
    written = (tmp_path / "log").read_text()
    assert sorted(written[at : at + 4] for at in range(0, 16, 4)) == ["aaaa", "bbbb", "cccc", "dddd"]
    assert len(desk.tree()) == 16
    assert Deployment.objects.count() == 16
    assert sorted(Run.objects.values_list("project", "number")) == sorted(
        (project.pk, number) for project in Project.objects.all() for number in (1, 2)
    )


def void(_: object) -> None:
    pass
