"""Endpoints of sets."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from accounts.access import user_of
from accounts.endpoints.conditions import IfMatch, expected_editions, tag
from accounts.endpoints.paging import PageQuery, cut
from accounts.endpoints.problems import problems
from accounts.models import User
from artifacts.queries import artifacts_by_uuid
from deployment_sets.exceptions import DeploymentSetsSwitchedOffError
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import edition_of_set, list_sets, member_of, members_of, set_of, sets_using, tags_of
from deployment_sets.schemas import (
    MOST_MEMBERS_SHOWN,
    BatchDeployRequest,
    BatchUndeployRequest,
    BringUpToDateRequest,
    BringUpToDateResponse,
    BroughtUpToDate,
    DeploymentSetCreate,
    DeploymentSetDetail,
    DeploymentSetListQuery,
    DeploymentSetListResponse,
    DeploymentSetResponse,
    DeploymentSetUpdate,
    ExplainQuery,
    ExplainResponse,
    LiveListResponse,
    LiveQuery,
    LiveRead,
    MemberCreate,
    MemberListResponse,
    MemberResponse,
    MemberUpdatePosition,
    ResolveQuery,
    ResolveResponse,
    SetReference,
    SetReferenceListResponse,
    TagListResponse,
    TagRead,
)
from deployment_sets.services.batch_deploy import batch_deploy, batch_undeploy
from deployment_sets.services.graph import explain_artifact, resolve_set, summaries
from deployment_sets.services.live import bring_up_to_date, where_live
from deployment_sets.services.members import add_member, move_member, remove_member
from deployment_sets.services.resolution import Member, MemberKind
from deployment_sets.services.sets import clone_set, create_set, delete_set, update_set
from deployments.queries import demand_known_profiles
from deployments.schemas import BatchDeployResponse
from profiles.queries import profiles_to_deploy_under
from projects.queries import project_of

router = Router(tags=["Deployment sets"])


def while_switched_on(operation: Callable[..., Any]) -> Callable[..., Any]:
    """An operation that is there while DEPLOYMENT_SETS_ENABLED is true; else a problem says why not."""

    @wraps(operation)
    def switched(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not settings.DEPLOYMENT_SETS_ENABLED:
            raise DeploymentSetsSwitchedOffError
        return operation(request, *args, **kwargs)

    return switched


router.add_decorator(while_switched_on)


@router.get(
    "",
    operation_id="list_deployment_sets",
    summary="List your sets",
    response={200: DeploymentSetListResponse},
    openapi_extra=problems(404),
)
def list_deployment_sets(request: HttpRequest, query: Query[DeploymentSetListQuery]) -> DeploymentSetListResponse:
    sets = list_sets(user_of(request), name=query.name, tag=query.tag, sort=query.sort).select_related("owner")
    page, total = cut(sets, query)
    counted = summaries(page)
    return DeploymentSetListResponse(
        items=[DeploymentSetResponse.of(each, counted[each.pk]) for each in page], total=total
    )


@router.post(
    "",
    operation_id="create_deployment_set",
    summary="Make a set",
    response={201: DeploymentSetDetail},
    openapi_extra=problems(404),
)
def create_deployment_set(
    request: HttpRequest, response: HttpResponse, body: DeploymentSetCreate
) -> DeploymentSetDetail:
    return _detail(create_set(owner=user_of(request), **body.model_dump()), response)


@router.get(
    "/tags",
    operation_id="list_deployment_set_tags",
    summary="List the tags of your sets",
    response={200: TagListResponse},
    openapi_extra=problems(404),
)
def list_deployment_set_tags(request: HttpRequest, query: Query[PageQuery]) -> TagListResponse:
    tags = tags_of(user_of(request))
    return TagListResponse(
        items=[TagRead.of(each) for each in tags[query.offset : query.offset + query.limit]], total=len(tags)
    )


@router.get(
    "/{uuid:set_id}",
    operation_id="get_deployment_set",
    summary="Read a set with its members",
    response={200: DeploymentSetDetail},
    openapi_extra=problems(404),
)
def get_deployment_set(request: HttpRequest, response: HttpResponse, set_id: UUID) -> DeploymentSetDetail:
    return _detail(set_of(user_of(request), set_id), response)


@router.patch(
    "/{uuid:set_id}",
    operation_id="update_deployment_set",
    summary="Change what is sent about a set",
    response={200: DeploymentSetDetail},
    openapi_extra=problems(404, 412),
)
def update_deployment_set(
    request: HttpRequest, response: HttpResponse, set_id: UUID, body: DeploymentSetUpdate, if_match: IfMatch
) -> DeploymentSetDetail:
    changed = update_set(owner=user_of(request), set_id=set_id, expected=expected_editions(if_match), **body.changes)
    return _detail(changed, response)


@router.delete(
    "/{uuid:set_id}",
    operation_id="delete_deployment_set",
    summary="Delete a set, and take it out of the sets that hold it",
    response={204: None},
    openapi_extra=problems(404, 412),
)
def delete_deployment_set(request: HttpRequest, set_id: UUID, if_match: IfMatch) -> None:
    delete_set(owner=user_of(request), set_id=set_id, expected=expected_editions(if_match))


@router.post(
    "/{uuid:set_id}/clone",
    operation_id="clone_deployment_set",
    summary="Copy a set with its direct members",
    response={201: DeploymentSetDetail},
    openapi_extra=problems(404),
)
def clone_deployment_set(request: HttpRequest, response: HttpResponse, set_id: UUID) -> DeploymentSetDetail:
    return _detail(clone_set(owner=user_of(request), set_id=set_id), response)


@router.get(
    "/{uuid:set_id}/members",
    operation_id="list_deployment_set_members",
    summary="List the direct members of a set",
    response={200: MemberListResponse},
    openapi_extra=problems(404),
)
def list_deployment_set_members(request: HttpRequest, set_id: UUID, query: Query[PageQuery]) -> MemberListResponse:
    deployment_set = set_of(user_of(request), set_id)
    rows = members_of(deployment_set, offset=query.offset, limit=query.limit)
    return MemberListResponse(items=[MemberResponse.of(row) for row in rows], total=deployment_set.members.count())


@router.post(
    "/{uuid:set_id}/members",
    operation_id="add_deployment_set_member",
    summary="Add an artifact, a group or a set to a set",
    response={201: MemberResponse},
    openapi_extra=problems(404, 409, 412),
)
def add_deployment_set_member(
    request: HttpRequest, response: HttpResponse, set_id: UUID, body: MemberCreate, if_match: IfMatch
) -> MemberResponse:
    owner = user_of(request)
    member = add_member(owner=owner, set_id=set_id, expected=expected_editions(if_match), **body.model_dump())
    return _member(owner, set_id, member.pk, response)


@router.patch(
    "/{uuid:set_id}/members/{uuid:member_id}",
    operation_id="move_deployment_set_member",
    summary="Move a member to another position",
    response={200: MemberResponse},
    openapi_extra=problems(404, 412),
)
def move_deployment_set_member(
    request: HttpRequest,
    response: HttpResponse,
    set_id: UUID,
    member_id: UUID,
    body: MemberUpdatePosition,
    if_match: IfMatch,
) -> MemberResponse:
    owner = user_of(request)
    move_member(
        owner=owner,
        set_id=set_id,
        member_id=member_id,
        position=body.position,
        expected=expected_editions(if_match),
    )
    return _member(owner, set_id, member_id, response)


@router.delete(
    "/{uuid:set_id}/members/{uuid:member_id}",
    operation_id="remove_deployment_set_member",
    summary="Take a member out of a set",
    response={204: None},
    openapi_extra=problems(404, 412),
)
def remove_deployment_set_member(request: HttpRequest, set_id: UUID, member_id: UUID, if_match: IfMatch) -> None:
    remove_member(owner=user_of(request), set_id=set_id, member_id=member_id, expected=expected_editions(if_match))


@router.get(
    "/{uuid:set_id}/resolve",
    operation_id="resolve_deployment_set",
    summary="Say which artifacts a set stands for",
    response={200: ResolveResponse},
    openapi_extra=problems(404),
)
def resolve_deployment_set(request: HttpRequest, set_id: UUID, query: Query[ResolveQuery]) -> ResolveResponse:
    resolution = resolve_set(set_of(user_of(request), set_id))
    shown = resolution.artifacts[query.offset : query.offset + query.limit]
    return ResolveResponse.of(resolution, shown, artifacts_by_uuid([each.uuid for each in shown]))


@router.get(
    "/{uuid:set_id}/explain",
    operation_id="explain_deployment_set",
    summary="Say why a set stands for an artifact",
    response={200: ExplainResponse},
    openapi_extra=problems(404),
)
def explain_deployment_set(request: HttpRequest, set_id: UUID, query: Query[ExplainQuery]) -> ExplainResponse:
    return ExplainResponse.of(explain_artifact(set_of(user_of(request), set_id), query.artifact_uuid))


@router.get(
    "/{uuid:set_id}/usage",
    operation_id="list_deployment_set_usage",
    summary="List the sets that hold a set",
    response={200: SetReferenceListResponse},
    openapi_extra=problems(404),
)
def list_deployment_set_usage(request: HttpRequest, set_id: UUID, query: Query[PageQuery]) -> SetReferenceListResponse:
    owner = user_of(request)
    page, total = cut(sets_using(owner, Member(MemberKind.SET, set_of(owner, set_id).pk)), query)
    return SetReferenceListResponse(items=[SetReference.of(each) for each in page], total=total)


@router.post(
    "/{uuid:set_id}/deploy",
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
    "/{uuid:set_id}/undeploy",
    operation_id="undeploy_deployment_set",
    summary="Take a set out of a project",
    response={200: BatchDeployResponse},
    openapi_extra=problems(404, 409),
)
def undeploy_deployment_set(request: HttpRequest, set_id: UUID, body: BatchUndeployRequest) -> BatchDeployResponse:
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    project = project_of(owner, body.project_id)
    if body.profile_ids is not None:
        demand_known_profiles(project, body.profile_ids)
    report = batch_undeploy(
        by=owner,
        set_id=deployment_set.pk,
        name=deployment_set.name,
        project=project,
        profile_ids=body.profile_ids,
        options=body.options,
    )
    return BatchDeployResponse.of(report)


@router.get(
    "/{uuid:set_id}/live",
    operation_id="list_deployment_set_live",
    summary="Say where a set is live",
    response={200: LiveListResponse},
    openapi_extra=problems(404),
)
def list_deployment_set_live(request: HttpRequest, set_id: UUID, query: Query[LiveQuery]) -> LiveListResponse:
    live = where_live(deployment_set=set_of(user_of(request), set_id), on_disk=query.on_disk)
    page = live[query.offset : query.offset + query.limit]
    return LiveListResponse(items=[LiveRead.of(each) for each in page], total=len(live))


@router.post(
    "/{uuid:set_id}/bring-up-to-date",
    operation_id="bring_deployment_set_up_to_date",
    summary="Deploy a set again wherever it is live",
    response={200: BringUpToDateResponse},
    openapi_extra=problems(404),
)
def bring_deployment_set_up_to_date(
    request: HttpRequest, set_id: UUID, body: BringUpToDateRequest
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


def _detail(deployment_set: DeploymentSet, response: HttpResponse) -> DeploymentSetDetail:
    """A set with its members, and its edition on the answer."""
    tag(response, edition_of_set(deployment_set))
    summary = summaries([deployment_set])[deployment_set.pk]
    rows = members_of(deployment_set, limit=MOST_MEMBERS_SHOWN)
    return DeploymentSetDetail.of(deployment_set, summary, members=[MemberResponse.of(row) for row in rows])


def _member(owner: User, set_id: UUID, member_id: UUID, response: HttpResponse) -> MemberResponse:
    """A member as it stands now, and its set's new edition on the answer."""
    deployment_set = set_of(owner, set_id)
    tag(response, edition_of_set(deployment_set))
    return MemberResponse.of(member_of(deployment_set, member_id))
