"""What models hold is shown by the API or kept in by intent, and what can be written is what is read again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django.test import Client

from accounts.models import ApiToken, FailedAttempts, User
from artifacts.models import (
    Artifact,
    ArtifactGroup,
    ArtifactTag,
    Blob,
    Collection,
    CollectionImport,
    GroupMembership,
    Version,
)
from deployment_sets.models import DeploymentSet, DeploymentSetMember, DeploymentSetTag
from deployments.models import Claim, Deployment, DeploymentPlacement, JournalEntry, Placement, Run, RunItem
from profiles.models import DeploymentProfile
from projects.models import Project
from tests.api_contract.calls import Call, ids_of, importable, send
from tests.api_contract.document import DOCUMENT, OPERATIONS, Json
from tests.api_contract.provers import explain
from tests.api_contract.world import World
from tests.config.test_documentation import APPS


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a model is shown: in a schema, its fields by their own name, by another one, or for a reason not at all."""

    schema: str
    renamed: Mapping[str, str] = field(default_factory=dict)
    internal: Mapping[str, str] = field(default_factory=dict)


BY_ORDER = "what counts is its place in the order"
THE_ROW = "the number of a row, by which nobody asks"

SHOWN: Mapping[type[Model], Shown] = {
    ApiToken: Shown("TokenRead", internal={"owner": "the caller, always", "digest": "the hash of a secret"}),
    Artifact: Shown("ArtifactRead"),
    ArtifactGroup: Shown("GroupRead", internal={"artifacts": "shown by /groups/{id}/artifacts"}),
    ArtifactTag: Shown("ArtifactRead", {"name": "tags", "artifact": "uuid"}, {"id": THE_ROW}),
    Claim: Shown("ClaimRead", internal={"id": THE_ROW, "deployment": "the one that it is shown in"}),
    Collection: Shown("CollectionRead"),
    CollectionImport: Shown(
        "CollectionImportRead", {"collection": "collection_id"}, {"started_by": "others' names are not everybody's"}
    ),
    Deployment: Shown(
        "DeploymentRead", {"project": "project_id", "label": "artifact_id"}, {"placements": "shown as `paths`"}
    ),
    DeploymentProfile: Shown("DeploymentProfileRead", {"project": "project_id"}),
    DeploymentSet: Shown("DeploymentSetResponse", {"owner": "owner_id"}),
    DeploymentSetMember: Shown(
        "MemberResponse",
        {"artifact": "artifact_uuid", "group": "group_id", "member_set": "member_set_id"},
        {"set": "the one that was asked for", "created_at": BY_ORDER},
    ),
    DeploymentSetTag: Shown("DeploymentSetResponse", {"name": "tags", "set": "id"}, {"id": THE_ROW}),
    GroupMembership: Shown("GroupArtifactRead", internal={"id": THE_ROW, "group": "the one that was asked for"}),
    Project: Shown("ProjectRead", {"owner": "owner_id"}),
    Run: Shown(
        "RunRead",
        {"project": "project_id"},
        {
            "folder_key": "how a run that was cut off is found again",
            "rows_before": "what an undo needs",
            "left_folders": "what an undo needs",
        },
    ),
    RunItem: Shown(
        "DeployResultItem",
        {
            "artifact_label": "artifact_id",
            "artifact_namespace": "namespace",
            "deployment_profile_id": "profile_id",
        },
        {"id": THE_ROW, "run": "the one that was asked for", "position": BY_ORDER},
    ),
    Version: Shown("VersionRead", {"manifest": "sha256"}, {"artifact": "the one that it is shown in"}),
}

KEPT_IN: Mapping[type[Model], str] = {
    Blob: "bytes; shown as an artifact's files",
    DeploymentPlacement: "which deployment needs which path; shown as its `paths`",
    FailedAttempts: "who tried to come in from where; for administrators",
    JournalEntry: "what an undo needs",
    Placement: "what we answer for on disk; shown as `paths` of deployments, compared with the disk as their status",
    User: "people are managed in the admin; the API knows them by `owner_id` alone",
}


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.partition(".")[0] in APPS]


