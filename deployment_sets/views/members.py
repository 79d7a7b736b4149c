"""Members of a set: added, moved, removed, and put back."""

from typing import get_args
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import user_of
from accounts.models import User
from accounts.pages.answers import changed, refused
from accounts.pages.layouts import htmx_of
from accounts.pages.toasts import Undo, say
from deployment_sets.candidates import Tab, candidates_for, chosen_among
from deployment_sets.exceptions import (
    AlreadyMemberError,
    DeploymentSetCycleError,
    DeploymentSetResolutionError,
    written_path,
)
from deployment_sets.member_forms import (
    MOST_AT_ONCE,
    MemberPlaceForm,
    MemberPositionForm,
    MemberReferenceForm,
    MembersForm,
    artifact_type_in,
)
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import MemberRow, member_of, set_of
from deployment_sets.services.members import add_members, move_member, remove_member, restore_member
from deployment_sets.views.switch import sets_page
from profiles.enums import ArtifactType

CHOOSING = ("choosing", "choices")
"""The ids of the parts of the dialog in which one looks for candidates; what was chosen stands outside of them."""
_TABS: tuple[Tab, ...] = get_args(Tab.__value__)


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def members_add(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """The dialog that finds artifacts, groups and sets, and adds those that were chosen: all of them, or none."""
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    form = MembersForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        chosen = form.cleaned_data["chosen"]
        try:
            add_members(owner=owner, set_id=set_id, members=chosen, position=form.position)
        except DeploymentSetCycleError as error:
            say(request, f"This would create a circular reference. {written_path(error.path_names)}", tone="bad")
        except (DeploymentSetResolutionError, AlreadyMemberError) as error:
            say(request, str(error), tone="bad")
        else:
            said = f"Added {len(chosen)} member{'' if len(chosen) == 1 else 's'} to “{deployment_set.name}”."
            return changed(request, reverse("sets:detail", args=[set_id]), said=said)
    return _choosing(request, owner, deployment_set, form)


@sets_page
@require_POST
def member_move(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """Put the member `id` at `position`, counted from 0, as it was dragged there."""
    owner = user_of(request)
    set_of(owner, set_id)
    form = MemberPlaceForm(request.POST)
    if not form.is_valid():
        return _unreadable(request, "A member is moved by its id to a position, counted from 0.")
    move_member(owner=owner, set_id=set_id, member_id=form.cleaned_data["id"], position=form.cleaned_data["position"])
    return changed(request, reverse("sets:detail", args=[set_id]))


@sets_page
@require_http_methods(["GET", "HEAD", "POST"])
def member_position(request: HttpRequest, set_id: UUID, member_id: UUID) -> HttpResponseBase:
    """The dialog that moves a member to a position, counted from 1, however far away that is."""
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    member = member_of(deployment_set, member_id)
    count = deployment_set.members.count()
    initial = {"position": member.position + 1}
    form = MemberPositionForm(request.POST if request.method == "POST" else None, count=count, initial=initial)
    if form.is_valid():
        position: int = form.cleaned_data["position"]
        move_member(owner=owner, set_id=set_id, member_id=member_id, position=position - 1)
        said = f"Moved “{member.name}” to position {position} of {count}."
        undo = Undo(reverse("sets:member_position", args=[set_id, member_id]), {"position": str(member.position + 1)})
        return changed(request, reverse("sets:detail", args=[set_id]), said=said, undo=undo)
    context = {"set": deployment_set, "member": member, "form": form}
    status = 422 if form.errors else 200
    return render(request, "deployment_sets/member_position.html", context, status=status)


@sets_page
@require_POST
def member_remove(request: HttpRequest, set_id: UUID, member_id: UUID) -> HttpResponseBase:
    """Take a member out, with the way to put it back where it was."""
    owner = user_of(request)
    member = member_of(set_of(owner, set_id), member_id)
    removed = remove_member(owner=owner, set_id=set_id, member_id=member_id)
    return changed(
        request,
        reverse("sets:detail", args=[set_id]),
        said=f"Removed “{member.name}”.",
        undo=Undo(reverse("sets:member_restore", args=[set_id]), _reference(member, removed.position)),
    )


@sets_page
@require_POST
def member_restore(request: HttpRequest, set_id: UUID) -> HttpResponseBase:
    """Put back a member that was removed, where it was."""
    owner = user_of(request)
    deployment_set = set_of(owner, set_id)
    form = MemberReferenceForm(request.POST)
    if not form.is_valid() or len(form.cleaned_data["member"]) != 1:
        return _unreadable(request, "A member is put back by its kind and id, at a position counted from 0.")
    (member,), position = form.cleaned_data["member"], form.cleaned_data["position"]
    restored = restore_member(owner=owner, set_id=set_id, member=member, position=position)
    said = f"“{member_of(deployment_set, restored.pk).name}” is back, at position {restored.position + 1}."
    return changed(request, reverse("sets:detail", args=[set_id]), said=said)


def _choosing(request: HttpRequest, owner: User, deployment_set: DeploymentSet, form: MembersForm) -> HttpResponseBase:
    sent = request.POST if form.is_bound else request.GET
    tab = next((each for each in _TABS if each == sent.get("tab")), _TABS[0])
    search, type = sent.get("search", ""), artifact_type_in(sent)
    context: dict[str, object] = {
        "set": deployment_set,
        "tab": tab,
        "tabs": _TABS,
        "search": search,
        "type": type,
        "types": list(ArtifactType),
        "found": candidates_for(owner, deployment_set, tab=tab, search=search, type=type),
    }
    details = htmx_of(request)
    if details is not None and details.target in CHOOSING:
        return render(request, "deployment_sets/_choosing.html", context)
    chosen = chosen_among(owner, form.cleaned_data.get("chosen", [])) if form.is_bound else []
    context |= {"form": form, "chosen": chosen, "most_at_once": MOST_AT_ONCE}
    return render(request, "deployment_sets/members_add.html", context, status=422 if form.is_bound else 200)


def _reference(member: MemberRow, position: int) -> dict[str, str]:
    return {"member": f"{member.kind}:{member.target_id}", "position": str(position)}


def _unreadable(request: HttpRequest, sentence: str) -> HttpResponseBase:
    return refused(request, sentence, title="Values that cannot be used", status=422)
