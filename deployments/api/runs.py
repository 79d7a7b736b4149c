"""Endpoints of runs: what was done in projects, and taking it back."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from accounts.access import user_of
from accounts.endpoints.paging import PageQuery, cut
from accounts.endpoints.problems import problems
from deployments.queries import items_of, run_of, runs_in
from deployments.schemas.requests import UndoRequest
from deployments.schemas.results import BatchDeployResponse, DeployResultItem
from deployments.schemas.runs import RunListResponse, RunRead, RunResultListResponse, RunResultQuery
from deployments.services.undo import undo
from projects.queries import project_of

# What nothing sent stands for.
AS_EVER = UndoRequest.model_validate({})

router = Router(tags=["Runs"])


@router.get(
    "/projects/{id:project_id}/runs",
    operation_id="list_runs",
    summary="List the runs of a project, the last first",
    response={200: RunListResponse},
    openapi_extra=problems(404),
)
def list_runs(request: HttpRequest, project_id: UUID, query: Query[PageQuery]) -> RunListResponse:
    project = project_of(user_of(request), project_id)
    page, total = cut(runs_in(project).select_related("started_by"), query)
    return RunListResponse(items=[RunRead.of(each) for each in page], total=total)


@router.get(
    "/runs/{id:run_id}",
    operation_id="get_run",
    summary="Read a run, finished or at work",
    response={200: RunRead},
    openapi_extra=problems(404),
)
def get_run(request: HttpRequest, run_id: UUID) -> RunRead:
    """While it is at work, `state` is `running` and `progress_done` grows."""
    return RunRead.of(run_of(user_of(request), run_id))


@router.get(
    "/runs/{id:run_id}/results",
    operation_id="list_run_results",
    summary="List what a run did, artifact by artifact",
    response={200: RunResultListResponse},
    openapi_extra=problems(404),
)
def list_run_results(request: HttpRequest, run_id: UUID, query: Query[RunResultQuery]) -> RunResultListResponse:
    """In the order in which they were planned; they are there once the run is done."""
    page, total = cut(items_of(run_of(user_of(request), run_id), query.status), query)
    return RunResultListResponse(items=[DeployResultItem.of_row(each) for each in page], total=total)


@router.post(
    "/runs/{id:run_id}/undo",
    operation_id="undo_run",
    summary="Take back the last run of its project that is not undone",
    response={200: BatchDeployResponse},
    openapi_extra=problems(404, 409),
)
def undo_run(request: HttpRequest, run_id: UUID, body: UndoRequest = AS_EVER) -> BatchDeployResponse:
    """Files, folders, modes and records are again as they were before the run, all of it or nothing. What was edited
    since is a conflict: nothing is undone then, unless `on_conflict` says otherwise. The undo is a run itself, and is
    not undone in turn.

    409 where it is not the project's last run that is not undone, while another run is at work in the folder, where the
    folder cannot be used, and where the plan is not that of `fingerprint`.
    """
    owner = user_of(request)
    run = run_of(owner, run_id)
    return BatchDeployResponse.of(undo(project=run.project, by=owner, run_id=run.pk, options=body.options))
