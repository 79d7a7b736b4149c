"""A run that a page asked for goes on after the answer, and its row says how far it is and how it ended."""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from threading import enumerate as threads
from typing import Any

import pytest
from django.db import DatabaseError

from deployments.exceptions import ProjectFolderError, StalePlanError
from deployments.installer import apply, journal
from deployments.models import Run
from deployments.services import background, folders
from deployments.services.recovery import recover_project
from deployments.services.runs import Job, RunOptions, deploying
from deployments.services.undo import undoing
from projects.exceptions import FolderBusyError
from projects.locks import folder_lock
from tests.deployments.conftest import Desk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 0)


def job(desk: Desk, *artifacts: str, **options: Any) -> Job:
    return deploying(
        project=desk.project,
        profiles=list(desk.project.profiles.all()),
        artifacts=[desk.artifact(artifact).pk for artifact in artifacts],
        claimant=desk.claimant,
        by=desk.project.owner,
        options=RunOptions(**options),
    )


def until_over(run: Run) -> Run:
    """Wait for the thread of `run`, and read its row again."""
    for thread in threads():
        if thread.name == f"run {run.pk}":
            assert not thread.daemon
            thread.join(timeout=20)
    run.refresh_from_db()
    return run


@contextmanager
def held_before(monkeypatch: pytest.MonkeyPatch, what: str) -> Iterator[None]:
    """Within the block, the work of a run stops before it commits its intent."""
    let_go = Event()
    plain: Callable[..., Any] = getattr(journal, what)

    def late(*arguments: Any, **options: Any) -> Any:
        assert let_go.wait(20)
        return plain(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(journal, what, late)
        try:
            yield
        finally:
            let_go.set()


def test_it_is_a_row_at_once_and_done_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = job(desk, "command:one", "command:two")
    with held_before(monkeypatch, "intend"):
        run = background.start(job=asked)
        now = Run.objects.get()
        assert (now.pk, now.state, now.progress_done, now.progress_total) == (run.pk, "running", 0, 2)
        assert now.finished_at is None
        assert ".claude/commands/one.md" not in desk.tree()
    assert until_over(run).state == Run.State.DONE
    assert (run.progress_done, run.items.count()) == (2, 2)
    assert sorted(desk.tree()) == [".claude/commands/one.md", ".claude/commands/two.md"]


def test_its_row_says_how_far_it_is(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "_PROGRESS_SECONDS", 0)
    seen = []
    plain = journal.note_progress

    def noted(run: Run, done: int) -> None:
        plain(run, done)
        seen.append(Run.objects.values_list("progress_done", "progress_total").get())

    monkeypatch.setattr(journal, "note_progress", noted)
    until_over(background.start(job=job(desk, "command:one", "command:two", "command:three")))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_second_one_is_refused_while_it_is_at_work(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "WAIT_SECONDS", 0)
    first, second = job(desk, "command:one"), job(desk, "command:two")
    with held_before(monkeypatch, "intend"):
        run = background.start(job=first)
        with pytest.raises(FolderBusyError, match="Another run is at work"):
            background.start(job=second)
        assert Run.objects.count() == 1
    until_over(run)
    assert until_over(background.start(job=second)).state == Run.State.DONE


def test_a_plan_that_is_not_the_one_that_was_seen_is_refused_before_there_is_a_row(desk: Desk) -> None:
    with pytest.raises(StalePlanError):
        background.start(job=job(desk, "command:one", fingerprint="0" * 64))
    assert not Run.objects.exists()
    with folder_lock(desk.folder, 0):
        pass


def test_its_log_ends_with_the_run(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="deployments"):
        until_over(background.start(job=job(desk, "command:one")))
    assert caplog.messages == ["Deploying artifacts begins.", "Deploying artifacts is over."]
    last = caplog.records[-1]
    assert (last.success, last.error, last.project_id) == (1, 0, str(desk.project.pk))  # type: ignore[attr-defined]


def test_an_undo_goes_the_same_way(desk: Desk) -> None:
    until_over(background.start(job=job(desk, "command:one")))
    undo = until_over(background.start(job=undoing(project=desk.project, by=desk.project.owner)))
    assert (undo.kind, undo.state, desk.tree()) == ("undo", "done", {})


def test_what_stops_it_before_its_first_change_is_told_by_its_row(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(apply, "Staging", refuse)
    run = until_over(background.start(job=job(desk, "command:one")))
    assert run.state == Run.State.GIVEN_UP
    assert run.notes == [f"{desk.folder}: no space left on device. Nothing was changed."]
    assert run.finished_at is not None


@pytest.mark.parametrize(
    ("where", "state"), [("intend", Run.State.GIVEN_UP), ("finish", Run.State.RECOVERED)], ids=["before", "after"]
)
def test_an_error_of_ours_is_logged_told_by_the_row_and_taken_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, where: str, state: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(journal, where, fail)
    run = until_over(background.start(job=job(desk, "command:one")))
    assert run.state == state
    assert run.notes[0].startswith("It ended with an error of this application, whose log says more.")
    assert desk.tree() == {}
    assert f"run {run.pk} ended with an error" in caplog.messages
    with folder_lock(desk.folder, 0):
        pass


def test_when_the_database_does_not_answer_either_it_is_recovered_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise DatabaseError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(journal, "intend", fail)
        patched.setattr(journal, "is_over", fail)
        run = until_over(background.start(job=job(desk, "command:one")))
    assert run.state == Run.State.RUNNING
    (recovered,) = recover_project(project=desk.project).runs
    assert (recovered.state, recovered.notes) == ("recovered", ["It was cut off before it had changed anything."])


def test_without_another_thread_it_is_done_before_the_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(background, "run_in_background", refuse)
    assert background.start(job=job(desk, "command:one")).state == Run.State.DONE
    assert desk.tree()


def test_one_that_could_not_begin_holds_no_folder(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = job(desk, "command:one")
    desk.folder.rename(desk.folder.with_name("moved"))
    with pytest.raises(ProjectFolderError, match="cannot be opened"):
        background.start(job=asked)
    monkeypatch.setattr(folders, "LOCK_WAIT_SECONDS", 0)
    desk.folder.with_name("moved").rename(desk.folder)
    assert recover_project(project=desk.project).runs == ()


def test_one_that_is_quick_is_over_with_the_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 20)
    assert background.start(job=job(desk, "command:one")).state == Run.State.DONE
