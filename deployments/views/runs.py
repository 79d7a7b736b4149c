"""Pages of runs."""

from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import user_of
from deployments.models import Run, RunItem
from deployments.pages import run_entries
from deployments.queries import items_of, run_of

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class StatusLink:
    """A way to see only the results of one `status` ('' for all of them)."""

    label: str
    status: str
    count: int


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
