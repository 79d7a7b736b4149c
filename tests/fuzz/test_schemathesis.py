"""What Schemathesis finds, who knows the document alone: nothing, and never a 5xx.

https://schemathesis.readthedocs.io/
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from pytest_django.fixtures import Settings
from schemathesis.core.parameters import ParameterLocation

from accounts.models import User
from accounts.services.tokens import create_token
from accounts.services.users import local_user
from tests.api_contract.calls import PATH
from tests.api_contract.document import DOCUMENT, OPERATIONS
from tests.api_contract.world import World

EXAMPLES = int(os.environ.get("EXAMPLES", "3"))
JOURNEYS = 10 * EXAMPLES

CHECKS: dict[str, Any] = {
    # Values that the schema allows can name what is not there (404), or be against a rule that no schema can say: a
    # circle, a folder outside PROJECT_ROOTS, a name that is taken (409, 422), an edition of long ago (412).
    "positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "412", "422"]},
    # Schemathesis would take a 5xx for a refusal. And a list can be too long for a body (413) before it is for a list.
    "negative_data_rejection": {"expected-statuses": ["400", "401", "404", "405", "409", "412", "413", "415", "422"]},
}

always_the_same = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)


class Door:
    """The application as WSGI, made anew for each test: which middleware it has depends on the settings."""

    handler: WSGIHandler

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return self.handler(environ, start_response)


DOOR = Door()


def schema_with(*, checks: dict[str, Any], phases: dict[str, Any]) -> schemathesis.BaseSchema:
    """The document, to be tried through the door."""
    config = {
        "seed": 1,
        # Who calls is ours to say.
        "generation": {"deterministic": True, "max-examples": EXAMPLES, "with-security-parameters": False},
        "checks": CHECKS | checks,
        "phases": phases,
        # Deleting an artifact marks it as gone: the sets that hold it go on showing it.
        "operations": [
            {"include-path-regex": "/artifacts/", "checks": CHECKS | {"use_after_free": {"enabled": False}}}
        ],
    }
    schema = schemathesis.openapi.from_dict(DOCUMENT, config=schemathesis.Config.from_dict(config))
    schema.app = DOOR
    return schema


WITH_TOKEN = schema_with(checks={}, phases={})
# Without login it is no fault to be let in without a token. What each value at its limits does is the same for all
# callers, and looked at with a token.
LOCALLY = schema_with(checks={"ignored_auth": {"enabled": False}}, phases={"coverage": {"enabled": False}})


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody's calls: what they send to say who they are, and the ids of what they have."""

    world: World
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, case: Any) -> None:
        """Make the call and look at the answer; what it has done in the database is undone."""
        if case.path_parameters and _is_allowed(case, ParameterLocation.PATH):
            case.path_parameters = {name: str(PATH[name](self.world)) for name in case.path_parameters}
        self.name_what_is_there(case)
        with transaction.atomic():
            case.call_and_validate(headers=self.headers)
            transaction.set_rollback(True)

    def name_what_is_there(self, case: Any) -> None:
        """Put ids of things that are there into a body that the schema allows; else nearly all of them name nothing."""
        if isinstance(case.body, dict) and _is_allowed(case, ParameterLocation.BODY):
            there = {name: value(self.world) for name, value in SENT.items() if case.body.get(name)}
            case.body = case.body | there


def _is_allowed(case: Any, location: ParameterLocation) -> bool:
    # What is said about each part of a call is missing where all of it is the document's own example.
    part = case.meta.components.get(location)
    return part is None or bool(part.mode.is_positive)


# What an id in a body names.
SENT: dict[str, Callable[[World], Any]] = {
    "artifact_uuid": lambda world: str(world.artifact.uuid),
    "artifact_uuids": lambda world: [str(world.artifact.uuid)],
    "group_id": lambda world: str(world.group.pk),
    "profile_ids": lambda world: [world.profile.profile_id],
    "project_id": lambda world: str(world.project.pk),
}


@pytest.fixture
def visit(
    request: pytest.FixtureRequest, db: None, settings: Settings, tmp_path: Path
) -> Iterator[Callable[..., Visit]]:
    """Begins a visit. Nothing gets out of a folder of the test's own."""
    folder = tmp_path.resolve() / "project"
    folder.mkdir()
    settings.PROJECT_ROOTS = settings.IMPORT_ROOTS = [tmp_path.resolve()]
    settings.IMPORT_GIT_PROTOCOLS = []
    # A request would close the connection, and with it the test's transaction. Django's own client does the same.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)

    def begin(owner: User, headers: dict[str, str]) -> Visit:
        DOOR.handler = WSGIHandler()
        return Visit(World.of(owner, folder), headers)

    yield begin
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def local_visit(visit: Callable[..., Visit]) -> Visit:
    """As the one local user."""
    return visit(local_user(), {})


@pytest.fixture
def visit_with_token(visit: Callable[..., Visit], owner: User, settings: Settings) -> Visit:
    """As somebody with a token, where people sign in."""
    settings.AUTH_ENABLED = True
    _, secret = create_token(owner=owner, name="Schemathesis")
    return visit(owner, {"Authorization": f"Bearer {secret}"})


@LOCALLY.parametrize()
@always_the_same
def test_the_local_user_finds_no_fault(case: Any, local_visit: Visit) -> None:
    local_visit.call(case)


@WITH_TOKEN.parametrize()
@always_the_same
def test_somebody_with_a_token_finds_no_fault(case: Any, visit_with_token: Visit) -> None:
    visit_with_token.call(case)


def test_the_local_user_finds_no_fault_from_one_call_to_the_next(local_visit: Visit) -> None:
    travel(LOCALLY, local_visit)


def test_somebody_with_a_token_finds_no_fault_from_one_call_to_the_next(visit_with_token: Visit) -> None:
    travel(WITH_TOKEN, visit_with_token)


def travel(schema: schemathesis.BaseSchema, visit: Visit) -> None:
    """Follow the document's links from what is made to what is done with it."""
    called: set[str] = set()

    class Journey(schema.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            self.begun = transaction.atomic()
            self.begun.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.begun.__exit__(None, None, None)

        def before_call(self, case: Any) -> None:
            visit.name_what_is_there(case)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": visit.headers}

        def validate_response(self, response: Any, case: Any, additional_checks: Any = None, **kwargs: Any) -> None:
            case.validate_response(response, headers=visit.headers, transport_kwargs=kwargs, recorder=self.recorder)

        def after_call(self, response: Any, case: Any) -> None:
            super().after_call(response, case)
            if response.status_code < 300:
                called.add(case.operation.definition.raw["operationId"])

    Journey.run(settings=hypothesis.settings(always_the_same, max_examples=JOURNEYS, stateful_step_count=15))
    assert len(called) > 10, f"Of {len(OPERATIONS)} operations only these went well: {sorted(called)}"
