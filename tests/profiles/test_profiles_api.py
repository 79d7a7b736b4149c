"""Profiles over the API."""

import tomllib
from typing import Any
from uuid import uuid4

import pytest

from profiles.models import MAX_PROFILES, DeploymentProfile
from projects.models import Project
from tests.api import Caller
from tests.factories import DeploymentFactory, DeploymentProfileFactory
from tests.profiles.test_profiles import BAD_LAYOUTS
from tests.queries import assert_no_more_for_twice_as_many

LAYOUT: dict[str, Any] = {
    "root_dir": "web/.claude",
    "artifact_path_map": {
        "skill": "skills",
        "command": "web/commands",
        "agent": "agents",
        "rule": "rules",
        "hook": "hooks",
    },
    "project_config_filenames": ["docs/CLAUDE.md"],
    "context_path_prefixes": ["rules", "more/rules"],
    "supported_artifact_types": ["skill", "rule"],
    "description": "For the people who write pages",
}
OTHER_LAYOUT: dict[str, Any] = {
    "root_dir": "tools",
    "artifact_path_map": {"skill": "a", "command": "b", "agent": "c", "rule": "d"},
    "project_config_filenames": ["AGENTS.md"],
    "context_path_prefixes": ["d"],
    "supported_artifact_types": ["agent"],
    "description": "For everybody else",
}


@pytest.fixture
def profiles(project: Project) -> str:
    """The address of the profiles of a project that has the one it was registered with."""
    return f"/projects/{project.pk}/profiles"


def test_every_field_of_a_profile_survives_making_reading_changing_and_reading(
    api: Caller, project: Project, profiles: str
) -> None:
    made = api.post(profiles, {"profile_id": "web", "platform": "claude_code", **LAYOUT})
    assert made.status_code == 201, made.content
    read = api.get(f"{profiles}/web").json()
    assert read == made.json()
    assert {name: read[name] for name in ("project_id", "profile_id", "platform", *LAYOUT)} == {
        "project_id": str(project.pk),
        "profile_id": "web",
        "platform": "claude_code",
        **LAYOUT,
    }
    changed = api.put(f"{profiles}/web", {"platform": "other", **OTHER_LAYOUT})
    assert changed.status_code == 200, changed.content
    again = api.get(f"{profiles}/web").json()
    assert again == changed.json()
    assert again == read | {"platform": "other", **OTHER_LAYOUT, "updated_at": again["updated_at"]}


def test_a_profile_shows_every_field_there_is(api: Caller, profiles: str) -> None:
    columns = {field.attname for field in DeploymentProfile._meta.fields}
    assert set(api.get(f"{profiles}/claude_code").json()) == columns


def test_what_is_left_out_of_a_new_profile_is_the_platforms_default(api: Caller, profiles: str) -> None:
    made = api.post(profiles, {"profile_id": "web", "platform": "other", "root_dir": "tools"}).json()
    assert (made["root_dir"], made["context_path_prefixes"], made["description"]) == ("tools", ["tools/rules"], "")
    assert made["artifact_path_map"] == {
        "skill": "tools/skills",
        "command": "tools/commands",
        "agent": "tools/agents",
        "rule": "tools/rules",
    }


def test_what_is_left_out_of_a_put_is_the_default_again(api: Caller, profiles: str) -> None:
    default = api.get(f"{profiles}/claude_code").json()
    api.put(f"{profiles}/claude_code", {"platform": "claude_code", **LAYOUT})
    back = api.put(f"{profiles}/claude_code", {"platform": "claude_code"}).json()
    assert back == default | {"updated_at": back["updated_at"]}


def test_types_left_out_of_the_map_go_where_the_default_has_them(api: Caller, profiles: str) -> None:
    api.put(f"{profiles}/claude_code", {"platform": "claude_code", "artifact_path_map": {"command": "commands"}})
    body = {"platform": "claude_code", "root_dir": "web", "artifact_path_map": {"skill": "skills"}}
    changed = api.put(f"{profiles}/claude_code", body).json()
    assert changed["artifact_path_map"]["skill"] == "skills"
    assert changed["artifact_path_map"]["command"] == "web/commands"


def test_an_empty_list_is_a_choice_and_null_the_default(api: Caller, profiles: str) -> None:
    body: dict[str, Any] = {"platform": "claude_code", "project_config_filenames": [], "context_path_prefixes": None}
    changed = api.put(f"{profiles}/claude_code", body).json()
    assert (changed["project_config_filenames"], changed["context_path_prefixes"]) == ([], [".claude/rules"])


@pytest.mark.parametrize("body", [{}, {"platform": None}, {"platform": "claude_code", "profile_id": "other"}])
def test_a_put_names_a_platform_and_no_other_id(api: Caller, profiles: str, body: dict[str, Any]) -> None:
    assert api.put(f"{profiles}/claude_code", body).status_code == 422
    assert [each["profile_id"] for each in api.get(profiles).json()["items"]] == ["claude_code"]


