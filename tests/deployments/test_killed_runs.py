"""A run that is killed at any of its steps leaves every path wholly old or wholly new, and can be made whole."""

import os
import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from unittest import mock

import pytest

from deployments.installer import exchange, journal, records
from deployments.installer.recover import NOTHING_CHANGED
from deployments.models import Run
from projects.paths import STAGING_FOLDER
from tests.deployments.busy_project import (
    BusyProject,
    make_busy_project,
    make_small_project,
    picture,
    picture_with_links,
    restore,
    rolled_back,
    without,
)
from tests.deployments.conftest import Desk
from tests.deployments.merging_projects import RUNS, SMALL_RUNS, assert_no_entry_names_a_missing_script
from tests.deployments.steps import die, killed_before, run_in_child

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet")]


@pytest.fixture
def project_folder(folder_in_memory: Path) -> Path:
    return folder_in_memory


@pytest.fixture(
    params=[
        pytest.param(True, id="with exchange"),
        pytest.param(False, id="without exchange", marks=pytest.mark.any_database),
    ]
)
def exchanging(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the file system can exchange two names."""
    if not request.param:
        monkeypatch.setattr(exchange, "_system_rename", None)
    return bool(request.param)


@pytest.fixture(params=[make_busy_project, *RUNS.values()], ids=["paths", *RUNS])
def busy(request: pytest.FixtureRequest, exchanging: bool, desk: Desk) -> BusyProject:
    """A project before a run that does everything a run of its kind can do."""
    project: BusyProject = request.param(desk)
    return project


@pytest.fixture(params=[make_small_project, *SMALL_RUNS.values()], ids=["paths", *SMALL_RUNS])
def small(request: pytest.FixtureRequest, exchanging: bool, desk: Desk) -> BusyProject:
    """A project before a run that changes a few paths."""
    project: BusyProject = request.param(desk)
    return project


def kills(project: BusyProject, job: Callable[[], object], prepare: Callable[[], None]) -> Iterator[None]:
    """Kill `job` before each of its steps in turn, every time from the start.

    Yields where that left the disk or the database in a state that no kill before has left.
    """
    seen = set()
    for step in count():
        prepare()
        if not killed_before(step, job):
            return
        state = project.state()
        if state not in seen:
            seen.add(state)
            yield


def test_the_deploy_under_test_does_everything(desk: Desk) -> None:
    busy = make_busy_project(desk)
    assert {(str(result.status), str(result.action)) for result in busy.report.results} == {
        ("success", "create"),
        ("success", "update"),
        ("skip", "unsupported"),
    }
    assert busy.changed == (
        ".claude/agents/moved.md",
        ".claude/commands/old.md",
        ".claude/commands/taken.md",
        ".claude/deep/agents/moved.md",
        ".claude/deep/er/skills/fresh",
        ".claude/deep/er/skills/old",
        ".claude/rules/fresh.md",
        ".claude/skills/old",
        ".second/skills/fresh",
        ".second/skills/old",
        ".second/skills/taken",
    )
    assert len(busy.replaced) == 4


def test_killed_at_any_step_it_can_be_taken_back_exactly_or_run_again(busy: BusyProject, exchanging: bool) -> None:
    states = 0
    for _ in kills(busy, busy.job, busy.reset):
        states += 1
        busy.assert_wholly_before_or_after(absent_for_a_moment=not exchanging)
        assert_no_entry_names_a_missing_script(picture(busy.folder), but=() if exchanging else busy.replaced)
        cut_off, runs = picture_with_links(busy.folder), busy.run_states()

        if runs != [Run.State.DONE] or busy.can_be_repeated:
            with rolled_back():
                report = busy.job()
                busy.assert_after()
                assert report.counts["error"] == busy.report.counts["error"]

        restore(busy.folder, cut_off)
        recovered = busy.recover()
        if Run.State.RUNNING not in runs:
            assert recovered == ()
            assert [note for run in Run.objects.all() for note in run.notes] == []
            busy.assert_after() if runs else busy.assert_before()
        else:
            assert [run.notes for run in recovered] in ([[]], [[NOTHING_CHANGED]])
            if picture_with_links(busy.folder) == cut_off and STAGING_FOLDER not in cut_off:
                assert [run.notes for run in recovered] == [[NOTHING_CHANGED]]
            assert busy.run_states() == [Run.State.RECOVERED] * len(runs)
            busy.assert_before()
    assert states > 20


@pytest.mark.usefixtures("exchanging")
@pytest.mark.parametrize("exchanging", [True], indirect=True)
def test_killed_before_it_has_a_journal_it_has_changed_nothing_and_is_closed_without_a_trace(desk: Desk) -> None:
    small = make_small_project(desk)
    with mock.patch.object(journal, "intend", die):
        assert os.WIFSIGNALED(run_in_child(small.job))
    run = Run.objects.get(state=Run.State.RUNNING)
    assert (run.journal.count(), run.progress_done, run.progress_total) == (0, 0, 4)
    for is_staged in (True, False):
        small.begin_again()
        if not is_staged:
            shutil.rmtree(small.folder / STAGING_FOLDER, ignore_errors=True)
        (recovered,) = small.recover()
        assert (recovered.state, recovered.notes) == (Run.State.RECOVERED, [NOTHING_CHANGED])
        small.assert_before()


@pytest.mark.parametrize(
    ("exchanging", "small"),
    [
        (True, make_small_project),
        # What a recovery does is the same for every run; that all of them have it is for one database to show.
        *(pytest.param(True, make, marks=pytest.mark.any_database) for make in SMALL_RUNS.values()),
        # Without exchange it is the single steps that differ, and these two have them all.
        *(
            pytest.param(False, make, marks=pytest.mark.any_database)
            for make in (make_small_project, SMALL_RUNS["deploy"])
        ),
    ],
    indirect=True,
)
def test_killed_at_any_step_of_any_recovery_it_can_still_be_taken_back_exactly(
    small: BusyProject, exchanging: bool
) -> None:
    kept = 0
    for _ in kills(small, small.job, small.reset):
        if small.run_states() == [Run.State.RUNNING]:
            kept += 1
            assert_taken_back_despite_kills(small, exchanging=exchanging)
    assert kept >= 4


def test_without_its_staging_a_run_is_taken_back_but_for_what_it_created_despite_kills(desk: Desk) -> None:
    small = make_small_project(desk)
    with mock.patch.object(records, "write", die):
        assert os.WIFSIGNALED(run_in_child(small.job))
    shutil.rmtree(small.folder / STAGING_FOLDER)
    assert small.but_left(picture(small.folder)) == small.after
    assert_taken_back_despite_kills(small, exchanging=True, to_the_end=True, but=(".claude/deep",))


def assert_taken_back_despite_kills(
    project: BusyProject, *, exchanging: bool, to_the_end: bool = False, but: tuple[str, ...] = ()
) -> None:
    """Kill the recovery from this state at each of its steps; recovering again restores all `but` some paths.

    What it does after its commit, which is to delete the staging, only `to_the_end`.
    """
    cut_off = picture_with_links(project.folder)

    def cut_off_again() -> None:
        restore(project.folder, cut_off)
        project.begin_again()

    for _ in kills(project, project.recover, cut_off_again):
        project.assert_wholly_before_or_after(absent_for_a_moment=not exchanging)
        assert_no_entry_names_a_missing_script(picture(project.folder), but=() if exchanging else project.replaced)
        is_over = project.run_states() == [Run.State.RECOVERED]
        project.recover()
        if but:
            assert without(picture(project.folder), but) == without(project.before, but)
        else:
            project.assert_before()
        if is_over and not to_the_end:
            return
