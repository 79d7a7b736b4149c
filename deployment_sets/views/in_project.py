"""What sets add to the page of a project."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import user_of
from accounts.pages.layouts import htmx_of
from deployment_sets.project_sets import sets_in
from deployment_sets.queries import list_sets
from deployment_sets.views.switch import sets_page
from projects.queries import project_of

SETS_PER_PAGE = 50


@sets_page
@require_safe
def sets_in_project(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """The fragment that says which sets are deployed in a project, and which are not as they would be today."""
    owner = user_of(request)
    project = project_of(owner, project_id)
    context = {"project": project, "sets": sets_in(owner, project)}
    return render(request, "deployment_sets/_in_project.html", context)


@sets_page
@require_safe
def set_choose(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """The dialog that chooses which set to deploy into a project."""
    owner = user_of(request)
    project = project_of(owner, project_id)
    name = request.GET.get("name", "")
    page = Paginator(list_sets(owner, name=name, sort="-updated"), SETS_PER_PAGE).get_page(1)
    details = htmx_of(request)
    piece = "#choices" if details and details.target == "choices" else ""
    context = {"project": project, "page": page, "name": name}
    return render(request, f"deployment_sets/set_choose.html{piece}", context)
