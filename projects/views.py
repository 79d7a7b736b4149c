"""Pages of projects that need no more than their rows: making one, and giving it another name."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import user_of
from accounts.pages.answers import changed
from accounts.pages.toasts import Undo
from projects.exceptions import ProjectError
from projects.forms import RegisterForm, RenameForm
from projects.queries import project_of
from projects.services import register_project, rename_project


@require_http_methods(["GET", "HEAD", "POST"])
def project_new(request: HttpRequest) -> HttpResponseBase:
    """The dialog that makes a folder a project, and goes on to it."""
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        try:
            made = register_project(owner=user_of(request), **form.cleaned_data)
        except ProjectError as error:
            form.refuse(error.problems)
        else:
            return changed(
                request,
                reverse("deployments:project", args=[made.pk]),
                said=f"Registered “{made.name}”. Nothing is deployed there yet.",
                leave=True,
            )
    return render(request, "projects/project_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def project_rename(request: HttpRequest, project_id: UUID) -> HttpResponseBase:
    """The dialog that gives a project another name."""
    project = project_of(user_of(request), project_id)
    form = RenameForm(request.POST or None, initial={"name": project.name})
    if form.is_valid():
        try:
            renamed = rename_project(project=project, name=form.cleaned_data["name"])
        except ProjectError as error:
            form.refuse(error.problems)
        else:
            address = reverse("projects:rename", args=[project_id])
            return changed(
                request,
                reverse("deployments:project", args=[project_id]),
                said=f"Renamed “{project.name}” to “{renamed.name}”.",
                undo=Undo(address, {"name": project.name}),
            )
    context = {"form": form, "project": project}
    return render(request, "projects/project_rename.html", context, status=422 if form.errors else 200)
