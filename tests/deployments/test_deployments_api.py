"""What is deployed in projects, over the API."""

import logging
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from artifacts.models import Artifact
from deployments.installer.decisions import Claimant
from deployments.models import Deployment
from deployments.services import folders
from projects.locks import folder_lock
from tests.api import Caller, as_told
from tests.deployments.conftest import Desk
from tests.deployments.merged_artifacts import server
from tests.factories import ArtifactFactory, DeploymentFactory, ProjectFactory, give_version
from tests.queries import assert_no_more_for_twice_as_many


@pytest.fixture
def deployments(desk: Desk) -> str:
    """The address of what is deployed in the desk's project."""
    return f"/projects/{desk.project.pk}/deployments"


def labels(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [each["artifact_id"] for each in answer.json()["items"]]


def deploy_many(desk: Desk, start: int, count: int) -> None:
    numbers = range(start, start + count)
    desk.deploy(
        *(desk.artifact(f"skill:s{n}", {"SKILL.md": f"{n}"}) for n in numbers),
        *(server(desk, f"m{n}", args=[str(n)]) for n in numbers),
    )


def test_a_deployment_says_what_is_recorded(api: Caller, desk: Desk, deployments: str) -> None:
    pdf = desk.artifact("skill:pdf", namespace="office")
    desk.deploy(pdf)
    row = Deployment.objects.get()
    (read,) = api.get(deployments).json()["items"]
    assert read == {
        "id": str(row.pk),
        "project_id": str(desk.project.pk),
        "artifact_uuid": str(pdf.pk),
        "artifact_type": "skill",
        "artifact_id": "skill:pdf",
        "namespace": "office",
        "deployment_profile_id": "claude_code",
        "platform": "claude_code",
        "profile_root_dir": ".claude",
        "deployed_by": "owner",
        "deployed_at": as_told(row.deployed_at),
        "claims": [{"claimant": "set:1", "label": "Full-stack"}],
        "approval": None,
        "paths": [".claude/skills/pdf"],
        "status": None,
        "reasons": None,
        "diffs": None,
    }
    assert api.get(f"{deployments}/{row.pk}").json() == read


def test_a_deployment_outlives_who_made_it(api: Caller, desk: Desk, deployments: str) -> None:
    DeploymentFactory(project=desk.project, deployed_by=None)
    assert api.get(deployments).json()["items"][0]["deployed_by"] is None


def test_a_path_that_holds_several_entries_is_named_once(api: Caller, desk: Desk, deployments: str) -> None:
    profile = desk.project.profiles.get()
    desk.deploy(server(desk, "docs"), server(desk, "search"), profiles=[profile])
    assert [each["paths"] for each in api.get(deployments).json()["items"]] == [[".mcp.json"], [".mcp.json"]]


def test_the_disk_is_looked_at_only_on_request(api: Caller, desk: Desk, deployments: str) -> None:
    ship, plan = desk.artifact("command:ship", {"": "Ship\n"}), desk.artifact("command:plan", {"": "Plan\n"})
    desk.deploy(ship, plan)
    (desk.folder / ".claude/commands/ship.md").write_text("Mine\n")
    give_version(plan, {"": "Plan better\n"})
    compared = api.get(deployments, on_disk=True).json()["items"]
    assert [(each["artifact_id"], each["status"], each["diffs"]) for each in compared] == [
        ("command:plan", "outdated", None),
        ("command:ship", "modified", None),
    ]
    assert "edited" in compared[1]["reasons"][0]
    for query in ({"diffs": True}, {"diffs": True, "on_disk": True}):
        shown = api.get(deployments, **query).json()["items"]
        assert [each["status"] for each in shown] == ["outdated", "modified"]
        assert shown[0]["diffs"] == []
        assert "+Mine" in shown[1]["diffs"][0]["text"]
        assert api.get(f"{deployments}/{shown[1]['id']}", **query).json() == shown[1]


def test_only_what_is_shown_is_compared(api: Caller, desk: Desk, deployments: str) -> None:
    other = desk.profile("second", root_dir="second")
    desk.deploy(desk.artifact("command:plan"), desk.artifact("command:ship"), profiles=[*desk.project.profiles.all()])
    for file in desk.folder.rglob("*.md"):
        file.unlink()
    page = api.get(deployments, profile_id=other.profile_id, limit=1, offset=1, diffs=True).json()
    assert page["total"] == 2
    assert [(each["artifact_id"], each["deployment_profile_id"], each["status"]) for each in page["items"]] == [
        ("command:ship", "second", "deleted")
    ]
    assert [each["path"] for each in page["items"][0]["diffs"]] == ["second/commands/ship.md"]


def test_deployments_are_found_by_profile_artifact_type_and_claimant(api: Caller, desk: Desk, deployments: str) -> None:
    plan, pdf = desk.artifact("command:plan"), desk.artifact("skill:pdf")
    desk.deploy(plan)
    Desk(desk.project, desk.folder, Claimant("set:2", "Backend")).deploy(
        pdf, plan, profiles=[desk.profile("second", root_dir="second")]
    )
    assert labels(api.get(deployments)) == ["command:plan", "command:plan", "skill:pdf"]
    assert labels(api.get(deployments, profile_id="second")) == ["command:plan", "skill:pdf"]
    assert labels(api.get(deployments, artifact_uuid=str(pdf.pk))) == ["skill:pdf"]
    assert labels(api.get(deployments, type="command")) == ["command:plan", "command:plan"]
    assert labels(api.get(deployments, claimant="set:1")) == ["command:plan"]
    assert labels(api.get(deployments, claimant="set:1", type="skill")) == []
    page = api.get(deployments, limit=1, offset=1).json()
    assert ([each["deployment_profile_id"] for each in page["items"]], page["total"]) == (["second"], 3)


@pytest.mark.parametrize(
    "query", [{"type": "spell"}, {"artifact_uuid": "x"}, {"status": "perhaps"}, {"limit": 0}, {"nme": "x"}]
)
def test_a_query_that_makes_no_sense_is_refused(api: Caller, deployments: str, query: dict[str, Any]) -> None:
    assert api.get(deployments, **query).status_code == 422


def test_a_folder_that_is_gone_is_said_where_somebody_looks_at_it(api: Caller, desk: Desk, deployments: str) -> None:
    desk.deploy(desk.artifact("command:ship"))
    desk.folder.rename(desk.folder.with_name("moved"))
    one = f"{deployments}/{Deployment.objects.get().pk}"
    assert labels(api.get(deployments)) == ["command:ship"]
    assert api.get(one).status_code == 200
    for answer in (
        api.get(deployments, on_disk=True),
        api.get(one, diffs=True),
        api.post(f"{deployments}/undeploy", {"all": True}),
    ):
        assert (answer.status_code, answer.json()["type"]) == (409, "urn:deployment-sets:problem:conflict")
        assert str(desk.folder) in answer.json()["detail"]


def test_a_project_outside_the_allowed_folders_is_said_as_well(
    api: Caller, owner: User, desk: Desk, tmp_path: Path, settings: Any
) -> None:
    desk.deploy(desk.artifact("command:ship"))
    settings.PROJECT_ROOTS = [tmp_path / "elsewhere"]
    assert api.get(f"/projects/{desk.project.pk}/deployments", on_disk=True).status_code == 409


@pytest.mark.parametrize("choice", ["artifacts", "profiles", "both", "all"])
def test_what_is_named_is_taken_out(api: Caller, desk: Desk, deployments: str, choice: str) -> None:
    plan, ship = desk.artifact("command:plan"), desk.artifact("command:ship")
    second = desk.profile("second", root_dir="second")
    desk.deploy(plan, ship, profiles=[desk.project.profiles.get(profile_id="claude_code"), second])
    artifacts, profiles = {"artifact_uuids": [str(plan.pk)]}, {"profile_ids": ["second"]}
    body = {"artifacts": artifacts, "profiles": profiles, "both": artifacts | profiles, "all": {"all": True}}[choice]
    answer = api.post(f"{deployments}/undeploy", body)
    assert answer.status_code == 200, answer.content
    here, there = ".claude/commands", "second/commands"
    left = {
        "artifacts": [f"{here}/ship.md", f"{there}/ship.md"],
        "profiles": [f"{here}/plan.md", f"{here}/ship.md"],
        "both": [f"{here}/plan.md", f"{here}/ship.md", f"{there}/ship.md"],
        "all": [],
    }[choice]
    assert sorted(desk.tree()) == left
    assert answer.json()["counts"] == {"success": 4 - len(left), "skip": 0, "error": 0}
    assert {each["action"] for each in answer.json()["results"]} == {"remove"}
    assert api.get(deployments).json()["total"] == len(left)


def test_the_start_and_the_end_of_an_undeploy_are_logged(
    api: Caller, desk: Desk, deployments: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk.deploy(desk.artifact("command:plan"), desk.artifact("command:ship"))
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="deployments"):
        api.post(f"{deployments}/undeploy", {"profile_ids": ["claude_code"]})
    start, end = (vars(record) for record in caplog.records)
    for fields in (start, end):
        assert (fields["project_id"], fields["profile_id"]) == (str(desk.project.pk), "claude_code")
        assert fields["dry_run"] is False
    assert (end["success"], end["skip"], end["error"]) == (2, 0, 0)
    assert end["duration_ms"] >= 0


def test_an_undeploy_takes_the_choices_of_every_run(api: Caller, desk: Desk, deployments: str) -> None:
    desk.deploy(desk.artifact("command:ship", {"": "Ship\n"}))
    (desk.folder / ".claude/commands/ship.md").write_text("Mine\n")
    plan = api.post(f"{deployments}/undeploy", {"all": True, "dry_run": True, "diffs": True}).json()
    assert (plan["kind"], plan["run_id"], plan["counts"]["error"]) == ("undeploy", None, 1)
    assert "-Mine" in plan["results"][0]["diffs"][0]["text"]
    kept = api.post(f"{deployments}/undeploy", {"all": True}).json()
    assert (kept["results"][0]["status"], kept["results"][0]["action"]) == ("error", "conflict")
    assert desk.tree() == {".claude/commands/ship.md": b"Mine\n"}
    stale = api.post(f"{deployments}/undeploy", {"all": True, "fingerprint": "0" * 64})
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:deployment-sets:problem:stale-plan")
    gone = api.post(f"{deployments}/undeploy", {"all": True, "on_conflict": "overwrite", "atomic": True}).json()
    assert gone["counts"]["success"] == 1
    assert desk.tree() == {}


def test_what_is_not_there_is_passed_over(api: Caller, desk: Desk, deployments: str) -> None:
    desk.deploy(desk.artifact("command:ship"))
    answer = api.post(f"{deployments}/undeploy", {"artifact_uuids": [str(uuid4())]})
    assert (answer.status_code, answer.json()["results"]) == (200, [])
    assert list(desk.tree()) == [".claude/commands/ship.md"]


def test_a_profile_that_was_deleted_since_can_still_be_named(api: Caller, desk: Desk, deployments: str) -> None:
    desk.deploy(desk.artifact("command:ship"))
    desk.project.profiles.all().delete()
    assert api.post(f"{deployments}/undeploy", {"profile_ids": ["claude_code"]}).json()["counts"]["success"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"all": False},
        {"dry_run": True},
        {"all": True, "artifact_uuids": ["0f8fad5b-d9cb-469f-a165-70867728950e"]},
        {"all": True, "profile_ids": ["claude_code"]},
        {"artifact_uuids": []},
        {"artifact_uuids": ["x"]},
        {"profile_ids": []},
        {"profile_ids": ["nowhere"]},
        {"all": "yes"},
        {"all": True, "on_conflict": "hope"},
        {"all": True, "claimant": "set:1"},
    ],
)
def test_an_undeploy_says_exactly_what_is_to_go(
    api: Caller, desk: Desk, deployments: str, body: dict[str, Any]
) -> None:
    desk.deploy(desk.artifact("command:ship"))
    assert api.post(f"{deployments}/undeploy", body).status_code == 422
    assert list(desk.tree()) == [".claude/commands/ship.md"]


