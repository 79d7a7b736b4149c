"""The pages of projects: how what is deployed is on the disk, and taking some of it out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from artifacts.models import Artifact
from deployments import project_page
from deployments.models import Deployment, Run
from deployments.services import background
from projects.locks import folder_lock
from projects.models import Project
from tests.deployments.conftest import Desk
from tests.deployments.merged_artifacts import write
from tests.factories import (
    ArtifactFactory,
    ClaimFactory,
    DeploymentFactory,
    DeploymentPlacementFactory,
    ProjectFactory,
    RunFactory,
    give_version,
)
from tests.queries import assert_no_more_for_twice_as_many

pytestmark = pytest.mark.django_db(transaction=True)

IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}
SHIP, PLAN = ".claude/commands/ship.md", ".claude/commands/plan.md"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A run is over with the answer."""
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 20)
    yield


@pytest.fixture
def pages(owner: User, settings: Any) -> Client:
    settings.AUTH_ENABLED = True
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def ship(desk: Desk) -> Artifact:
    return desk.artifact("command:ship", {"": "Ship\n"})


@pytest.fixture
def plan(desk: Desk) -> Artifact:
    return desk.artifact("command:plan", {"": "Plan\n"})


def words(text: str) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", text)).split())


def shown_on(pages: Client, project: Project, query: str = "") -> list[str]:
    """The labels of the deployments that a project's page shows."""
    answer = pages.get(f"/projects/{project.pk}?{query}")
    assert answer.status_code == 200
    return [row.deployment.label for row in answer.context["deployed"].rows]


def undeploy_address(project: Project, *deployments: Deployment) -> str:
    query = "&".join(f"deployment={deployment.pk}" for deployment in deployments)
    return f"/projects/{project.pk}/undeploy?{query}"


def test_projects_are_found_by_name_and_folder(pages: Client, owner: User) -> None:
    for name, path in (("Shop", "/srv/clients/shop"), ("blog", "/srv/own/blog"), ("100%", "/srv/own/percent")):
        ProjectFactory(owner=owner, name=name, path=path)

    def found(query: str) -> list[str]:
        return [project.name for project in pages.get(f"/projects/?{query}").context["page"]]

    assert found("") == ["100%", "blog", "Shop"]
    assert found("words=SHO") == ["Shop"]
    assert found("words=%25") == ["100%"]
    assert found("words=/own/") == ["100%", "blog"]
    empty = pages.get("/projects/?words=nothing")
    assert "No project matches" in empty.text
    assert 'value="nothing"' in empty.text


def test_the_first_page_says_how_to_begin(pages: Client) -> None:
    text = pages.get("/projects/").text
    assert "Register your first project" in text
    assert 'href="/projects/new"' in text
    assert 'data-key="n"' in text


def test_every_status_is_told_with_its_reason(pages: Client, desk: Desk) -> None:
    names = ("fine", "edited", "older", "both", "gone")
    artifacts = {name: desk.artifact(f"command:{name}", {"": f"{name}\n"}) for name in names}
    desk.deploy(*artifacts.values())
    for name in ("edited", "both"):
        write(desk, f".claude/commands/{name}.md", "mine\n")
    for name in ("older", "both"):
        give_version(artifacts[name], {"": "newer\n"})
    (desk.folder / ".claude/commands/gone.md").unlink()
    at_once = pages.get(f"/projects/{desk.project.pk}")
    assert "in sync" not in words(at_once.text).replace("Any status in sync", "")
    text = words(pages.get(f"/projects/{desk.project.pk}/statuses").text)
    assert "1 in sync 1 modified 1 outdated 1 modified, outdated 1 deleted" in text
    assert "modified .claude/commands/edited.md was edited. See the difference" in text
    assert "outdated There is a newer version of it." in text
    assert "deleted .claude/commands/gone.md is gone. See the difference" in text
    for status, label in zip(("in_sync", "modified", "outdated", "modified_outdated", "deleted"), names, strict=True):
        assert shown_on(pages, desk.project, f"status={status}") == [f"command:{label}"]
    assert len(shown_on(pages, desk.project, "status=nonsense")) == 5


def test_deployments_are_found_by_name_type_and_profile(pages: Client, desk: Desk, ship: Artifact) -> None:
    house = desk.profile("house", root_dir="house")
    pdf = desk.artifact("skill:pdf")
    desk.deploy(ship, pdf)
    desk.deploy(ship, profiles=[house])
    assert shown_on(pages, desk.project, "words=SHIP") == ["command:ship"] * 2
    assert shown_on(pages, desk.project, "words=skill:p") == ["skill:pdf"]
    assert shown_on(pages, desk.project, "profile=house") == ["command:ship"]
    assert shown_on(pages, desk.project, "profile=house&words=pdf") == []
    assert "Nothing that is deployed here matches." in pages.get(f"/projects/{desk.project.pk}?words=zzz").text
    house.delete()
    assert shown_on(pages, desk.project, "profile=house") == ["command:ship"]


