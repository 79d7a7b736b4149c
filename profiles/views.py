"""Pages of profiles, which all are dialogs of their project's page; and a look at a folder before it is a project."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import user_of
from accounts.editions import EditedMeanwhileError
from accounts.pages.answers import changed
from profiles.drafts import moved_along, with_default
from profiles.enums import Platform
from profiles.exceptions import ProfileError
from profiles.folders import platform_folders_in
from profiles.forms import ProfileForm, first_values
from profiles.models import DeploymentProfile
from profiles.queries import edition_of_profile, profile_of, profiles_of
from profiles.services import create_profile, delete_profile, update_profile
from projects.folders import look_at_folder, suggested_folders
from projects.models import Project
from projects.queries import project_of


@require_safe
def folder_look(request: HttpRequest) -> HttpResponseBase:
    """The fragment that says what there is at `path`, while somebody types it."""
    path = request.GET.get("path", "").strip()
    look = look_at_folder(user_of(request), path) if path else None
    platforms = platform_folders_in(look.folder) if look and look.folder and look.is_there else []
    context = {"look": look, "platforms": platforms, "suggestions": suggested_folders(path)}
    return render(request, "projects/_folder_look.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def profile_new(request: HttpRequest, project_id: UUID) -> HttpResponseBase:
    """The dialog that gives a project another profile."""
    project = project_of(user_of(request), project_id)
    if request.method != "POST":
        known = list(profiles_of(project))
        used = {profile.platform for profile in known}
        platform = next((platform for platform in Platform if platform not in used), Platform.CLAUDE_CODE)
        form = ProfileForm(initial=first_values(platform, {profile.profile_id for profile in known}))
        return _form(request, form, project)
    values = moved_along(request.POST)
    form = ProfileForm(values)
    if form.is_valid():
        try:
            made = create_profile(project=project, profile_id=form.cleaned_data["profile_id"], **form.changes)
        except ProfileError as error:
            form.refuse(error.problems)
        else:
            return _done(request, project, f"Added the profile “{made.profile_id}”. Deploys can go under it now.")
    return _form(request, form, project)


@require_http_methods(["GET", "HEAD", "POST"])
def profile_edit(request: HttpRequest, project_id: UUID, profile_id: str) -> HttpResponseBase:
    """The dialog that lays a profile out anew. What somebody else changed meanwhile is said first."""
    project = project_of(user_of(request), project_id)
    profile = profile_of(project, profile_id)
    if request.method != "POST":
        return _form(request, ProfileForm.of(profile, edition_of_profile(profile)), project, profile)
    form = ProfileForm(moved_along(request.POST), profile=profile)
    if form.is_valid():
        try:
            update_profile(profile=profile, expected=[form.cleaned_data["edition"]], **form.changes)
        except ProfileError as error:
            form.refuse(error.problems)
        except EditedMeanwhileError as error:
            form.tell_edited(error.edition)
        else:
            said = f"Changed the profile “{profile_id}”. What it deployed stays where it is until the next deploy."
            return _done(request, project, said)
    return _form(request, form, project, profile)


@require_POST
def profile_layout(request: HttpRequest, project_id: UUID) -> HttpResponseBase:
    """The part of the form that depends on the platform; with `reset`, the field of that name at its default."""
    project = project_of(user_of(request), project_id)
    name = request.POST.get("reset", "")
    form = ProfileForm(initial=with_default(request.POST, name) if name else moved_along(request.POST))
    if name in form.fields:
        form.fields[name].widget.attrs["autofocus"] = True
    return render(request, "profiles/_layout.html", {"form": form, "project": project})


@require_http_methods(["GET", "HEAD", "POST"])
def profile_delete(request: HttpRequest, project_id: UUID, profile_id: str) -> HttpResponseBase:
    """The dialog that says what deleting a profile means, and does it."""
    project = project_of(user_of(request), project_id)
    profile = profile_of(project, profile_id)
    if request.method == "POST":
        delete_profile(profile=profile)
        return _done(request, project, f"Deleted the profile “{profile_id}”. What was deployed under it stays.")
    return render(request, "profiles/profile_delete.html", {"project": project, "profile": profile})


def _form(
    request: HttpRequest, form: ProfileForm, project: Project, profile: DeploymentProfile | None = None
) -> HttpResponseBase:
    """The form, with status 422 where it was sent and refused."""
    template = "profiles/profile_new.html" if profile is None else "profiles/profile_edit.html"
    context = {"form": form, "project": project, "profile": profile}
    return render(request, template, context, status=422 if form.errors else 200)


def _done(request: HttpRequest, project: Project, said: str) -> HttpResponseBase:
    return changed(request, reverse("deployments:project", args=[project.pk]), said=said)
