"""Every operation, and every status its entry in the document names."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.endpoints.problems import PROBLEM_CONTENT_TYPE
from tests.api_contract.calls import CALLS, call_of, ids_of, send
from tests.api_contract.document import OPERATIONS, Operation, header_violations, violations
from tests.api_contract.only_here import ONLY_HERE
from tests.api_contract.provers import ANYWHERE, SECRET, Meeting, explain
from tests.api_contract.world import World

each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=str)
PROBLEM = {"$ref": "#/components/schemas/Problem"}


def assert_is_problem(response: Any, operation: Operation, status: int) -> None:
    assert response.status_code == status, explain(response)
    assert response.headers["Content-Type"] == PROBLEM_CONTENT_TYPE
    problem = response.json()
    assert violations(PROBLEM, problem) == []
    assert problem["status"] == status
    assert problem["detail"]
    assert header_violations(operation.responses[status], response.headers) == []
    text = response.content.decode()
    assert SECRET not in text
    assert "Traceback" not in text


def assert_is_documented(response: Any, operation: Operation) -> None:
    assert response.status_code in operation.statuses
    answer = operation.responses[response.status_code]
    assert header_violations(answer, response.headers) == []
    content = answer.get("content", {})
    if not content:
        assert response.content == b""
        return
    content_type = response.headers["Content-Type"].partition(";")[0]
    shown = response.json() if content_type == "application/json" else response.content.decode()
    assert violations(content[content_type]["schema"], shown) == []


@each_operation
def test_every_status_is_met_and_changes_nothing_until_all_goes_well(
    world: World, client: Client, other_client: Client, operation: Operation
) -> None:
    call = call_of(operation, world)
    meeting = Meeting(operation, client, other_client, ids_of(operation, world, call), call)
    left = [status for status in operation.statuses if (operation.id, status) not in ONLY_HERE]
    for status in left[1:]:
        answers = list(ANYWHERE[status](meeting)) if status in ANYWHERE else []
        assert answers, f"Nothing proves that {operation} answers {status}: add it to only_here.py."
        for answer in answers:
            assert_is_problem(answer, operation, status)
    done = meeting.send()
    assert done.status_code == left[0], explain(done)
    assert_is_documented(done, operation)


@pytest.mark.parametrize(("operation_id", "status"), ONLY_HERE, ids=str)
def test_a_status_that_only_some_operations_have_is_met(
    world: World, client: Client, operation_id: str, status: int
) -> None:
    operation = OPERATIONS[operation_id]
    assert status in operation.statuses
    for answer in ONLY_HERE[operation_id, status](world, client, operation):
        if status < 400:
            assert answer.status_code == status, explain(answer)
            assert_is_documented(answer, operation)
        else:
            assert_is_problem(answer, operation, status)


@each_operation
def test_a_permission_that_is_demanded_is_told(world: World, other_client: Client, operation: Operation) -> None:
    call = call_of(operation, world)
    refused = send(other_client, operation, ids_of(operation, world, call), call)
    if refused.status_code == 403:
        (permission,) = re.findall(r"artifacts\.\w+", refused.json()["detail"])
        assert f"`{permission}`" in operation.details["description"]


def test_only_operations_that_are_there_have_calls() -> None:
    assert set(CALLS) - set(OPERATIONS) == set()


@each_operation
def test_every_operation_that_takes_something_has_its_call(operation: Operation) -> None:
    required = [each for each in operation.parameters("query") if each["required"]]
    assert operation.id in CALLS or (operation.body is None and not required), (
        f"Say in calls.py how {operation} is called."
    )
