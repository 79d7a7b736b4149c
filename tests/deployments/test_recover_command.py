"""`manage.py recover`, after a run that was cut off."""

from io import StringIO

import pytest
from django.core.management import call_command

from deployments.installer import apply
from deployments.installer.staging import Staging
from deployments.models import Deployment, Run
from projects.exceptions import ProjectInUseError
from projects.locks import folder_lock
from projects.services import delete_project
from tests.deployments.conftest import Desk


class PowerOutage(BaseException):
    """Ends a run where it stands, as the death of its process would."""


@pytest.fixture
def cut_off(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run that died when everything was in place and nothing recorded yet."""

    def die(*_: object) -> None:
        raise PowerOutage

    with monkeypatch.context() as patched:
        patched.setattr(apply._Application, "_record", die)
        patched.setattr(apply, "take_back", die)
        patched.setattr(Staging, "drop", lambda self: None)
        with pytest.raises(PowerOutage):
            desk.deploy(desk.artifact("skill:pdf"), desk.artifact("command:ship"))
    return Run.objects.get()


def recover() -> tuple[int, str]:
    """The exit code and what was printed."""
    output = StringIO()
    try:
        call_command("recover", stdout=output)
    except SystemExit as error:
        return int(str(error.code)), output.getvalue()
    return 0, output.getvalue()


def test_it_takes_the_run_back_and_says_so(desk: Desk, cut_off: Run) -> None:
    assert ".claude/commands/ship.md" in desk.tree()
    code, output = recover()
    assert (code, desk.tree()) == (0, {})
    assert f"{desk.folder}: Run 1 was cut off and has been taken back." in output
    cut_off.refresh_from_db()
    assert cut_off.state == Run.State.RECOVERED
    assert not Deployment.objects.exists()


def test_a_second_time_there_is_nothing_to_do(desk: Desk, cut_off: Run) -> None:
    recover()
    assert recover() == (0, "No run was cut off.\n")


def test_an_edit_made_since_stays_and_is_named(desk: Desk, cut_off: Run) -> None:
    (desk.folder / ".claude/commands/ship.md").write_text("Mine")
    _, output = recover()
    assert ".claude/commands/ship.md was edited after it was written. It was left as it is." in output
    assert desk.tree() == {".claude/commands/ship.md": b"Mine"}
    cut_off.refresh_from_db()
    assert len(cut_off.notes) == 1


def test_files_of_a_run_in_no_record_are_named(desk: Desk, cut_off: Run) -> None:
    Run.objects.all().delete()
    code, output = recover()
    assert code == 0
    assert "They are kept in .deployment-sets/kept-run-" in output


def test_the_next_deploy_recovers_by_itself(desk: Desk, cut_off: Run) -> None:
    report = desk.deploy(desk.artifact("command:plan", {"": "Plan"}))
    assert report.counts["success"] == 1
    assert desk.tree() == {".claude/commands/plan.md": b"Plan"}


def test_a_folder_somebody_works_in_is_left_alone(desk: Desk, cut_off: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployments.services.folders.LOCK_WAIT_SECONDS", 0.0)
    with folder_lock(desk.folder, 0):
        code, output = recover()
    assert code == 1
    assert "Try again" in output


def test_a_folder_that_is_gone_is_reported(desk: Desk, cut_off: Run) -> None:
    desk.folder.rename(desk.folder.with_name("moved"))
    code, output = recover()
    assert code == 1
    assert "Put it back" in output


def test_a_project_cannot_be_forgotten_before_its_run_is_taken_back(desk: Desk, cut_off: Run) -> None:
    with pytest.raises(ProjectInUseError, match="recover"):
        delete_project(project=desk.project)
    recover()
    delete_project(project=desk.project)
    assert not Run.objects.exists()
