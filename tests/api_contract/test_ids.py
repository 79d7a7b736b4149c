"""An id in an address may be written as in a body."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client

from tests.api_contract.calls import call_of, ids_of, send
from tests.api_contract.document import OPERATIONS, Operation
from tests.api_contract.provers import explain
from tests.api_contract.world import World

WITH_IDS = [operation for operation in OPERATIONS.values() if "{" in operation.path]


def _other_case(text: str) -> str:
    try:
        return str(UUID(text)).upper()
    except ValueError:
        return text


@pytest.mark.parametrize("operation", WITH_IDS, ids=str)
def test_upper_case_ids_lead_to_every_operation(world: World, client: Client, operation: Operation) -> None:
    call = call_of(operation, world)
    ids = {name: _other_case(known) for name, known in ids_of(operation, world, call).items()}
    done = send(client, operation, ids, call)
    assert done.status_code == min(operation.statuses), explain(done)


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(str, id="plain"),
        pytest.param(lambda known: known.hex, id="without hyphens"),
        pytest.param(lambda known: known.urn, id="as a URN"),
        pytest.param(lambda known: f"{{{known}}}", id="in braces"),
    ],
)
def test_every_form_that_a_body_takes_leads_to_the_same(
    world: World, client: Client, written: Callable[[UUID], str]
) -> None:
    text = written(world.artifact.uuid)
    assert client.get(f"/api/v1/artifacts/{text}").json()["uuid"] == str(world.artifact.uuid)
    answer = client.post(f"/api/v1/deployment-sets/{world.set.pk}/members", {"artifact_uuid": text}, "application/json")
    assert answer.json()["status"] == 409
