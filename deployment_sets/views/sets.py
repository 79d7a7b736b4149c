"""Pages of sets themselves: the list, one of them, and making, changing, copying and deleting them."""

from functools import partial
from typing import cast
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import user_of
from accounts.editions import EditedMeanwhileError
from accounts.models import User
from accounts.ordering import Sort
from accounts.pages.answers import changed
from accounts.pages.layouts import is_for, is_open, piece
from accounts.pages.toasts import Undo
from deployment_sets.exceptions import DeploymentSetValidationError
from deployment_sets.forms import SORTS, SetForm
from deployment_sets.member_forms import artifact_type_in
from deployment_sets.models import DeploymentSet
from deployment_sets.pages import last_runs, member_entries, resolved_list, set_cards, standing
from deployment_sets.queries import edition_of_set, list_sets, members_with_references, set_of, tags_of
from deployment_sets.services.sets import clone_set, create_set, delete_set, update_set
from deployment_sets.views.switch import sets_page
from profiles.enums import ArtifactType

RESOLVED_REGION = "resolved-list"
"""The id of the element that what is found of the artifacts goes into."""
CARDS_PER_PAGE = 24
ROWS_PER_PAGE = 50
TAGS_SHOWN = 12


@sets_page
@require_safe
def set_list(request: HttpRequest) -> HttpResponseBase:
    """The sets of whoever asks, last changed first; with `name` and `tag` only those, by `sort` in another order."""
    owner = user_of(request)
    name, tag, sort = (request.GET.get(key, "") for key in ("name", "tag", "sort"))
    sort = sort if sort in dict(SORTS) else SORTS[0][0]
    sets = list_sets(owner, name=name, tag=tag, sort=cast(Sort, sort))
    page = Paginator(sets, CARDS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        piece(request, "deployment_sets/set_list.html", "results"),
        {
            "page": page,
            "cards": set_cards(owner, list(page.object_list)),
            "name": name,
            "tag": tag,
            "tags": SimpleLazyObject(partial(_tags_shown, owner, tag)),
            "sort": sort,
            "sorts": SORTS,
            "is_narrowed": bool(name or tag),
        },
    )


def _tags_shown(owner: User, chosen: str) -> list[str]:
    """The tags to choose from by name: the one that was chosen, and those that most sets carry."""
    tags = sorted(tags_of(owner), key=lambda each: (each.name != chosen, -each.set_count, each.name))
    return sorted(each.name for each in tags[:TAGS_SHOWN])


@sets_page
@require_safe
def set_detail(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """One set: its members, and the artifacts they stand for; of these, with `search` and `type`, only some."""
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    search, type = request.GET.get("search", ""), artifact_type_in(request.GET)
    resolved = resolved_list(
        deployment_set, page=request.GET.get("resolved"), per_page=ROWS_PER_PAGE, search=search, type=type
    )
    if is_for(request, RESOLVED_REGION):
        context = {"set": deployment_set, "resolved": resolved, "search": search, "type": type}
        return render(request, f"deployment_sets/_resolved.html#{RESOLVED_REGION}", context)
    members = Paginator(members_with_references(deployment_set), ROWS_PER_PAGE).get_page(request.GET.get("members"))
    return render(
        request,
        "deployment_sets/set_detail.html",
        {
            "set": deployment_set,
            "standing": standing(owner, deployment_set),
            "members": members,
            "entries": member_entries(list(members.object_list)),
            "resolved": resolved,
            "search": search,
            "type": type,
            "types": list(ArtifactType),
            "runs": last_runs(owner, deployment_set),
        },
    )


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def set_new(request: HttpRequest) -> HttpResponseBase:
    """The dialog that makes a set, and goes on to it."""
    form = SetForm(request.POST or None)
    if form.is_valid():
        try:
            made = create_set(owner=user_of(request), **form.fields_of_set)
        except DeploymentSetValidationError as error:
            form.refuse(error.problems)
        else:
            return changed(
                request,
                reverse("sets:detail", args=[made.pk]),
                said=f"Created “{made.name}”. Now add members to it.",
                leave=True,
            )
    return _form(request, "deployment_sets/set_new.html", form)


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def set_edit(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """The dialog that changes what is said of a set. What somebody else changed meanwhile is shown first."""
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    if request.method != "POST":
        form = SetForm.of(deployment_set, edition_of_set(deployment_set))
    else:
        form = SetForm(request.POST, current=deployment_set)
        if form.is_valid():
            try:
                update_set(owner=owner, set_id=set_id, expected=[form.cleaned_data["edition"]], **form.fields_of_set)
            except DeploymentSetValidationError as error:
                form.refuse(error.problems)
            except EditedMeanwhileError as error:
                form.tell_edited(error.edition)
            else:
                url = reverse("sets:detail", args=[set_id])
                return changed(request, url, said=f"Changed “{form.cleaned_data['name'].strip()}”.")
    return _form(request, "deployment_sets/set_edit.html", form, deployment_set)


@sets_page
@require_POST
def set_clone(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """Copy a set; on its own page go on to the copy."""
    copy = clone_set(owner=user_of(request), set_id=set_id)
    return changed(
        request,
        reverse("sets:detail", args=[copy.pk]),
        said=f"Cloned as “{copy.name}”.",
        undo=Undo(reverse("sets:delete", args=[copy.pk])),
        leave=is_open(request, reverse("sets:detail", args=[set_id])),
    )


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def set_delete(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """The dialog that says what deleting a set means, and does it."""
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    if request.method == "POST":
        delete_set(owner=owner, set_id=set_id)
        said = f"Deleted “{deployment_set.name}”. What it deployed stays in its projects."
        return changed(
            request, reverse("sets:list"), said=said, leave=is_open(request, reverse("sets:detail", args=[set_id]))
        )
    context = {"set": deployment_set, "standing": standing(owner, deployment_set)}
    return render(request, "deployment_sets/set_delete.html", context)


def _form(
    request: HttpRequest, template: str, form: SetForm, deployment_set: DeploymentSet | None = None
) -> HttpResponseBase:
    """The form, with status 422 where it was sent and refused."""
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, "set": deployment_set}, status=status)
