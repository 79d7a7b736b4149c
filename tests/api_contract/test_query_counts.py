"""How many questions each reading operation asks the database: as many for twice the rows."""

from collections.abc import Iterator

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.api_contract.calls import Call, call_of, ids_of, send
from tests.api_contract.document import OPERATIONS, Operation
from tests.api_contract.provers import explain
from tests.api_contract.world import World

ROWS = 3
READING = [operation for operation in OPERATIONS.values() if operation.reads]
LISTS = {operation.id for operation in READING if operation.id.startswith("list_")}
# Their length has nothing to do with rows: an artifact's files are in one blob.
OF_ONE_ROW = {"list_artifact_files"}


def ways_to_ask(operation: Operation, world: World) -> Iterator[tuple[str, Call]]:
    """The call as it is, and with each thing that can be asked for besides."""
    call = call_of(operation, world)
    yield operation.id, call
    for each in operation.parameters("query"):
        if each["schema"].get("type") == "boolean":
            yield f"{operation.id}?{each['name']}", Call(call.body, {**call.query, each["name"]: "true"}, call.ids)


def counted(world: World, client: Client) -> dict[str, tuple[int, int]]:
    """For each way to ask: how many queries it takes, and how many rows there are."""
    found = {}
    for operation in READING:
        for name, call in ways_to_ask(operation, world):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                answer = send(client, operation, ids_of(operation, world, call), call)
            assert answer.status_code == 200, explain(answer)
            found[name] = (len(queries), answer.json()["total"] if operation.id in LISTS else 0)
    return found


def test_no_operation_asks_more_for_more_rows(world: World, client: Client) -> None:
    world.grow(ROWS)
    # What is kept in memory from the first time on is there now.
    counted(world, client)
    before = counted(world, client)
    world.grow(ROWS)
    after = counted(world, client)
    more = {name: (before[name], after[name]) for name in before if after[name][0] != before[name][0]}
    assert more == {}, "(queries, rows) before and after"
    lists = {name for name in before if name in LISTS - OF_ONE_ROW}
    assert {name for name in lists if after[name][1] <= before[name][1]} == set(), "These have not grown."
    assert len(lists) > 10
