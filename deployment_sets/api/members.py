"""Endpoints of a set's direct members."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query

from accounts.access import user_of
from accounts.endpoints.conditions import IfMatch, expected_editions
from accounts.endpoints.paging import PageQuery
from accounts.endpoints.problems import problems
from accounts.models import User
from deployment_sets.api.switch import sets_router
from deployment_sets.queries import member_of, members_of, set_of
from deployment_sets.schemas.members import MemberCreate, MemberListResponse, MemberResponse, MemberUpdatePosition
from deployment_sets.services.members import add_member, move_member, remove_member

router = sets_router()


@router.get(
    "/{id:set_id}/members",
    operation_id="list_deployment_set_members",
    summary="List the direct members of a set",
    response={200: MemberListResponse},
    openapi_extra=problems(404),
)
def list_deployment_set_members(request: HttpRequest, set_id: UUID, query: Query[PageQuery]) -> MemberListResponse:
    """In the set's order, without what lies inside nested sets and groups."""
    deployment_set = set_of(user_of(request), set_id)
    rows = members_of(deployment_set, offset=query.offset, limit=query.limit)
    return MemberListResponse(items=[MemberResponse.of(row) for row in rows], total=deployment_set.members.count())


@router.post(
    "/{id:set_id}/members",
    operation_id="add_deployment_set_member",
    summary="Add an artifact, a group or a set to a set",
    response={201: MemberResponse},
    openapi_extra=problems(404, 409, 412),
)
def add_deployment_set_member(
    request: HttpRequest, set_id: UUID, body: MemberCreate, if_match: IfMatch
) -> MemberResponse:
    """A reference, not a copy: what changes in a group or a nested set changes what this set stands for. Those behind
    make room. Nothing is deployed by it.

    409 where the set holds it already; 412 where `If-Match` names another edition of the set than the one there is; 422
    where it does not exist, where the set would contain itself or be nested more than 20 deep (`path` shows how), and
    for a position past the end.
    """
    owner = user_of(request)
    member = add_member(owner=owner, set_id=set_id, expected=expected_editions(if_match), **body.model_dump())
    return _member(owner, set_id, member.pk)


@router.patch(
    "/{id:set_id}/members/{id:member_id}",
    operation_id="move_deployment_set_member",
    summary="Move a member to another position",
    response={200: MemberResponse},
    openapi_extra=problems(404, 412),
)
def move_deployment_set_member(
    request: HttpRequest,
    set_id: UUID,
    member_id: UUID,
    body: MemberUpdatePosition,
    if_match: IfMatch,
) -> MemberResponse:
    """The others make room.

    412 where `If-Match` names another edition of the set than the one there is; 422 for a position past the end.
    """
    owner = user_of(request)
    move_member(
        owner=owner,
        set_id=set_id,
        member_id=member_id,
        position=body.position,
        expected=expected_editions(if_match),
    )
    return _member(owner, set_id, member_id)


@router.delete(
    "/{id:set_id}/members/{id:member_id}",
    operation_id="remove_deployment_set_member",
    summary="Take a member out of a set",
    response={204: None},
    openapi_extra=problems(404, 412),
)
def remove_deployment_set_member(request: HttpRequest, set_id: UUID, member_id: UUID, if_match: IfMatch) -> None:
    """What it was stays, here and where it is deployed, until a deploy with `prune` or an undeploy. Those behind move
    up.

    412 where `If-Match` names another edition of the set than the one there is.
    """
    remove_member(owner=user_of(request), set_id=set_id, member_id=member_id, expected=expected_editions(if_match))


def _member(owner: User, set_id: UUID, member_id: UUID) -> MemberResponse:
    """A member as it stands now.

    Without an ETag: one of the whole set would stand for what others put there meanwhile, and is not shown here.
    """
    return MemberResponse.of(member_of(set_of(owner, set_id), member_id))
