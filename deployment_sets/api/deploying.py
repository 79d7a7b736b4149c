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
from deployments.schemas.results import BatchDeployResponse
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
    """Every artifact that the set stands for, under each of the profiles, is one of `results`; the answer is 200
    however many failed. Files that somebody else wrote or edited are conflicts, for `on_conflict` to decide. What is
    right already is left untouched. With `prune` also goes what the set put there before and does not hold any more. It
    is one run, which can be undone; with `dry_run` nothing is written.

    409 while another run is at work in the folder, where the folder cannot be used, and where the plan is not that of
    `fingerprint`. 422 where the project has no such profile, and where the set cannot be resolved.
    """
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
    """The set gives up what it claims there, be it deleted by now; files go that nobody else claims. What was edited
    since is a conflict, for `on_conflict` to decide. It is one run, which can be undone. The answer is 200 however many
    artifacts failed.

    409 where the set claims nothing there, while another run is at work in the folder, where the folder cannot be used,
    and where the plan is not that of `fingerprint`.
    """
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
    """Each project and profile in which the set claims something, and what is behind there. With `on_disk` every file
    is compared too, which takes longer. 422, of the type `unresolvable`, where the set cannot be resolved.
    """
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
    """Each project is one run: under the profiles in which the set is live, with what it does not hold any more
    removed. Profiles that do not exist any more are left alone. What stands in the way of one project is its `problem`,
    and does not keep the others from being done.

    422 where the set cannot be resolved.
    """
    owner = user_of(request)
    done = bring_up_to_date(
        by=owner,
        deployment_set=set_of(owner, set_id),
        project=None if body.project_id is None else project_of(owner, body.project_id),
        options=body.options,
    )
    items = [BroughtUpToDate.of(project, outcome) for project, outcome in done]
    return BringUpToDateResponse(items=items, total=len(items))
