"""What belongs to an owner does not exist for another one, by whatever id they ask, and nobody gets in at all."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.api_contract.calls import PATH, Call, call_of, ids_of, send
from tests.api_contract.document import OPERATIONS, Json, Operation, resolved
from tests.api_contract.provers import explain
from tests.api_contract.routes import ADMIN_ROUTES, API_ROUTES, PAGES, Route
from tests.api_contract.world import World

# Ids in paths that belong to an owner; those of what is everybody's.
OWNED = {"deployment_id", "member_id", "profile_id", "project_id", "run_id", "set_id", "token_id"}
SHARED = {"artifact_uuid", "collection_id", "group_id", "import_id"}

# Ids in bodies and queries, by where they are. A name of a profile means something only within a project.
SENT_OWNED: Mapping[str, Callable[[World], object]] = {
    "member_set_id": lambda world: world.set.pk,
    "project_id": lambda world: world.project.pk,
}
SENT_SHARED = {"artifact", "artifact_uuid", "artifact_uuids", "collection", "group_id"}
SENT_NAMES = {"profile_id", "profile_ids"}
# What a document calls a set, a group or an artifact. Only `references` are looked for among an owner's things.
IN_A_DOCUMENT = {
    "document.artifacts.uuid",
    "document.groups.artifacts",
    "document.groups.id",
    "document.profiles.profile_id",
    "document.references.id",
    "document.sets.id",
    "document.sets.members.artifact",
    "document.sets.members.group",
    "document.sets.members.set",
}

each_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=str)


def sent_ids(operation: Operation) -> set[str]:
    """The names of all ids that the operation takes in its body or query."""
    queries = {each["name"]: each["schema"] for each in operation.parameters("query")}
    found = {name for name, schema in queries.items() if _is_id(name, schema)}
    return found | set(_ids_in(operation.body or {}, ""))


def _ids_in(schema: Json, before: str) -> Iterator[str]:
    schema = resolved(schema)
    for each in (*schema.get("anyOf", ()), *schema.get("allOf", ()), *schema.get("prefixItems", ())):
        yield from _ids_in(each, before)
    if isinstance(schema.get("items"), dict):
        yield from _ids_in(schema["items"], before)
    for name, inner in schema.get("properties", {}).items():
        if _is_id(name, inner):
            yield f"{before}{name}"
        else:
            yield from _ids_in(inner, f"{before}{name}.")


def _is_id(name: str, schema: Json) -> bool:
    return name.endswith(("_id", "_ids", "uuid", "uuids")) or '"uuid"' in str(schema).replace("'", '"')


WITH_IDS_IN_THE_PATH = [
    operation for operation in OPERATIONS.values() if OWNED & {each["name"] for each in operation.parameters("path")}
]
WITH_IDS_SENT = [operation for operation in OPERATIONS.values() if sent_ids(operation) & set(SENT_OWNED)]
READING = [operation for operation in OPERATIONS.values() if operation.reads]


@each_operation
def test_every_id_is_known_to_be_somebodys_or_everybodys(operation: Operation) -> None:
    assert {each["name"] for each in operation.parameters("path")} - OWNED - SHARED == set()
    assert sent_ids(operation) - set(SENT_OWNED) - SENT_SHARED - SENT_NAMES - IN_A_DOCUMENT == set()


@pytest.mark.parametrize("operation", WITH_IDS_IN_THE_PATH, ids=str)
def test_no_id_in_a_path_leads_to_another_owner(
    world: World, other_world: World, client: Client, operation: Operation
) -> None:
    call = call_of(operation, world)
    ids = ids_of(operation, world, call)
    for name in OWNED & set(ids):
        unknown = "nowhere" if name == "profile_id" else str(uuid4())
        theirs = "theirs" if name == "profile_id" else str(PATH[name](other_world))
        other_world.project.profiles.filter(profile_id=other_world.profile.profile_id).update(profile_id="theirs")
        answers = {each: send(client, operation, {**ids, name: each}, call) for each in (theirs, unknown)}
        assert_told_alike(404, answers)


@pytest.mark.parametrize("operation", WITH_IDS_SENT, ids=str)
def test_no_id_in_a_body_or_query_leads_to_another_owner(
    world: World, other_world: World, client: Client, operation: Operation
) -> None:
    for name in sent_ids(operation) & set(SENT_OWNED):
        call = call_of(operation, world)
        ids = ids_of(operation, world, call)
        answers = {
            str(each): send(client, operation, ids, with_id(call, operation, name, str(each)))
            for each in (SENT_OWNED[name](other_world), uuid4())
        }
        assert_told_alike(404, answers)


def test_no_reference_in_a_document_leads_to_another_owner(world: World, other_world: World, client: Client) -> None:
    operation, answers = OPERATIONS["import_deployment_sets"], {}
    for each in (str(other_world.set.pk), str(uuid4())):
        holder = {"id": str(uuid4()), "name": "Holder", "members": [{"set": each}]}
        reference = {"kind": "set", "id": each, "name": other_world.set.name}
        call = Call({"document": {"format": 1, "sets": [holder], "references": [reference]}})
        answers[each] = send(client, operation, {}, call)
    assert_told_alike(422, answers)


def assert_told_alike(status: int, answers: Mapping[str, Any]) -> None:
    """Nothing tells the answer about one id from that about another."""
    texts = {answer.content.decode().replace(each, "…") for each, answer in answers.items()}
    assert [answer.status_code for answer in answers.values()] == [status] * len(answers), texts
    assert len(texts) == 1


def with_id(call: Call, operation: Operation, name: str, value: str) -> Call:
    """The call with this id in it."""
    if name in {each["name"] for each in operation.parameters("query")}:
        return replace(call, query={**call.query, name: value})
    body = {key: each for key, each in (call.body or {}).items() if key != "artifact_uuid"}
    return replace(call, body={**body, name: value})


@pytest.mark.parametrize("operation", READING, ids=str)
def test_what_is_read_shows_nothing_of_another_owner(
    world: World, other_world: World, client: Client, operation: Operation
) -> None:
    call = call_of(operation, world)
    answer = send(client, operation, ids_of(operation, world, call), call)
    assert answer.status_code == 200, explain(answer)
    assert traces_of(other_world, answer.content.decode()) == []


def traces_of(world: World, text: str) -> list[str]:
    """What belongs to the owner of `world` and stands in `text`."""
    rows: list[Any] = [world.set, world.member, world.project, world.profile, world.deployment, world.run, world.token]
    words = [world.owner.username, world.set.name, world.project.name, world.token.name, *(str(row.pk) for row in rows)]
    return [word for word in words if f'"{word}"' in text or f">{word}<" in text or f"/{word}" in text]


def test_every_route_of_the_api_is_an_operation_or_the_document() -> None:
    named = {route.name for route in API_ROUTES}
    assert {"api:openapi-json", "api:openapi-view", "api:api-root"} <= named
    addresses = {
        "/api/v1" + operation.path.replace("{", "<").replace("}", ">").rstrip("/") for operation in OPERATIONS.values()
    }
    assert {
        bare(route.pattern)
        for route in API_ROUTES
        if route.name not in {"api:openapi-json", "api:openapi-view", "api:api-root"}
    } == addresses


def bare(pattern: str) -> str:
    """The pattern with its parameters' names alone."""
    return "/".join(
        f"<{part.strip('<>').rpartition(':')[2]}>" if part.startswith("<") else part for part in pattern.split("/")
    )


