"""Pages and answers that belong to no app in particular."""

import sys

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, Error, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views import defaults
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import user_of
from accounts.pages.answers import changed
from accounts.pages.forms import PageForm
from accounts.pages.layouts import htmx_of
from accounts.pages.toasts import Undo
from config.database import is_busy
from config.search import search
from profiles.enums import ArtifactType, platform_choices


class _RefusedForm(PageForm):
    """Fields as they look when something is wrong with one of them."""

    name = forms.CharField()
    description = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2, "class": "input"}))
    platform = forms.ChoiceField(choices=platform_choices(), required=False)
    prune = forms.BooleanField(
        label="Remove what the set no longer holds", required=False, help_text="Only what this set put there."
    )


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The first page there is: the sets, or the projects where sets are switched off."""
    return redirect("sets:list" if settings.DEPLOYMENT_SETS_ENABLED else "deployments:projects")


@require_safe
def search_everywhere(request: HttpRequest) -> HttpResponse:
    """The dialog that finds things by their names, `q`, as they are typed; and for HTMX its results alone."""
    details, words = htmx_of(request), request.GET.get("q", "").strip()
    is_alone = details is not None and details.target == "search-results"
    return render(
        request,
        "_search_results.html" if is_alone else "search.html",
        {"words": words, "sections": search(user_of(request), words), "is_alone": is_alone},
    )


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """The dialog that lists the keys; in a page's dialog the script adds those of the page. No query."""
    return render(request, "keys.html")


@require_safe
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database does, and 503 when it does not. One query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse("The database does not answer.\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


@require_http_methods(["GET", "HEAD", "POST"])
def components(request: HttpRequest) -> HttpResponseBase:
    """What the pages are put together from, for whoever changes how they look. Posted to, it shows a toast."""
    if request.method == "POST":
        return changed(request, reverse("components"), said="Said in passing.", undo=Undo(reverse("components")))
    kinds = [*ArtifactType, "group", "set"]
    return render(request, "components.html", {"form": _RefusedForm({"name": ""}), "kinds": kinds})


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for a request that raised something: 503 where the database was busy, else 500. No query."""
    error = sys.exception()
    if isinstance(error, DatabaseError) and is_busy(error):
        return HttpResponse(render_to_string("503.html"), status=503)
    return defaults.server_error(request)
