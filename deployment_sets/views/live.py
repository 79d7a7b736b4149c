"""The page of where a set is live, and bringing it up to date there."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import user_of
from accounts.models import User
from accounts.pages.answers import changed
from accounts.pages.layouts import htmx_of
from accounts.pages.toasts import say
from deployment_sets.models import DeploymentSet
from deployment_sets.pages import live_list
from deployment_sets.queries import set_of
from deployment_sets.services.live import bring_up_to_date
from deployment_sets.views.switch import sets_page
from deployments.models import RunItem
from deployments.services.reports import Report
from projects.models import Project
from projects.queries import project_of

LIVE_REGION = "set-live"
"""The id of the element, here and on other pages, that the list alone goes into."""
PROJECTS_PER_PAGE = 50
_PROBLEMS_TOLD = 3


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def set_live(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """Where a set is live, with `disk` as it is on disk; by POST, bring it up to date, all or one `project`."""
    deployment_set = set_of(user_of(request), set_id)
    if request.method == "POST":
        return _bring_up_to_date(request, deployment_set)
    live = live_list(
        deployment_set, page=request.GET.get("page"), per_page=PROJECTS_PER_PAGE, on_disk="disk" in request.GET
    )
    details = htmx_of(request)
    alone = details is not None and details.target == LIVE_REGION
    template = "deployment_sets/_live.html" if alone else "deployment_sets/set_live.html"
    return render(request, template, {"set": deployment_set, "live": live, "is_alone": alone})


def _bring_up_to_date(request: HttpRequest, deployment_set: DeploymentSet) -> HttpResponseBase:
    owner = user_of(request)
    project = _project(owner, request.POST.get("project", ""))
    done = list(bring_up_to_date(by=owner, deployment_set=deployment_set, project=project))
    reports = [outcome for _, outcome in done if isinstance(outcome, Report)]
    problems = [f"{each.name}: {outcome}" for each, outcome in done if not isinstance(outcome, Report)]
    if problems:
        more = len(problems) - _PROBLEMS_TOLD
        told = " ".join(problems[:_PROBLEMS_TOLD]) + (f" And {more} more like these." if more > 0 else "")
        say(request, told, tone="bad")
    said = _told(reports) if reports or not problems else ""
    return changed(request, reverse("sets:live", args=[deployment_set.pk]), said=said)


def _project(owner: User, sent: str) -> Project | None:
    """The owner's project that was sent, None for all. Raises Project.DoesNotExist."""
    if not sent:
        return None
    try:
        return project_of(owner, UUID(sent))
    except ValueError:
        raise Project.DoesNotExist from None


def _told(reports: list[Report]) -> str:
    """What came of all of them together."""
    if not reports:
        return "It is live nowhere any more: nothing was done."
    counts = [sum(report.counts[status] for report in reports) for status in RunItem.Status.values]
    succeeded, skipped, failed = counts
    where = "1 project" if len(reports) == 1 else f"{len(reports)} projects"
    return f"Brought up to date in {where}: {succeeded} succeeded, {skipped} skipped, {failed} failed."
