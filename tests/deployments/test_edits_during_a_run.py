"""An edit that somebody makes while a run is at work is never lost, whatever else happens."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from deployments.installer import changes, exchange, records, recover
from deployments.models import Run
from tests.deployments.busy_project import BusyProject, Picture, below, make_small_project, picture, without
from tests.deployments.conftest import Desk
from tests.deployments.steps import die, killed_before, run_in_child

# What somebody does to the disk meanwhile is no business of the database.
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quiet"),
    pytest.mark.any_database,
]

EDIT = b"edited in the last moment"
# A file that is replaced, a file in a folder that is replaced, and a file that is removed.
EDITED = [".claude/commands/old.md", ".claude/skills/taken/mine.txt", ".claude/agents/moved.md"]


@pytest.fixture
def project_folder(folder_in_memory: Path) -> Path:
    return folder_in_memory


@pytest.fixture(
    params=[
        pytest.param(True, id="with exchange"),
        pytest.param(False, id="without exchange", marks=pytest.mark.any_database),
    ]
)
def small(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, desk: Desk) -> BusyProject:
    """A project before a deploy of a few paths."""
    if not request.param:
        monkeypatch.setattr(exchange, "_system_rename", None)
    return make_small_project(desk)


@contextmanager
def meddling(module: Any, name: str, meddle: Callable[[], object]) -> Iterator[None]:
    """Within the block, `meddle` is called right before `module` moves anything named `name`, the first time."""
    done = False

    def after_meddling(move: Callable[..., None]) -> Callable[..., None]:
        def moved(*spots: exchange.Spot) -> None:
            nonlocal done
            if not done and any(spot.name == name for spot in spots):
                done = True
                meddle()
            move(*spots)

        return moved

    with (
        mock.patch.object(module, "exchange", after_meddling(module.exchange)),
        mock.patch.object(module, "place", after_meddling(module.place)),
    ):
        yield


def path_moved(project: BusyProject, edited: str) -> str:
    """The path of the project that a run moves when it changes the file `edited`."""
    return next(path for path in project.changed if edited == path or edited.startswith(f"{path}/"))


def deploy_edited(project: BusyProject, edited: str) -> Any:
    """Deploy, with an edit right before the path changes."""
    name = Path(path_moved(project, edited)).name
    with meddling(changes, name, lambda: (project.folder / edited).write_bytes(EDIT)):
        return project.job()


def with_edit(whole: Picture, edited: str) -> Picture:
    return whole | {edited: (whole[edited][0], whole[edited][1], EDIT)}


@pytest.mark.parametrize("edited", EDITED)
def test_it_is_left_where_it_is_and_the_artifact_fails_alone(small: BusyProject, edited: str) -> None:
    report = deploy_edited(small, edited)
    (failed,) = [result for result in report.results if result.status == "error"]
    assert failed.action == "conflict"
    assert "changed while the run was at work" in failed.reason
    concerned = (path_moved(small, edited), *failed.paths)
    now = picture(small.folder)
    for path in concerned:
        assert below(now, path) == below(with_edit(small.before, edited), path)
    assert small.but_left(without(now, concerned)).items() <= without(small.after, concerned).items()
    assert [result.status for result in report.results].count("success") == 2


@pytest.mark.parametrize("edited", EDITED)
def test_it_outlives_a_kill_at_any_step(small: BusyProject, edited: str) -> None:
    for step in count():
        small.reset()
        if not killed_before(step, lambda: deploy_edited(small, edited)):
            break
        was_edited = any(data == EDIT for _, _, data in picture(small.folder).values())
        is_done = small.run_states() == [Run.State.DONE]
        small.recover()
        now = picture(small.folder)
        assert (now.get(edited, ("", 0, b""))[2] == EDIT) == was_edited
        if not is_done:
            assert now == (with_edit(small.before, edited) if was_edited else small.before)
    assert was_edited


@pytest.mark.parametrize("edited", EDITED[:2])
def test_an_edit_of_the_new_version_after_a_kill_stays_and_the_old_version_is_kept(
    small: BusyProject, edited: str
) -> None:
    with mock.patch.object(records, "write", die):
        run_in_child(small.job)
    path = path_moved(small, edited)
    new = path if path == edited else f"{path}/SKILL.md"
    (small.folder / new).write_bytes(EDIT)

    (run,) = small.recover()

    now = picture(small.folder)
    assert now[new][2] == EDIT
    (kept,) = [
        key
        for key, (_, _, data) in now.items()
        if key.startswith(".deployment-sets/kept-") and data == small.before[edited][2]
    ]
    left_alone, kept_aside = run.notes
    assert path in left_alone
    assert kept.removesuffix("/mine.txt") in kept_aside
    assert without(now, (path, ".deployment-sets")) == without(small.before, (path,))


@pytest.mark.parametrize("edited", EDITED[:2])
def test_edits_of_both_versions_are_both_there_afterwards(small: BusyProject, edited: str) -> None:
    path = path_moved(small, edited)
    new = path if path == edited else f"{path}/SKILL.md"
    with meddling(recover, Path(path).name, lambda: (small.folder / new).write_bytes(b"second edit")):
        report = deploy_edited(small, edited)
    assert report.counts["error"] == 1
    found = {data for _, _, data in picture(small.folder).values()}
    assert {EDIT, b"second edit"} <= found
    small.recover()
    assert {EDIT, b"second edit"} <= {data for _, _, data in picture(small.folder).values()}


def test_something_new_where_a_file_was_removed_stays(small: BusyProject) -> None:
    with mock.patch.object(records, "write", die):
        run_in_child(small.job)
    (small.folder / EDITED[2]).write_bytes(EDIT)
    (run,) = small.recover()
    now = picture(small.folder)
    assert now[EDITED[2]][2] == EDIT
    assert [EDITED[2] in note for note in run.notes] == [True, True]
    assert any(data == b"agent" for path, (_, _, data) in now.items() if path.startswith(".deployment-sets/kept-"))
