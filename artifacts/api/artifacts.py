"""Endpoints of artifacts and their files."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from accounts.access import demand_permission, user_of
from accounts.endpoints.paging import PageQuery, cut
from accounts.endpoints.problems import problems
from artifacts.models import Artifact
from artifacts.queries import artifact_tags, file_of, files_of, list_artifacts
from artifacts.schemas.artifacts import (
    ArtifactCreate,
    ArtifactFileContent,
    ArtifactFileListResponse,
    ArtifactFileQuery,
    ArtifactFileRead,
    ArtifactListQuery,
    ArtifactListResponse,
    ArtifactRead,
    ArtifactTagListResponse,
    ArtifactTagRead,
    ArtifactUpdate,
)
from artifacts.services.artifacts import create_artifact, delete_artifact, update_artifact

router = Router(tags=["Artifacts"])


@router.get("", operation_id="list_artifacts", summary="List artifacts", response={200: ArtifactListResponse})
def list_all(request: HttpRequest, query: Query[ArtifactListQuery]) -> ArtifactListResponse:
    """Artifacts are everybody's. Those that are gone from their collection are among them unless `gone=false`."""
    page, total = cut(list_artifacts(**query.filters), query)
    return ArtifactListResponse(items=[ArtifactRead.of(each) for each in page], total=total)


@router.post(
    "",
    operation_id="create_artifact",
    summary="Make an artifact of files",
    response={201: ArtifactRead},
    openapi_extra=problems(409),
)
def create(request: HttpRequest, body: ArtifactCreate) -> ArtifactRead:
    """It comes into the one collection of what is made here. One of this type, namespace and name that was deleted
    comes back as the same artifact, with its uuid, so that sets that hold it have it again.

    Demands the permission `artifacts.add_artifact`. 409 where it is there already; 422 where the files make no artifact
    of this type.
    """
    demand_permission(user_of(request), "artifacts.add_artifact")
    return _read(create_artifact(**body.values).pk)


@router.get(
    "/tags",
    operation_id="list_artifact_tags",
    summary="List the tags of artifacts",
    response={200: ArtifactTagListResponse},
)
def list_tags(request: HttpRequest, query: Query[PageQuery]) -> ArtifactTagListResponse:
    """By name, each with how many artifacts carry it, the missing ones included."""
    tags = artifact_tags()
    page = tags[query.offset : query.offset + query.limit]
    return ArtifactTagListResponse(
        items=[ArtifactTagRead(name=name, artifact_count=count) for name, count in page], total=tags.count()
    )


@router.get(
    "/{id:artifact_uuid}",
    operation_id="get_artifact",
    summary="Read an artifact",
    response={200: ArtifactRead},
    openapi_extra=problems(404),
)
def get(request: HttpRequest, artifact_uuid: UUID) -> ArtifactRead:
    return _read(artifact_uuid)


@router.patch(
    "/{id:artifact_uuid}",
    operation_id="update_artifact",
    summary="Change what is sent about an artifact",
    response={200: ArtifactRead},
    openapi_extra=problems(404, 409),
)
def update(request: HttpRequest, artifact_uuid: UUID, body: ArtifactUpdate) -> ArtifactRead:
    """What is left out stays. `files` replaces all its files; only what was made here takes any. The next import writes
    an imported artifact's description again, and leaves its target platforms and tags alone. What is deployed changes
    only with the next deploy.

    Demands the permission `artifacts.change_artifact`. 409 for files of an artifact that was imported or is deleted.
    """
    demand_permission(user_of(request), "artifacts.change_artifact")
    update_artifact(artifact=_artifact(artifact_uuid), **body.changes)
    return _read(artifact_uuid)


@router.delete(
    "/{id:artifact_uuid}",
    operation_id="delete_artifact",
    summary="Mark an artifact that was made here as gone",
    response={204: None},
    openapi_extra=problems(404, 409),
)
def delete(request: HttpRequest, artifact_uuid: UUID) -> None:
    """It stays in the sets and groups that hold it, as missing, and can be made again. What is deployed stays where it
    is. Deleting it twice is the same as once.

    Demands the permission `artifacts.delete_artifact`. 409 for one that was imported: remove it at its source, and
    import again.
    """
    demand_permission(user_of(request), "artifacts.delete_artifact")
    delete_artifact(artifact=_artifact(artifact_uuid))


@router.get(
    "/{id:artifact_uuid}/files",
    operation_id="list_artifact_files",
    summary="List the files of an artifact",
    response={200: ArtifactFileListResponse},
    openapi_extra=problems(404),
)
def list_files(request: HttpRequest, artifact_uuid: UUID, query: Query[PageQuery]) -> ArtifactFileListResponse:
    """Paths, sizes and hashes, without the bytes. Of a missing artifact: those it held last."""
    files = files_of(_artifact(artifact_uuid))
    page = files[query.offset : query.offset + query.limit]
    return ArtifactFileListResponse(items=[ArtifactFileRead.from_orm(each) for each in page], total=len(files))


@router.get(
    "/{id:artifact_uuid}/file",
    operation_id="get_artifact_file",
    summary="Read a file of an artifact",
    response={200: ArtifactFileContent},
    openapi_extra=problems(404),
)
def get_file(request: HttpRequest, artifact_uuid: UUID, query: Query[ArtifactFileQuery]) -> ArtifactFileContent:
    """As `text` where it is UTF-8 text, else as `base64`; 404 where the artifact holds no file of this path."""
    return ArtifactFileContent.of_content(file_of(_artifact(artifact_uuid), query.path))


def _artifact(uuid: UUID) -> Artifact:
    return list_artifacts().get(pk=uuid)


def _read(uuid: UUID) -> ArtifactRead:
    """An artifact as it is now."""
    return ArtifactRead.of(_artifact(uuid))
