"""How each operation is called so that all goes well. An operation that takes a body has to have its call here."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tests.api import ROOT
from tests.api_contract.document import Json, Operation
from tests.api_contract.world import World
from tests.factories import ArtifactFactory


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent besides the ids in the path."""

    body: Json | None = None
    query: Mapping[str, str] = field(default_factory=dict)


# What an id in a path names.
PATH: Mapping[str, Callable[[World], object]] = {
    "artifact_uuid": lambda world: world.artifact.uuid,
    "collection_id": lambda world: world.collection.pk,
    "deployment_id": lambda world: world.deployment.pk,
    "group_id": lambda world: world.group.pk,
    "import_id": lambda world: world.collection_import.pk,
    "member_id": lambda world: world.member.pk,
    "profile_id": lambda world: world.profile.profile_id,
    "project_id": lambda world: world.project.pk,
    "run_id": lambda world: world.run.pk,
    "set_id": lambda world: world.set.pk,
    "token_id": lambda world: world.token.pk,
}

# Those that are not here send nothing.
CALLS: Mapping[str, Callable[[World], Call]] = {
    "create_deployment_set": lambda world: Call({"name": "Full-stack", "tags": ["web"]}),
    "update_deployment_set": lambda world: Call({"description": "All of it"}),
    "add_deployment_set_member": lambda world: Call({"artifact_uuid": str(ArtifactFactory().uuid), "position": 0}),
    "move_deployment_set_member": lambda world: Call({"position": 0}),
    "explain_deployment_set": lambda world: Call(query={"artifact_uuid": str(world.artifact.uuid)}),
    "deploy_deployment_set": lambda world: Call({"project_id": str(world.project.pk), "all_profiles": True}),
    "undeploy_deployment_set": lambda world: Call({"project_id": str(world.project.pk)}),
    "bring_deployment_set_up_to_date": lambda world: Call({"project_id": str(world.project.pk)}),
    "create_project": lambda world: Call({"path": f"{world.project.path}-new", "create_folder": True}),
    "update_project": lambda world: Call({"name": "Shop"}),
    "create_deployment_profile": lambda world: Call({"profile_id": "web", "platform": "other", "root_dir": "tools"}),
    "update_deployment_profile": lambda world: Call({"platform": "other", "root_dir": "tools"}),
    "create_token": lambda world: Call({"name": "Nightly deploy"}),
}


def call_of(operation: Operation, world: World) -> Call:
    """The call in `world` that does what the operation is for."""
    return CALLS[operation.id](world) if operation.id in CALLS else Call()


def ids_of(operation: Operation, world: World) -> dict[str, str]:
    """What the operation's path names in `world`."""
    return {each["name"]: str(PATH[each["name"]](world)) for each in operation.parameters("path")}


def send(
    client: Client,
    operation: Operation,
    ids: Mapping[str, str],
    call: Call,
    *,
    raw: bytes | None = None,
    **headers: str,
) -> Any:
    """Call the operation; `raw` is sent in place of the body's JSON."""
    body = b"" if call.body is None else json.dumps(call.body).encode()
    # By names: Django's own parameter of this name takes them for CGI's.
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content_type = named.pop("Content-Type", "application/json")
    return client.generic(
        operation.method,
        f"{ROOT}{operation.path.format_map(ids)}",
        body if raw is None else raw,
        content_type=content_type,
        query_params=dict(call.query),
        headers=named,
    )
