"""Endpoints of projects."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from accounts.access import user_of
from accounts.endpoints.paging import cut
from accounts.endpoints.problems import problems
from projects.models import Project
from projects.queries import list_projects, project_of, without_folder
from projects.schemas import ProjectCreate, ProjectListQuery, ProjectListResponse, ProjectRead, ProjectUpdate
from projects.services import delete_project, register_project, rename_project

router = Router(tags=["Projects"])


@router.get(
    "",
    operation_id="list_projects",
    summary="List your projects",
    response={200: ProjectListResponse},
)
def read_projects(request: HttpRequest, query: Query[ProjectListQuery]) -> ProjectListResponse:
    """Only yours. `folder_is_missing` is looked up now."""
    page, total = cut(list_projects(user_of(request), name=query.name, sort=query.sort), query)
    missing = without_folder(page)
    return ProjectListResponse(items=[ProjectRead.of(each, missing) for each in page], total=total)


@router.post(
    "",
    operation_id="create_project",
    summary="Register a folder as a project",
    response={201: ProjectRead},
    openapi_extra=problems(409),
)
def create_project(request: HttpRequest, body: ProjectCreate) -> ProjectRead:
    """The folder lies inside one of PROJECT_ROOTS of the server, symlinks resolved. The project has a profile for
    Claude Code at once; others are added. Nothing is written into the folder.

    409 where you have registered the folder already; 422 for a folder that does not exist (`create_folder` makes it),
    lies elsewhere, or is not to be one, such as your home folder.
    """
    return _read(register_project(owner=user_of(request), **body.model_dump()))


@router.get(
    "/{id:project_id}",
    operation_id="get_project",
    summary="Read a project",
    response={200: ProjectRead},
    openapi_extra=problems(404),
)
def get_project(request: HttpRequest, project_id: UUID) -> ProjectRead:
    return _read(project_of(user_of(request), project_id))


@router.patch(
    "/{id:project_id}",
    operation_id="update_project",
    summary="Give a project another name",
    response={200: ProjectRead},
    openapi_extra=problems(404),
)
def update_project(request: HttpRequest, project_id: UUID, body: ProjectUpdate) -> ProjectRead:
    """The folder of a project stays: register another one for another folder."""
    project = project_of(user_of(request), project_id)
    return _read(rename_project(project=project, **body.changes) if body.changes else project)


@router.delete(
    "/{id:project_id}",
    operation_id="delete_project",
    summary="Forget a project and what is recorded about it, without touching a file",
    response={204: None},
    openapi_extra=problems(404, 409),
)
def forget_project(request: HttpRequest, project_id: UUID) -> None:
    """Its profiles, and the record of what was deployed there and of its runs, go; the deployed files stay, and nobody
    takes them out any more: undeploy before, if they are to go.

    409 while a run is at work in the folder, and where one was cut off and is not recovered.
    """
    delete_project(project=project_of(user_of(request), project_id))


def _read(project: Project) -> ProjectRead:
    return ProjectRead.of(project, without_folder([project]))