def test_nothing_is_taken_out_beside_another_run(
    api: Caller, desk: Desk, deployments: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "LOCK_WAIT_SECONDS", 0.0)
    with folder_lock(desk.folder, 0):
        refused = api.post(f"{deployments}/undeploy", {"all": True})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:deployment-sets:problem:busy")


def test_an_artifact_says_where_it_is_deployed(api: Caller, desk: Desk, other_owner: User) -> None:
    pdf = desk.artifact("skill:pdf")
    desk.deploy(pdf, desk.artifact("skill:other"))
    DeploymentFactory(artifact=pdf, project=ProjectFactory(owner=desk.project.owner, name="another"))
    DeploymentFactory(artifact=pdf, project=ProjectFactory(owner=other_owner, name="Theirs"))
    found = api.get(f"/artifacts/{pdf.pk}/deployments").json()
    assert [(each["project"]["name"], each["artifact_id"], each["paths"]) for each in found["items"]] == [
        ("another", "skill:pdf", []),
        ("Project", "skill:pdf", [".claude/skills/pdf"]),
    ]
    assert found["total"] == 2
    page = api.get(f"/artifacts/{pdf.pk}/deployments", limit=1, offset=1).json()
    assert [each["project"]["id"] for each in page["items"]] == [str(desk.project.pk)]
    assert api.get(f"/artifacts/{pdf.pk}/deployments", limit=0).status_code == 422


