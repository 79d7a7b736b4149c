"""Pages that explain a set: how it is put together, what becomes of it on each platform, why an artifact is in it."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import user_of
from accounts.pages.layouts import is_for, piece
from artifacts.models import Artifact
from deployment_sets.capabilities import capability_page, fidelity_counts
from deployment_sets.drawing.picture import LARGE, SMALL, picture_of
from deployment_sets.member_forms import artifact_type_in
from deployment_sets.queries import set_of
from deployment_sets.services.graph import explain_artifact, resolve_set
from deployment_sets.views.switch import sets_page
from profiles.enums import ArtifactType, Platform

GRAPH_REGION = "set-graph"
"""The id of the element on another page that the picture alone goes into."""
COUNTS_REGION = "fidelity-counts"
"""The id of the element that what was counted of the whole set goes into."""
CAPABILITIES_PER_PAGE = 50


@sets_page
@require_safe
def set_graph(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """How a set is put together: a large picture, or a small one for another page."""
    deployment_set = set_of(user_of(request), set_id)
    if is_for(request, GRAPH_REGION):
        picture = picture_of(deployment_set, measure=SMALL)
        return render(request, "deployment_sets/_graph.html", {"picture": picture})
    picture = picture_of(deployment_set, measure=LARGE)
    return render(request, "deployment_sets/set_graph.html", {"set": deployment_set, "picture": picture})


@sets_page
@require_safe
def set_platforms(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """What becomes of a set's artifacts on each platform; with `search` and `type`, of some. Or the counts of all."""
    deployment_set = set_of(user_of(request), set_id)
    if is_for(request, COUNTS_REGION):
        counts = fidelity_counts(resolve_set(deployment_set))
        return render(request, "deployment_sets/_fidelity_counts.html", {"counts": counts})
    search, type = request.GET.get("search", ""), artifact_type_in(request.GET)
    context = {
        "set": deployment_set,
        "shown": capability_page(
            deployment_set,
            page=request.GET.get("page"),
            per_page=CAPABILITIES_PER_PAGE,
            search=search,
            type=type,
        ),
        "platforms": list(Platform),
        "search": search,
        "type": type,
        "types": list(ArtifactType),
    }
    return render(request, piece(request, "deployment_sets/set_platforms.html", "results"), context)


@sets_page
@require_safe
def set_why(request: HttpRequest, set_id: UUID, artifact_uuid: UUID) -> HttpResponseBase:
    """The dialog that says through what a set came by an artifact."""
    deployment_set = set_of(user_of(request), set_id)
    context = {
        "set": deployment_set,
        "artifact": Artifact.objects.get(pk=artifact_uuid),
        "explanation": explain_artifact(deployment_set, artifact_uuid),
    }
    return render(request, "deployment_sets/set_why.html", context)
