"""Pages of sets."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import user_of
from deployment_sets.exceptions import DeploymentSetNotFoundError
from deployment_sets.pages import member_entries, resolved_list, set_cards, standing
from deployment_sets.queries import list_sets, members_with_references, set_of

CARDS_PER_PAGE = 24
ROWS_PER_PAGE = 100


def sets_page[**P](
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A page that is there while DEPLOYMENT_SETS_ENABLED is true; else a 404 that says why."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not settings.DEPLOYMENT_SETS_ENABLED:
            return render(request, "deployment_sets/switched_off.html", status=404)
        return view(request, *args, **kwargs)

    return page


@require_safe
@sets_page
def set_list(request: HttpRequest) -> HttpResponse:
    """The sets of whoever asks, last changed first."""
    owner = user_of(request)
    page = Paginator(list_sets(owner, sort="-updated"), CARDS_PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "deployment_sets/set_list.html", {"page": page, "cards": set_cards(owner, list(page.object_list))}
    )


@require_safe
@sets_page
def set_detail(request: HttpRequest, set_id: UUID) -> HttpResponse:
    """One set: its members, and the artifacts they stand for."""
    owner = user_of(request)
    try:
        deployment_set = set_of(owner, set_id)
    except DeploymentSetNotFoundError:
        raise Http404("There is no such set.") from None
    members = Paginator(members_with_references(deployment_set), ROWS_PER_PAGE).get_page(request.GET.get("members"))
    return render(
        request,
        "deployment_sets/set_detail.html",
        {
            "set": deployment_set,
            "standing": standing(owner, deployment_set),
            "members": members,
            "entries": member_entries(list(members.object_list)),
            "resolved": resolved_list(deployment_set, page=request.GET.get("resolved"), per_page=ROWS_PER_PAGE),
        },
    )
