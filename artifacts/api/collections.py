"""Endpoints of collections and their imports. An import is done when its request is answered."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from accounts.access import demand_permission, user_of
from accounts.endpoints.paging import PageQuery, cut
from accounts.endpoints.problems import problems
from artifacts.models import Collection, CollectionImport
from artifacts.queries import collection_counts, imports_of, list_collections
from artifacts.schemas.collections import (
    CollectionCreate,
    CollectionImported,
    CollectionImportListResponse,
    CollectionImportRead,
    CollectionImportRequest,
    CollectionImportSummary,
    CollectionListQuery,
    CollectionListResponse,
    CollectionRead,
    CollectionUpdate,
)
from artifacts.services.collections import delete_collection, rename_collection
from artifacts.services.importing import begin_import, begin_import_again, run_import

router = Router(tags=["Collections"])
imports = Router(tags=["Collections"])


@router.get("", operation_id="list_collections", summary="List collections", response={200: CollectionListResponse})
def list_all(request: HttpRequest, query: Query[CollectionListQuery]) -> CollectionListResponse:
    page, total = cut(list_collections(**query.filters), query)
    counts = collection_counts(page)
    return CollectionListResponse(items=[CollectionRead.of(each, counts[each.pk]) for each in page], total=total)


@router.post(
    "",
    operation_id="create_collection",
    summary="Import a folder or a git repository for the first time",
    response={201: CollectionImported},
    openapi_extra=problems(409),
)
def create(request: HttpRequest, body: CollectionCreate) -> CollectionImported:
    user = user_of(request)
    demand_permission(user, "artifacts.add_collection")
    pending = begin_import(
        source=body.source,
        ref=body.ref,
        name=body.name or "",
        mappings=body.mappings,
        started_by=user,
        only_new=True,
    )
    done = run_import(pending=pending)
    collection = Collection.objects.get(pk=done.collection_id)
    counts = collection_counts([collection])[collection.pk]
    return CollectionImported.of(collection, counts, last_import=CollectionImportRead.of_row(done))


@router.get(
    "/{id:collection_id}",
    operation_id="get_collection",
    summary="Read a collection",
    response={200: CollectionRead},
    openapi_extra=problems(404),
)
def get(request: HttpRequest, collection_id: UUID) -> CollectionRead:
    return _read(Collection.objects.get(pk=collection_id))


@router.patch(
    "/{id:collection_id}",
    operation_id="update_collection",
    summary="Rename a collection",
    response={200: CollectionRead},
    openapi_extra=problems(404, 409),
)
def update(request: HttpRequest, collection_id: UUID, body: CollectionUpdate) -> CollectionRead:
    demand_permission(user_of(request), "artifacts.change_collection")
    collection = Collection.objects.get(pk=collection_id)
    return _read(rename_collection(collection=collection, **body.changes) if body.changes else collection)


@router.delete(
    "/{id:collection_id}",
    operation_id="delete_collection",
    summary="Delete a collection from which nothing was ever imported",
    response={204: None},
    openapi_extra=problems(404, 409),
)
def delete(request: HttpRequest, collection_id: UUID) -> None:
    demand_permission(user_of(request), "artifacts.delete_collection")
    delete_collection(collection=Collection.objects.get(pk=collection_id))


@router.post(
    "/{id:collection_id}/import",
    operation_id="import_collection",
    summary="Import a collection again",
    response={201: CollectionImportRead},
    openapi_extra=problems(404, 409),
)
def import_again(request: HttpRequest, collection_id: UUID, body: CollectionImportRequest) -> CollectionImportRead:
    user = user_of(request)
    demand_permission(user, "artifacts.change_collection")
    collection = Collection.objects.get(pk=collection_id)
    pending = begin_import_again(collection=collection, name=body.name or "", mappings=body.mappings, started_by=user)
    return CollectionImportRead.of_row(run_import(pending=pending))


@router.get(
    "/{id:collection_id}/imports",
    operation_id="list_collection_imports",
    summary="List the imports of a collection",
    response={200: CollectionImportListResponse},
    openapi_extra=problems(404),
)
def list_imports(request: HttpRequest, collection_id: UUID, query: Query[PageQuery]) -> CollectionImportListResponse:
    page, total = cut(imports_of(Collection.objects.get(pk=collection_id)), query)
    return CollectionImportListResponse(items=[CollectionImportSummary.of_counted(each) for each in page], total=total)


@imports.get(
    "/{id:import_id}",
    operation_id="get_import",
    summary="Read an import with its report",
    response={200: CollectionImportRead},
    openapi_extra=problems(404),
)
def get_import(request: HttpRequest, import_id: UUID) -> CollectionImportRead:
    return CollectionImportRead.of_row(CollectionImport.objects.get(pk=import_id))


def _read(collection: Collection) -> CollectionRead:
    return CollectionRead.of(collection, collection_counts([collection])[collection.pk])
