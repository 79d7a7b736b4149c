"""Endpoints of collections and their imports. An import is done when its request is answered."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from accounts.access import demand_permission, user_of
from accounts.endpoints.paging import PageQuery, cut
from accounts.endpoints.problems import problems
from artifacts.models import Collection
from artifacts.queries import as_they_are, collection_counts, import_as_it_is, imports_of, list_collections
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
from artifacts.services.importing import (
    begin_import,
    begin_import_again,
    run_import,
)

router = Router(tags=["Collections"])
imports = Router(tags=["Collections"])


@router.get("", operation_id="list_collections", summary="List collections", response={200: CollectionListResponse})
def list_all(request: HttpRequest, query: Query[CollectionListQuery]) -> CollectionListResponse:
    """Collections are everybody's. The one of what was made here is among them as soon as something was."""
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
    """It is answered when the import is done, which for a large repository takes a while; `last_import.report` accounts
    for every file. A source and its `ref` are one collection, whatever it is called. Where nothing was imported from it
    yet, as the first import failed, this tries again.

    Demands the permission `artifacts.add_collection`. 409 where something was imported from the source before (import
    that collection again), where another collection has the name, and while the source is being imported. 422, of the
    type `import-failed`, where the source cannot be read or nothing in it is recognised: `detail` has the mappings that
    would help, and `import_id` names the record.
    """
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
    """The name is for people; an import goes by source and `ref`.

    Demands the permission `artifacts.change_collection`. 409 where another collection has the name.
    """
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
    """Its imports go with it; nothing else can hang on it.

    Demands the permission `artifacts.delete_collection`. 409 where there is an artifact, even a missing one, and while
    it is being imported.
    """
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
    """Brings artifacts and groups up to date with the source, and is answered when that is done. What is not found any
    more is gone: it stays in sets, as missing, and what is deployed stays until the next deploy or undeploy. `mappings`
    and `name` are kept if the import succeeds.

    Demands the permission `artifacts.change_collection`. 409 for the collection of what was made here, where another
    collection has the name, and while it is being imported. 422, of the type `import-failed`, where the source cannot
    be read or nothing in it is recognised: nothing has changed then, and `import_id` names the record.
    """
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
    """Newest first, those that failed included, without their reports."""
    collection = Collection.objects.get(pk=collection_id)
    page, total = cut(imports_of(collection), query)
    return CollectionImportListResponse(
        items=[CollectionImportSummary.of_counted(each) for each in as_they_are(page)], total=total
    )


@imports.get(
    "/{id:import_id}",
    operation_id="get_import",
    summary="Read an import with its report",
    response={200: CollectionImportRead},
    openapi_extra=problems(404),
)
def get_import(request: HttpRequest, import_id: UUID) -> CollectionImportRead:
    """`docs/collections.md` explains the report, which accounts for every file of the source."""
    return CollectionImportRead.of_row(import_as_it_is(import_id))


def _read(collection: Collection) -> CollectionRead:
    return CollectionRead.of(collection, collection_counts([collection])[collection.pk])
