import re
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.services.users import local_user
from deployments.models import Run, RunItem
from profiles.entries import Member, encode_key
from tests.factories import (
    ArtifactFactory,
    ClaimFactory,
    DeploymentFactory,
    DeploymentPlacementFactory,
    DeploymentProfileFactory,
    PlacementFactory,
    ProjectFactory,
    RunFactory,
    RunItemFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def me() -> User:
    return local_user()


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    markup = re.sub(r"</?bdi>", "", response.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", markup).replace("\xa0", " ").split())


def test_projects_are_listed_with_what_is_in_them(client: Client, me: User, tmp_path: Path) -> None:
    project = ProjectFactory(owner=me, name="storefront", path=str(tmp_path))
    DeploymentFactory.create_batch(3, project=project)
    RunFactory(project=project, started_at=timezone.now() - timedelta(hours=5))
    RunFactory(project=project, started_at=timezone.now() - timedelta(minutes=3))
    (tmp_path / "untouched").mkdir()
    ProjectFactory(owner=me, name="untouched", path=str(tmp_path / "untouched"))
    text = page(client, "/projects/")
    assert f"storefront {tmp_path} 3 3 minutes ago" in text
    assert f"untouched {tmp_path}/untouched 0 never" in text


def test_a_project_whose_folder_is_gone_says_so(client: Client, me: User, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    paths = {name: tmp_path / name for name in ("gone", "a-file", "a-file/below")}
    for name, path in paths.items():
        project = ProjectFactory(owner=me, name=name, path=str(path))
        assert "There is no folder at this path." in page(client, f"/projects/{project.pk}")
    here = ProjectFactory(owner=me, name="here", path=str(tmp_path))
    text = page(client, "/projects/")
    assert text.count("folder is missing") == 3
    assert f"gone folder is missing {paths['gone']} 0" in text
    assert f"here {tmp_path} 0" in text
    assert "There is no folder" not in page(client, f"/projects/{here.pk}")


def test_a_folder_nobody_lets_us_look_at_is_not_called_missing(client: Client, me: User) -> None:
    ProjectFactory(owner=me, path="/home/ann/storefront")
    with patch.object(Path, "stat", side_effect=PermissionError):
        assert "folder is missing" not in page(client, "/projects/")


def test_without_projects_the_page_says_what_to_do(client: Client, me: User) -> None:
    assert "Register your first project" in page(client, "/projects/")


def test_nobody_sees_the_projects_and_runs_of_another_owner(client: Client, me: User) -> None:
    theirs = RunFactory(project__name="Theirs")
    assert "Theirs" not in page(client, "/projects/")
    assert client.get(f"/projects/{theirs.project_id}").status_code == 404
    assert client.get(f"/runs/{theirs.pk}").status_code == 404


def test_a_project_shows_its_profiles_deployments_and_runs(client: Client, me: User, tmp_path: Path) -> None:
    project = ProjectFactory(owner=me, name="storefront", path=str(tmp_path))
    DeploymentProfileFactory(project=project, profile_id="house")
    deployment = DeploymentFactory(project=project, artifact=ArtifactFactory(name="pdf"), deployment_profile_id="house")
    ClaimFactory(deployment=deployment, label="Backend")
    ClaimFactory(deployment=deployment, label="Frontend")
    run = RunFactory(project=project, claimant_label="Backend")
    for status in ("success", "success", "skip", "error"):
        RunItemFactory(run=run, status=status)
    RunFactory(project=project, claimant_label="Frontend", state=Run.State.RECOVERED)
    text = page(client, f"/projects/{project.pk}")
    assert f"storefront {tmp_path} Copy" in text
    assert "Profiles · 1 Add profile house Claude Code in .claude" in text
    assert "skill pdf under house from Backend, Frontend · just now by local-user" in text
    assert "Run 2 Deploy Frontend Cut off and taken back" in text
    assert "Run 1 Deploy Backend 2 succeeded, 1 skipped, 1 failed" in text


def test_a_deployment_shows_where_it_lies_and_that_its_profile_is_deleted(client: Client, me: User) -> None:
    project = ProjectFactory(owner=me)
    DeploymentProfileFactory(project=project, profile_id="house")
    for profile_id in ("gone", "house"):
        deployment = DeploymentFactory(project=project, label="hook:lint", deployment_profile_id=profile_id)
        for path, entry in (("settings.json", encode_key(Member(("Stop",)))), ("scripts/lint", "")):
            placement = PlacementFactory(project=project, path=f"{profile_id}/{path}", entry=entry)
            DeploymentPlacementFactory(deployment=deployment, placement=placement)
    text = page(client, f"/projects/{project.pk}")
    assert "lint gone/scripts/lint Stop in gone/settings.json under gone (deleted) · just now" in text
    assert "lint house/scripts/lint Stop in house/settings.json under house · just now" in text


def test_an_undo_and_what_it_took_back_lead_to_each_other(client: Client, me: User) -> None:
    project = ProjectFactory(owner=me)
    RunFactory(project=project, number=2)
    undone = RunFactory(project=project, number=3, state=Run.State.UNDONE, claimant_label="Backend")
    vain, undo = (
        RunFactory(project=project, number=number, kind="undo", options={"undone_run": 3}, state=state)
        for number, state in ((4, Run.State.RECOVERED), (5, Run.State.DONE))
    )
    RunFactory(number=3)
    text = page(client, f"/projects/{project.pk}")
    assert "Run 5 Undo of run 3 0 restored" in text
    assert "Run 4 Undo of run 3 Cut off and taken back" in text
    assert "Run 3 Deploy Backend Undone by run 5" in text
    for shown, links in ((undo, {undone}), (vain, {undone}), (undone, {undo})):
        content = client.get(f"/runs/{shown.pk}").content.decode()
        found = set(re.findall(r'<a href="/runs/([^"?]+)">', content))
        assert found - {str(shown.pk)} == {str(run.pk) for run in links}


def test_a_run_that_was_given_up_looks_like_a_failure(client: Client, me: User) -> None:
    run = RunFactory(project__owner=me, state="given_up")
    for address in (f"/runs/{run.pk}", f"/projects/{run.project_id}"):
        assert f'<span class="state bad"> {run.get_state_display()} </span>' in " ".join(
            client.get(address).content.decode().split()
        )


def test_an_undeploy_of_artifacts_says_which(client: Client, me: User) -> None:
    project = ProjectFactory(owner=me)
    for number, names in ((1, ["pdf"]), (2, ["pdf", "word", "zip"])):
        run = RunFactory(project=project, number=number, kind="undeploy")
        for name in names:
            artifact = ArtifactFactory(name=name)
            for profile_id in ("house", "work"):
                RunItemFactory(run=run, artifact=artifact, deployment_profile_id=profile_id)
    text = page(client, f"/projects/{project.pk}")
    assert "Run 1 Undeploy skill:pdf 2 removed" in text
    assert "Run 2 Undeploy skill:pdf and 2 more 6 removed" in text
    assert "Undeploy skill:pdf and 2 more Run 2" in page(client, f"/runs/{run.pk}")


def test_a_project_without_deployments_says_so(client: Client, me: User) -> None:
    text = page(client, f"/projects/{ProjectFactory(owner=me).pk}")
    assert "Nothing is deployed here." in text
    assert "Nothing was ever deployed here." in text


def test_a_run_shows_what_happened_to_each_artifact(client: Client, me: User) -> None:
    run = RunFactory(project__owner=me, project__name="storefront", claimant_label="Backend", notes=["Tidied up."])
    RunItemFactory(
        run=run, artifact=ArtifactFactory(name="pdf"), paths=[".claude/skills/pdf"], warnings=["tools was dropped"]
    )
    RunItemFactory(
        run=run,
        artifact=ArtifactFactory(type="command", name="ship"),
        status=RunItem.Status.ERROR,
        action="conflict",
        reason="It was edited since.",
    )
    RunItemFactory(run=run, artifact=ArtifactFactory(name="old"), status=RunItem.Status.SKIP, action="unchanged")
    text = page(client, f"/runs/{run.pk}")
    assert "Deploy Backend Run 1" in text
    assert "Tidied up." in text
    assert "skill pdf claude_code Success created tools was dropped .claude/skills/pdf" in text
    assert "command ship claude_code Error It was edited since." in text
    assert "skill old claude_code Skipped already up to date" in text
    assert "1 succeeded, 1 skipped, 1 failed" in text


@pytest.fixture
def mixed_run(me: User) -> Run:
    """A run with 101 successes, then two that were skipped."""
    run: Run = RunFactory(project__owner=me)
    artifact = ArtifactFactory(name="pdf")
    RunItemFactory.create_batch(101, run=run, artifact=artifact)
    for name in ("first", "second"):
        RunItemFactory(run=run, artifact=ArtifactFactory(name=name), status=RunItem.Status.SKIP)
    return run


def test_a_run_can_be_narrowed_to_one_outcome(client: Client, mixed_run: Run) -> None:
    text = page(client, f"/runs/{mixed_run.pk}?status=skip")
    assert "All 103 · Success 101 · Skipped 2 · Error 0" in text
    assert "skill first" in text
    assert "skill second" in text
    assert "skill pdf" not in text
    assert "Nothing ended so." in page(client, f"/runs/{mixed_run.pk}?status=error")


def test_the_outcome_that_is_shown_is_marked_and_stays_when_paging(client: Client, mixed_run: Run) -> None:
    content = " ".join(client.get(f"/runs/{mixed_run.pk}?status=success").content.decode().split())
    assert f'href="/runs/{mixed_run.pk}?status=success" aria-current="true">Success 101</a>' in content
    assert content.partition("<main")[2].count("aria-current") == 1
    assert 'href="?status=success&amp;page=2"' in content
    assert "101–101 of 101 results" in page(client, f"/runs/{mixed_run.pk}?status=success&page=2")


@pytest.mark.parametrize("odd", ["", "status=", "status=SUCCESS", "status=skip&status=x"])
def test_an_outcome_nobody_knows_shows_them_all(client: Client, mixed_run: Run, odd: str) -> None:
    assert "1–100 of 103 results Next" in page(client, f"/runs/{mixed_run.pk}?{odd}")


def test_what_turns_the_reading_direction_is_marked_in_sentences(client: Client, me: User) -> None:
    run = RunFactory(project__owner=me, notes=["note \u202e of"])
    RunItemFactory(run=run, reason="reason \u2069 of", warnings=["warning \u2066 of"])
    text = page(client, f"/runs/{run.pk}")
    for word in ("note", "reason", "warning"):
        assert f"{word} \ufffd of" in text


def test_markup_in_what_a_run_says_is_text(client: Client, me: User) -> None:
    hostile = "<script>alert(1)</script>"
    project = ProjectFactory(owner=me, name=hostile, path=f"/home/{hostile}")
    run = RunFactory(project=project, claimant_label=hostile, notes=[hostile])
    RunItemFactory(run=run, reason=hostile, paths=[hostile], warnings=[hostile], artifact_label=f"skill:{hostile}")
    ClaimFactory(deployment=DeploymentFactory(project=project, label=f"skill:{hostile}"), label=hostile)
    for address in ("/projects/", f"/projects/{project.pk}", f"/runs/{run.pk}"):
        content = client.get(address).content.decode()
        assert "&lt;script&gt;alert(1)" in content
        assert "<script>alert" not in content


def test_each_run_of_a_project_counts_its_own_results(client: Client, me: User) -> None:
    project = ProjectFactory(owner=me)
    first = RunFactory(project=project)
    RunItemFactory.create_batch(2, run=first)
    RunItemFactory(run=first, status=RunItem.Status.ERROR)
    RunFactory(project=project)
    RunItemFactory(run=RunFactory(project=project), status=RunItem.Status.SKIP)
    shown = re.findall(r"\d+ succeeded, \d+ skipped, \d+ failed", page(client, f"/projects/{project.pk}"))
    assert shown == [
        "0 succeeded, 1 skipped, 0 failed",
        "0 succeeded, 0 skipped, 0 failed",
        "2 succeeded, 0 skipped, 1 failed",
    ]


@pytest.mark.parametrize(("kind", "word"), [("undeploy", "removed"), ("undo", "restored")])
def test_the_counts_of_a_run_have_the_word_of_its_kind(client: Client, me: User, kind: str, word: str) -> None:
    run = RunFactory(project__owner=me, kind=kind)
    RunItemFactory(run=run)
    for address in (f"/runs/{run.pk}", f"/projects/{run.project_id}"):
        assert f"1 {word}, 0 skipped, 0 failed" in page(client, address)


def test_queries_do_not_grow_with_projects_deployments_or_results(client: Client, me: User) -> None:
    project = ProjectFactory(owner=me)
    run = RunFactory(project=project)

    def grow(number: int) -> None:
        ProjectFactory.create_batch(number, owner=me)
        DeploymentProfileFactory.create_batch(number, project=project)
        RunFactory.create_batch(number, project=project)
        RunItemFactory.create_batch(number, run=run)
        RunItemFactory(run=RunFactory(project=project, kind="undeploy"))
        RunFactory(project=project, kind="undo", options={"undone_run": run.number})
        for deployment in DeploymentFactory.create_batch(number, project=project):
            ClaimFactory(deployment=deployment)
            DeploymentPlacementFactory(deployment=deployment, placement__project=project)

    def costs() -> list[int]:
        counted = []
        for address in ("/projects/", f"/projects/{project.pk}", f"/runs/{run.pk}"):
            with CaptureQueriesContext(connection) as queries:
                page(client, address)
            counted.append(len(queries))
        return counted

    grow(2)
    before = costs()
    grow(4)
    assert costs() == before


def test_long_lists_are_paged(client: Client, me: User) -> None:
    run = RunFactory(project__owner=me)
    RunItemFactory.create_batch(101, run=run, artifact=ArtifactFactory())
    DeploymentFactory.create_batch(101, project=run.project)
    assert "101–101 of 101 results Previous" in page(client, f"/runs/{run.pk}?page=2")
    assert "1–100 of 101 deployments Next" in page(client, f"/projects/{run.project_id}")


def test_artifacts_of_one_name_are_told_apart_by_their_namespace(client: Client, me: User) -> None:
    run = RunFactory(project__owner=me)
    RunItemFactory(run=run, artifact_label="skill:pdf", artifact_namespace="documents")
    DeploymentFactory(project=run.project, label="skill:pdf", namespace="documents")
    assert "pdf (documents)" in page(client, f"/runs/{run.pk}")
    assert "pdf (documents)" in page(client, f"/projects/{run.project.pk}")
