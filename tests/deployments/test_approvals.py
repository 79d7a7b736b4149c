"""What platforms ask their users about first: said in reports, of runs and of what lies in a project."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from deployments.approvals import approval_of
from deployments.models import Deployment, Run, RunItem
from deployments.report import as_data, as_lines
from profiles.enums import ArtifactType, Platform
from profiles.models import DeploymentProfile
from profiles.platforms import approval_for, module_for
from tests.api import Caller
from tests.commands import run
from tests.deployments.conftest import Desk
from tests.factories import DeploymentFactory, RunItemFactory
from tests.queries import assert_no_more_for_twice_as_many

pytestmark = pytest.mark.django_db
SERVER = {"": json.dumps({"command": "npx", "args": ["docs"]})}
OF_SERVERS = module_for(Platform.CLAUDE_CODE).approvals[ArtifactType.MCP]
TRUST = module_for(Platform.GEMINI).approvals[ArtifactType.SKILL]


@pytest.fixture
def pages(desk: Desk, settings: Any) -> Client:
    settings.AUTH_ENABLED = True
    client = Client()
    client.force_login(desk.project.owner)
    return client


@pytest.fixture
def gemini(desk: Desk) -> DeploymentProfile:
    return desk.profile("gemini", platform="gemini", root_dir=".gemini")


def words(answer: Any) -> str:
    markup = re.sub(r"</?(bdi|b)>", "", answer.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", markup).replace("\xa0", " ").split())


@pytest.mark.parametrize(
    ("platform", "asked"),
    [
        ("claude_code", {"mcp"}),
        ("codex", {"agent", "hook", "mcp"}),
        ("gemini", set(ArtifactType)),
        ("cursor", {"hook", "mcp"}),
        ("other", set()),
        ("of-yesterday", set()),
    ],
)
def test_what_each_platform_asks_about(platform: str, asked: set[str]) -> None:
    assert {each for each in ArtifactType if approval_for(platform, each)} == asked
    assert approval_for(platform, "no-type") is None


def test_what_is_written_awaits_approval_and_what_stays_or_goes_does_not(desk: Desk) -> None:
    server, ship = desk.artifact("mcp:docs", SERVER), desk.artifact("command:ship", {"": "Ship"})
    created = desk.deploy(server, ship)
    assert [approval_of(result) for result in created.results] == [OF_SERVERS, None]
    assert [approval_of(result) for result in desk.deploy(server, ship).results] == [None, None]
    assert [approval_of(result) for result in desk.undeploy(server).results] == [None]


def test_what_a_conflict_or_another_failure_holds_back_awaits_nothing(desk: Desk) -> None:
    (desk.folder / ".mcp.json").write_text('{"mcpServers": {"docs": {"command": "theirs"}}}')
    docs, other = desk.artifact("mcp:docs", SERVER), desk.artifact("mcp:other", SERVER)
    assert [approval_of(result) for result in desk.deploy(docs, other, atomic=True).results] == [None, None]


def test_text_and_json_say_it_once_for_each_platform(desk: Desk, gemini: DeploymentProfile) -> None:
    artifacts = [desk.artifact("mcp:docs", SERVER), desk.artifact("mcp:more", SERVER), desk.artifact("skill:pdf")]
    profiles = [desk.project.profiles.get(profile_id="claude_code"), gemini]
    planned = list(as_lines(desk.deploy(*artifacts, profiles=profiles, dry_run=True)))
    assert f"Will await approval in Claude Code: 2 MCP servers. {OF_SERVERS}" in planned
    report = desk.deploy(*artifacts, profiles=profiles)
    said = [line for line in as_lines(report) if "await" in line]
    assert said[0] == f"Written, awaiting approval in Claude Code: 2 MCP servers. {OF_SERVERS}"
    assert [line.partition(":")[0] for line in said[1:]] == ["Written, awaiting approval in Gemini"]
    results = as_data(report)["results"]
    assert isinstance(results, list)
    by_key = {(each["artifact_id"], each["profile_id"]): each["approval"] for each in results}
    assert by_key["mcp:docs", "claude_code"] == OF_SERVERS
    assert by_key["skill:pdf", "claude_code"] is None
    assert by_key["skill:pdf", "gemini"] == TRUST


def test_the_api_says_it_of_results_and_of_deployments(desk: Desk, api: Caller) -> None:
    server, ship = desk.artifact("mcp:docs", SERVER), desk.artifact("command:ship", {"": "Ship"})
    made = desk.deploy(server, ship).run
    assert made is not None
    results = api.get(f"/runs/{made.pk}/results").json()["items"]
    assert {each["artifact_id"]: each["approval"] for each in results} == {
        "mcp:docs": OF_SERVERS,
        "command:ship": None,
    }
    deployments = api.get(f"/projects/{desk.project.pk}/deployments?on_disk=true").json()["items"]
    assert {each["artifact_id"]: each["approval"] for each in deployments} == {
        "mcp:docs": OF_SERVERS,
        "command:ship": None,
    }


def test_a_run_says_it_above_its_results_and_marks_the_rows(desk: Desk, pages: Client) -> None:
    made = desk.deploy(desk.artifact("mcp:docs", SERVER), desk.artifact("command:ship", {"": "Ship"})).run
    assert made is not None
    for headers in ({}, {"HX-Request": "true", "HX-Target": "dialog"}):
        text = words(pages.get(f"/runs/{made.pk}", headers=headers))
        said = f"Written, awaiting approval in Claude Code: 1 MCP server 1 MCP server: {OF_SERVERS}"
        assert text.count(said) == 1
        assert "mcp docs claude_code Success created, awaiting approval" in text
        assert text.count("awaiting approval") == 2


def test_a_run_says_it_in_one_line_for_each_platform_and_where_one_agrees_when_it_is_opened(
    desk: Desk, gemini: DeploymentProfile, pages: Client
) -> None:
    profiles = [desk.project.profiles.get(profile_id="claude_code"), gemini]
    artifacts = [desk.artifact("mcp:docs", SERVER), desk.artifact("skill:pdf"), desk.artifact("agent:critic")]
    made = desk.deploy(*artifacts, profiles=profiles).run
    assert made is not None
    text = pages.get(f"/runs/{made.pk}").content.decode()
    folded = re.findall(r"<details class=\"asked-first\">.*?</summary>", text, re.DOTALL)
    assert [" ".join(re.sub(r"<[^>]+>", " ", each).split()) for each in folded] == [
        "Written, awaiting approval in Claude Code: 1 MCP server",
        "Written, awaiting approval in Gemini: 1 skill and 1 MCP server, 1 agent",
    ]
    assert text.count(str(escape(TRUST))) == 2


def test_a_run_that_was_undone_awaits_nothing(desk: Desk, pages: Client) -> None:
    made = desk.deploy(desk.artifact("mcp:docs", SERVER)).run
    assert made is not None
    desk.undo()
    assert "awaiting approval" not in words(pages.get(f"/runs/{made.pk}"))


def test_the_api_says_of_a_run_that_was_undone_what_its_page_says(desk: Desk, api: Caller) -> None:
    made = desk.deploy(desk.artifact("mcp:docs", SERVER)).run
    assert made is not None
    desk.undo()
    assert [each["approval"] for each in api.get(f"/runs/{made.pk}/results").json()["items"]] == [None]


def test_types_and_platforms_of_yesterday_await_nothing(desk: Desk, pages: Client) -> None:
    made = desk.deploy(desk.artifact("mcp:docs", SERVER)).run
    assert made is not None
    item = made.items.get()
    item.artifact_label = "theme:night"
    item.save()
    assert "awaiting approval" not in words(pages.get(f"/runs/{made.pk}"))


def test_a_plan_says_it_before_anything_is_written(desk: Desk, pages: Client) -> None:
    docs = desk.artifact("mcp:docs", SERVER)
    desk.deploy(docs)
    made = desk.undeploy(docs).run
    assert made is not None
    (desk.folder / ".mcp.json").write_text('{"mcpServers": {"theirs": {"command": "x"}}}')
    text = words(pages.get(reverse("deployments:run_undo", args=[made.pk])))
    assert f"Will await approval in Claude Code: 1 MCP server 1 MCP server: {OF_SERVERS}" in text
    assert "will await approval" in text


def test_a_project_says_what_is_used_only_once_its_user_agreed(desk: Desk, pages: Client) -> None:
    desk.deploy(desk.artifact("mcp:docs", SERVER), desk.artifact("command:ship", {"": "Ship"}))
    text = words(pages.get(f"/projects/{desk.project.pk}"))
    assert f"Claude Code uses 1 MCP server once you have agreed: {OF_SERVERS}" in text
    assert "once you have agreed" not in words(pages.get(f"/projects/{desk.project.pk}?words=ship"))
    assert "once you have agreed" in words(pages.get(f"/projects/{desk.project.pk}?status=in_sync"))
    assert "once you have agreed" not in words(pages.get(f"/projects/{desk.project.pk}?status=modified"))
    code, output = run("project_status", "--project", str(desk.folder), "--user", "owner")
    assert code == 0
    assert f"Claude Code uses 1 MCP server once you have agreed: {OF_SERVERS}\n" in output


def test_a_project_names_several_types_in_one_line(desk: Desk, pages: Client) -> None:
    for artifact_id in ("hook:check", "mcp:docs", "skill:pdf"):
        artifact = desk.artifact(artifact_id)
        DeploymentFactory(project=desk.project, artifact=artifact, platform="gemini")
    assert Deployment.objects.count() == 3
    text = words(pages.get(f"/projects/{desk.project.pk}"))
    assert f"Gemini uses 1 skill, 1 hook and 1 MCP server once you have agreed: {TRUST}" in text


def test_a_project_says_in_one_line_who_asks_and_the_rest_when_it_is_opened(desk: Desk, pages: Client) -> None:
    def summary() -> str:
        (found,) = re.findall(
            r"<summary id=\"asked-first\">(.+)</summary>", pages.get(f"/projects/{desk.project.pk}").text
        )
        return str(found)

    def lies(platform: str, artifact_id: str) -> None:
        artifact = desk.artifact(artifact_id)
        DeploymentFactory(project=desk.project, artifact=artifact, platform=platform, deployment_profile_id=platform)

    lies("codex", "mcp:docs")
    lies("codex", "hook:check")
    assert summary() == "Codex uses some of this once you have agreed"
    lies("cursor", "mcp:more")
    lies("gemini", "skill:pdf")
    assert summary() == "Codex, Gemini and Cursor use some of this once you have agreed"


def test_more_results_cost_no_more_queries(desk: Desk, pages: Client) -> None:
    made = desk.deploy(desk.artifact("mcp:docs", SERVER)).run
    assert made is not None

    def make(number: int) -> None:
        RunItemFactory.create_batch(number, run=Run.objects.get(pk=made.pk), artifact=desk.artifact("mcp:more"))

    assert_no_more_for_twice_as_many(make, lambda: pages.get(f"/runs/{made.pk}"))
    assert RunItem.objects.count() == 7
