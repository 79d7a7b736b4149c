"""Runs over the API: what was done, and taking it back."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from artifacts.models import Artifact
from deployments.models import Run, RunItem
from deployments.services import folders
from projects.locks import folder_lock
from tests.api import Caller, as_told
from tests.deployments.conftest import Desk
from tests.factories import RunFactory, RunItemFactory, give_version
from tests.queries import assert_no_more_for_twice_as_many

SHIP = ".claude/commands/ship.md"


@pytest.fixture
def runs(desk: Desk) -> str:
    """The address of the runs in the desk's project."""
    return f"/projects/{desk.project.pk}/runs"


@pytest.fixture
def ship(desk: Desk) -> Artifact:
    """A command, deployed in run 1, and anew in run 2."""
    ship = desk.artifact("command:ship", {"": "Ship\n"})
    desk.deploy(ship)
    give_version(ship, {"": "Ship it\n"})
    desk.deploy(ship)
    return ship


def address(desk: Desk, number: int) -> str:
    return f"/runs/{desk.project.runs.get(number=number).pk}"


def test_a_run_says_what_is_kept_of_it(api: Caller, desk: Desk, runs: str) -> None:
    desk.deploy(desk.artifact("command:ship"), uuid4(), desk.artifact("command:aimed", target_platforms=["codex"]))
    run = Run.objects.get()
    (read,) = api.get(runs).json()["items"]
    assert run.finished_at is not None
    assert read == {
        "id": str(run.pk),
        "project_id": str(desk.project.pk),
        "number": 1,
        "kind": "deploy",
        "state": "done",
        "claimant": "set:1",
        "claimant_label": "Full-stack",
        "options": {"on_conflict": "fail", "atomic": False, "prune": False, "undone_run": None},
        "started_by": "owner",
        "started_at": as_told(run.started_at),
        "finished_at": as_told(run.finished_at),
        "progress_done": run.progress_done,
        "progress_total": run.progress_total,
        "notes": [],
        "counts": {"success": 1, "skip": 1, "error": 1},
    }
    assert api.get(f"/runs/{run.pk}").json() == read


def test_a_run_at_work_is_not_finished(api: Caller, desk: Desk) -> None:
    run = RunFactory(
        project=desk.project, state=Run.State.RUNNING, finished_at=None, started_by=None, progress_total=7, notes=["So"]
    )
    read = api.get(f"/runs/{run.pk}").json()
    assert (read["state"], read["finished_at"], read["started_by"]) == ("running", None, None)
    assert (read["progress_done"], read["progress_total"], read["notes"]) == (0, 7, ["So"])


def test_runs_come_in_pages_the_last_first(api: Caller, desk: Desk, runs: str, ship: Artifact) -> None:
    desk.undo()
    read = api.get(runs).json()
    assert [(each["number"], each["kind"], each["state"]) for each in read["items"]] == [
        (3, "undo", "done"),
        (2, "deploy", "undone"),
        (1, "deploy", "done"),
    ]
    assert read["items"][0]["options"]["undone_run"] == 2
    page = api.get(runs, limit=1, offset=1).json()
    assert ([each["number"] for each in page["items"]], page["total"]) == ([2], 3)
    assert api.get(runs, limit=201).status_code == 422


def test_the_results_of_a_run_come_in_pages_and_by_status(api: Caller, desk: Desk) -> None:
    there, missing = desk.artifact("command:ship", namespace="office"), uuid4()
    told = desk.deploy(there, missing)
    results = f"{address(desk, 1)}/results"
    read = api.get(results).json()
    assert read["total"] == 2
    assert read["items"][0] == {
        "artifact_uuid": str(there.pk),
        "artifact_id": "command:ship",
        "namespace": "office",
        "profile_id": "claude_code",
        "platform": "claude_code",
        "status": "success",
        "action": "create",
        "reason": "",
        "error": None,
        "warnings": [],
        "notes": [],
        "approval": None,
        "paths": [SHIP],
        "diffs": None,
    }
    assert (read["items"][1]["action"], read["items"][1]["error"]) == ("missing", told.results[1].reason)
    assert api.get(results, status="error").json() == {"items": [read["items"][1]], "total": 1}
    assert api.get(results, limit=1, offset=1).json() == {"items": [read["items"][1]], "total": 2}
    for query in ({"status": "fine"}, {"limit": 0}, {"state": "error"}):
        assert api.get(results, **query).status_code == 422


def test_what_a_run_kept_is_what_it_answered(api: Caller, desk: Desk, ship: Artifact) -> None:
    answer = api.post(f"/projects/{desk.project.pk}/deployments/undeploy", {"all": True}).json()
    assert api.get(f"/runs/{answer['run_id']}/results").json()["items"] == answer["results"]


