"""Pages of groups themselves: the list, one of them, and making, changing, copying and deleting them."""

from typing import cast
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import demand_permission, user_of
from accounts.editions import EditedMeanwhileError
from accounts.ordering import Sort
from accounts.pages.answers import changed
from accounts.pages.layouts import is_open, piece
from accounts.pages.toasts import Undo
from artifacts.exceptions import GroupError
from artifacts.forms.filters import GroupFilter
from artifacts.forms.groups import GroupForm
from artifacts.models import ArtifactGroup
from artifacts.pages import group_entries
from artifacts.queries import list_groups, members_of
from artifacts.services.groups import copy_group, create_group, delete_group, update_group

ROWS_PER_PAGE = 50
MEMBERS_PER_PAGE = 100
CHANGE = "artifacts.change_artifactgroup"


@require_safe
def group_list(request: HttpRequest) -> HttpResponseBase:
    """Groups by name; what the address says narrows and orders them."""
    wanted = GroupFilter(request.GET)
    groups = list_groups(**wanted.chosen, sort=cast(Sort, wanted.sort))
    page = Paginator(groups, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "entries": group_entries(list(page.object_list)), "filter": wanted}
    return render(request, piece(request, "artifacts/group_list.html", "results"), context)


@require_safe
def group_detail(request: HttpRequest, group_id: UUID) -> HttpResponseBase:
    """One group: its artifacts in order, and the sets that hold it."""
    group = group_of(group_id)
    page = Paginator(members_of(group), MEMBERS_PER_PAGE).get_page(request.GET.get("page"))
    may_change = user_of(request).has_perm(CHANGE) and group.collection is None
    context = {"group": group, "page": page, "may_change": may_change}
    return render(request, "artifacts/group_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def group_new(request: HttpRequest) -> HttpResponseBase:
    """The dialog that makes a group, and goes on to it."""
    demand_permission(user_of(request), "artifacts.add_artifactgroup")
    form = GroupForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = create_group(**form.said)
        except GroupError as error:
            form.refuse(error.problems)
        else:
            url = reverse("artifacts:group", args=[made.pk])
            return changed(request, url, said=f"Created the group “{made.name}”. Now add artifacts to it.", leave=True)
    return _form(request, "artifacts/group_new.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
def group_edit(request: HttpRequest, group_id: UUID) -> HttpResponseBase:
    """The dialog that changes a group's name and description. What somebody else changed meanwhile is said first."""
    demand_permission(user_of(request), CHANGE)
    group = group_of(group_id)
    form = GroupForm(request.POST) if request.method == "POST" else GroupForm.of(group)
    if form.is_valid():
        try:
            named = update_group(group=group, expected=[form.cleaned_data["edition"]], **form.said)
        except GroupError as error:
            form.refuse(error.problems)
        except EditedMeanwhileError as error:
            form.tell_edited(error.edition)
        else:
            return changed(request, reverse("artifacts:group", args=[group_id]), said=f"Changed “{named.name}”.")
    return _form(request, "artifacts/group_edit.html", form, group)


@require_POST
def group_copy(request: HttpRequest, group_id: UUID) -> HttpResponseBase:
    """Copy a group to one that can be edited, and go on to that."""
    demand_permission(user_of(request), "artifacts.add_artifactgroup")
    copy = copy_group(group=group_of(group_id))
    undo = Undo(reverse("artifacts:group-delete", args=[copy.pk]))
    url = reverse("artifacts:group", args=[copy.pk])
    return changed(request, url, said=f"Copied as “{copy.name}”, which you can edit.", undo=undo, leave=True)


@require_http_methods(["GET", "HEAD", "POST"])
def group_delete(request: HttpRequest, group_id: UUID) -> HttpResponseBase:
    """The dialog that says which sets use a group, and deletes it."""
    demand_permission(user_of(request), "artifacts.delete_artifactgroup")
    group = group_of(group_id)
    if request.method == "POST":
        delete_group(group=group)
        said = f"Deleted the group “{group.name}”. Its artifacts stay."
        return changed(
            request,
            reverse("artifacts:groups"),
            said=said,
            leave=is_open(request, reverse("artifacts:group", args=[group_id])),
        )
    context = {"group": group}
    return render(request, "artifacts/group_delete.html", context)


def group_of(group_id: UUID) -> ArtifactGroup:
    """The group of that id, with its collection. Raises ArtifactGroup.DoesNotExist."""
    return list_groups().get(pk=group_id)


def _form(request: HttpRequest, template: str, form: GroupForm, group: ArtifactGroup | None = None) -> HttpResponseBase:
    """The form, with status 422 where it was sent and refused."""
    return render(request, template, {"form": form, "group": group}, status=422 if form.errors else 200)
