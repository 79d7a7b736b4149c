"""How each operation is called so that all goes well. An operation that takes a body has to have its call here."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.test import Client

from artifacts.importing.inline import InlineFile
from artifacts.models import Artifact
from artifacts.services.artifacts import create_artifact
from profiles.enums import ArtifactType
from tests.api import ROOT
from tests.api_contract.document import Json, Operation
from tests.api_contract.world import World
from tests.factories import ArtifactFactory, CollectionFactory


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent; `ids` are those in the path that are not the world's own."""

    body: Json | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, object] = field(default_factory=dict)


EXPORTED = {"format": 1, "sets": [{"id": "0f8fad5b-d9cb-469f-a165-70867728950e", "name": "Full-stack"}]}

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
    "import_deployment_sets": lambda world: Call({"document": EXPORTED}),
    "create_project": lambda world: Call({"path": f"{world.project.path}-new", "create_folder": True}),
    "update_project": lambda world: Call({"name": "Shop"}),
    "create_deployment_profile": lambda world: Call({"profile_id": "web", "platform": "other", "root_dir": "tools"}),
    "update_deployment_profile": lambda world: Call({"platform": "other", "root_dir": "tools"}),
    "create_artifact": lambda world: Call({"type": "command", "name": "commit", "files": {"": {"text": "Commit."}}}),
    "update_artifact": lambda world: Call({"tags": ["office"]}),
    "delete_artifact": lambda world: Call(ids={"artifact_uuid": made_here().uuid}),
    "get_artifact_file": lambda world: Call(query={"path": "SKILL.md"}),
    "create_collection": lambda world: Call({"source": importable(world)}),
    "update_collection": lambda world: Call({"name": "Their skills"}),
    "delete_collection": lambda world: Call(ids={"collection_id": CollectionFactory().pk}),
    "import_collection": lambda world: Call(
        {"name": "Their skills"}, ids={"collection_id": CollectionFactory(source=importable(world)).pk}
    ),
    "create_group": lambda world: Call({"name": "Planning", "artifact_uuids": [str(world.artifact.uuid)]}),
    "update_group": lambda world: Call({"description": "What to begin with"}),
    "copy_group": lambda world: Call({"name": "My planning"}),
    "add_group_artifacts": lambda world: Call({"artifact_uuids": [str(ArtifactFactory().uuid)]}),
    "move_group_artifact": lambda world: Call({"position": 0}),
    "undeploy_artifacts": lambda world: Call({"all": True}),
    "undo_run": lambda world: Call({}),
    "create_token": lambda world: Call({"name": "Nightly deploy"}),
}


def made_here() -> Artifact:
    """An artifact that no import keeps."""
    return create_artifact(type=ArtifactType.COMMAND, name="made-here", files={"": InlineFile(b"Text")})


def importable(world: World) -> str:
    """A folder with a command in it, beside the project."""
    folder = Path(world.project.path).parent / "source"
    (folder / "commands").mkdir(parents=True)
    (folder / "commands" / "commit.md").write_text("Commit.")
    return str(folder)


def call_of(operation: Operation, world: World) -> Call:
    """The call in `world` that does what the operation is for."""
    return CALLS[operation.id](world) if operation.id in CALLS else Call()


def ids_of(operation: Operation, world: World, call: Call) -> dict[str, str]:
    """What the operation's path names."""
    names = [each["name"] for each in operation.parameters("path")]
    return {name: str(call.ids[name] if name in call.ids else PATH[name](world)) for name in names}


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