def test_nobody_gets_into_any_route_of_the_api(world: World) -> None:
    for route in API_ROUTES:
        refused = Client().get(address_in(route, world))
        assert refused.status_code == 401 or "GET" not in refused.headers.get("Allow", "GET"), route


# The world's artifact was imported: its page shows what these would change, and says where.
ONLY_OF_WHAT_IS_MADE_HERE = {"artifacts:files", "artifacts:delete"}
OPEN_PAGES = {"healthz", "accounts:login", "accounts:logout"}


def test_nobody_gets_to_a_page_but_that_for_logging_in(world: World) -> None:
    for route in PAGES:
        if route.name not in OPEN_PAGES:
            for method in ("get", "post"):
                sent = getattr(Client(), method)(address_in(route, world))
                assert sent.status_code == 302, route
                assert sent.headers["Location"].partition("?")[0] == reverse("accounts:login"), route


@pytest.mark.parametrize("route", PAGES, ids=str)
def test_a_page_shows_nothing_of_another_owner(
    world: World, other_world: World, client: Client, other_client: Client, route: Route
) -> None:
    assert route.parameters <= OWNED | SHARED
    address = address_in(route, world)
    mine = client.get(address, follow=route.name != "accounts:login")
    theirs = [other_client.get(address), other_client.post(address)]
    assert mine.status_code in ((409,) if route.name in ONLY_OF_WHAT_IS_MADE_HERE else (200, 302, 405))
    if OWNED & route.parameters:
        assert mine.status_code == 405 or traces_of(world, mine.content.decode()) != []
        statuses = {answer.status_code for answer in theirs}
        assert statuses == {404} or statuses == {404, 405}
    for answer in theirs:
        assert traces_of(world, answer.content.decode()) == []


def test_the_admin_lets_in_nobody_and_no_ordinary_user(world: World, client: Client) -> None:
    for route in ADMIN_ROUTES:
        # Whoever is signed in may leave.
        if route.name != "admin:logout":
            for visitor in (Client(), client):
                sent = visitor.get(address_in(route, world))
                assert sent.status_code == 302, route
                assert sent.headers["Location"].partition("?")[0] in {"/admin/login/", "/login"}, route


def address_in(route: Route, world: World) -> str:
    """An address that the route leads to."""
    address = bare(route.pattern).replace("^", "").replace("$", "")
    for name in route.parameters:
        value = str(PATH[name](world)) if name in PATH else "accounts" if name == "app_label" else "1"
        address = address.replace(f"<{name}>", value)
    return address.partition("(?P<")[0]
