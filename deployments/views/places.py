"""What the page of an artifact shows of projects."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import user_of
from accounts.pages.layouts import htmx_of
from artifacts.models import Artifact
from deployments.queries import deployments_of_artifact

PLACES_SHOWN = 50


@require_safe
def artifact_places(request: HttpRequest, artifact_uuid: UUID) -> HttpResponseBase:
    """Where in the projects of whoever asks an artifact is deployed."""
    artifact = Artifact.objects.get(pk=artifact_uuid)
    deployments = deployments_of_artifact(user_of(request), artifact.pk)
    shown = list(deployments[:PLACES_SHOWN])
    count = len(shown) if len(shown) < PLACES_SHOWN else deployments.count()
    context = {"deployments": shown, "count": count, "artifact": artifact}
    piece = "#places" if htmx_of(request) else ""
    return render(request, f"deployments/artifact_places.html{piece}", context)