def test_a_status_is_looked_for_among_so_many_and_no_more(pages: Client, desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, desk.artifact("command:plan"), desk.artifact("command:test"))
    with mock.patch.object(project_page, "MOST_LOOKED_AT", 2):
        answer = pages.get(f"/projects/{desk.project.pk}?status=in_sync")
    assert [row.deployment.label for row in answer.context["deployed"].rows] == ["command:plan", "command:ship"]
    assert "1 were not" in words(answer.text)


def test_only_what_is_shown_is_read_from_the_disk(pages: Client, desk: Desk, ship: Artifact, plan: Artifact) -> None:
    desk.deploy(ship, plan)
    with mock.patch.object(project_page, "ROWS_PER_PAGE", 1), mock.patch.object(project_page, "statuses") as looked:
        looked.return_value = []
        pages.get(f"/projects/{desk.project.pk}/statuses?page=2")
    (call,) = looked.call_args_list
    assert call.kwargs["deployments"] == {Deployment.objects.get(artifact_uuid=ship.pk).pk}


def test_a_folder_that_is_gone_is_said_and_the_page_is_there(pages: Client, desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    desk.folder.rename(desk.folder.with_name("moved"))
    text = words(pages.get(f"/projects/{desk.project.pk}").text)
    assert "There is no folder at this path. Until it is back, nothing can be deployed" in text
    assert "register the folder it was moved to" in text
    assert "not known" in words(pages.get(f"/projects/{desk.project.pk}/statuses").text)
    filtered = words(pages.get(f"/projects/{desk.project.pk}?status=modified").text)
    assert str(desk.folder) in filtered
    refused = pages.get(undeploy_address(desk.project, Deployment.objects.get()), headers=IN_DIALOG)
    assert refused.status_code == 409


def test_the_difference_is_what_was_edited_since(pages: Client, desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    address = f"/projects/{desk.project.pk}/deployments/{Deployment.objects.get().pk}/difference"
    assert "Nothing was edited: it is as it was deployed." in pages.get(address, headers=IN_DIALOG).text
    write(desk, SHIP, "Ship\n<b>mine</b> \u202e\x1b[2J\n")
    text = pages.get(address, headers=IN_DIALOG).text
    assert '<span class="line added">+&lt;b&gt;mine&lt;/b&gt; \\u202e\\x1b[2J</span>' in text
    assert '<span class="line "> Ship</span>' in text
    assert "@@ -1 +1,2 @@" in text
    assert "+++" not in text


def test_a_difference_of_another_project_is_no_page(pages: Client, desk: Desk, ship: Artifact, owner: User) -> None:
    desk.deploy(ship)
    elsewhere = ProjectFactory(owner=owner)
    address = f"/projects/{elsewhere.pk}/deployments/{Deployment.objects.get().pk}/difference"
    assert pages.get(address).status_code == 404


def test_undeploying_shows_its_plan_and_touches_nothing(pages: Client, desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    answer = pages.get(undeploy_address(desk.project, Deployment.objects.get()), headers=IN_DIALOG)
    text = words(answer.text)
    assert "Undeploy command:ship" in text
    assert "Full-stack wants it there: the next deploy brings it back." in text
    assert "1 remove" in text
    assert SHIP in text
    assert "Undeploy 1 artifact" in text
    assert (desk.folder / SHIP).exists()
    assert Run.objects.count() == 1


def test_what_is_chosen_is_undeployed_and_nothing_else(
    pages: Client, desk: Desk, ship: Artifact, plan: Artifact
) -> None:
    house = desk.profile("house", root_dir="house")
    desk.deploy(ship, plan, profiles=[desk.project.profiles.get(profile_id="claude_code"), house])
    chosen = [
        Deployment.objects.get(artifact_uuid=ship.pk, deployment_profile_id="claude_code"),
        Deployment.objects.get(artifact_uuid=plan.pk, deployment_profile_id="house"),
    ]
    asked = pages.get(undeploy_address(desk.project, *chosen), headers=IN_DIALOG)
    assert "Undeploy 2 artifacts" in words(asked.text)
    sent = {"deployment": [each.pk for each in chosen], "fingerprint": asked.context["plan"].fingerprint}
    answer = pages.post(f"/projects/{desk.project.pk}/undeploy", sent, headers=IN_DIALOG)
    assert "2 removed, 0 skipped, 0 failed" in words(answer.text)
    assert "changed" in answer["HX-Trigger"]
    assert sorted(desk.tree()) == [PLAN, "house/commands/ship.md"]
    undone = pages.post(f"/runs/{Run.objects.get(number=2).pk}/undo", headers=IN_DIALOG)
    assert undone.status_code == 200
    assert (desk.folder / SHIP).read_text() == "Ship\n"


def test_without_a_script_the_run_is_the_next_page(pages: Client, desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    asked = pages.get(undeploy_address(desk.project, Deployment.objects.get()))
    assert "<html" in asked.text
    sent = {"deployment": Deployment.objects.get().pk, "fingerprint": asked.context["plan"].fingerprint}
    answer = pages.post(f"/projects/{desk.project.pk}/undeploy", sent)
    assert answer.url == f"/runs/{Run.objects.get(number=2).pk}"  # type: ignore[attr-defined]


def test_what_was_edited_is_a_conflict_until_it_is_said_what_becomes_of_it(
    pages: Client, desk: Desk, ship: Artifact
) -> None:
    desk.deploy(ship)
    write(desk, SHIP, "mine\n")
    address = undeploy_address(desk.project, Deployment.objects.get())
    asked = pages.get(address, headers=IN_DIALOG)
    assert "1 conflict" in words(asked.text)
    assert "was edited since it was deployed" in words(asked.text)
    assert 'name="on_conflict"' in asked.text
    assert re.search(r'id="apply-plan"[^>]*disabled', asked.text)
    asked = pages.get(f"{address}&on_conflict=overwrite", headers=IN_DIALOG)
    sent = {
        "deployment": Deployment.objects.get().pk,
        "on_conflict": "overwrite",
        "fingerprint": asked.context["plan"].fingerprint,
    }
    assert "1 removed" in words(pages.post(f"/projects/{desk.project.pk}/undeploy", sent, headers=IN_DIALOG).text)
    assert desk.tree() == {}
    desk.undo()
    assert (desk.folder / SHIP).read_text() == "mine\n"


def test_a_plan_that_is_out_of_date_is_shown_anew_and_not_carried_out(
    pages: Client, desk: Desk, ship: Artifact
) -> None:
    desk.deploy(ship)
    asked = pages.get(undeploy_address(desk.project, Deployment.objects.get()), headers=IN_DIALOG)
    write(desk, SHIP, "mine\n")
    sent = {"deployment": Deployment.objects.get().pk, "fingerprint": asked.context["plan"].fingerprint}
    answer = pages.post(f"/projects/{desk.project.pk}/undeploy", sent, headers=IN_DIALOG)
    assert answer.status_code == 409
    assert "This is not the plan that was shown" in answer.text
    assert "1 conflict" in words(answer.text)
    assert (desk.folder / SHIP).read_text() == "mine\n"


def test_a_folder_where_a_run_is_at_work_is_left_alone(
    pages: Client, desk: Desk, ship: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.deploy(ship)
    monkeypatch.setattr(background, "WAIT_SECONDS", 0)
    asked = pages.get(undeploy_address(desk.project, Deployment.objects.get()), headers=IN_DIALOG)
    sent = {"deployment": Deployment.objects.get().pk, "fingerprint": asked.context["plan"].fingerprint}
    with folder_lock(desk.folder, 0):
        answer = pages.post(f"/projects/{desk.project.pk}/undeploy", sent, headers=IN_DIALOG)
    assert answer.status_code == 409
    assert "Another run is at work" in answer.text
    assert Deployment.objects.exists()


@pytest.mark.parametrize("odd", ["", "deployment=nonsense", "deployment=00000000-0000-0000-0000-000000000000"])
def test_nothing_to_undeploy_is_said(pages: Client, desk: Desk, odd: str) -> None:
    address = f"/projects/{desk.project.pk}/undeploy?{odd}"
    assert "so there is nothing to take out" in words(pages.get(address, headers=IN_DIALOG).text)
    sent = {"deployment": odd.partition("=")[2]}
    answer = pages.post(f"/projects/{desk.project.pk}/undeploy", sent, headers=IN_DIALOG)
    assert answer.status_code == 200
    assert not Run.objects.exists()


def test_the_deployments_of_another_project_are_not_undeployed_from_here(
    pages: Client, desk: Desk, ship: Artifact, owner: User
) -> None:
    desk.deploy(ship)
    answer = pages.get(undeploy_address(ProjectFactory(owner=owner), Deployment.objects.get()), headers=IN_DIALOG)
    assert "so there is nothing to take out" in words(answer.text)


def test_deleting_a_project_says_what_goes_and_what_stays(pages: Client, desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    address = f"/projects/{desk.project.pk}/delete"
    text = words(pages.get(address, headers=IN_DIALOG).text)
    assert f"No file in {desk.folder} is touched." in text
    assert "1 deployed artifact stays there, and nobody takes it out any more." in text
    assert "its 1 run are forgotten" in text
    on_its_page = {**IN_DIALOG, "HX-Current-URL": f"http://testserver/projects/{desk.project.pk}"}
    assert pages.post(address, headers=on_its_page)["HX-Redirect"] == "/projects/"
    assert not Project.objects.exists()
    assert (desk.folder / SHIP).exists()


def test_a_project_in_which_a_run_is_at_work_is_not_deleted(
    pages: Client, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projects.services._WAIT_FOR_RUN_SECONDS", 0)
    with folder_lock(desk.folder, 0):
        answer = pages.post(f"/projects/{desk.project.pk}/delete", headers=IN_DIALOG)
    assert answer.status_code == 409
    assert "Another run is at work" in answer.text
    assert Project.objects.exists()


@pytest.mark.parametrize(
    ("query", "number", "said"),
    [
        ("", 0, "Nothing is deployed under it"),
        ("?after=edit", 1, "1 artifact is deployed under it. Saving moves no file"),
        ("", 2, "the 2 artifacts deployed under it stay in Project"),
    ],
)
def test_it_is_said_what_a_profiles_change_or_end_means_for_what_lies_there(
    pages: Client, desk: Desk, query: str, number: int, said: str
) -> None:
    DeploymentFactory.create_batch(number, project=desk.project)
    DeploymentFactory(project=desk.project, deployment_profile_id="another")
    address = f"/projects/{desk.project.pk}/profiles/claude_code/use{query}"
    assert said in words(pages.get(address, headers={"HX-Request": "true"}).text)


def test_only_the_last_run_that_can_be_undone_offers_it(pages: Client, desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    desk.undeploy(ship)
    first, second = Run.objects.order_by("number")
    text = pages.get(f"/projects/{desk.project.pk}").text
    assert f'href="/runs/{second.pk}/undo"' in text
    assert f'href="/runs/{first.pk}/undo"' not in text
    assert f'href="/runs/?project={desk.project.pk}"' in text


def test_an_empty_project_leads_to_sets_while_they_are_switched_on(pages: Client, desk: Desk, settings: Any) -> None:
    address = f"/projects/{desk.project.pk}"
    assert "A deployment set puts its artifacts here in one action." in words(pages.get(address).text)
    assert 'href="/sets/"' in pages.get(address).text
    settings.DEPLOYMENT_SETS_ENABLED = False
    assert "/sets/" not in pages.get(address).text


def test_who_claims_a_deployment_is_no_link_while_sets_are_switched_off(
    pages: Client, desk: Desk, ship: Artifact, settings: Any
) -> None:
    desk.deploy(ship)
    settings.DEPLOYMENT_SETS_ENABLED = False
    text = pages.get(f"/projects/{desk.project.pk}").text
    assert "Full-stack" in text
    assert "/sets/" not in text


def test_pages_cost_no_more_for_twice_as_many(pages: Client, owner: User, project: Project, tmp_path: Path) -> None:
    def grow(number: int) -> None:
        ProjectFactory.create_batch(number, owner=owner)
        for pair in DeploymentPlacementFactory.create_batch(number, project=project):
            ClaimFactory(deployment=pair.deployment)
        RunFactory.create_batch(number, project=project)

    chosen = DeploymentPlacementFactory(project=project).deployment
    for address in (
        "/projects/",
        f"/projects/{project.pk}",
        f"/projects/{project.pk}?status=deleted",
        f"/projects/{project.pk}?words=a",
        f"/projects/{project.pk}/statuses",
        f"/projects/{project.pk}/delete",
        f"/projects/{project.pk}/profiles/claude_code/use",
        undeploy_address(project, chosen),
    ):
        assert_no_more_for_twice_as_many(grow, lambda address=address: pages.get(address))  # type: ignore[misc]


def test_undeploying_twice_as_many_costs_no_more_to_plan(pages: Client, project: Project) -> None:
    def cost(number: int) -> int:
        chosen = [pair.deployment for pair in DeploymentPlacementFactory.create_batch(number, project=project)]
        with CaptureQueriesContext(connection) as queries:
            assert pages.get(undeploy_address(project, *chosen), headers=IN_DIALOG).status_code == 200
        return len(queries)

    assert cost(2) == cost(4)


def test_artifacts_of_all_kinds_say_where_they_lie(pages: Client, desk: Desk) -> None:
    server = ArtifactFactory(type="mcp", name="docs")
    give_version(server, {"": '{"command": "docs"}\n'})
    desk.deploy(server)
    assert "mcpServers.docs in .mcp.json" in words(pages.get(f"/projects/{desk.project.pk}").text)
