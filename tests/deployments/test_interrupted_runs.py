"""A run that is interrupted, or whose disk or database fails it, at any of its steps: nothing is left half done."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path

import pytest
from django.db import DatabaseError, OperationalError, connection

from deployments.exceptions import ProjectFolderError
from deployments.models import Run
from deployments.services.reports import Report
from projects.paths import STAGING_FOLDER
from tests.deployments.busy_project import (
    BusyProject,
    below,
    make_small_project,
    picture,
    recorded_by_artifact,
    without,
)
from tests.deployments.conftest import Desk
from tests.deployments.merging_projects import (
    SERVERS,
    SETTINGS,
    SMALL_RUNS,
    assert_no_entry_names_a_missing_script,
    share_of,
)
from tests.deployments.steps import (
    CREATING,
    IN_DATABASE,
    ON_DISK,
    Interrupted,
    Tell,
    disturbed_after,
    disturbed_before,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet")]


@pytest.fixture
def project_folder(folder_in_memory: Path) -> Path:
    return folder_in_memory


@pytest.fixture(params=[make_small_project, *SMALL_RUNS.values()], ids=["paths", *SMALL_RUNS])
def small(request: pytest.FixtureRequest, desk: Desk) -> BusyProject:
    """A project before a run."""
    project: BusyProject = request.param(desk)
    return project


def interrupt(_: str) -> None:
    raise Interrupted


def fail_on_disk(name: str) -> None:
    code = errno.ENOSPC if name in CREATING else errno.EIO
    raise OSError(code, os.strerror(code))


def fail_in_database(_: str) -> None:
    raise OperationalError("the database is locked")


def disturbances(
    project: BusyProject, disturbed: Callable[[int, Tell], AbstractContextManager[None]], act: Tell
) -> Iterator[Report | BaseException]:
    """Deploy from the start again and again, disturbed at each step in turn; yields what came of each deploy."""
    for step in count():
        reached = False

        def noted(name: str) -> None:
            nonlocal reached
            reached = True
            act(name)

        project.reset()
        came: Report | BaseException
        with disturbed(step, noted):
            try:
                came = project.job()
            except (Interrupted, DatabaseError, ProjectFolderError) as error:
                came = error
        # A process that was interrupted ends, and its connection with it.
        connection.close()
        if not reached:
            return
        yield came


def right_after(step: int, act: Tell) -> AbstractContextManager[None]:
    # Not after single statements: interrupted right after its BEGIN, Django forgets that it began.
    return disturbed_after(step, act, names=(*ON_DISK, "commit"))


@pytest.mark.parametrize("disturbed", [disturbed_before, right_after], ids=["before", "after"])
def test_interrupted_at_any_step_it_has_happened_wholly_or_not_at_all(
    small: BusyProject, disturbed: Callable[[int, Tell], AbstractContextManager[None]]
) -> None:
    for came in disturbances(small, disturbed, interrupt):
        # Interrupted in its commit, PostgreSQL's connection fails besides.
        assert isinstance(came, Interrupted | DatabaseError)
        recovered_at_once = Run.State.RUNNING not in small.run_states()
        is_done = small.run_states() == [Run.State.DONE]
        if recovered_at_once:
            now, wanted = picture(small.folder), small.after if is_done else small.before
            assert small.but_left(without(now, (STAGING_FOLDER,))) == small.but_left(wanted)
        small.recover()
        small.assert_after() if is_done else small.assert_before()


@pytest.mark.parametrize("from_then_on", [False, True], ids=["once", "from then on"])
def test_a_database_that_fails_at_any_step_leaves_all_as_it_was(small: BusyProject, from_then_on: bool) -> None:
    def disturbed(step: int, act: Tell) -> AbstractContextManager[None]:
        return disturbed_before(step, act, names=IN_DATABASE, from_then_on=from_then_on)

    for came in disturbances(small, disturbed, fail_in_database):
        assert isinstance(came, OperationalError)
        if from_then_on:
            small.recover()
        small.assert_before()
        assert Run.State.RUNNING not in small.run_states()


def test_a_disk_that_fails_once_fails_one_artifact_and_no_other(small: BusyProject) -> None:
    def disturbed(step: int, act: Tell) -> AbstractContextManager[None]:
        return disturbed_before(step, act, names=ON_DISK)

    failures = 0
    for came in disturbances(small, disturbed, fail_on_disk):
        if isinstance(came, Report):
            failures += came.counts["error"]
            assert came.counts["error"] <= 1
        assert_each_artifact_wholly(small, came)
    assert failures > 5


def test_a_disk_that_is_full_from_some_step_on_leaves_each_artifact_whole(small: BusyProject) -> None:
    def disturbed(step: int, act: Tell) -> AbstractContextManager[None]:
        return disturbed_before(step, act, names=CREATING, from_then_on=True)

    for came in disturbances(small, disturbed, fail_on_disk):
        assert_each_artifact_wholly(small, came)


def assert_each_artifact_wholly(project: BusyProject, came: Report | BaseException) -> None:
    """What a report calls a success is there and recorded; all else is as before, on disk and in the records."""
    if not isinstance(came, Report):
        assert isinstance(came, ProjectFolderError)
        project.recover()
        project.assert_before()
        return
    now = without(picture(project.folder), (STAGING_FOLDER,))
    recorded = recorded_by_artifact()
    for result in came.results:
        paths = {*result.paths, *(source for source, target in project.moved.items() if target in result.paths)}
        if result.status == "success":
            wanted, wanted_records = project.after, project.recorded_after
        else:
            wanted, wanted_records = project.before, project.recorded_before
            assert result.reason
        for path in paths - {SETTINGS, SERVERS}:
            assert below(now, path) == below(wanted, path), (path, result.reason)
        assert share_of(now, result.artifact_id) == share_of(wanted, result.artifact_id), result.reason
        assert recorded.get(result.artifact_uuid) == wanted_records.get(result.artifact_uuid), result.reason
    if came.counts["success"] == 0:
        assert project.but_left(now) == project.but_left(project.before)
    assert_no_entry_names_a_missing_script(now)
    before_beside = project.but_left(without(project.before, project.changed))
    assert before_beside.items() <= without(now, project.changed).items()
    project.recover()
    assert not (project.folder / STAGING_FOLDER).exists()