def test_every_model_is_shown_or_kept_in() -> None:
    assert set(SHOWN) | set(KEPT_IN) == set(our_models())
    assert set(SHOWN) & set(KEPT_IN) == set()


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model.__name__)
def test_every_field_of_a_model_is_shown_or_kept_in(model: type[Model]) -> None:
    shown = SHOWN[model]
    fields = {each.name for each in (*model._meta.concrete_fields, *model._meta.many_to_many)}
    assert set(shown.renamed) | set(shown.internal) <= fields
    properties = DOCUMENT["components"]["schemas"][shown.schema]["properties"]
    missing = {name for name in fields - set(shown.internal) if shown.renamed.get(name, name) not in properties}
    assert missing == set(), f"Show them in {shown.schema}, or say why they are internal."


type Values = Mapping[str, tuple[Any, ...]]
"""A field's value when the thing is made, and another one for when it is changed, where it can be."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A thing that is made, read and changed. `read_elsewhere` are fields that another operation reads."""

    create: str
    read: str
    update: str | None
    parameter: str
    values: Callable[[World], Values]
    read_elsewhere: Mapping[str, str] = field(default_factory=dict)
    key: str = "id"

    def __str__(self) -> str:
        return self.create.removeprefix("create_").removeprefix("add_")


def _profile_values(world: World) -> Values:
    return {
        "profile_id": ("web",),
        "platform": ("claude_code", "other"),
        "root_dir": (".tools", "agents"),
        "artifact_path_map": (
            dict.fromkeys(("skill", "command", "agent", "hook", "mcp"), ".tools/one") | {"rule": ".tools/rules"},
            dict.fromkeys(("skill", "command", "agent", "rule"), "agents/two"),
        ),
        "project_config_filenames": (["CLAUDE.md"], ["AGENTS.md"]),
        "context_path_prefixes": ([".tools/rules"], ["agents/two"]),
        "supported_artifact_types": (["skill", "rule"], ["command"]),
        "description": ("For pages", "For all"),
    }


RESOURCES = [
    Resource(
        "create_deployment_set",
        "get_deployment_set",
        "update_deployment_set",
        "set_id",
        lambda world: {
            "name": ("Full-stack", "Half-stack"),
            "description": ("All", "Half"),
            "color": ("#a0b1c2", "#000000"),
            "icon": ("layers", "box"),
            "tags": (["api", "web"], ["db"]),
        },
    ),
    Resource(
        "create_project",
        "get_project",
        "update_project",
        "project_id",
        lambda world: {
            "path": (f"{world.project.path}-new",),
            "name": ("Shop", "Stall"),
            "create_folder": (True,),
        },
        {"create_folder": "an instruction; the folder is there"},
    ),
    Resource(
        "create_deployment_profile",
        "get_deployment_profile",
        "update_deployment_profile",
        "profile_id",
        _profile_values,
        key="profile_id",
    ),
    Resource(
        "create_artifact",
        "get_artifact",
        "update_artifact",
        "artifact_uuid",
        lambda world: {
            "type": ("skill",),
            "namespace": ("tools",),
            "name": ("pdf",),
            "description": ("Reads PDF files", "Fills in PDF files"),
            "target_platforms": (["claude_code"], ["codex", "other"]),
            "tags": (["office"], ["print", "web"]),
            "files": ({"SKILL.md": {"text": "One"}}, {"SKILL.md": {"base64": "VHdv"}}),
        },
        {"files": "by list_artifact_files and get_artifact_file"},
        key="uuid",
    ),
    Resource(
        "create_group",
        "get_group",
        "update_group",
        "group_id",
        lambda world: {
            "name": ("Planning", "Doing"),
            "description": ("First", "Then"),
            "artifact_uuids": ([str(world.artifact.uuid)],),
        },
        {"artifact_uuids": "by list_group_artifacts"},
    ),
    Resource(
        "create_collection",
        "get_collection",
        "update_collection",
        "collection_id",
        lambda world: {
            "source": (importable(world),),
            "ref": ("",),
            "name": ("Ours", "Theirs"),
            "mappings": (["tools/*.md=command"],),
        },
    ),
    Resource("create_token", "get_token", None, "token_id", lambda world: {"name": ("Nightly",)}),
]

