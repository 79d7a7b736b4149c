"""Errors of the domain that a page met: the same table as the API's, in a page's words."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django_htmx.http import trigger_client_event

from accounts.endpoints.callers import is_for_api
from accounts.pages.answers import refused
from accounts.pages.layouts import htmx_of
from config.problems.kinds import Kind
from config.problems.table import KINDS, MISSING_ROWS, PAGE_SENTENCES, first

# The page that sent it shows what is not so any more, and is to be read again.
_OUT_OF_DATE = {Kind.NOT_FOUND, Kind.CONFLICT}


class PageProblemMiddleware:
    """Answer a page's error of the domain with what it says, as a page or as a toast, under its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Django asks this of whatever a view raised; None leaves it to the page of the status 500."""
        if is_for_api(request):
            return None
        kind = Kind.NOT_FOUND if first(MISSING_ROWS, error) else first(KINDS, error)
        if kind is None:
            return None
        sentence = first(PAGE_SENTENCES, error)
        if kind is Kind.NOT_FOUND and htmx_of(request) is None:
            return render(request, "404.html", status=404)
        answer = refused(request, sentence or str(error), title=kind.title, status=kind.status)
        if kind in _OUT_OF_DATE and request.method not in ("GET", "HEAD"):
            trigger_client_event(answer, "changed")
        return answer
