"""Endpoints that say what a set stands for, why, and what becomes of it on each platform."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Query

from accounts.access import user_of
from accounts.endpoints.problems import problems
from artifacts.queries import artifacts_by_uuid
from deployment_sets.api.switch import sets_router
from deployment_sets.capabilities import capabilities_of, fidelity_counts
from deployment_sets.queries import set_of
from deployment_sets.schemas.capabilities import CapabilitiesQuery, CapabilitiesResponse
from deployment_sets.schemas.resolving import ExplainQuery, ExplainResponse, ResolveQuery, ResolveResponse
from deployment_sets.services.graph import explain_artifact, resolve_set

router = sets_router()


@router.get(
    "/{id:set_id}/resolve",
    operation_id="resolve_deployment_set",
    summary="Say which artifacts a set stands for",
    response={200: ResolveResponse},
    openapi_extra=problems(404),
)
def resolve_deployment_set(request: HttpRequest, set_id: UUID, query: Query[ResolveQuery]) -> ResolveResponse:
    """Each artifact once, where it is met first, the missing ones included. 422, of the type `unresolvable`, where
    nested sets cannot be followed; `path` shows why.
    """
    resolution = resolve_set(set_of(user_of(request), set_id))
    shown = resolution.artifacts[query.offset : query.offset + query.limit]
    return ResolveResponse.of(resolution, shown, artifacts_by_uuid([each.uuid for each in shown]))


@router.get(
    "/{id:set_id}/explain",
    operation_id="explain_deployment_set",
    summary="Say why a set stands for an artifact",
    response={200: ExplainResponse},
    openapi_extra=problems(404),
)
def explain_deployment_set(request: HttpRequest, set_id: UUID, query: Query[ExplainQuery]) -> ExplainResponse:
    """Every trail of sets and groups from the set to the artifact; none where the set does not stand for it."""
    return ExplainResponse.of(explain_artifact(set_of(user_of(request), set_id), query.artifact_uuid))


@router.get(
    "/{id:set_id}/capabilities",
    operation_id="get_deployment_set_capabilities",
    summary="Say what becomes of a set on each platform",
    response={200: CapabilitiesResponse},
    openapi_extra=problems(404),
)
def get_deployment_set_capabilities(
    request: HttpRequest, set_id: UUID, query: Query[CapabilitiesQuery]
) -> CapabilitiesResponse:
    """Each artifact on every platform, as a new profile of it would have it: whether it arrives `exact`, `translated`
    or `lossy`, or not at all, with what is written otherwise or lost by field. A project's own profile may differ; a
    dry run says what is true there. 422, of the type `unresolvable`, where nested sets cannot be followed.

    With `counts` as many artifacts as are counted are rendered, which takes seconds for hundreds.
    """
    resolution = resolve_set(set_of(user_of(request), set_id))
    shown = resolution.artifacts[query.offset : query.offset + query.limit]
    counts = fidelity_counts(resolution) if query.counts else None
    return CapabilitiesResponse.of(resolution, capabilities_of([each.uuid for each in shown]), counts)
