"""Statuses that only some operations can meet, and how they come to meet them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.test import Client

from profiles.portable import portable_profile
from projects.locks import folder_lock, named_lock
from tests.api_contract.calls import EXPORTED, Call, call_of, ids_of, made_here, send
from tests.api_contract.document import Json, Operation
from tests.api_contract.world import World
from tests.factories import ArtifactFactory, ArtifactGroupFactory, CollectionFactory

type SpecialProver = Callable[[World, Client, Operation], Iterator[Any]]


def calling(call: Callable[[World], Call]) -> SpecialProver:
    """This call in place of the one that goes well."""

    def prove(world: World, client: Client, operation: Operation) -> Iterator[Any]:
        yield _send(client, operation, world, call(world))

    return prove


def saying(**body: Callable[[World], Any]) -> SpecialProver:
    """The call that goes well, but for these fields."""

    def prove(world: World, client: Client, operation: Operation) -> Iterator[Any]:
        usual = call_of(operation, world)
        changed = {**(usual.body or {}), **{name: value(world) for name, value in body.items()}}
        yield _send(client, operation, world, replace(usual, body=changed))

    return prove


def with_kept_group(world: World, client: Client, operation: Operation) -> Iterator[Any]:
    """The call that goes well, about a group that an import keeps."""
    group = ArtifactGroupFactory(collection=world.collection, artifacts=[world.artifact])
    yield _send(client, operation, world, replace(call_of(operation, world), ids={"group_id": group.pk}))


def somebody_deploying(world: World, client: Client, operation: Operation) -> Iterator[Any]:
    """Another run holds the lock of the project's folder."""
    with (
        patch("deployments.services.folders.LOCK_WAIT_SECONDS", 0.0),
        patch("projects.services._WAIT_FOR_RUN_SECONDS", 0.0),
        folder_lock(Path(world.project.path), 0),
    ):
        yield _send(client, operation, world, call_of(operation, world))


def somebody_importing(world: World, client: Client, operation: Operation) -> Iterator[Any]:
    """Another import holds the lock of the collection."""
    call = call_of(operation, world)
    with named_lock(f"collection-{call.ids['collection_id']}", 0):
        yield _send(client, operation, world, call)


def imported_source(world: World) -> str:
    """What something was imported from."""
    ArtifactFactory(collection=CollectionFactory(source=world.project.path))
    return world.project.path


def another_profile(world: World) -> Json:
    """The profile there is, exported, with something else in it."""
    return {**portable_profile(world.profile), "description": "Another one"}


def folder_is_gone(world: World, client: Client, operation: Operation) -> Iterator[Any]:
    """The project's folder is not there to be looked at."""
    folder = Path(world.project.path)
    away = folder.rename(folder.with_name("away"))
    for choice in ("on_disk", "diffs"):
        yield _send(client, operation, world, Call(query={choice: "true"}))
    away.rename(folder)


def _send(client: Client, operation: Operation, world: World, call: Call) -> Any:
    return send(client, operation, ids_of(operation, world, call), call)


ONLY_HERE: Mapping[tuple[str, int], SpecialProver] = {
    ("add_deployment_set_member", 409): saying(artifact_uuid=lambda world: str(world.artifact.uuid)),
    ("deploy_deployment_set", 409): somebody_deploying,
    ("undeploy_deployment_set", 409): somebody_deploying,
    ("import_deployment_sets", 200): saying(dry_run=lambda world: True),
    ("import_deployment_sets", 409): saying(
        project_id=lambda world: str(world.project.pk),
        document=lambda world: {**EXPORTED, "profiles": [another_profile(world)]},
    ),
    ("undeploy_artifacts", 409): somebody_deploying,
    ("undo_run", 409): somebody_deploying,
    ("list_deployments", 409): folder_is_gone,
    ("get_deployment", 409): folder_is_gone,
    ("create_project", 409): saying(path=lambda world: world.project.path),
    ("delete_project", 409): somebody_deploying,
    ("create_deployment_profile", 409): saying(profile_id=lambda world: world.profile.profile_id),
    ("create_artifact", 409): saying(name=lambda world: made_here().name),
    ("update_artifact", 409): saying(files=lambda world: {"SKILL.md": {"text": "---\nname: x\n---\n"}}),
    ("delete_artifact", 409): calling(lambda world: Call()),
    ("create_collection", 409): saying(source=imported_source),
    ("update_collection", 409): saying(name=lambda world: CollectionFactory().name),
    ("delete_collection", 409): calling(lambda world: Call()),
    ("import_collection", 409): somebody_importing,
    ("create_group", 409): saying(name=lambda world: world.group.name),
    ("update_group", 409): saying(name=lambda world: ArtifactGroupFactory().name),
    ("delete_group", 409): with_kept_group,
    ("copy_group", 409): saying(name=lambda world: world.group.name),
    ("add_group_artifacts", 409): saying(artifact_uuids=lambda world: [str(world.artifact.uuid)]),
    ("move_group_artifact", 409): with_kept_group,
    ("remove_group_artifact", 409): with_kept_group,
}
