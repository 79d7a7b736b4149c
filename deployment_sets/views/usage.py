"""What pages of artifacts and groups show of sets, and the way from an artifact into a set."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import user_of
from accounts.pages.answers import changed
from accounts.pages.layouts import htmx_of
from artifacts.models import Artifact, ArtifactGroup
from artifacts.queries import list_artifacts
from deployment_sets.forms import ChosenSetForm
from deployment_sets.models import DeploymentSetMember
from deployment_sets.queries import list_sets
from deployment_sets.services.members import add_member
from deployment_sets.usage import Usage, usage_of_artifact, usage_of_group
from deployment_sets.views.switch import sets_page

SETS_PER_PAGE = 50


@sets_page
@require_safe
def artifact_usage(request: HttpRequest, artifact_uuid: UUID) -> HttpResponseBase:
    """The sets of whoever asks that an artifact comes to."""
    artifact = Artifact.objects.get(pk=artifact_uuid)
    usage = usage_of_artifact(user_of(request), artifact.pk)
    return _shown(request, usage, artifact.artifact_id, reverse("artifacts:artifact", args=[artifact.pk]))


@sets_page
@require_safe
def group_usage(request: HttpRequest, group_id: UUID) -> HttpResponseBase:
    """The sets of whoever asks that a group comes to."""
    group = ArtifactGroup.objects.get(pk=group_id)
    usage = usage_of_group(user_of(request), group.pk)
    return _shown(request, usage, group.name, reverse("artifacts:group", args=[group.pk]))


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def artifact_add(request: HttpRequest, artifact_uuid: UUID) -> HttpResponseBase:
    """The dialog that puts an artifact into one of the sets of whoever asks."""
    owner = user_of(request)
    artifact = list_artifacts().get(pk=artifact_uuid)
    form = ChosenSetForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        member = add_member(owner=owner, set_id=form.cleaned_data["set"], artifact_uuid=artifact_uuid)
        said = f"Added {artifact.artifact_id} to “{member.set.name}”."
        return changed(request, reverse("sets:detail", args=[member.set_id]), said=said)
    name = request.GET.get("name", "")
    page = Paginator(list_sets(owner, name=name, sort="-updated"), SETS_PER_PAGE).get_page(request.GET.get("page"))
    holding = DeploymentSetMember.objects.filter(artifact=artifact_uuid, set__in=[each.pk for each in page])
    context = {
        "artifact": artifact,
        "form": form,
        "page": page,
        "name": name,
        "holding": set(holding.values_list("set_id", flat=True)),
    }
    details = htmx_of(request)
    piece = "#choices" if details and details.target == "choices" else ""
    return render(request, f"deployment_sets/artifact_add.html{piece}", context, status=422 if form.errors else 200)


def _shown(request: HttpRequest, usage: Usage, name: str, address: str) -> HttpResponseBase:
    """The usage as a piece of the page of what it is about, or as a page of its own."""
    piece = "#usage" if htmx_of(request) else ""
    context = {"usage": usage, "name": name, "address": address}
    return render(request, f"deployment_sets/usage.html{piece}", context)
