"""Pages of projects, of what is deployed in them, and of runs."""

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import user_of
from deployments.models import Run, RunItem
from deployments.pages import run_entries
from deployments.queries import deployments_in, items_of, projects_with_deployments, run_of, runs_in
from profiles.queries import profiles_of
from projects.queries import project_of, without_folder

PAGE_SIZE = 100
LAST_RUNS = 20


@dataclass(frozen=True, slots=True)
class StatusLink:
    """A way to see only the results of one `status` ('' for all of them)."""

    label: str
    status: str
    count: int


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


@require_safe
def run_detail(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """What one run did about each artifact under each profile, and why; with ?status= only what ended so."""
    run = run_of(user_of(request), run_id)
    wanted = request.GET.get("status")
    status = RunItem.Status(wanted) if wanted in RunItem.Status.values else None
    items = Paginator(items_of(run, status), PAGE_SIZE)
    (entry,) = run_entries([run])
    return render(
        request,
        "deployments/run_detail.html",
        {
            "run": run,
            "entry": entry,
            "status": status or "",
            "status_links": _status_links(run),
            "page": items.get_page(request.GET.get("page")),
        },
    )


def _status_links(run: Run) -> list[StatusLink]:
    """One for all results and one for each status, with the counts that came with the run."""
    links = [
        StatusLink(str(status.label), status.value, getattr(run, f"{status.value}_count")) for status in RunItem.Status
    ]
    return [StatusLink("All", "", sum(link.count for link in links)), *links]
