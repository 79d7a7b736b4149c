"""Endpoints of groups and what is in them."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from accounts.access import demand_permission, user_of
from accounts.endpoints.paging import PageQuery, cut
from accounts.endpoints.problems import problems
from artifacts.models import Artifact, ArtifactGroup
from artifacts.queries import artifacts_in_order, list_groups, member_counts, members_of
from artifacts.schemas.groups import (
    GroupArtifactListResponse,
    GroupArtifactMove,
    GroupArtifactRead,
    GroupArtifactsAdd,
    GroupCopy,
    GroupCreate,
    GroupListQuery,
    GroupListResponse,
    GroupRead,
    GroupUpdate,
)
from artifacts.services.groups import (
    add_to_group,
    copy_group,
    create_group,
    delete_group,
    move_in_group,
    remove_from_group,
    update_group,
)

router = Router(tags=["Groups"])

_CHANGE = "artifacts.change_artifactgroup"


@router.get("", operation_id="list_groups", summary="List groups", response={200: GroupListResponse})
def list_all(request: HttpRequest, query: Query[GroupListQuery]) -> GroupListResponse:
    """Groups are everybody's. Those that are gone from their collection are among them unless `gone=false`."""
    page, total = cut(list_groups(**query.filters), query)
    counts = member_counts(page)
    return GroupListResponse(items=[GroupRead.of(each, counts.get(each.pk, 0)) for each in page], total=total)


@router.post(
    "", operation_id="create_group", summary="Make a group", response={201: GroupRead}, openapi_extra=problems(409)
)
def create(request: HttpRequest, body: GroupCreate) -> GroupRead:
    """The group is editable, and in no collection.

    Demands the permission `artifacts.add_artifactgroup`. 409 where another editable group has the name; 422 for an
    artifact that does not exist or is named twice.
    """
    demand_permission(user_of(request), "artifacts.add_artifactgroup")
    artifacts = artifacts_in_order(body.artifact_uuids)
    return _read(create_group(name=body.name, description=body.description or "", artifacts=artifacts).pk)


@router.get(
    "/{id:group_id}",
    operation_id="get_group",
    summary="Read a group",
    response={200: GroupRead},
    openapi_extra=problems(404),
)
def get(request: HttpRequest, group_id: UUID) -> GroupRead:
    return _read(group_id)


@router.patch(
    "/{id:group_id}",
    operation_id="update_group",
    summary="Change what is sent about a group",
    response={200: GroupRead},
    openapi_extra=problems(404, 409),
)
def update(request: HttpRequest, group_id: UUID, body: GroupUpdate) -> GroupRead:
    """What is left out stays; null empties the description.

    Demands the permission `artifacts.change_artifactgroup`. 409 where another editable group has the name, and for one
    that its import keeps: copy it, and change the copy.
    """
    demand_permission(user_of(request), _CHANGE)
    update_group(group=_group(group_id), **body.changes)
    return _read(group_id)


@router.delete(
    "/{id:group_id}",
    operation_id="delete_group",
    summary="Delete a group, and take it out of the sets that hold it",
    response={204: None},
    openapi_extra=problems(404, 409),
)
def delete(request: HttpRequest, group_id: UUID) -> None:
    """Its artifacts stay, and so does what is deployed of them. `GET /groups/{group_id}/usage` says which of your sets
    hold it.

    Demands the permission `artifacts.delete_artifactgroup`. 409 for one that its import keeps and that is not gone.
    """
    demand_permission(user_of(request), "artifacts.delete_artifactgroup")
    delete_group(group=_group(group_id))


@router.post(
    "/{id:group_id}/copy",
    operation_id="copy_group",
    summary="Copy a group, so that it can be changed",
    response={201: GroupRead},
    openapi_extra=problems(404, 409),
)
def copy(request: HttpRequest, group_id: UUID, body: GroupCopy | None = None) -> GroupRead:
    """The copy has the same artifacts in the same order, and is editable also where the group is not. Later changes of
    the one do not reach the other.

    Demands the permission `artifacts.add_artifactgroup`. 409 where another editable group has the name.
    """
    demand_permission(user_of(request), "artifacts.add_artifactgroup")
    return _read(copy_group(group=_group(group_id), name=body.name if body else None).pk)


@router.get(
    "/{id:group_id}/artifacts",
    operation_id="list_group_artifacts",
    summary="List what is in a group",
    response={200: GroupArtifactListResponse},
    openapi_extra=problems(404),
)
def list_artifacts_of(request: HttpRequest, group_id: UUID, query: Query[PageQuery]) -> GroupArtifactListResponse:
    """In the group's order, the missing ones included."""
    page, total = cut(members_of(_group(group_id)), query)
    return GroupArtifactListResponse(items=[GroupArtifactRead.of(each) for each in page], total=total)


@router.post(
    "/{id:group_id}/artifacts",
    operation_id="add_group_artifacts",
    summary="Put artifacts into a group",
    response={201: GroupArtifactListResponse},
    openapi_extra=problems(404, 409),
)
def add(request: HttpRequest, group_id: UUID, body: GroupArtifactsAdd) -> GroupArtifactListResponse:
    """In the order sent, all or none; those behind make room. The answer has only what was added, and where it stands.

    Demands the permission `artifacts.change_artifactgroup`. 409 where one is in the group already, and for a group that
    its import keeps; 422 for an artifact that does not exist, and for a position past the end.
    """
    demand_permission(user_of(request), _CHANGE)
    group = _group(group_id)
    added = add_to_group(group=group, artifacts=artifacts_in_order(body.artifact_uuids), position=body.position)
    rows = members_of(group).filter(pk__in=[membership.pk for membership in added])
    return GroupArtifactListResponse(items=[GroupArtifactRead.of(each) for each in rows], total=len(added))


@router.patch(
    "/{id:group_id}/artifacts/{id:artifact_uuid}",
    operation_id="move_group_artifact",
    summary="Move an artifact to another position in a group",
    response={200: GroupArtifactRead},
    openapi_extra=problems(404, 409),
)
def move(request: HttpRequest, group_id: UUID, artifact_uuid: UUID, body: GroupArtifactMove) -> GroupArtifactRead:
    """The others make room.

    Demands the permission `artifacts.change_artifactgroup`. 404 where the artifact is not in the group; 409 for a group
    that its import keeps; 422 for a position past the end.
    """
    demand_permission(user_of(request), _CHANGE)
    group = _group(group_id)
    move_in_group(group=group, artifact=Artifact.objects.get(pk=artifact_uuid), position=body.position)
    return GroupArtifactRead.of(members_of(group).get(artifact=artifact_uuid))


@router.delete(
    "/{id:group_id}/artifacts/{id:artifact_uuid}",
    operation_id="remove_group_artifact",
    summary="Take an artifact out of a group",
    response={204: None},
    openapi_extra=problems(404, 409),
)
def remove(request: HttpRequest, group_id: UUID, artifact_uuid: UUID) -> None:
    """The artifact itself stays; those behind it move up.

    Demands the permission `artifacts.change_artifactgroup`. 404 where it is not in the group; 409 for a group that its
    import keeps.
    """
    demand_permission(user_of(request), _CHANGE)
    remove_from_group(group=_group(group_id), artifact=Artifact.objects.get(pk=artifact_uuid))


def _group(group_id: UUID) -> ArtifactGroup:
    return list_groups().get(pk=group_id)


def _read(group_id: UUID) -> GroupRead:
    """A group as it is now."""
    group = _group(group_id)
    return GroupRead.of(group, member_counts([group]).get(group.pk, 0))