def test_the_last_run_is_taken_back_and_then_the_one_before(api: Caller, desk: Desk, ship: Artifact) -> None:
    undone = api.post(f"{address(desk, 2)}/undo", {})
    assert undone.status_code == 200, undone.content
    assert (undone.json()["kind"], undone.json()["run_number"]) == ("undo", 3)
    assert undone.json()["counts"] == {"success": 1, "skip": 0, "error": 0}
    assert desk.tree() == {SHIP: b"Ship\n"}
    assert api.get(address(desk, 2)).json()["state"] == "undone"
    assert api.post(f"{address(desk, 1)}/undo", {}).status_code == 200
    assert desk.tree() == {}
    nothing = api.post(f"{address(desk, 1)}/undo", {})
    assert (nothing.status_code, nothing.json()["type"]) == (409, "urn:deployment-sets:problem:conflict")
    assert "no run to undo" in nothing.json()["detail"]


@pytest.mark.parametrize("choices", [{}, {"dry_run": True}, {"on_conflict": "overwrite"}], ids=str)
@pytest.mark.parametrize("number", [1, 3])
def test_a_run_whose_turn_it_is_not_stays_and_names_the_one_whose_it_is(
    api: Caller, desk: Desk, ship: Artifact, number: int, choices: dict[str, Any]
) -> None:
    desk.deploy(ship)  # Changes nothing, so that undoing passes it over.
    refused = api.post(f"{address(desk, number)}/undo", choices)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:deployment-sets:problem:conflict")
    assert f"run 2, {desk.project.runs.get(number=2).pk}" in refused.json()["detail"]
    assert desk.tree() == {SHIP: b"Ship it\n"}
    assert desk.project.runs.count() == 3


def test_a_run_that_another_one_followed_meanwhile_is_not_taken_back(
    api: Caller, desk: Desk, ship: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk_deploys = desk.deploy
    held: Callable[..., Any] = folders.held

    def held_late(*arguments: Any) -> Any:
        monkeypatch.undo()
        desk_deploys(desk.artifact("command:late"))
        return held(*arguments)

    monkeypatch.setattr("deployments.services.runs.held", held_late)
    refused = api.post(f"{address(desk, 2)}/undo", {})
    assert refused.status_code == 409
    assert "run 3, " in refused.json()["detail"]
    assert sorted(desk.tree()) == [".claude/commands/late.md", SHIP]


def test_an_undo_takes_the_choices_of_a_run_but_is_atomic_always(api: Caller, desk: Desk, ship: Artifact) -> None:
    undo = f"{address(desk, 2)}/undo"
    plan = api.post(undo, {"dry_run": True, "diffs": True}).json()
    assert (plan["run_id"], plan["results"][0]["action"]) == (None, "update")
    assert "-Ship it" in plan["results"][0]["diffs"][0]["text"]
    (desk.folder / SHIP).write_text("Mine\n")
    stale = api.post(undo, {"fingerprint": plan["fingerprint"]})
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:deployment-sets:problem:stale-plan")
    kept = api.post(undo, {}).json()
    assert (kept["counts"]["error"], desk.tree()) == (1, {SHIP: b"Mine\n"})
    assert api.post(undo, {"atomic": False}).status_code == 422
    assert api.post(undo, {"on_conflict": "overwrite"}).json()["counts"]["success"] == 1
    assert desk.tree() == {SHIP: b"Ship\n"}


def test_nothing_is_taken_back_beside_another_run(
    api: Caller, desk: Desk, ship: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "LOCK_WAIT_SECONDS", 0.0)
    with folder_lock(desk.folder, 0):
        refused = api.post(f"{address(desk, 2)}/undo", {})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:deployment-sets:problem:busy")


def test_nothing_is_taken_back_where_the_folder_is_gone(api: Caller, desk: Desk, ship: Artifact) -> None:
    desk.folder.rename(desk.folder.with_name("moved"))
    refused = api.post(f"{address(desk, 2)}/undo", {})
    assert refused.status_code == 409
    assert str(desk.folder) in refused.json()["detail"]


def test_another_owners_runs_do_not_exist(
    api: Caller, other_api: Caller, desk: Desk, runs: str, ship: Artifact
) -> None:
    last = address(desk, 2)
    for answer in (
        other_api.get(runs),
        other_api.get(last),
        other_api.get(f"{last}/results"),
        other_api.post(f"{last}/undo", {}),
        api.get(f"/runs/{uuid4()}"),
        api.get(f"/runs/{uuid4()}/results"),
        api.post(f"/runs/{uuid4()}/undo", {}),
        api.get(f"/projects/{uuid4()}/runs"),
    ):
        assert answer.status_code == 404
    assert desk.tree() == {SHIP: b"Ship it\n"}


def test_more_runs_take_no_more_queries(api: Caller, desk: Desk, runs: str) -> None:
    def make(count: int) -> None:
        for run in RunFactory.create_batch(count, project=desk.project):
            RunItemFactory.create_batch(2, run=run)

    assert_no_more_for_twice_as_many(make, lambda: api.get(runs))


@pytest.mark.parametrize("below", ["", "/results"])
def test_more_results_of_a_run_take_no_more_queries(api: Caller, desk: Desk, below: str) -> None:
    run = RunFactory(project=desk.project)
    assert_no_more_for_twice_as_many(
        lambda count: RunItemFactory.create_batch(count, run=run, status=RunItem.Status.SKIP),
        lambda: api.get(f"/runs/{run.pk}{below}"),
    )
