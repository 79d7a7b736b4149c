"""Endpoints of a project's profiles."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from accounts.access import user_of
from accounts.endpoints.conditions import IfMatch, expected_editions, tag
from accounts.endpoints.files import TOML, file_response
from accounts.endpoints.headers import DOWNLOAD, ETAG
from accounts.endpoints.paging import PageQuery, cut
from accounts.endpoints.problems import problems
from profiles.models import DeploymentProfile
from profiles.portable import profile_to_toml
from profiles.queries import edition_of_profile, profile_of, profiles_of
from profiles.schemas import (
    DeploymentProfileCreate,
    DeploymentProfileListResponse,
    DeploymentProfileRead,
    DeploymentProfileUpdate,
)
from profiles.services import create_profile, delete_profile, update_profile
from projects.queries import project_of

_EXAMPLE = '[deployment_profile]\nprofile_id = "web"\nplatform = "claude_code"\nroot_dir = ".claude"\n'

router = Router(tags=["Deployment profiles"])


@router.get(
    "/{id:project_id}/profiles",
    operation_id="list_deployment_profiles",
    summary="List the profiles of a project",
    response={200: DeploymentProfileListResponse},
    openapi_extra=problems(404),
)
def list_deployment_profiles(
    request: HttpRequest, project_id: UUID, query: Query[PageQuery]
) -> DeploymentProfileListResponse:
    """Oldest first."""
    page, total = cut(profiles_of(project_of(user_of(request), project_id)), query)
    return DeploymentProfileListResponse(items=[DeploymentProfileRead.of(each) for each in page], total=total)


@router.post(
    "/{id:project_id}/profiles",
    operation_id="create_deployment_profile",
    summary="Give a project a profile",
    response={201: DeploymentProfileRead},
    openapi_extra=problems(404, 409, headers={201: ETAG}),
)
def create_deployment_profile(
    request: HttpRequest, response: HttpResponse, project_id: UUID, body: DeploymentProfileCreate
) -> DeploymentProfileRead:
    """What is left out of the layout is the platform's default. Nothing is deployed by it.

    409 where the project has a profile with this `profile_id`; 422 for folders outside the
    project.
    """
    project = project_of(user_of(request), project_id)
    return _read(create_profile(project=project, **body.fields), response)


@router.get(
    "/{id:project_id}/profiles/{slug:profile_id}",
    operation_id="get_deployment_profile",
    summary="Read a profile",
    response={200: DeploymentProfileRead},
    openapi_extra=problems(404, headers={200: ETAG}),
)
def get_deployment_profile(
    request: HttpRequest, response: HttpResponse, project_id: UUID, profile_id: str
) -> DeploymentProfileRead:
    """Its `ETag` goes into `If-Match` of a change."""
    return _read(profile_of(project_of(user_of(request), project_id), profile_id), response)


@router.put(
    "/{id:project_id}/profiles/{slug:profile_id}",
    operation_id="update_deployment_profile",
    summary="Say anew how a profile is laid out",
    response={200: DeploymentProfileRead},
    openapi_extra=problems(404, 412, headers={200: ETAG}),
)
def update_deployment_profile(
    request: HttpRequest,
    response: HttpResponse,
    project_id: UUID,
    profile_id: str,
    body: DeploymentProfileUpdate,
    if_match: IfMatch,
) -> DeploymentProfileRead:
    """All of it is sent: what is left out is the platform's default again. The `profile_id` stays. What is deployed
    stays where it is until the next deploy, which moves it.

    412 where `If-Match` names another edition than the one there is.
    """
    profile = profile_of(project_of(user_of(request), project_id), profile_id)
    return _read(update_profile(profile=profile, expected=expected_editions(if_match), **body.fields), response)


@router.delete(
    "/{id:project_id}/profiles/{slug:profile_id}",
    operation_id="delete_deployment_profile",
    summary="Delete a profile, and leave what was deployed under it",
    response={204: None},
    openapi_extra=problems(404, 412),
)
def delete_deployment_profile(request: HttpRequest, project_id: UUID, profile_id: str, if_match: IfMatch) -> None:
    """The deployed files and their record stay. `POST /projects/{project_id}/deployments/undeploy` takes them out, also
    after the profile is gone.

    412 where `If-Match` names another edition than the one there is.
    """
    profile = profile_of(project_of(user_of(request), project_id), profile_id)
    delete_profile(profile=profile, expected=expected_editions(if_match))


@router.get(
    "/{id:project_id}/profiles/{slug:profile_id}/export",
    operation_id="export_deployment_profile",
    summary="Read a profile as a TOML file",
    response={200: None},
    openapi_extra={
        "responses": {
            200: {"content": {TOML: {"schema": {"type": "string", "examples": [_EXAMPLE]}}}, "headers": DOWNLOAD},
            404: {},
        }
    },
)
def export_deployment_profile(request: HttpRequest, project_id: UUID, profile_id: str) -> HttpResponse:
    """As a file to download, of the same form as a profile in an exported set."""
    profile = profile_of(project_of(user_of(request), project_id), profile_id)
    return file_response(profile_to_toml(profile), TOML, f"{profile.profile_id}.toml")


def _read(profile: DeploymentProfile, response: HttpResponse) -> DeploymentProfileRead:
    """A profile, and its edition on the answer."""
    tag(response, edition_of_profile(profile))
    return DeploymentProfileRead.of(profile)
