"""Endpoints that say which sets hold a set, an artifact or a group: what to know before one of these goes."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query

from accounts.access import user_of
from accounts.endpoints.paging import PageQuery, cut
from accounts.endpoints.problems import problems
from accounts.models import User
from artifacts.models import Artifact, ArtifactGroup
from deployment_sets.api.switch import sets_router
from deployment_sets.queries import set_of, sets_using
from deployment_sets.schemas.sets import SetReference, SetReferenceListResponse
from deployment_sets.services.resolution import Member, MemberKind

router = sets_router()


@router.get(
    "/deployment-sets/{id:set_id}/usage",
    operation_id="list_deployment_set_usage",
    summary="List the sets that hold a set",
    response={200: SetReferenceListResponse},
    openapi_extra=problems(404),
)
def list_deployment_set_usage(request: HttpRequest, set_id: UUID, query: Query[PageQuery]) -> SetReferenceListResponse:
    """Only those that hold it as a direct member."""
    owner = user_of(request)
    return _users_of(owner, Member(MemberKind.SET, set_of(owner, set_id).pk), query)


@router.get(
    "/artifacts/{id:artifact_uuid}/usage",
    operation_id="list_artifact_usage",
    summary="List your sets that hold an artifact",
    response={200: SetReferenceListResponse},
    openapi_extra=problems(404),
)
def list_artifact_usage(request: HttpRequest, artifact_uuid: UUID, query: Query[PageQuery]) -> SetReferenceListResponse:
    """Only those that hold it as a direct member, not through a group or a nested set."""
    artifact = Artifact.objects.only("pk").get(pk=artifact_uuid)
    return _users_of(user_of(request), Member(MemberKind.ARTIFACT, artifact.pk), query)


@router.get(
    "/groups/{id:group_id}/usage",
    operation_id="list_group_usage",
    summary="List your sets that hold a group",
    response={200: SetReferenceListResponse},
    openapi_extra=problems(404),
)
def list_group_usage(request: HttpRequest, group_id: UUID, query: Query[PageQuery]) -> SetReferenceListResponse:
    """Only those that hold it as a direct member, not through a nested set."""
    group = ArtifactGroup.objects.only("pk").get(pk=group_id)
    return _users_of(user_of(request), Member(MemberKind.GROUP, group.pk), query)


def _users_of(owner: User, member: Member, query: PageQuery) -> SetReferenceListResponse:
    page, total = cut(sets_using(owner, member), query)
    return SetReferenceListResponse(items=[SetReference.from_orm(each) for each in page], total=total)
