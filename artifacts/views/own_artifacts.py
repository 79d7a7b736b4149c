"""Pages of artifacts that are made here: making one, changing its files, deleting it."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import demand_permission, user_of
from accounts.editions import EditedMeanwhileError
from accounts.pages.answers import changed
from artifacts.exceptions import ArtifactError, ImportedArtifactError
from artifacts.forms.artifacts import FilesForm, NewArtifactForm
from artifacts.models import Artifact, Collection
from artifacts.queries import content_of, edition_of_artifact, list_artifacts
from artifacts.services.artifacts import create_artifact, delete_artifact, update_artifact

EDITED = (
    "This was changed elsewhere since you opened the page. What you typed is still here: save it all the same, and the "
    "artifact holds these files and no others; or look at it in another tab first."
)


@require_http_methods(["GET", "HEAD", "POST"])
def artifact_new(request: HttpRequest) -> HttpResponseBase:
    """A page on which an artifact is written, file by file."""
    demand_permission(user_of(request), "artifacts.add_artifact")
    form = NewArtifactForm(request.POST if request.method == "POST" else None)
    files = FilesForm(request.POST) if request.method == "POST" else FilesForm()
    if files.is_sent and form.is_valid() and not files.is_empty:
        try:
            made = create_artifact(**form.identity, files=files.files)
        except ArtifactError as error:
            form.refuse(error.problems)
        else:
            url = reverse("artifacts:artifact", args=[made.pk])
            return changed(request, url, said=f"Made {made.artifact_id}.", leave=True)
    context = {"form": form, "files": files}
    return render(request, "artifacts/artifact_new.html", context, status=422 if form.errors or files.is_empty else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def artifact_files(request: HttpRequest, artifact_uuid: UUID) -> HttpResponseBase:
    """A page on which the files of an artifact are changed, all at once. What changed meanwhile is said first."""
    demand_permission(user_of(request), "artifacts.change_artifact")
    artifact = _own(artifact_uuid)
    sent, edition = request.POST if request.method == "POST" else None, edition_of_artifact(artifact)
    files = FilesForm(sent, held=content_of(artifact), edition=edition)
    problems: list[str] = []
    if files.is_sent:
        try:
            update_artifact(artifact=artifact, expected=[files.edition], files=files.files)
        except ArtifactError as error:
            problems = [message for messages in error.problems.values() for message in messages]
        except EditedMeanwhileError as error:
            files.edition, problems = error.edition, [EDITED]
        else:
            url = reverse("artifacts:artifact", args=[artifact_uuid])
            return changed(
                request, url, said=f"Saved the files of {artifact.artifact_id} as a new version.", leave=True
            )
    context = {"artifact": artifact, "files": files, "problems": problems}
    return render(request, "artifacts/artifact_files.html", context, status=422 if problems else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def artifact_delete(request: HttpRequest, artifact_uuid: UUID) -> HttpResponseBase:
    """The dialog that says what deleting an artifact means, and does it."""
    demand_permission(user_of(request), "artifacts.delete_artifact")
    artifact = _own(artifact_uuid)
    if request.method == "POST":
        delete_artifact(artifact=artifact)
        url = reverse("artifacts:artifact", args=[artifact_uuid])
        return changed(request, url, said=f"Deleted {artifact.artifact_id}. Sets that hold it show it as missing.")
    return render(request, "artifacts/artifact_delete.html", {"artifact": artifact})


def _own(artifact_uuid: UUID) -> Artifact:
    """An artifact that was made here. Raises Artifact.DoesNotExist, and ImportedArtifactError for any other."""
    artifact = list_artifacts().get(pk=artifact_uuid)
    if artifact.collection.kind != Collection.Kind.OWN:
        raise ImportedArtifactError(artifact)
    return artifact
