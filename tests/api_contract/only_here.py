"""Statuses that only some operations can meet, and how they come to meet them."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.test import Client

from projects.locks import folder_lock
from tests.api_contract.calls import Call, call_of, ids_of, send
from tests.api_contract.document import Operation
from tests.api_contract.world import World

type SpecialProver = Callable[[World, Client, Operation], Iterator[Any]]


def somebody_at_work(world: World, client: Client, operation: Operation) -> Iterator[Any]:
    """Another run holds the lock of the project's folder."""
    with (
        patch("deployments.services.folders.LOCK_WAIT_SECONDS", 0.0),
        patch("projects.services._WAIT_FOR_RUN_SECONDS", 0.0),
        folder_lock(Path(world.project.path), 0),
    ):
        yield send(client, operation, ids_of(operation, world), call_of(operation, world))


def there_already(**body: Callable[[World], str]) -> SpecialProver:
    """What the body says is there already."""

    def prove(world: World, client: Client, operation: Operation) -> Iterator[Any]:
        usual = call_of(operation, world).body or {}
        call = Call({**usual, **{name: value(world) for name, value in body.items()}})
        yield send(client, operation, ids_of(operation, world), call)

    return prove


ONLY_HERE: Mapping[tuple[str, int], SpecialProver] = {
    ("add_deployment_set_member", 409): there_already(artifact_uuid=lambda world: str(world.artifact.uuid)),
    ("deploy_deployment_set", 409): somebody_at_work,
    ("undeploy_deployment_set", 409): somebody_at_work,
    ("create_project", 409): there_already(path=lambda world: world.project.path),
    ("delete_project", 409): somebody_at_work,
    ("create_deployment_profile", 409): there_already(profile_id=lambda world: world.profile.profile_id),
}
