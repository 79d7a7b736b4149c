"""What is in a group, changed piece by piece: artifacts added, removed, put back and moved."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import demand_permission, user_of
from accounts.pages.answers import changed
from accounts.pages.layouts import htmx_of
from accounts.pages.toasts import Undo
from artifacts.exceptions import ArtifactError, GroupError
from artifacts.forms.filters import ArtifactFilter
from artifacts.forms.groups import MOST_AT_ONCE, ChosenArtifactsForm, PlaceForm
from artifacts.models import Artifact, ArtifactGroup
from artifacts.queries import artifacts_by_uuid, artifacts_in_order, list_artifacts
from artifacts.services.groups import add_to_group, move_in_group, remove_from_group, restore_to_group
from artifacts.views.groups import CHANGE, group_of

ARTIFACTS_PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
def group_add(request: HttpRequest, group_id: UUID) -> HttpResponseBase:
    """The dialog in which artifacts are looked for and added, several at once."""
    group = _group_to_change(request, group_id)
    form = ChosenArtifactsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            added = add_to_group(group=group, artifacts=artifacts_in_order(form.uuids))
        except (ArtifactError, GroupError) as error:
            form.refuse(error.problems)
        else:
            said = f"Added {len(added)} artifact{'s' if len(added) != 1 else ''} to “{group.name}”."
            return changed(request, reverse("artifacts:group", args=[group_id]), said=said)
    wanted = ArtifactFilter(request.GET)
    page = Paginator(list_artifacts(**wanted.chosen), ARTIFACTS_PER_PAGE).get_page(request.GET.get("page"))
    inside = group.memberships.filter(artifact__in=[artifact.pk for artifact in page])
    context = {
        "group": group,
        "form": form,
        "filter": wanted,
        "page": page,
        "inside": set(inside.values_list("artifact_id", flat=True)),
        "chosen": artifacts_by_uuid(form.uuids[:MOST_AT_ONCE]),
        "most_at_once": MOST_AT_ONCE,
    }
    details = htmx_of(request)
    piece = "#choices" if details and details.target == "choices" else ""
    return render(request, f"artifacts/group_add.html{piece}", context, status=422 if form.errors else 200)


@require_POST
def group_remove(request: HttpRequest, group_id: UUID) -> HttpResponseBase:
    """Take an artifact out of a group; the answer has the way back."""
    group = _group_to_change(request, group_id)
    artifact, _ = _sent(request)
    position = remove_from_group(group=group, artifact=artifact)
    undo = Undo(
        reverse("artifacts:group-put-back", args=[group_id]), {"id": str(artifact.pk), "position": str(position)}
    )
    return _answer(request, group, said=f"Removed {artifact.artifact_id} from “{group.name}”.", undo=undo)


@require_POST
def group_put_back(request: HttpRequest, group_id: UUID) -> HttpResponseBase:
    """Put an artifact where it was before it was removed, or at the end where less is left."""
    group = _group_to_change(request, group_id)
    artifact, position = _sent(request)
    restore_to_group(group=group, artifact=artifact, position=position)
    return _answer(request, group, said=f"Put {artifact.artifact_id} back into “{group.name}”.")


@require_POST
def group_sort(request: HttpRequest, group_id: UUID) -> HttpResponseBase:
    """Move an artifact to another position of its group."""
    group = _group_to_change(request, group_id)
    artifact, position = _sent(request)
    move_in_group(group=group, artifact=artifact, position=position)
    return _answer(request, group)


def _group_to_change(request: HttpRequest, group_id: UUID) -> ArtifactGroup:
    demand_permission(user_of(request), CHANGE)
    return group_of(group_id)


def _sent(request: HttpRequest) -> tuple[Artifact, int]:
    """The artifact that is meant, and a position. Raises GroupError, and Artifact.DoesNotExist."""
    form = PlaceForm(request.POST)
    if not form.is_valid():
        raise GroupError({name: [str(each) for each in told] for name, told in form.errors.items()})
    return Artifact.objects.get(pk=form.cleaned_data["id"]), form.cleaned_data["position"] or 0


def _answer(
    request: HttpRequest, group: ArtifactGroup, *, said: str = "", undo: Undo | None = None
) -> HttpResponseBase:
    return changed(request, reverse("artifacts:group", args=[group.pk]), said=said, undo=undo)
