"""Endpoints that take sets to another server and bring them in there."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Status
from ninja.openapi.schema import REF_TEMPLATE

from accounts.access import user_of
from accounts.endpoints.files import JSON, TOML
from accounts.endpoints.headers import DOWNLOAD
from accounts.endpoints.problems import problems
from deployment_sets.api.switch import sets_router
from deployment_sets.downloads import document_file
from deployment_sets.portable.document import PortableDocument
from deployment_sets.schemas.portable import EXAMPLE, DeploymentSetImport, ExportQuery, ImportedSetsRead
from deployment_sets.services.exporting import export_set
from deployment_sets.services.importing import import_sets
from profiles.queries import profiles_to_deploy_under
from projects.queries import project_of

router = sets_router()

_DOCUMENT = {
    JSON: {"schema": {"$ref": REF_TEMPLATE.format(model=PortableDocument.__name__)}, "example": EXAMPLE},
    TOML: {"schema": {"type": "string"}, "example": "format = 1\n"},
}


@router.get(
    "/{id:set_id}/export",
    operation_id="export_deployment_set",
    summary="Export a set with all it needs, as JSON or TOML",
    response={200: None},
    openapi_extra={"responses": {200: {"content": _DOCUMENT, "headers": DOWNLOAD}, 404: {}}},
)
def export_deployment_set(request: HttpRequest, set_id: UUID, query: Query[ExportQuery]) -> HttpResponse:
    """A document for another server. Artifacts are described, so that they are found there; their files do not go
    along. Profiles go along only where a project is named.
    """
    owner = user_of(request)
    profiles = []
    if query.project_id is not None:
        profiles = profiles_to_deploy_under(project_of(owner, query.project_id), query.profile_id or None)
    document = export_set(
        owner=owner, set_id=set_id, profiles=profiles, nested_sets=query.nested_sets, groups=query.groups
    )
    return document_file(document, query.format)


@router.post(
    "/import",
    operation_id="import_deployment_sets",
    summary="Make the sets of an exported document",
    response={200: ImportedSetsRead, 201: ImportedSetsRead},
    openapi_extra=problems(403, 404, 409),
)
def import_deployment_sets(request: HttpRequest, body: DeploymentSetImport) -> Status[ImportedSetsRead]:
    """All of it or nothing. Sets are always new ones of yours; groups are those here with the same name and artifacts,
    or new ones; profiles go into `project_id`. `notes` say what is not quite as in the document. 201, or 200 with
    `dry_run`, which makes nothing.

    Demands the permission `artifacts.add_artifactgroup` where a group has to be made, and `artifacts.change_artifact`
    where `artifact_metadata` has something to write. 409 where profiles differ from those there and `update_profiles`
    is not sent; 422 with everything that is not here, each in `errors`.
    """
    owner = user_of(request)
    done = import_sets(
        owner=owner,
        document=body.one_document,
        project=None if body.project_id is None else project_of(owner, body.project_id),
        update_profiles=body.update_profiles,
        artifact_metadata=body.artifact_metadata,
        dry_run=body.dry_run,
    )
    return Status(200 if body.dry_run else 201, ImportedSetsRead.of(done))
