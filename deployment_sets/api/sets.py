"""Endpoints of sets themselves."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from accounts.access import user_of
from accounts.endpoints.conditions import IfMatch, expected_editions, tag
from accounts.endpoints.headers import ETAG
from accounts.endpoints.paging import PageQuery, cut
from accounts.endpoints.problems import problems
from deployment_sets.api.switch import sets_router
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import edition_of_set, list_sets, members_of, set_of, tags_of
from deployment_sets.schemas.members import MOST_MEMBERS_SHOWN, MemberResponse
from deployment_sets.schemas.sets import (
    DeploymentSetCreate,
    DeploymentSetDetail,
    DeploymentSetListQuery,
    DeploymentSetListResponse,
    DeploymentSetResponse,
    DeploymentSetUpdate,
    TagListResponse,
    TagRead,
)
from deployment_sets.services.graph import summaries
from deployment_sets.services.sets import clone_set, create_set, delete_set, update_set

router = sets_router()


@router.get(
    "",
    operation_id="list_deployment_sets",
    summary="List your sets",
    response={200: DeploymentSetListResponse},
    openapi_extra=problems(404),
)
def list_deployment_sets(request: HttpRequest, query: Query[DeploymentSetListQuery]) -> DeploymentSetListResponse:
    """Each with how many artifacts it stands for, and how deep it is nested."""
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
    openapi_extra=problems(404, headers={201: ETAG}),
)
def create_deployment_set(
    request: HttpRequest, response: HttpResponse, body: DeploymentSetCreate
) -> DeploymentSetDetail:
    """The set is empty and yours. Its name may be that of another one."""
    return _detail(create_set(owner=user_of(request), **body.model_dump()), response)


@router.get(
    "/tags",
    operation_id="list_deployment_set_tags",
    summary="List the tags of your sets",
    response={200: TagListResponse},
    openapi_extra=problems(404),
)
def list_deployment_set_tags(request: HttpRequest, query: Query[PageQuery]) -> TagListResponse:
    """By name, each with how many of your sets carry it."""
    tags = tags_of(user_of(request))
    return TagListResponse(
        items=[TagRead.from_orm(each) for each in tags[query.offset : query.offset + query.limit]], total=len(tags)
    )


@router.get(
    "/{id:set_id}",
    operation_id="get_deployment_set",
    summary="Read a set with its members",
    response={200: DeploymentSetDetail},
    openapi_extra=problems(404, headers={200: ETAG}),
)
def get_deployment_set(request: HttpRequest, response: HttpResponse, set_id: UUID) -> DeploymentSetDetail:
    """The first 1000 members are in it; its `ETag` goes into `If-Match` of a change."""
    return _detail(set_of(user_of(request), set_id), response)


@router.patch(
    "/{id:set_id}",
    operation_id="update_deployment_set",
    summary="Change what is sent about a set",
    response={200: DeploymentSetDetail},
    openapi_extra=problems(404, 412, headers={200: ETAG}),
)
def update_deployment_set(
    request: HttpRequest, response: HttpResponse, set_id: UUID, body: DeploymentSetUpdate, if_match: IfMatch
) -> DeploymentSetDetail:
    """What is left out stays; null clears a field; `tags` replaces all tags. Members have addresses of their own.

    412 where `If-Match` names another edition than the one there is.
    """
    changed = update_set(owner=user_of(request), set_id=set_id, expected=expected_editions(if_match), **body.changes)
    return _detail(changed, response)


@router.delete(
    "/{id:set_id}",
    operation_id="delete_deployment_set",
    summary="Delete a set, and take it out of the sets that hold it",
    response={204: None},
    openapi_extra=problems(404, 412),
)
def delete_deployment_set(request: HttpRequest, set_id: UUID, if_match: IfMatch) -> None:
    """The sets it holds stay. What it has deployed stays too, still claimed in its name: undeploy before, if that is to
    go. `GET /deployment-sets/{set_id}/usage` says which sets hold it.

    412 where `If-Match` names another edition than the one there is.
    """
    delete_set(owner=user_of(request), set_id=set_id, expected=expected_editions(if_match))


@router.post(
    "/{id:set_id}/clone",
    operation_id="clone_deployment_set",
    summary="Copy a set with its direct members",
    response={201: DeploymentSetDetail},
    openapi_extra=problems(404, headers={201: ETAG}),
)
def clone_deployment_set(request: HttpRequest, response: HttpResponse, set_id: UUID) -> DeploymentSetDetail:
    """The copy, “X (copy)”, holds the same groups and sets, not copies of these. Nothing is deployed by it."""
    return _detail(clone_set(owner=user_of(request), set_id=set_id), response)


def _detail(deployment_set: DeploymentSet, response: HttpResponse) -> DeploymentSetDetail:
    """A set with its members, and its edition on the answer."""
    tag(response, edition_of_set(deployment_set))
    summary = summaries([deployment_set])[deployment_set.pk]
    rows = members_of(deployment_set, limit=MOST_MEMBERS_SHOWN)
    return DeploymentSetDetail.of(deployment_set, summary, members=[MemberResponse.of(row) for row in rows])