# What is sent to have something done, which its own tests follow to its end.
DEEDS = {
    "add_deployment_set_member",
    "add_group_artifacts",
    "bring_deployment_set_up_to_date",
    "copy_group",
    "deploy_deployment_set",
    "import_collection",
    "import_deployment_sets",
    "move_deployment_set_member",
    "move_group_artifact",
    "undeploy_artifacts",
    "undeploy_deployment_set",
    "undo_run",
}


def fields_of(operation_id: str) -> set[str]:
    """What can be sent to the operation."""
    return set((OPERATIONS[operation_id].body or {})["properties"])


def test_whatever_takes_a_body_makes_or_changes_a_thing_or_does_something() -> None:
    taking = {operation.id for operation in OPERATIONS.values() if operation.body is not None}
    things = {each.create for each in RESOURCES} | {each.update for each in RESOURCES if each.update}
    assert things | DEEDS == taking
    assert things & DEEDS == set()


@pytest.mark.parametrize("resource", RESOURCES, ids=str)
def test_every_field_survives_making_reading_changing_and_reading(
    world: World, client: Client, resource: Resource
) -> None:
    values = resource.values(world)
    first = {name: each[0] for name, each in values.items()}
    second = {name: each[1] for name, each in values.items() if len(each) > 1}
    assert set(first) == fields_of(resource.create)
    assert all(first[name] != second[name] for name in second)

    made = call(client, resource.create, world, {}, first)
    ids = {resource.parameter: made[resource.key]}
    read = call(client, resource.read, world, ids)
    assert {name: read[name] for name in first if name not in resource.read_elsewhere} == {
        name: value for name, value in first.items() if name not in resource.read_elsewhere
    }
    if resource.update is None:
        return
    assert set(second) == fields_of(resource.update)
    call(client, resource.update, world, ids, second)
    read = call(client, resource.read, world, ids)
    kept = {name: value for name, value in (first | second).items() if name not in resource.read_elsewhere}
    assert {name: read[name] for name in kept} == kept


def test_files_survive_too(world: World, client: Client) -> None:
    body: Json = {"type": "skill", "name": "pdf", "files": {}}
    text, binary = {"text": "One", "executable": True}, {"base64": "/w==", "executable": False}
    made = call(client, "create_artifact", world, {}, {**body, "files": {"SKILL.md": text, "data.bin": binary}})
    ids = {"artifact_uuid": made["uuid"]}
    listed = call(client, "list_artifact_files", world, ids)["items"]
    assert [(each["path"], each["executable"]) for each in listed] == [("SKILL.md", True), ("data.bin", False)]
    for path, sent in (("SKILL.md", text), ("data.bin", binary)):
        read = call(client, "get_artifact_file", world, ids, query={"path": path})
        assert {name: read[name] for name in sent} == sent


def test_the_artifacts_of_a_new_group_survive(world: World, client: Client) -> None:
    body = {"name": "Planning", "artifact_uuids": [str(world.artifact.uuid)]}
    made = call(client, "create_group", world, {}, body)
    listed = call(client, "list_group_artifacts", world, {"group_id": made["id"]})["items"]
    assert [each["artifact"]["uuid"] for each in listed] == body["artifact_uuids"]


def call(
    client: Client,
    operation_id: str,
    world: World,
    ids: Mapping[str, str],
    body: Json | None = None,
    query: Mapping[str, str] | None = None,
) -> Any:
    """What the operation answers, when all goes well."""
    sent = Call(body, query or {}, ids)
    answer = send(client, OPERATIONS[operation_id], ids_of(OPERATIONS[operation_id], world, sent), sent)
    assert answer.status_code in (200, 201), explain(answer)
    return answer.json()
