"""What a request must be before anything of ours sees it, with login and without."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.core.exceptions import BadRequest, DisallowedHost, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.endpoints.callers import is_for_api
from accounts.text import storable_text
from config.problems.answers import problem
from config.problems.kinds import Kind

READING = {"GET", "HEAD", "OPTIONS", "TRACE"}

_FROM_ELSEWHERE = (
    "This request comes from a page of another origin (its Sec-Fetch-Site or Origin says so), and nothing was changed."
)


class RequestGuardMiddleware:
    """Refuse what no page or program of ours would send.

    A request for a host that is not ours, or whose address holds text that no database could look up: 400. One that
    a page on another origin wants something changed with: 403; that page may even know a valid form token, and what the
    browser says about itself counts before that. A body for the API that is not JSON: 415, as a form on any
    page can send other types without asking first; one that does not say how long it is: 400, as Django reads none
    of it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            host = request.get_host()
            _demand_readable_address(request)
        except (DisallowedHost, BadRequest) as error:
            if is_for_api(request):
                return problem(Kind.MALFORMED, str(error))
            raise
        if request.method not in READING and not _is_from_here(request, host):
            return _from_elsewhere(request)
        if is_for_api(request) and (refusal := _refuse_body(request)) is not None:
            return refusal
        return self._get_response(request)


def _demand_readable_address(request: HttpRequest) -> None:
    query = (text for name, values in request.GET.lists() for text in (name, *values))
    for text in (request.path_info, *query):
        try:
            storable_text(text)
        except ValidationError as error:
            raise BadRequest(" ".join(error.messages)) from error


def _is_from_here(request: HttpRequest, host: str) -> bool:
    """Whether our own page, the browser's user or a program sent this. A program sends neither header."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or _origin(origin) == _origin(f"{request.scheme}://{host}")


def _from_elsewhere(request: HttpRequest) -> HttpResponse:
    if is_for_api(request):
        return problem(Kind.FORBIDDEN, _FROM_ELSEWHERE)
    return render(request, "403_csrf.html", status=403)


def _refuse_body(request: HttpRequest) -> HttpResponse | None:
    """The answer to a body that is not plain JSON of a known length; None to one that is, and to none at all."""
    if "Transfer-Encoding" in request.headers and not request.META.get("CONTENT_LENGTH"):
        return problem(Kind.MALFORMED, "The body comes in chunks. Send it whole, and say its length: Content-Length.")
    has_body = request.META.get("CONTENT_LENGTH", "") not in ("", "0")
    if has_body and (request.content_type != "application/json" or "Content-Encoding" in request.headers):
        return HttpResponse(status=415)
    return None


def _origin(address: str) -> tuple[str, str | None, int | None] | None:
    """Scheme, host and port of `address`, which may leave out its scheme's usual port; None where it is no address."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return parts.scheme, parts.hostname, port
