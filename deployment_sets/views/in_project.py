"""What sets add to the page of a project."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import user_of
from deployment_sets.project_sets import sets_in
from deployment_sets.views.switch import sets_page
from projects.queries import project_of


@sets_page
@require_safe
def sets_in_project(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """The fragment that says which sets are deployed in a project, and which are not as they would be today."""
    owner = user_of(request)
    project = project_of(owner, project_id)
    context = {"project": project, "sets": sets_in(owner, project)}
    return render(request, "deployment_sets/_in_project.html", context)