@pytest.mark.parametrize(("field", "value"), [*BAD_LAYOUTS, ("description", "x" * 2001), ("description", "a\x00")])
def test_a_layout_that_cannot_be_used_is_refused_by_its_field(
    api: Caller, profiles: str, field: str, value: object
) -> None:
    before = api.get(f"{profiles}/claude_code").json()
    answers = [
        api.post(profiles, {"profile_id": "web", "platform": "claude_code", field: value}),
        api.put(f"{profiles}/claude_code", {"platform": "claude_code", field: value}),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert {each["field"].partition(".")[0] for each in answer.json()["errors"]} == {field}
    assert api.get(profiles).json() == {"items": [before], "total": 1}


@pytest.mark.parametrize("profile_id", [None, "", "a b", "a/b", "é", "a\n", "x" * 65, "x" * 256])
def test_a_profile_id_is_a_slug(api: Caller, profiles: str, profile_id: str | None) -> None:
    refused = api.post(profiles, {"profile_id": profile_id, "platform": "other"})
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == ["profile_id"]


def test_the_same_id_twice_is_a_conflict(api: Caller, profiles: str) -> None:
    refused = api.post(profiles, {"profile_id": "claude_code", "platform": "other"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:deployment-sets:problem:conflict")
    assert "'claude_code'" in refused.json()["detail"]


def test_a_project_has_no_more_profiles_than_a_deploy_can_name(api: Caller, project: Project, profiles: str) -> None:
    DeploymentProfileFactory.create_batch(MAX_PROFILES - 2, project=project)
    assert api.post(profiles, {"profile_id": "last", "platform": "other"}).status_code == 201
    refused = api.post(profiles, {"profile_id": "late", "platform": "other"})
    assert (refused.status_code, str(MAX_PROFILES) in refused.json()["detail"]) == (422, True)
    assert api.get(profiles).json()["total"] == MAX_PROFILES


def test_whoever_read_an_earlier_edition_changes_nothing(api: Caller, profiles: str) -> None:
    made = api.post(profiles, {"profile_id": "web", "platform": "other"})
    address = f"{profiles}/web"
    first = made.headers["ETag"]
    assert api.get(address).headers["ETag"] == first
    changed = api.put(address, {"platform": "other", "description": "Second"}, If_Match=first)
    assert changed.status_code == 200
    assert changed.headers["ETag"] == api.get(address).headers["ETag"] != first
    late = api.put(address, {"platform": "other", "description": "Third"}, If_Match=first)
    assert (late.status_code, late.headers["ETag"]) == (412, changed.headers["ETag"])
    assert api.delete(address, If_Match=first).status_code == 412
    assert api.get(address).json()["description"] == "Second"
    body = {"platform": "other", "description": "Third"}
    assert api.put(address, body, If_Match=f'"x", {changed.headers["ETag"]}').status_code == 200
    assert api.delete(address, If_Match="*").status_code == 204


@pytest.mark.parametrize(("field", "value"), [*LAYOUT.items(), ("platform", "other")])
def test_every_change_makes_another_edition(api: Caller, profiles: str, field: str, value: object) -> None:
    first = api.get(f"{profiles}/claude_code").headers["ETag"]
    changed = api.put(f"{profiles}/claude_code", {"platform": "claude_code", field: value})
    assert changed.headers["ETag"] != first


def test_deleting_a_profile_leaves_what_was_deployed_under_it(api: Caller, project: Project, profiles: str) -> None:
    deployment = DeploymentFactory(project=project, deployment_profile_id="claude_code")
    assert api.delete(f"{profiles}/claude_code").status_code == 204
    assert api.get(profiles).json() == {"items": [], "total": 0}
    assert api.delete(f"{profiles}/claude_code").status_code == 404
    deployment.refresh_from_db()


def test_profiles_come_in_pages_the_oldest_first(api: Caller, project: Project, profiles: str) -> None:
    DeploymentProfileFactory(project=project, profile_id="b")
    DeploymentProfileFactory(project=project, profile_id="a")
    assert [each["profile_id"] for each in api.get(profiles).json()["items"]] == ["claude_code", "b", "a"]
    page = api.get(profiles, limit=1, offset=1).json()
    assert ([each["profile_id"] for each in page["items"]], page["total"]) == (["b"], 3)
    assert api.get(profiles, limit=201).status_code == 422


def test_an_export_is_a_toml_file_that_another_profile_can_be_made_of(api: Caller, profiles: str) -> None:
    api.post(profiles, {"profile_id": "web", "platform": "claude_code", **LAYOUT})
    export = api.get(f"{profiles}/web/export")
    assert (export.status_code, export.headers["Content-Type"]) == (200, "application/toml; charset=utf-8")
    assert export.headers["Content-Disposition"] == 'attachment; filename="web.toml"'
    read = tomllib.loads(export.content.decode())["deployment_profile"]
    assert read == {"profile_id": "web", "platform": "claude_code", **LAYOUT}
    api.delete(f"{profiles}/web")
    assert api.post(profiles, read).status_code == 201


def test_another_owners_profiles_do_not_exist(api: Caller, other_api: Caller, profiles: str) -> None:
    before = api.get(f"{profiles}/claude_code").json()
    answers = [
        other_api.get(profiles),
        other_api.post(profiles, {"profile_id": "web", "platform": "other"}),
        other_api.get(f"{profiles}/claude_code"),
        other_api.put(f"{profiles}/claude_code", {"platform": "other"}),
        other_api.delete(f"{profiles}/claude_code"),
        other_api.get(f"{profiles}/claude_code/export"),
    ]
    unknown = other_api.get(f"/projects/{uuid4()}/profiles")
    assert {(each.status_code, each.json()["detail"]) for each in answers} == {(404, unknown.json()["detail"])}
    assert api.get(f"{profiles}/claude_code").json() == before


def test_a_profile_that_is_not_there_is_not_found(api: Caller, profiles: str) -> None:
    for profile_id in ("nowhere", "x" * 300):
        address = f"{profiles}/{profile_id}"
        answers = [api.get(address), api.put(address, {"platform": "other"}), api.delete(address)]
        assert [each.status_code for each in (*answers, api.get(f"{address}/export"))] == [404] * 4


def test_reading_profiles_takes_no_more_queries_for_more_of_them(api: Caller, project: Project, profiles: str) -> None:
    assert_no_more_for_twice_as_many(
        lambda count: DeploymentProfileFactory.create_batch(count, project=project), lambda: api.get(profiles)
    )
