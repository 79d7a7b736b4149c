"""The page of where a set is live, and bringing it up to date there."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from accounts.access import user_of
from accounts.pages.answers import changed
from accounts.pages.layouts import is_for
from accounts.pages.toasts import say
from deployment_sets.models import DeploymentSet
from deployment_sets.pages import live_list
from deployment_sets.queries import set_of
from deployment_sets.services.live import BroughtUpToDate, start_bringing_up_to_date
from deployment_sets.views.switch import sets_page
from deployments.models import RunItem
from deployments.services.reports import Report

LIVE_REGION = "set-live"
"""The id of the element, here and on other pages, that the list alone goes into."""
PROJECTS_PER_PAGE = 50
_PROBLEMS_TOLD = 3


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def set_live(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """Where a set is live, with `disk` as it is on disk; by POST, bring it up to date wherever it is."""
    deployment_set = set_of(user_of(request), set_id)
    if request.method == "POST":
        return _bring_up_to_date(request, deployment_set)
    live = live_list(
        deployment_set, page=request.GET.get("page"), per_page=PROJECTS_PER_PAGE, on_disk="disk" in request.GET
    )
    alone = is_for(request, LIVE_REGION)
    template = "deployment_sets/_live.html" if alone else "deployment_sets/set_live.html"
    answer = render(request, template, {"set": deployment_set, "live": live, "is_alone": alone})
    if "watch" in request.GET and not live.is_at_work:
        trigger_client_event(answer, "changed")
    return answer


def _bring_up_to_date(request: HttpRequest, deployment_set: DeploymentSet) -> HttpResponseBase:
    """In one project after another, of which the list tells."""
    done = start_bringing_up_to_date(by=user_of(request), deployment_set=deployment_set)
    if done is None:
        said = "Bringing it up to date, project after project. It goes on when you leave this page."
    else:
        said = _told(request, done)
    return changed(request, reverse("sets:live", args=[deployment_set.pk]), said=said)


def _told(request: HttpRequest, done: Sequence[BroughtUpToDate]) -> str:
    """What came of all projects together; what stood in the way of some is said as well."""
    reports = [outcome for _, outcome in done if isinstance(outcome, Report)]
    problems = [f"{project.name}: {outcome}" for project, outcome in done if not isinstance(outcome, Report)]
    if problems:
        more = len(problems) - _PROBLEMS_TOLD
        say(
            request,
            " ".join(problems[:_PROBLEMS_TOLD]) + (f" And {more} more like these." if more > 0 else ""),
            tone="bad",
        )
    if not reports:
        return "" if problems else "It is live nowhere any more: nothing was done."
    succeeded, skipped, failed = (sum(report.counts[status] for report in reports) for status in RunItem.Status.values)
    where = "1 project" if len(reports) == 1 else f"{len(reports)} projects"
    return f"Brought up to date in {where}: {succeeded} succeeded, {skipped} skipped, {failed} failed."
