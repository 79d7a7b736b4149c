"""An edit of a file that a run merges entries into is never lost, whenever it is made; our entries go or fail alone."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from unittest import mock

import pytest

from deployments.installer import changes, exchange, records
from deployments.installer.recover import MERGE_ATTEMPTS
from deployments.models import Placement, Run
from projects.paths import STAGING_FOLDER
from tests.deployments.busy_project import BusyProject, picture, picture_with_links, restore, without
from tests.deployments.conftest import Desk, outcome
from tests.deployments.merging_projects import (
    SETTINGS,
    SMALL_RUNS,
    THEIR_SETTINGS,
    assert_no_entry_names_a_missing_script,
    make_small_deploy,
    prepare_merging,
    prepare_small,
    share_of,
)
from tests.deployments.steps import die, killed_before, run_in_child

# What somebody does to the disk meanwhile is no business of the database.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quiet"),
    pytest.mark.any_database,
]


@pytest.fixture
def project_folder(folder_in_memory: Path) -> Path:
    return folder_in_memory


@pytest.fixture(
    params=[
        pytest.param(True, id="with exchange"),
        pytest.param(False, id="without exchange", marks=pytest.mark.any_database),
    ],
    autouse=True,
)
def exchanging(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the file system can exchange two names."""
    if not request.param:
        monkeypatch.setattr(exchange, "_system_rename", None)
    return bool(request.param)


def edit(desk: Desk, number: int = 0) -> None:
    """What a person does to the settings: another value, beside whatever is there."""
    file = desk.folder / SETTINGS
    file.write_bytes(file.read_bytes().replace(b'"A":   "', b'"A":   "%d' % number))


def edited(data: bytes, numbers: int) -> bytes:
    """`data` after so many edits, numbered from 0."""
    for number in range(numbers):
        data = data.replace(b'"A":   "', b'"A":   "%d' % number)
    return data


def edits_before_each_exchange(desk: Desk, times: int) -> AbstractContextManager[object]:
    """Within the block, the settings are edited right before they are exchanged, so many times."""
    plain, made = exchange.exchange, count()

    def exchange_edited(staged: exchange.Spot, target: exchange.Spot) -> None:
        if target.name == "settings.json" and (number := next(made)) < times:
            edit(desk, number)
        plain(staged, target)

    return mock.patch.object(changes, "exchange", exchange_edited)


@pytest.mark.parametrize("times", range(1, MERGE_ATTEMPTS))
def test_an_edit_in_the_last_moment_stays_and_the_entries_go_in_beside_it(desk: Desk, times: int) -> None:
    deploy = prepare_small(desk)
    with edits_before_each_exchange(desk, times):
        report = deploy()
    assert report.counts == {"success": 2, "skip": 0, "error": 0}
    assert report.notes == ()
    assert share_of(picture(desk.folder), "hook:fresh")
    desk.undo()
    assert picture(desk.folder)[SETTINGS] == ("file", 0o640, edited(THEIR_SETTINGS, times))
    assert set(picture(desk.folder)) == {".claude", SETTINGS}


def test_who_edits_more_often_than_is_tried_keeps_the_file_and_that_artifact_fails_alone(desk: Desk) -> None:
    deploy = prepare_small(desk)
    with edits_before_each_exchange(desk, MERGE_ATTEMPTS):
        report = deploy()
    assert outcome(report) == [("hook:fresh", "error", "conflict"), ("mcp:docs", "success", "create")]
    assert "changed while the run was at work" in report.results[0].reason
    now = picture(desk.folder)
    assert now[SETTINGS] == ("file", 0o640, edited(THEIR_SETTINGS, MERGE_ATTEMPTS))
    assert set(now) == {".claude", SETTINGS, ".mcp.json"}
    assert [row.path for row in Placement.objects.all()] == [".mcp.json"]


def test_edits_while_an_undeploy_takes_entries_out_stay(desk: Desk) -> None:
    prepare_small(desk)()
    with edits_before_each_exchange(desk, 1):
        assert desk.undeploy().counts["success"] == 2
    assert picture(desk.folder) == {
        ".claude": picture(desk.folder)[".claude"],
        SETTINGS: ("file", 0o640, edited(THEIR_SETTINGS, 1)),
    }


def test_edits_more_often_than_an_undeploy_tries_leave_the_hook_with_its_script(desk: Desk) -> None:
    prepare_small(desk)()
    with edits_before_each_exchange(desk, MERGE_ATTEMPTS):
        report = desk.undeploy()
    assert outcome(report) == [("hook:fresh", "error", "conflict"), ("mcp:docs", "success", "remove")]
    now = picture(desk.folder)
    assert share_of(now, "hook:fresh")
    assert_no_entry_names_a_missing_script(now)
    assert b'"A":   "210' in now[SETTINGS][2]


def fail_late(desk: Desk, meddle: Callable[[], object]) -> AbstractContextManager[object]:
    """Within the block, the first hook to be pruned cannot be; `meddle` is called right before that shows."""
    plain = exchange.place

    def place(source: exchange.Spot, target: exchange.Spot) -> None:
        if source.name == "leaving":
            meddle()
            raise PermissionError(13, "Permission denied", source.name)
        plain(source, target)

    return mock.patch.object(changes, "place", place)