def test_an_artifact_that_is_nowhere_differs_from_one_that_is_not(api: Caller, desk: Desk) -> None:
    assert api.get(f"/artifacts/{ArtifactFactory().pk}/deployments").json() == {"items": [], "total": 0}
    assert api.get(f"/artifacts/{uuid4()}/deployments").status_code == 404
    gone = desk.artifact("command:ship")
    desk.deploy(gone)
    Artifact.objects.filter(pk=gone.pk).delete()
    assert labels(api.get(f"/artifacts/{gone.pk}/deployments")) == ["command:ship"]


def test_another_owners_deployments_do_not_exist(
    api: Caller, other_api: Caller, other_owner: User, desk: Desk, deployments: str
) -> None:
    ship = desk.artifact("command:ship")
    desk.deploy(ship)
    one = Deployment.objects.get()
    elsewhere = f"/projects/{ProjectFactory(owner=other_owner).pk}/deployments"
    for answer in (
        other_api.get(deployments),
        other_api.get(f"{deployments}/{one.pk}"),
        other_api.get(f"{elsewhere}/{one.pk}"),
        other_api.post(f"{deployments}/undeploy", {"all": True}),
        other_api.post(f"{deployments}/undeploy", {"profile_ids": ["nowhere"]}),
        api.get(f"{deployments}/{uuid4()}"),
        api.get(f"/projects/{uuid4()}/deployments"),
    ):
        assert answer.status_code == 404
    assert labels(other_api.get(f"/artifacts/{ship.pk}/deployments")) == []
    assert list(desk.tree()) == [".claude/commands/ship.md"]


