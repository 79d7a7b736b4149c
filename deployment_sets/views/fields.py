"""What is said of a set, changed one field at a time where it stands on the set's page."""

from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.access import user_of
from accounts.editions import EditedMeanwhileError
from accounts.pages.answers import changed
from accounts.pages.layouts import htmx_of
from accounts.pages.toasts import Undo
from deployment_sets.exceptions import DeploymentSetValidationError
from deployment_sets.forms import FieldForm
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import edition_of_set, set_of
from deployment_sets.services.sets import tag_set, update_set
from deployment_sets.views.switch import sets_page


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def set_field(request: HttpRequest, set_id: UUID, field: str) -> HttpResponseBase:
    """The name or the description as a small form. What somebody else changed meanwhile is not overwritten unasked."""
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    if request.method != "POST":
        form = FieldForm.of(deployment_set, edition_of_set(deployment_set), field=field)
    else:
        form = FieldForm(request.POST, current=deployment_set, field=field)
        if form.is_valid():
            try:
                update_set(owner=owner, set_id=set_id, expected=[form.cleaned_data["edition"]], **form.fields_of_set)
            except DeploymentSetValidationError as error:
                form.refuse(error.problems)
            except EditedMeanwhileError as error:
                form.tell_edited(error.edition)
            else:
                return changed(request, reverse("sets:detail", args=[set_id]))
    return _in_place(request, form, deployment_set)


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def set_tags(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """A small form that puts the tags in `tags` on a set. Sent with `remove`, that tag is taken off."""
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    url = reverse("sets:detail", args=[set_id])
    if "remove" in request.POST:
        tag = request.POST["remove"]
        if tag not in deployment_set.tags:
            return changed(request, url, said="That tag was taken off already.")
        tag_set(owner=owner, set_id=set_id, remove=[tag])
        undo = Undo(reverse("sets:tags", args=[set_id]), {"tags": tag})
        return changed(request, url, said=f"Removed the tag “{tag}”.", undo=undo)
    form = FieldForm(request.POST if request.method == "POST" else None, field="tags")
    if form.is_valid():
        try:
            tag_set(owner=owner, set_id=set_id, add=form.cleaned_data["tags"])
        except DeploymentSetValidationError as error:
            form.refuse(error.problems)
        else:
            return changed(request, url)
    return _in_place(request, form, deployment_set)


def _in_place(request: HttpRequest, form: FieldForm, deployment_set: DeploymentSet) -> HttpResponseBase:
    """The form alone for the page it stands on, and a page of its own for its address."""
    template = "set_field" if htmx_of(request) is None else "_field_form"
    status = 422 if form.errors else 200
    context = {"set": deployment_set, "form": form, "field": form[form.field]}
    return render(request, f"deployment_sets/{template}.html", context, status=status)
