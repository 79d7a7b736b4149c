"""Pages of artifacts: the list, one of them with its files, and changing what is said of it."""

from typing import cast
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import demand_permission, user_of
from accounts.editions import EditedMeanwhileError
from accounts.ordering import Sort
from accounts.pages.answers import changed
from accounts.pages.layouts import piece
from artifacts.exceptions import ArtifactError
from artifacts.forms.artifacts import MetadataForm
from artifacts.forms.filters import ArtifactFilter
from artifacts.models import Artifact, Collection
from artifacts.pages import example_source, files_to_read, numbered_versions
from artifacts.queries import list_artifacts
from artifacts.services.artifacts import update_artifact

ROWS_PER_PAGE = 50


@require_safe
def artifact_list(request: HttpRequest) -> HttpResponseBase:
    """Artifacts by name; what the address says narrows and orders them."""
    wanted = ArtifactFilter(request.GET)
    artifacts = list_artifacts(**wanted.chosen, sort=cast(Sort, wanted.sort))
    page = Paginator(artifacts, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    is_empty = not page.object_list and not wanted.is_narrowed and not Artifact.objects.exists()
    context = {"page": page, "filter": wanted, "is_empty": is_empty, "example": example_source() if is_empty else ""}
    return render(request, piece(request, "artifacts/artifact_list.html", "results"), context)


@require_safe
def artifact_detail(request: HttpRequest, artifact_uuid: UUID) -> HttpResponseBase:
    """One artifact: what is said of it, its files with one of them open, and where it is used."""
    artifact = list_artifacts().get(pk=artifact_uuid)
    as_text = request.GET.get("view") == "text"
    versions, version_count = numbered_versions(artifact)
    return render(
        request,
        "artifacts/artifact_detail.html",
        {
            "artifact": artifact,
            "is_own": artifact.collection.kind == Collection.Kind.OWN,
            "files": files_to_read(artifact, request.GET.get("file"), page=request.GET.get("files"), as_text=as_text),
            "as_text": as_text,
            "versions": versions,
            "version_count": version_count,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def artifact_edit(request: HttpRequest, artifact_uuid: UUID) -> HttpResponseBase:
    """The dialog that changes what people say of an artifact; its files stay. What changed meanwhile is said first."""
    demand_permission(user_of(request), "artifacts.change_artifact")
    artifact = list_artifacts().get(pk=artifact_uuid)
    form = MetadataForm(request.POST) if request.method == "POST" else MetadataForm.of(artifact)
    if form.is_valid():
        try:
            update_artifact(artifact=artifact, expected=[form.cleaned_data["edition"]], **form.changes)
        except ArtifactError as error:
            form.refuse(error.problems)
        except EditedMeanwhileError as error:
            form.tell_edited(error.edition)
        else:
            url = reverse("artifacts:artifact", args=[artifact_uuid])
            return changed(request, url, said=f"Changed what is said of {artifact.artifact_id}.")
    status = 422 if form.errors else 200
    return render(request, "artifacts/artifact_edit.html", {"form": form, "artifact": artifact}, status=status)