def test_an_entry_that_must_come_back_comes_back_beside_an_edit(desk: Desk) -> None:
    deploy = prepare_merging(desk)
    with fail_late(desk, lambda: edit(desk)):
        report = deploy()
    assert report.counts["error"] == 1
    now = picture(desk.folder)
    assert b'"A":   "01' in now[SETTINGS][2]
    assert [bool(share_of(now, f"hook:{name}")) for name in ("leaving", "kept", "fresh")] == [True, True, True]
    assert_no_entry_names_a_missing_script(now)


def test_when_an_entry_cannot_come_back_the_whole_run_is_given_up(desk: Desk) -> None:
    broken = b'{"half": '
    deploy = prepare_merging(desk)
    before = picture(desk.folder)
    recorded = list(Placement.objects.values_list("path", "state_id"))
    with fail_late(desk, lambda: (desk.folder / SETTINGS).write_bytes(broken)):
        report = deploy()
    assert report.counts["success"] == 0
    assert any(SETTINGS in note for note in report.notes)
    now = picture(desk.folder)
    assert now[SETTINGS][2] == broken
    assert without(now, (SETTINGS,)) == without(before, (SETTINGS,))
    assert list(Placement.objects.values_list("path", "state_id")) == recorded


@pytest.fixture(params=[*SMALL_RUNS.values()], ids=[*SMALL_RUNS])
def small(request: pytest.FixtureRequest, desk: Desk) -> BusyProject:
    """A project before a run that changes the settings."""
    project: BusyProject = request.param(desk)
    return project


def cut_off_at_the_end(project: BusyProject) -> None:
    """Kill the job when all is changed and nothing recorded."""
    with mock.patch.object(records, "write", die):
        run_in_child(project.job)


def assert_only_the_edit_remains(project: BusyProject) -> None:
    now = picture(project.folder)
    assert now[SETTINGS] == (*project.before[SETTINGS][:2], edited(project.before[SETTINGS][2], 1))
    assert without(now, (SETTINGS,)) == without(project.before, (SETTINGS,))


def test_an_edit_after_a_kill_stays_and_all_else_is_taken_back_despite_kills(
    small: BusyProject, exchanging: bool
) -> None:
    cut_off_at_the_end(small)
    edit(small.desk)
    cut_off = picture_with_links(small.folder)
    entries = small.desk.project.runs.get(state=Run.State.RUNNING).journal.count()
    for step in count():
        restore(small.folder, cut_off)
        small.begin_again()
        last = small.desk.project.runs.get(state=Run.State.RUNNING)
        last.journal.filter(position__gte=entries).delete()
        was_killed = killed_before(step, small.recover)
        now = picture(small.folder)
        if exchanging or SETTINGS in now:
            assert b'"A":   "01' in now[SETTINGS][2]
        assert_no_entry_names_a_missing_script(now)
        small.recover()
        assert_only_the_edit_remains(small)
        last.refresh_from_db()
        assert (last.state, last.notes) == (Run.State.RECOVERED, [])
        assert small.earlier_runs() == small.earlier_runs_before
        if not was_killed:
            break
    assert step > 15


def test_an_edit_that_leaves_nothing_to_parse_is_left_alone_and_reported(small: BusyProject) -> None:
    cut_off_at_the_end(small)
    (small.folder / SETTINGS).write_bytes(b'{"half": ')
    (run,) = small.recover()
    now = picture(small.folder)
    assert now[SETTINGS] == ("file", 0o640, b'{"half": ')
    assert without(now, (SETTINGS,)) == without(small.before, (SETTINGS,))
    assert [SETTINGS in note for note in run.notes] == [True]
    assert STAGING_FOLDER not in now


def test_edits_while_a_recovery_is_at_work_stay_too(desk: Desk) -> None:
    small = make_small_deploy(desk)
    cut_off_at_the_end(small)
    edit(desk)
    with edits_before_each_exchange(desk, 1):
        (run,) = small.recover()
    now = picture(small.folder)
    assert now[SETTINGS][2] == THEIR_SETTINGS.replace(b'"A":   "', b'"A":   "00')
    assert without(now, (SETTINGS,)) == without(small.before, (SETTINGS,))
    assert run.notes == []


def test_a_kill_after_each_step_of_a_run_that_an_edit_overtook_loses_neither(desk: Desk) -> None:
    small = make_small_deploy(desk)

    def job() -> None:
        with edits_before_each_exchange(desk, MERGE_ATTEMPTS - 1):
            small.job()

    for step in count():
        small.reset()
        if not killed_before(step, job):
            break
        now = picture(small.folder)
        edits = sum(b'"A":   "%s' % text in now[SETTINGS][2] for text in (b"0", b"10")) if SETTINGS in now else None
        is_done = small.run_states() == [Run.State.DONE]
        small.recover()
        now = picture(small.folder)
        assert STAGING_FOLDER not in now
        if not is_done:
            assert without(now, (SETTINGS,)) == without(small.before, (SETTINGS,))
            assert not share_of(now, "hook:fresh")
        if edits == 1:
            assert json.loads(now[SETTINGS][2])["env"]["A"].startswith(("0", "10"))
    assert step > 40