@pytest.mark.parametrize("query", [{}, {"on_disk": True}, {"diffs": True}], ids=str)
def test_more_deployments_take_no_more_queries(
    api: Caller, desk: Desk, deployments: str, query: dict[str, Any]
) -> None:
    def deploy_and_edit(count: int) -> None:
        deploy_many(desk, Deployment.objects.count(), count)
        for file in (desk.folder / ".claude/skills").rglob("*.md"):
            file.write_text(f"My {file}")

    assert_no_more_for_twice_as_many(deploy_and_edit, lambda: api.get(deployments, **query))


def test_a_deployment_of_more_paths_takes_no_more_queries(api: Caller, desk: Desk, deployments: str) -> None:
    def deploy(count: int) -> None:
        deploy_many(desk, Deployment.objects.count(), count)

    def read() -> Any:
        return api.get(f"{deployments}/{Deployment.objects.order_by('label')[0].pk}", diffs=True)

    assert_no_more_for_twice_as_many(deploy, read)


def test_an_artifact_in_more_places_takes_no_more_queries(api: Caller, owner: User) -> None:
    pdf = ArtifactFactory()

    def deploy(count: int) -> None:
        for project in ProjectFactory.create_batch(count, owner=owner):
            DeploymentFactory(artifact=pdf, project=project)

    assert_no_more_for_twice_as_many(deploy, lambda: api.get(f"/artifacts/{pdf.pk}/deployments"))
