"""Endpoints that land a set in projects, and say where it is."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query

from accounts.access import user_of
from accounts.endpoints.problems import problems
from deployment_sets.api.switch import sets_router
from deployment_sets.queries import set_of
from deployment_sets.schemas.deploying import (
    BatchDeployRequest,
    BatchUndeployRequest,
    BringUpToDateRequest,
    BringUpToDateResponse,
    BroughtUpToDate,
    LiveListResponse,
    LiveQuery,
    LiveRead,
)
from deployment_sets.services.batch_deploy import batch_deploy, batch_undeploy
from deployment_sets.services.live import bring_up_to_date, places_of, where_live
from deployments.queries import demand_known_profiles
from deployments.schemas import BatchDeployResponse
from profiles.queries import profiles_to_deploy_under
from projects.queries import project_of

# What nothing sent stands for.
EVERYWHERE = BringUpToDateRequest.model_validate({})

router = sets_router()


@router.post(
    "/{id:set_id}/deploy",
    operation_id="deploy_deployment_set",
    summary="Deploy a set into a project",
    response={200: BatchDeployResponse},
    openapi_extra=problems(404, 409),
)
def deploy_deployment_set(request: HttpRequest, set_id: UUID, body: BatchDeployRequest) -> BatchDeployResponse:
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    project = project_of(owner, body.project_id)
    report = batch_deploy(
        by=owner,
        deployment_set=deployment_set,
        project=project,
        profiles=profiles_to_deploy_under(project, body.profiles),
        options=body.options,
        prune=body.prune,
    )
    return BatchDeployResponse.of(report)


@router.post(
    "/{id:set_id}/undeploy",
    operation_id="undeploy_deployment_set",
    summary="Take a set out of a project",
    response={200: BatchDeployResponse},
    openapi_extra=problems(404, 409),
)
def undeploy_deployment_set(request: HttpRequest, set_id: UUID, body: BatchUndeployRequest) -> BatchDeployResponse:
    owner = user_of(request)
    project = project_of(owner, body.project_id)
    if body.profile_ids is not None:
        demand_known_profiles(project, body.profile_ids)
    report = batch_undeploy(
        by=owner,
        set_id=set_id,
        project=project,
        profile_ids=body.profile_ids,
        options=body.options,
    )
    return BatchDeployResponse.of(report)


@router.get(
    "/{id:set_id}/live",
    operation_id="list_deployment_set_live",
    summary="Say where a set is live",
    response={200: LiveListResponse},
    openapi_extra=problems(404),
)
def list_deployment_set_live(request: HttpRequest, set_id: UUID, query: Query[LiveQuery]) -> LiveListResponse:
    deployment_set = set_of(user_of(request), set_id)
    places = places_of(deployment_set)
    page = places[query.offset : query.offset + query.limit]
    live = where_live(deployment_set=deployment_set, places=page, on_disk=query.on_disk)
    return LiveListResponse(items=[LiveRead.of(each) for each in live], total=len(places))


@router.post(
    "/{id:set_id}/bring-up-to-date",
    operation_id="bring_deployment_set_up_to_date",
    summary="Deploy a set again wherever it is live",
    response={200: BringUpToDateResponse},
    openapi_extra=problems(404),
)
def bring_deployment_set_up_to_date(
    request: HttpRequest, set_id: UUID, body: BringUpToDateRequest = EVERYWHERE
) -> BringUpToDateResponse:
    owner = user_of(request)
    done = bring_up_to_date(
        by=owner,
        deployment_set=set_of(owner, set_id),
        project=None if body.project_id is None else project_of(owner, body.project_id),
        options=body.options,
    )
    items = [BroughtUpToDate.of(project, outcome) for project, outcome in done]
    return BringUpToDateResponse(items=items, total=len(items))
