"""Pages of projects and of what is deployed in them."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import user_of
from deployments.pages import run_entries
from deployments.queries import deployments_in, projects_with_deployments, runs_in
from profiles.queries import profiles_of
from projects.queries import project_of, without_folder

PAGE_SIZE = 100
LAST_RUNS = 20


@require_safe
def project_list(request: HttpRequest) -> HttpResponse:
    """The projects of whoever asks."""
    projects = Paginator(projects_with_deployments(user_of(request)), PAGE_SIZE)
    page = projects.get_page(request.GET.get("page"))
    return render(request, "deployments/project_list.html", {"page": page, "without_folder": without_folder(page)})


@require_safe
def project_detail(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """One project: its profiles, what is in it, and the last runs."""
    project = project_of(user_of(request), project_id)
    deployments = Paginator(deployments_in(project), PAGE_SIZE)
    profiles = list(profiles_of(project))
    return render(
        request,
        "deployments/project_detail.html",
        {
            "project": project,
            "folder_is_missing": project.pk in without_folder([project]),
            "profiles": profiles,
            "profile_ids": {profile.profile_id for profile in profiles},
            "page": deployments.get_page(request.GET.get("page")),
            "runs": run_entries(list(runs_in(project)[:LAST_RUNS])),
        },
    )
