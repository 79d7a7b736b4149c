"""Endpoints of what is deployed: where, how it is there, and taking it out."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from accounts.access import user_of
from accounts.endpoints.paging import PageQuery, cut
from accounts.endpoints.problems import problems
from artifacts.models import Artifact
from deployments.models import Deployment
from deployments.queries import demand_known_profiles, deployment_of, deployments_of_artifact, list_deployments
from deployments.schemas.deployed import (
    ArtifactDeploymentListResponse,
    ArtifactDeploymentRead,
    DeploymentListQuery,
    DeploymentListResponse,
    DeploymentQuery,
    DeploymentRead,
)
from deployments.schemas.requests import UndeployRequest
from deployments.schemas.results import BatchDeployResponse
from deployments.services.runs import undeploy_artifacts
from deployments.services.status import statuses
from projects.models import Project
from projects.queries import project_of

router = Router(tags=["Deployments"])


@router.get(
    "/projects/{id:project_id}/deployments",
    operation_id="list_deployments",
    summary="List what is deployed in a project",
    response={200: DeploymentListResponse},
    openapi_extra=problems(404, 409),
)
def read_deployments(
    request: HttpRequest, project_id: UUID, query: Query[DeploymentListQuery]
) -> DeploymentListResponse:
    """What is recorded: one row for each artifact and profile. With `on_disk` or `diffs` the files of those shown are
    compared with the disk, which takes longer; 409 where the project's folder cannot be looked at.
    """
    project = project_of(user_of(request), project_id)
    page, total = cut(list_deployments(project, **query.filters), query)
    return DeploymentListResponse(items=_shown(project, page, query), total=total)


@router.get(
    "/projects/{id:project_id}/deployments/{id:deployment_id}",
    operation_id="get_deployment",
    summary="Read one deployment of a project",
    response={200: DeploymentRead},
    openapi_extra=problems(404, 409),
)
def get_deployment(
    request: HttpRequest, project_id: UUID, deployment_id: UUID, query: Query[DeploymentQuery]
) -> DeploymentRead:
    """With `on_disk` or `diffs` its files are compared with the disk; 409 where the project's folder cannot be looked
    at.
    """
    project = project_of(user_of(request), project_id)
    (shown,) = _shown(project, [deployment_of(project, deployment_id)], query)
    return shown


@router.post(
    "/projects/{id:project_id}/deployments/undeploy",
    operation_id="undeploy_artifacts",
    summary="Take artifacts out of a project, whoever wants them there",
    response={200: BatchDeployResponse},
    openapi_extra=problems(404, 409),
)
def take_out_artifacts(request: HttpRequest, project_id: UUID, body: UndeployRequest) -> BatchDeployResponse:
    """Files go that nobody else's deployment shares; what was edited since is a conflict, for `on_conflict` to decide;
    what was there before any deploy stays. All claims go with them, those of sets too. It is one run, which can be
    undone.

    The answer is 200 however many artifacts failed: each of `results` says what became of it. 409 while another run is
    at work in the folder, where the folder cannot be used, and where the plan is not that of `fingerprint`.
    """
    owner = user_of(request)
    project = project_of(owner, project_id)
    if body.profile_ids is not None:
        demand_known_profiles(project, body.profile_ids)
    report = undeploy_artifacts(
        project=project,
        by=owner,
        artifacts=body.artifact_uuids,
        profile_ids=body.profile_ids,
        options=body.options,
    )
    return BatchDeployResponse.of(report)


@router.get(
    "/artifacts/{id:artifact_uuid}/deployments",
    operation_id="list_artifact_deployments",
    summary="List where an artifact is deployed in your projects",
    response={200: ArtifactDeploymentListResponse},
    openapi_extra=problems(404),
)
def list_artifact_deployments(
    request: HttpRequest, artifact_uuid: UUID, query: Query[PageQuery]
) -> ArtifactDeploymentListResponse:
    """Also of an artifact that is missing. Recorded facts; nobody looks at the disk."""
    page, total = cut(deployments_of_artifact(user_of(request), artifact_uuid), query)
    if not total:
        # What is deployed outlives its artifact; what is not must at least be one.
        Artifact.objects.only("pk").get(pk=artifact_uuid)
    return ArtifactDeploymentListResponse(items=[ArtifactDeploymentRead.of(each) for each in page], total=total)


def _shown(project: Project, rows: Sequence[Deployment], query: DeploymentQuery) -> list[DeploymentRead]:
    """The schemas of a page of deployments, compared with the disk if that was asked for."""
    found = {}
    if rows and (query.on_disk or query.diffs):
        compared = statuses(project=project, deployments={row.pk for row in rows}, diffs=query.diffs)
        found = {status.target.key: status for status in compared}
    return [
        DeploymentRead.of(row, found.get((row.artifact_uuid, row.deployment_profile_id)), with_diffs=query.diffs)
        for row in rows
    ]
