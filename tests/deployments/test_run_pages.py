"""Pages of runs: the list of them all, how far one is, undoing one, and making whole what one left half done."""

import os
import re
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from deployments.installer import records
from deployments.models import Run, RunItem
from deployments.services import background
from projects.locks import folder_lock
from tests.deployments.conftest import Desk
from tests.deployments.steps import die, run_in_child
from tests.factories import (
    ArtifactFactory,
    JournalEntryFactory,
    ProjectFactory,
    RunFactory,
    RunItemFactory,
    give_version,
)

pytestmark = pytest.mark.django_db(transaction=True)
SHIP = ".claude/commands/ship.md"
IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is over with the answer."""
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 20)


@pytest.fixture
def pages(owner: User, settings: Any) -> Client:
    settings.AUTH_ENABLED = True
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def deployed(desk: Desk) -> Run:
    """A run that put one command there."""
    run = desk.deploy(desk.artifact("command:ship", {"": "Ship it."})).run
    assert run is not None
    return run


def words(answer: Any) -> str:
    markup = re.sub(r"</?(bdi|b)>", "", answer.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", markup).replace("\xa0", " ").split())


def undo_of(run: Run) -> str:
    return reverse("deployments:run_undo", args=[run.pk])


def test_all_runs_are_listed_the_last_first(pages: Client, owner: User, other_owner: User) -> None:
    one, two = ProjectFactory(owner=owner, name="One"), ProjectFactory(owner=owner, name="Two")
    for number, project in enumerate((one, two, one)):
        RunItemFactory(run=RunFactory(project=project, claimant_label=f"Set {number}"))
    RunFactory(project=ProjectFactory(owner=other_owner), claimant_label="Theirs")
    text = words(pages.get("/runs/"))
    assert text.index("Deploy Set 2 One run 2") < text.index("Deploy Set 1 Two run 1") < text.index("Deploy Set 0")
    assert "1 succeeded, 0 skipped, 0 failed" in text
    assert "Theirs" not in text


def test_runs_are_narrowed_by_project_and_state(pages: Client, owner: User) -> None:
    one, two = ProjectFactory(owner=owner, name="One"), ProjectFactory(owner=owner, name="Two")
    RunFactory(project=one, claimant_label="Here")
    RunFactory(project=one, claimant_label="Failed", state=Run.State.GIVEN_UP)
    RunFactory(project=two, claimant_label="There")
    assert [entry.subject for entry in pages.get("/runs/", {"project": str(one.pk)}).context["entries"]] == [
        "Failed",
        "Here",
    ]
    narrowed = pages.get("/runs/", {"project": str(one.pk), "state": "given_up"})
    assert [entry.subject for entry in narrowed.context["entries"]] == ["Failed"]
    assert "No run matches" in words(pages.get("/runs/", {"state": "undone"}))
    assert len(pages.get("/runs/", {"state": "odd", "project": ""}).context["entries"]) == 3


def test_runs_of_another_owners_project_are_not_to_be_had(pages: Client, other_owner: User) -> None:
    theirs = ProjectFactory(owner=other_owner)
    assert pages.get("/runs/", {"project": str(theirs.pk)}).status_code == 404


def test_without_runs_the_page_says_what_will_be_there(pages: Client) -> None:
    assert "No runs yet" in words(pages.get("/runs/"))


def test_an_undo_names_the_run_of_its_own_project(pages: Client, owner: User) -> None:
    for name in ("One", "Two"):
        project = ProjectFactory(owner=owner, name=name)
        RunFactory(project=project, state=Run.State.UNDONE)
        RunFactory(project=project, kind=Run.Kind.UNDO, options={"undone_run": 1})
    entries = pages.get("/runs/").context["entries"]
    pairs = [(each.run.project, each.undone or each.undone_by) for each in entries]
    assert all(other is not None and other.project_id == project.pk for project, other in pairs)


def test_the_queries_of_the_list_do_not_grow_with_runs(pages: Client, owner: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            pages.get("/runs/")
        return len(captured)

    def more() -> None:
        for _ in range(5):
            run = RunFactory(project=ProjectFactory(owner=owner), state=Run.State.UNDONE)
            RunFactory(project=run.project, kind=Run.Kind.UNDO, options={"undone_run": run.number})
            RunItemFactory(run=run)

    more()
    first = queries()
    more()
    assert queries() == first


def test_a_run_at_work_shows_how_far_it_is_and_asks_again(pages: Client, desk: Desk) -> None:
    run = RunFactory(project=desk.project, state=Run.State.RUNNING, progress_done=2, progress_total=4, finished_at=None)
    for position, path in enumerate(("a.md", "b.md", "c.md", "d.md")):
        JournalEntryFactory(run=run, position=position, path=path, item_position=position)
    with folder_lock(desk.folder, 0):
        page, fragment = pages.get(f"/runs/{run.pk}"), pages.get(f"/runs/{run.pk}/progress")
    for answer in (page, fragment):
        assert "2 of 4 changes made" in words(answer)
        assert "a.md done b.md done c.md now" in words(answer)
        assert "d.md" not in words(answer)
        assert f'hx-get="/runs/{run.pk}/progress"' in answer.content.decode()
        assert 'data-announce="50 percent of 4 changes made."' in answer.content.decode()
    assert "HX-Trigger" not in fragment.headers
    assert "Result" not in words(page).partition("Progress")[0]


def test_before_anything_is_changed_it_says_that_it_prepares(pages: Client, desk: Desk) -> None:
    run = RunFactory(project=desk.project, state=Run.State.RUNNING, progress_total=4, finished_at=None)
    with folder_lock(desk.folder, 0):
        assert "Preparing 4 changes; nothing is changed yet" in words(pages.get(f"/runs/{run.pk}"))


def test_once_it_is_over_nobody_asks_again_and_the_page_is_told(pages: Client, deployed: Run) -> None:
    answer = pages.get(f"/runs/{deployed.pk}/progress")
    assert "changed" in answer.headers["HX-Trigger"]
    assert "every" not in answer.content.decode()
    assert "hx-get" not in answer.content.decode()
    assert f'hx-get="/runs/{deployed.pk}"' in pages.get(f"/runs/{deployed.pk}/progress?in=dialog").content.decode()


def test_in_the_dialog_of_a_page_it_is_shorter_and_what_failed_comes_first(pages: Client, desk: Desk) -> None:
    run = RunFactory(project=desk.project, claimant_label="Kit")
    for number in range(100):
        RunItemFactory(run=run, artifact=ArtifactFactory(name=f"fine-{number}"))
    RunItemFactory(run=run, artifact=ArtifactFactory(name="broken"), status=RunItem.Status.ERROR, reason="No.")
    answer = pages.get(f"/runs/{run.pk}", headers=IN_DIALOG)
    assert "<html" not in answer.content.decode()
    assert words(answer).index("broken") < words(answer).index("fine-0")
    assert "These are the first 100 of 101." in words(answer)
    assert "100 succeeded, 0 skipped, 1 failed" in words(answer)


def test_one_that_was_cut_off_says_so_and_is_taken_back(pages: Client, desk: Desk) -> None:
    artifact = desk.artifact("command:ship", {"": "Ship it."})
    with mock.patch.object(records, "write", die):
        assert os.WIFSIGNALED(run_in_child(lambda: desk.deploy(artifact)))
    run = Run.objects.get()
    assert (desk.folder / SHIP).exists()
    page = pages.get(f"/runs/{run.pk}")
    assert "This run was cut off" in words(page)
    assert f"Take run {run.number} back" in words(page)
    answer = pages.post(f"/runs/{run.pk}/recover", follow=True)
    assert "Run 1: cut off and taken back." in words(answer)
    assert not (desk.folder / SHIP).exists()


def test_nobody_recovers_beside_a_run_that_is_alive(pages: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deployments.services.folders.LOCK_WAIT_SECONDS", 0)
    run = RunFactory(project=desk.project, state=Run.State.RUNNING)
    with folder_lock(desk.folder, 0):
        assert pages.post(f"/runs/{run.pk}/recover").status_code == 409


def test_a_run_is_undone_at_once_where_nothing_stands_against_it(pages: Client, desk: Desk, deployed: Run) -> None:
    assert "Undo this run" in words(pages.get(f"/runs/{deployed.pk}"))
    answer = pages.post(undo_of(deployed), headers=IN_DIALOG)
    assert "1 restored, 0 skipped, 0 failed" in words(answer)
    assert "changed" in answer.headers["HX-Trigger"]
    assert desk.tree() == {}
    deployed.refresh_from_db()
    assert deployed.state == Run.State.UNDONE
    assert "Undo this run" not in words(pages.get(f"/runs/{deployed.pk}"))


def test_without_scripts_an_undo_leads_to_its_own_page(pages: Client, desk: Desk, deployed: Run) -> None:
    answer = pages.post(undo_of(deployed), follow=True)
    assert "1 restored" in words(answer)
    assert answer.redirect_chain[0][0] == reverse("deployments:run", args=[Run.objects.get(kind="undo").pk])


def test_what_was_edited_since_is_shown_and_asked_about_first(pages: Client, desk: Desk, deployed: Run) -> None:
    (desk.folder / SHIP).write_text("Mine.\n")
    asked = pages.post(undo_of(deployed), headers=IN_DIALOG)
    assert "An undo happens as a whole or not at all" in words(asked)
    assert "1 conflict" in words(asked)
    assert 'value="overwrite"' in asked.content.decode()
    assert (desk.folder / SHIP).read_text() == "Mine.\n"
    assert Run.objects.count() == 1
    renewed = pages.get(undo_of(deployed), {"on_conflict": "overwrite"})
    assert "Nothing is changed until you undo it." in words(renewed)
    fields = {"on_conflict": "overwrite", "fingerprint": renewed.context["plan"].fingerprint}
    (desk.folder / SHIP).write_text("Mine again.\n")
    stale = pages.post(undo_of(deployed), fields, headers=IN_DIALOG)
    assert (stale.status_code, "This is not the plan that was shown" in words(stale)) == (409, True)
    fields["fingerprint"] = stale.context["plan"].fingerprint
    assert "1 restored" in words(pages.post(undo_of(deployed), fields, headers=IN_DIALOG))
    assert desk.tree() == {}


def test_what_it_changed_inside_files_can_be_read_as_long_as_it_is_kept(pages: Client, desk: Desk) -> None:
    ship, server = desk.artifact("command:ship", {"": "Ship it.\n"}), desk.artifact("command:other", {"": "Other.\n"})
    desk.deploy(ship, server)
    give_version(ship, {"": "Ship it well.\n"})
    give_version(server, {"": "Another.\n"})
    run = desk.deploy(ship, server).run
    assert run is not None
    assert "updated · see what changed" in words(pages.get(f"/runs/{run.pk}"))
    one = words(pages.get(f"/runs/{run.pk}/changes", {"item": "0"}))
    assert "command:ship under claude_code" in one
    assert "-Ship it. +Ship it well." in one
    assert "Another." not in one
    every = words(pages.get(f"/runs/{run.pk}/changes"))
    assert "+Ship it well." in every
    assert "+Another." in every
    assert "Nothing that is still kept" in words(pages.get(f"/runs/{run.pk}/changes", {"item": "99"}))
    run.journal.all().delete()
    assert "Nothing that is still kept" in words(pages.get(f"/runs/{run.pk}/changes"))


def test_what_it_changed_in_a_shared_file_is_told_for_each_artifact(pages: Client, desk: Desk) -> None:
    run = desk.deploy(desk.artifact("mcp:postgres", {"": '{"command": "npx"}'})).run
    assert run is not None
    text = words(pages.get(f"/runs/{run.pk}/changes", {"item": "0"}))
    assert ".mcp.json added" in text
    assert "postgres" in text


def test_only_the_last_run_can_be_undone_and_the_page_says_which_that_is(
    pages: Client, desk: Desk, deployed: Run
) -> None:
    later = desk.deploy(desk.artifact("command:later")).run
    assert later is not None
    text = words(pages.get(f"/runs/{deployed.pk}"))
    assert "To undo it, first undo run 2 ." in text
    assert "Undo this run" not in text
    assert pages.post(undo_of(deployed)).status_code == 409


def test_a_run_that_changed_nothing_has_nothing_to_undo(pages: Client, desk: Desk, deployed: Run) -> None:
    artifact = deployed.items.get()
    again = desk.deploy(artifact.artifact_uuid).run
    assert again is not None
    assert "Undo" not in words(pages.get(f"/runs/{again.pk}")).partition("Result")[0].partition("Sign out")[2]


def test_what_failed_leads_to_another_try_only_while_sets_are_on(
    pages: Client, desk: Desk, deployed: Run, settings: Any
) -> None:
    give_version(desk.artifact("command:other"), {"": "Else"})
    RunItemFactory(run=deployed, status=RunItem.Status.ERROR)
    retry = reverse("sets:retry", args=[deployed.pk])
    assert retry in pages.get(f"/runs/{deployed.pk}").content.decode()
    settings.DEPLOYMENT_SETS_ENABLED = False
    assert retry not in pages.get(f"/runs/{deployed.pk}").content.decode()
    assert pages.get("/runs/").status_code == 200
    assert pages.get(undo_of(deployed)).status_code == 200


@pytest.mark.parametrize("what", ["", "/progress", "/changes", "/undo"])
def test_runs_of_another_owner_do_not_exist(pages: Client, other_owner: User, tmp_path: Path, what: str) -> None:
    theirs = RunFactory(project=ProjectFactory(owner=other_owner, path=str(tmp_path)))
    assert pages.get(f"/runs/{theirs.pk}{what}").status_code == 404
    assert pages.post(f"/runs/{theirs.pk}/undo").status_code == 404
    assert pages.post(f"/runs/{theirs.pk}/recover").status_code == 404


def test_a_shared_file_is_named_with_the_entry_that_is_meant(pages: Client, desk: Desk) -> None:
    (Path(desk.project.path) / ".mcp.json").write_text('{"mcpServers": {"mine": {"command": "x"}}}\n')
    run = desk.deploy(desk.artifact("mcp:postgres", {"": '{"command": "npx"}'})).run
    assert run is not None
    named = "mcpServers.postgres in .mcp.json"
    assert named in words(pages.get(f"/runs/{run.pk}"))
    assert named in words(pages.get(undo_of(run)))
    deployment = desk.project.deployments.get()
    plan = pages.get(f"/projects/{desk.project.pk}/undeploy", {"deployment": str(deployment.pk)})
    assert named in words(plan)
    # And what becomes of the file is shown beside it.
    assert "&quot;npx&quot;" in plan.content.decode()
    run.journal.all().delete()
    assert ".mcp.json" in words(pages.get(f"/runs/{run.pk}"))


def test_the_page_of_a_run_begins_with_what_failed_and_its_steps_are_those_of_a_deploy(
    pages: Client, desk: Desk, deployed: Run
) -> None:
    RunItemFactory(run=deployed, artifact=ArtifactFactory(name="broken"), status=RunItem.Status.ERROR, reason="No.")
    assert words(pages.get(f"/runs/{deployed.pk}")).index("broken") < words(pages.get(f"/runs/{deployed.pk}")).index(
        "ship"
    )
    dialog = pages.get(f"/runs/{deployed.pk}", headers=IN_DIALOG)
    assert "3 Result" in words(dialog)
    assert f'href="/projects/{desk.project.pk}"' in dialog.text and f'href="/runs/{deployed.pk}"' in dialog.text
    taken_back = pages.post(undo_of(deployed), headers=IN_DIALOG)
    assert "restored" in words(taken_back) and "3 Result" not in words(taken_back)
