"""The OpenAPI document: what it promises, and that the committed one is what the API says."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from django.core.management import call_command
from django.test import Client
from ninja.openapi.schema import OpenAPISchema
from pytest_django.fixtures import Settings

from accounts.endpoints.problems import PROBLEM_CONTENT_TYPE
from config.api import api as served_api
from tests.api import ROOT, Caller
from tests.api_contract.document import COMMITTED, DOCUMENT, OPERATIONS, Json, Operation, resolved, violations

SET = "/deployment-sets/{set_id}"
MEMBER = f"{SET}/members/{{member_id}}"
PROFILES = "/projects/{project_id}/profiles"
PROFILE = f"{PROFILES}/{{profile_id}}"

SET_CONTRACT = {
    ("GET", "/deployment-sets", "list_deployment_sets"),
    ("POST", "/deployment-sets", "create_deployment_set"),
    ("GET", SET, "get_deployment_set"),
    ("PATCH", SET, "update_deployment_set"),
    ("DELETE", SET, "delete_deployment_set"),
    ("POST", f"{SET}/clone", "clone_deployment_set"),
    ("POST", f"{SET}/members", "add_deployment_set_member"),
    ("DELETE", MEMBER, "remove_deployment_set_member"),
    ("PATCH", MEMBER, "move_deployment_set_member"),
    ("GET", f"{SET}/resolve", "resolve_deployment_set"),
    ("POST", f"{SET}/deploy", "deploy_deployment_set"),
}
PROFILE_CONTRACT = {
    ("GET", PROFILES, "list_deployment_profiles"),
    ("POST", PROFILES, "create_deployment_profile"),
    ("GET", PROFILE, "get_deployment_profile"),
    ("PUT", PROFILE, "update_deployment_profile"),
    ("DELETE", PROFILE, "delete_deployment_profile"),
}
SCHEMAS = {
    "BatchDeployRequest",
    "BatchDeployResponse",
    "DeployResultItem",
    "DeploymentProfileCreate",
    "DeploymentProfileRead",
    "DeploymentProfileUpdate",
    "DeploymentSetCreate",
    "DeploymentSetListResponse",
    "DeploymentSetResponse",
    "DeploymentSetUpdate",
    "MemberCreate",
    "MemberResponse",
    "MemberUpdatePosition",
    "ResolveResponse",
}

each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=str)


def test_the_committed_document_is_what_the_api_says() -> None:
    assert json.loads(COMMITTED.read_text()) == DOCUMENT, (
        "The API is another one than docs/openapi.json says. Run `make openapi` and commit what has changed."
    )


def test_the_command_of_make_writes_the_committed_document(tmp_path: Path) -> None:
    written = tmp_path / "openapi.json"
    call_command("export_openapi_schema", api="config.api.api", indent=2, output=str(written))
    assert written.read_text() == COMMITTED.read_text()


@pytest.mark.parametrize(
    "changed", [{"AUTH_ENABLED": True}, {"DEPLOYMENT_SETS_ENABLED": False}, {"DEBUG": True}], ids=str
)
def test_the_document_does_not_depend_on_settings(settings: Settings, changed: dict[str, Any]) -> None:
    for name, value in changed.items():
        setattr(settings, name, value)
    assert json.loads(json.dumps(served_api.get_openapi_schema())) == DOCUMENT


def test_the_document_is_valid_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(DOCUMENT).validate()


def test_every_schema_is_a_valid_one() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name


@pytest.mark.parametrize("contract", [SET_CONTRACT, PROFILE_CONTRACT], ids=["sets", "profiles"])
def test_the_operations_that_were_promised_are_there(contract: set[tuple[str, str, str]]) -> None:
    there = {(operation.method, operation.path, operation.id) for operation in OPERATIONS.values()}
    assert contract - there == set()


def test_the_schemas_that_were_promised_are_there() -> None:
    assert SCHEMAS - set(DOCUMENT["components"]["schemas"]) == set()


def test_a_schema_name_means_one_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, Json] = {}
    twice: set[str] = set()

    def remember(document: OpenAPISchema, definitions: dict[str, Json]) -> None:
        twice.update(name for name, schema in definitions.items() if seen.setdefault(name, schema) != schema)
        document.schemas.update(definitions)

    monkeypatch.setattr(OpenAPISchema, "add_schema_definitions", remember)
    served_api.get_openapi_schema()
    assert twice == set(), "Give what is inside a model a name of its own in schemas.py: `type RunKind = Run.Kind`."


def test_operation_ids_are_unique_and_said_explicitly() -> None:
    said = [
        (operation.operation_id, f"{operation.view_func.__module__}.{operation.view_func.__name__}")
        for _, router in served_api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    ]
    assert [where for name, where in said if name is None] == []
    assert sorted(name for name, _ in said if name is not None) == sorted(OPERATIONS)


@each_operation
def test_an_operation_has_a_summary_and_says_what_it_answers(operation: Operation) -> None:
    assert operation.details["summary"]
    assert operation.details["tags"]
    fine = {status: answer for status, answer in operation.responses.items() if status < 400}
    assert fine
    assert [status for status, answer in fine.items() if ("content" in answer) != (status != 204)] == []


@each_operation
def test_an_operation_that_writes_says_what_to_know_beyond_its_summary(operation: Operation) -> None:
    assert operation.reads or len(operation.details.get("description", "")) > len(operation.details["summary"])


@each_operation
def test_a_description_speaks_of_statuses_that_the_operation_has(operation: Operation) -> None:
    told = re.findall(r"\b[2-5]\d\d\b", operation.details.get("description", ""))
    assert {int(status) for status in told} - set(operation.statuses) == set()


@each_operation
def test_when_a_write_is_in_conflict_is_told(operation: Operation) -> None:
    told = operation.details.get("description", "")
    conflicts = {409, 412} & set(operation.statuses)
    assert operation.reads or [status for status in conflicts if str(status) not in told] == []


@each_operation
def test_an_operation_has_examples_that_its_schemas_allow(operation: Operation) -> None:
    bodies = [operation.details["requestBody"]] if operation.body is not None else []
    for body in (*bodies, *operation.responses.values()):
        for media in body.get("content", {}).values():
            assert violations(media["schema"], media["example"]) == []
    for parameter in operation.details["parameters"]:
        for example in (*parameter.get("examples", ()), *parameter["schema"].get("examples", ())):
            assert violations(parameter["schema"], example) == []


@each_operation
def test_every_error_is_a_problem_that_its_example_shows(operation: Operation) -> None:
    errors = {status: answer for status, answer in operation.responses.items() if status >= 400}
    assert {400, 401, 429, 500, 503} <= set(errors)
    for status, answer in errors.items():
        assert list(answer["content"]) == [PROBLEM_CONTENT_TYPE]
        media = answer["content"][PROBLEM_CONTENT_TYPE]
        assert media["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert media["example"]["status"] == status


@each_operation
def test_a_list_is_cut_like_every_other(operation: Operation) -> None:
    if not operation.id.startswith("list_"):
        return
    schema = resolved(operation.responses[200]["content"]["application/json"]["schema"])
    assert {"items", "total"} <= set(schema["required"])
    queries = {parameter["name"]: parameter["schema"] for parameter in operation.parameters("query")}
    assert (queries["limit"]["minimum"], queries["limit"]["maximum"], queries["offset"]["minimum"]) == (1, 200, 0)


def test_everything_in_the_document_is_referred_to() -> None:
    components = DOCUMENT["components"]["schemas"]
    named = {f"#/components/schemas/{name}" for name in components}
    assert named - set(_references(DOCUMENT)) == set()


def test_the_document_is_served_to_whoever_may_come_in(api: Caller) -> None:
    assert api.get("/openapi.json").json() == DOCUMENT
    assert Client().get(f"{ROOT}/openapi.json").status_code == 401


def test_the_page_about_the_api_needs_nothing_from_elsewhere(api: Caller) -> None:
    page = api.get("/docs")
    assert page.status_code == 200
    used = re.findall(r'(?:src|href)="([^"]*)"', page.content.decode())
    assert used
    assert [address for address in used if not address.startswith("/static/")] == []
    assert re.findall(r"<script(?! type=.application/json)(?![^>]* src=)|<style", page.content.decode()) == []


def _references(part: object) -> Iterator[str]:
    match part:
        case {"$ref": str(reference)}:
            yield reference
        case dict():
            for each in part.values():
                yield from _references(each)
        case list():
            for each in part:
                yield from _references(each)
