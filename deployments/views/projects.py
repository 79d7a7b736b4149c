"""Pages of projects and of what is deployed in them."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import user_of
from accounts.pages.answers import changed
from accounts.pages.layouts import is_for, is_open, piece
from deployments.installer.status import Status
from deployments.pages import run_entries
from deployments.project_page import (
    MOST_LOOKED_AT,
    STATUS_WORDS,
    Narrowing,
    StatusEntry,
    deployed_list,
    profile_choices,
    run_to_undo,
)
from deployments.queries import deployment_of, projects_with_deployments, runs_in
from deployments.services.status import statuses
from profiles.queries import profile_of, profiles_of
from projects.queries import project_of, without_folder
from projects.services import delete_project

DEPLOYED_REGION = "deployed-results"
"""The id of the element that what is found of it goes into."""
PAGE_SIZE = 100
LAST_RUNS = 5


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """The projects of whoever asks; with `words` only those that have them in their name or path."""
    words = request.GET.get("words", "")
    projects = Paginator(projects_with_deployments(user_of(request), words), PAGE_SIZE)
    page = projects.get_page(request.GET.get("page"))
    context = {"page": page, "words": words, "without_folder": without_folder(page)}
    return render(request, piece(request, "deployments/project_list.html", "results"), context)


@require_safe
def project_detail(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """One project: what is in it, its profiles, and the last runs. Of the disk only what a `status` asks about."""
    project = project_of(user_of(request), project_id)
    narrowing = _narrowing(request)
    profiles = list(profiles_of(project))
    deployed = deployed_list(project, narrowing, page=request.GET.get("page"))
    context = {
        "project": project,
        "profile_ids": {profile.profile_id for profile in profiles},
        "deployed": deployed,
        "narrowing": narrowing,
        "most_looked_at": MOST_LOOKED_AT,
    }
    if is_for(request, DEPLOYED_REGION):
        return render(request, f"deployments/_deployed.html#{DEPLOYED_REGION}", context)
    return render(
        request,
        "deployments/project_detail.html",
        {
            **context,
            "folder_is_missing": project.pk in without_folder([project]),
            "profiles": profiles,
            "profile_choices": profile_choices(project),
            "status_choices": STATUS_WORDS,
            "runs": run_entries(list(runs_in(project)[:LAST_RUNS])),
            "undoable": run_to_undo(project),
        },
    )


@require_safe
def project_statuses(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """The fragment that says of each deployment on a page of a project how it is on the disk."""
    project = project_of(user_of(request), project_id)
    deployed = deployed_list(project, _narrowing(request), page=request.GET.get("page"), on_disk=True)
    return render(request, "deployments/_statuses.html", {"project": project, "deployed": deployed})


@require_safe
def deployment_difference(request: HttpRequest, project_id: UUID, deployment_id: UUID) -> HttpResponse:
    """The dialog that shows what was edited since a deployment was made."""
    project = project_of(user_of(request), project_id)
    deployment = deployment_of(project, deployment_id)
    found = statuses(project=project, deployments=[deployment.pk], diffs=True)
    entry = StatusEntry(found[0]) if found else None
    context = {"project": project, "deployment": deployment, "entry": entry}
    return render(request, "deployments/difference.html", context)


@require_safe
def under_profile(request: HttpRequest, project_id: UUID, profile_id: str) -> HttpResponse:
    """The fragment that says what a change of a profile, or with `after=delete` its end, means for what lies there."""
    project = project_of(user_of(request), project_id)
    profile = profile_of(project, profile_id)
    number = project.deployments.filter(deployment_profile_id=profile_id).count()
    context = {"project": project, "profile": profile, "number": number, "is_edit": request.GET.get("after") == "edit"}
    return render(request, "deployments/_under_profile.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def project_delete(request: HttpRequest, project_id: UUID) -> HttpResponseBase:
    """The dialog that says what deleting a project means, and does it."""
    project = project_of(user_of(request), project_id)
    if request.method == "POST":
        delete_project(project=project)
        said = f"Deleted the project “{project.name}”. No file in its folder was touched."
        return changed(
            request,
            reverse("deployments:projects"),
            said=said,
            leave=is_open(request, reverse("deployments:project", args=[project_id])),
        )
    context = {
        "project": project,
        "deployment_count": project.deployments.count(),
        "run_count": project.runs.count(),
        "folder_is_missing": project.pk in without_folder([project]),
    }
    return render(request, "deployments/project_delete.html", context)


def _narrowing(request: HttpRequest) -> Narrowing:
    status = request.GET.get("status", "")
    return Narrowing(
        words=request.GET.get("words", "").strip(),
        profile_id=request.GET.get("profile", ""),
        status=Status(status) if status in Status else None,
    )
