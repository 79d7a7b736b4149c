"""Sets over the API."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import User
from artifacts.models import Artifact
from deployment_sets.models import DeploymentSet
from projects.models import Project
from tests.api import Caller
from tests.factories import ArtifactFactory, ArtifactGroupFactory, DeploymentSetFactory, ProjectFactory

SETS = "/deployment-sets"


def made(api: Caller, name: str, **fields: Any) -> str:
    """The address of a new set."""
    response = api.post(SETS, {"name": name, **fields})
    assert response.status_code == 201, response.content
    return f"{SETS}/{response.json()['id']}"


def add(api: Caller, address: str, **body: Any) -> Any:
    return api.post(f"{address}/members", body)


def id_of(address: str) -> str:
    return address.rpartition("/")[2]


def test_every_field_of_a_set_survives_making_reading_changing_and_reading(api: Caller) -> None:
    fields: dict[str, Any] = {
        "name": "Full-stack",
        "description": "All",
        "color": "#a0b1c2",
        "icon": "layers",
        "tags": ["api", "web"],
    }
    address = made(api, **fields)
    assert {name: api.get(address).json()[name] for name in fields} == fields
    others = {"name": "Back", "description": "Half", "color": "#000000", "icon": "box", "tags": ["db"]}
    assert api.patch(address, others).status_code == 200
    assert {name: api.get(address).json()[name] for name in others} == others


def test_a_name_is_not_blank_and_blanks_around_it_do_not_count(api: Caller) -> None:
    assert api.get(made(api, f"  {'x' * 255} ")).json()["name"] == "x" * 255
    for name in ("", "  ", "x" * 256):
        refused = api.post(SETS, {"name": name})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "name")


def test_a_change_leaves_what_is_not_sent_and_null_clears(api: Caller) -> None:
    address = made(api, "One", description="About", color="#a0b1c2", tags=["web"])
    changed = api.patch(address, {"description": None}).json()
    assert (changed["name"], changed["description"], changed["color"], changed["tags"]) == (
        "One",
        "",
        "#a0b1c2",
        ["web"],
    )
    assert api.patch(address, {"name": None}).status_code == 422


def test_a_set_says_whose_it_is_and_what_it_holds(api: Caller, owner: User) -> None:
    inner, outer = made(api, "Inner"), made(api, "Outer")
    artifact, group = (
        ArtifactFactory(type="agent", name="reviewer"),
        ArtifactGroupFactory(artifacts=ArtifactFactory.create_batch(2)),
    )
    for body in ({"artifact_uuid": str(artifact.uuid)}, {"group_id": str(group.pk)}, {"member_set_id": id_of(inner)}):
        assert add(api, outer, **body).status_code == 201
    read = api.get(outer).json()
    assert (read["owner_id"], read["member_count"], read["resolved_count"], read["depth"]) == ("owner", 3, 3, 2)
    assert [(each["member_type"], each["position"], each["missing"]) for each in read["members"]] == [
        ("artifact", 0, False),
        ("group", 1, False),
        ("set", 2, False),
    ]
    assert (read["members"][0]["name"], read["members"][0]["artifact_type"]) == ("reviewer", "agent")
    assert read["members"][0]["artifact_uuid"] == str(artifact.uuid)
    assert read["members"][2]["member_set_id"] == id_of(inner)


def test_a_circle_is_refused_with_its_path(api: Caller) -> None:
    a, b = made(api, "A"), made(api, "B")
    assert add(api, a, member_set_id=id_of(b)).status_code == 201
    refused = add(api, b, member_set_id=id_of(a))
    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == "application/problem+json"
    problem = refused.json()
    assert problem["type"] == "urn:deployment-sets:problem:circular-reference"
    assert [step["name"] for step in problem["path"]] == ["B", "A", "B"]
    assert [step["id"] for step in problem["path"]] == [id_of(b), id_of(a), id_of(b)]
    assert api.get(b).json()["members"] == []


@pytest.mark.parametrize("sent", ["nothing", "two"])
def test_a_member_is_exactly_one_thing(api: Caller, sent: str) -> None:
    address = made(api, "One")
    body = (
        {}
        if sent == "nothing"
        else {"artifact_uuid": str(ArtifactFactory().uuid), "group_id": str(ArtifactGroupFactory().pk)}
    )
    assert add(api, address, **body).status_code == 422


def test_what_is_not_there_cannot_be_a_member(api: Caller, other_owner: User) -> None:
    address, theirs = made(api, "One"), DeploymentSetFactory(owner=other_owner)
    for name in ("artifact_uuid", "group_id"):
        refused = add(api, address, **{name: str(uuid4())})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, name)
    for unknown in (uuid4(), theirs.pk):
        assert add(api, address, member_set_id=str(unknown)).status_code == 404


def test_the_same_member_twice_is_a_conflict(api: Caller) -> None:
    address, artifact = made(api, "One"), ArtifactFactory()
    assert add(api, address, artifact_uuid=str(artifact.uuid)).status_code == 201
    assert add(api, address, artifact_uuid=str(artifact.uuid)).status_code == 409


def test_members_move_and_go(api: Caller) -> None:
    address = made(api, "One")
    members = [add(api, address, artifact_uuid=str(each.uuid)).json() for each in ArtifactFactory.create_batch(3)]
    assert api.patch(f"{address}/members/{members[2]['id']}", {"position": 0}).json()["position"] == 0
    assert api.delete(f"{address}/members/{members[0]['id']}").status_code == 204
    left = api.get(f"{address}/members").json()
    assert [(each["id"], each["position"]) for each in left["items"]] == [(members[2]["id"], 0), (members[1]["id"], 1)]
    assert left["total"] == 2
    assert api.patch(f"{address}/members/{members[1]['id']}", {"position": 2}).status_code == 422
    assert api.delete(f"{made(api, 'Other')}/members/{members[1]['id']}").status_code == 404


def test_whoever_read_an_earlier_edition_changes_nothing(api: Caller) -> None:
    address = made(api, "One")
    first = api.get(address).headers["ETag"]
    changed = api.patch(address, {"name": "Two"}, If_Match=first)
    assert changed.status_code == 200
    late = api.patch(address, {"name": "Three"}, If_Match=first)
    assert (late.status_code, late.headers["ETag"]) == (412, changed.headers["ETag"])
    assert api.delete(address, If_Match=first).status_code == 412
    assert (
        api.post(f"{address}/members", {"artifact_uuid": str(ArtifactFactory().uuid)}, If_Match=first).status_code
        == 412
    )
    assert api.get(address).json()["name"] == "Two"
    assert api.patch(address, {"name": "Three"}, If_Match=f'"other", {changed.headers["ETag"]}').status_code == 200
    assert api.delete(address, If_Match="*").status_code == 204


def test_adding_a_member_makes_another_edition(api: Caller) -> None:
    address = made(api, "One")
    first = api.get(address).headers["ETag"]
    added = api.post(f"{address}/members", {"artifact_uuid": str(ArtifactFactory().uuid)}, If_Match=first)
    assert (added.status_code, "ETag" in added.headers) == (201, False)
    assert api.patch(address, {"name": "Two"}, If_Match=first).status_code == 412


def test_sets_are_found_by_name_and_tag_and_come_in_pages(api: Caller) -> None:
    for name, tags in (("Beta", ["web"]), ("alpha 100%", ["web", "db"]), ("Gamma", [])):
        made(api, name, tags=tags)
    assert [each["name"] for each in api.get(SETS).json()["items"]] == ["alpha 100%", "Beta", "Gamma"]
    assert [each["name"] for each in api.get(SETS, sort="-name", limit=1, offset=1).json()["items"]] == ["Beta"]
    assert api.get(SETS, tag="web", limit=1).json()["total"] == 2
    assert [each["name"] for each in api.get(SETS, name="0%").json()["items"]] == ["alpha 100%"]
    assert api.get(f"{SETS}/tags").json() == {
        "items": [{"name": "db", "set_count": 1}, {"name": "web", "set_count": 2}],
        "total": 2,
    }


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": 201}, {"offset": -1}, {"offset": 10**20}, {"sort": "size"}, {"nme": "x"}]
)
def test_a_query_that_makes_no_sense_is_refused_by_its_name(api: Caller, query: dict[str, Any]) -> None:
    refused = api.get(SETS, **query)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["location"] == "query"
    assert str(next(iter(query))) in refused.content.decode()


def test_a_missing_member_stays_in_the_resolution_and_names_its_trail(api: Caller, server_log: Any) -> None:
    inner, outer = made(api, "Inner"), made(api, "Outer")
    gone, there = ArtifactFactory(name="gone", gone_at="2030-01-01T00:00:00Z"), ArtifactFactory(name="there")
    add(api, inner, artifact_uuid=str(gone.uuid))
    add(api, outer, member_set_id=id_of(inner))
    add(api, outer, artifact_uuid=str(there.uuid))
    read = api.get(f"{outer}/resolve").json()
    assert (read["total_count"], read["depth"], read["duplicates_removed"]) == (2, 2, 0)
    assert [
        (each["name"], each["missing"], [step["name"] for step in each["trail"]]) for each in read["artifacts"]
    ] == [
        ("gone", True, ["Inner"]),
        ("there", False, []),
    ]
    assert "Outer › Inner" in server_log.getvalue()


def test_the_answer_to_why_an_artifact_is_there_counts_every_trail(api: Caller) -> None:
    left, right, outer = made(api, "Left"), made(api, "Right"), made(api, "Outer")
    artifact = ArtifactFactory()
    for address in (left, right):
        add(api, address, artifact_uuid=str(artifact.uuid))
        add(api, outer, member_set_id=id_of(address))
    why = api.get(f"{outer}/explain", artifact_uuid=str(artifact.uuid)).json()
    assert why["trail_count"] == 2
    assert [[step["name"] for step in trail] for trail in why["trails"]] == [["Left"], ["Right"]]
    assert [each["name"] for each in why["direct_containers"]] == ["Left", "Right"]


def test_a_clone_is_independent(api: Caller) -> None:
    source = made(api, "One", tags=["web"])
    add(api, source, artifact_uuid=str(ArtifactFactory().uuid))
    copy = api.post(f"{source}/clone")
    assert (copy.status_code, copy.json()["name"], copy.json()["tags"]) == (201, "One (copy)", ["web"])
    address = f"{SETS}/{copy.json()['id']}"
    api.patch(address, {"name": "Two"})
    api.delete(f"{address}/members/{copy.json()['members'][0]['id']}")
    assert (api.get(source).json()["name"], api.get(source).json()["member_count"]) == ("One", 1)


def test_deleting_a_nested_set_takes_it_out_of_those_that_hold_it(api: Caller) -> None:
    inner, outer = made(api, "Inner"), made(api, "Outer")
    add(api, outer, member_set_id=id_of(inner))
    assert api.get(f"{inner}/usage").json() == {"items": [{"id": id_of(outer), "name": "Outer"}], "total": 1}
    assert api.delete(inner).status_code == 204
    assert api.get(inner).status_code == 404
    assert api.get(outer).json()["members"] == []


def test_whoever_holds_an_artifact_or_a_group_is_told_to_its_owner_alone(api: Caller, other_api: Caller) -> None:
    artifact, group, address = ArtifactFactory(), ArtifactGroupFactory(), made(api, "One")
    add(api, address, artifact_uuid=str(artifact.uuid))
    add(api, address, group_id=str(group.pk))
    for path in (f"/artifacts/{artifact.uuid}/usage", f"/groups/{group.pk}/usage"):
        assert api.get(path).json() == {"items": [{"id": id_of(address), "name": "One"}], "total": 1}
        assert other_api.get(path).json() == {"items": [], "total": 0}
    assert api.get(f"/artifacts/{uuid4()}/usage").status_code == 404


@pytest.fixture
def three_levels(api: Caller) -> tuple[str, list[Artifact]]:
    """A set over three levels; two of its four artifacts are led to twice."""
    skills: list[Artifact] = [ArtifactFactory.create(name=name) for name in ("a", "b", "c", "d")]
    bottom, middle, top = made(api, "Bottom"), made(api, "Middle"), made(api, "Top")
    for address, artifacts in ((bottom, skills[:2]), (middle, skills[1:3]), (top, (skills[0], skills[3]))):
        for artifact in artifacts:
            add(api, address, artifact_uuid=str(artifact.uuid))
    add(api, middle, member_set_id=id_of(bottom))
    add(api, top, member_set_id=id_of(middle))
    return top, skills


def test_a_set_of_three_levels_deploys_every_artifact_exactly_once(
    api: Caller, project: Project, project_folder: Path, three_levels: tuple[str, list[Artifact]]
) -> None:
    address, skills = three_levels
    answer = api.post(f"{address}/deploy", {"project_id": str(project.pk), "profile_id": "claude_code"})
    assert answer.status_code == 200
    report = answer.json()
    assert sorted(each["artifact_uuid"] for each in report["results"]) == sorted(str(each.uuid) for each in skills)
    assert (report["counts"], report["dry_run"]) == ({"success": 4, "skip": 0, "error": 0}, False)
    assert {each["action"] for each in report["results"]} == {"create"}
    assert sorted(path.name for path in (project_folder / ".claude/skills").iterdir()) == ["a", "b", "c", "d"]
    live = api.get(f"{address}/live", on_disk=True).json()
    assert [(each["project"]["id"], each["is_stale"], each["drifted"]) for each in live["items"]] == [
        (str(project.pk), False, [])
    ]
    gone = api.post(f"{address}/undeploy", {"project_id": str(project.pk)}).json()
    assert (gone["kind"], gone["counts"]["success"]) == ("undeploy", 4)
    assert not (project_folder / ".claude").exists()


def test_a_missing_member_is_an_error_in_the_result_and_stops_nothing(
    api: Caller, project: Project, server_log: Any
) -> None:
    address = made(api, "Top")
    for artifact in (ArtifactFactory(name="gone", gone_at="2030-01-01T00:00:00Z"), ArtifactFactory(name="there")):
        add(api, address, artifact_uuid=str(artifact.uuid))
    report = api.post(f"{address}/deploy", {"project_id": str(project.pk), "all_profiles": True}).json()
    assert [(each["status"], each["action"]) for each in report["results"]] == [
        ("error", "missing"),
        ("success", "create"),
    ]
    assert report["results"][0]["error"]
    assert "WARNING" in server_log.getvalue()


def test_a_plan_is_applied_only_while_it_is_the_one_that_was_shown(
    api: Caller, project: Project, project_folder: Path, three_levels: tuple[str, list[Artifact]]
) -> None:
    address, _ = three_levels
    where = {"project_id": str(project.pk), "profile_ids": ["claude_code"]}
    plan = api.post(f"{address}/deploy", {**where, "dry_run": True, "diffs": True}).json()
    assert (plan["run_id"], plan["dry_run"]) == (None, True)
    assert plan["results"][0]["diffs"][0]["kind"] == "added"
    assert not (project_folder / ".claude").exists()
    (project_folder / ".claude/skills/a").mkdir(parents=True)
    (project_folder / ".claude/skills/a/mine.md").write_text("mine")
    stale = api.post(f"{address}/deploy", {**where, "fingerprint": plan["fingerprint"]})
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:deployment-sets:problem:stale-plan")
    assert not (project_folder / ".claude/skills/b").exists()


@pytest.mark.parametrize(
    "choice",
    [{}, {"profile_id": "claude_code", "all_profiles": True}, {"profile_ids": ["nowhere"]}, {"profile_ids": []}],
)
def test_profiles_are_named_in_exactly_one_way_and_exist(api: Caller, project: Project, choice: dict[str, Any]) -> None:
    refused = api.post(f"{made(api, 'One')}/deploy", {"project_id": str(project.pk), **choice})
    assert refused.status_code == 422


def test_nothing_is_deployed_into_another_owners_project(api: Caller, other_owner: User) -> None:
    theirs = ProjectFactory(owner=other_owner)
    address = made(api, "One")
    for action in ("deploy", "undeploy", "bring-up-to-date"):
        body = {"project_id": str(theirs.pk), **({"all_profiles": True} if action == "deploy" else {})}
        assert api.post(f"{address}/{action}", body).status_code == 404


def test_a_set_that_cannot_be_resolved_is_listed_without_counts_and_says_its_path(api: Caller, owner: User) -> None:
    a, b = DeploymentSetFactory(owner=owner, name="A"), DeploymentSetFactory(owner=owner, name="B")
    DeploymentSetFactory(owner=owner, name="C", members=[a])
    a.members.create(member_set=b, position=0)
    b.members.create(member_set=a, position=0)
    assert [(each["name"], each["resolved_count"], each["depth"]) for each in api.get(SETS).json()["items"]] == [
        ("A", None, None),
        ("B", None, None),
        ("C", None, None),
    ]
    refused = api.get(f"{SETS}/{a.pk}/resolve")
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:deployment-sets:problem:unresolvable")
    assert [step["name"] for step in refused.json()["path"]] == ["A", "B", "A"]


def test_a_deleted_set_is_taken_out_by_its_id_and_one_that_claims_nothing_is_told_so(
    api: Caller, other_api: Caller, project: Project, project_folder: Path
) -> None:
    address, where = made(api, "One"), {"project_id": str(project.pk)}
    add(api, address, artifact_uuid=str(ArtifactFactory(name="first").uuid))
    idle = api.post(f"{address}/undeploy", where)
    assert (idle.status_code, "claims nothing" in idle.json()["detail"]) == (409, True)
    api.post(f"{address}/deploy", {**where, "all_profiles": True})
    api.delete(address)
    assert other_api.post(f"{address}/undeploy", where).status_code == 404
    assert api.post(f"{address}/undeploy", where).json()["counts"]["success"] == 1
    assert not (project_folder / ".claude").exists()
    assert api.post(f"{address}/undeploy", where).status_code == 404


def test_a_dry_run_applies_no_plan(api: Caller, project: Project) -> None:
    body = {"project_id": str(project.pk), "all_profiles": True, "dry_run": True, "fingerprint": "abc"}
    assert api.post(f"{made(api, 'One')}/deploy", body).status_code == 422


def test_bringing_a_set_up_to_date_deploys_what_was_added_since(
    api: Caller, project: Project, project_folder: Path
) -> None:
    address = made(api, "One")
    add(api, address, artifact_uuid=str(ArtifactFactory(name="first").uuid))
    api.post(f"{address}/deploy", {"project_id": str(project.pk), "all_profiles": True})
    add(api, address, artifact_uuid=str(ArtifactFactory(name="second").uuid))
    assert api.get(f"{address}/live").json()["items"][0]["behind"] == ["1 not deployed yet"]
    done = api.post(f"{address}/bring-up-to-date").json()
    assert (done["total"], done["items"][0]["report"]["counts"]["success"]) == (1, 1)
    assert (project_folder / ".claude/skills/second/SKILL.md").exists()


def test_a_fingerprint_is_of_one_projects_plan(api: Caller, project: Project, project_folder: Path) -> None:
    address = made(api, "One")
    add(api, address, artifact_uuid=str(ArtifactFactory(name="first").uuid))
    api.post(f"{address}/deploy", {"project_id": str(project.pk), "all_profiles": True})
    add(api, address, artifact_uuid=str(ArtifactFactory(name="second").uuid))
    (planned,) = api.post(f"{address}/bring-up-to-date", {"dry_run": True}).json()["items"]
    seen = {"fingerprint": planned["report"]["fingerprint"]}
    refused = api.post(f"{address}/bring-up-to-date", seen)
    assert (refused.status_code, "project_id" in refused.json()["errors"][0]["detail"]) == (422, True)
    assert project.runs.count() == 1
    for expected in (True, False):
        (done,) = api.post(f"{address}/bring-up-to-date", seen | {"project_id": str(project.pk)}).json()["items"]
        assert (done["report"] is not None) == expected
    assert "not the plan" in done["problem"]


def test_another_owners_set_does_not_exist(api: Caller, other_api: Caller) -> None:
    address = made(api, "Mine")
    assert other_api.get(address).status_code == 404
    assert other_api.get(SETS).json() == {"items": [], "total": 0}
    assert (
        other_api.patch(address, {"name": "Theirs"}).json()["detail"]
        == other_api.patch(address, {"name": "Theirs"}).json()["detail"]
    )


def test_without_login_sets_belong_to_the_local_user(db: None) -> None:
    local = Caller()
    assert api_owner(local, made(local, "Mine")) == "local-user"
    assert DeploymentSet.objects.get().owner.username == "local-user"


def api_owner(api: Caller, address: str) -> str:
    return str(api.get(address).json()["owner_id"])


def test_switched_off_the_api_says_so_and_keeps_the_data(api: Caller, settings: Settings) -> None:
    address = made(api, "One")
    settings.DEPLOYMENT_SETS_ENABLED = False
    for path in (SETS, address, f"{address}/resolve"):
        refused = api.get(path)
        assert (refused.status_code, refused.json()["type"]) == (404, "urn:deployment-sets:problem:switched-off")
    for body in ({"name": "Two"}, {}, {"nme": "Two"}):
        assert api.post(SETS, body).json()["type"] == "urn:deployment-sets:problem:switched-off"
    assert api.get(SETS, limit=0).json()["type"] == "urn:deployment-sets:problem:switched-off"
    settings.DEPLOYMENT_SETS_ENABLED = True
    assert api.get(address).json()["name"] == "One"


def test_a_body_that_is_wrong_in_very_many_places_gets_a_short_answer(api: Caller) -> None:
    refused = api.post(SETS, {"name": "One", **{f"field-{number}": 1 for number in range(20_000)}})
    assert refused.status_code == 422
    assert (len(refused.json()["errors"]), len(refused.content) < 20_000) == (50, True)
    assert "19950 more" in refused.json()["detail"]


def test_what_is_no_json_is_refused_as_such(api: Caller) -> None:
    client: Client = api.client
    for text, status in (
        ("{", 400),
        ('{"name": NaN}', 400),
        ('{"name": "a", "name": "b"}', 400),
        ('{"name": "a\\u0000b"}', 422),
        ('{"name": "\\ud800"}', 422),
    ):
        refused = client.post("/api/v1/deployment-sets", text, content_type="application/json")
        assert status != 400 or "not JSON" in refused.json()["detail"]
        assert (refused.status_code, refused.headers["Content-Type"]) == (status, "application/problem+json"), text
    refused = client.post("/api/v1/deployment-sets", json.dumps({"name": "x"}), content_type="text/plain")
    assert (refused.status_code, refused.json()["type"]) == (415, "urn:deployment-sets:problem:not-json")
    assert not DeploymentSet.objects.exists()
