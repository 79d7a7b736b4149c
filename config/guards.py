"""What a request must be before any page sees it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.core.exceptions import BadRequest, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.text import storable_text

READING = {"GET", "HEAD", "OPTIONS", "TRACE"}


class SameOriginMiddleware:
    """Refuse what a page on another origin wants changed, and every request for a host that is not ours.

    The other page may even know a valid form token; what the browser says about itself counts before that.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.get_host()
        if request.method in READING or _is_from_here(request, host):
            return self._get_response(request)
        return render(request, "403_csrf.html", status=403)


class ReadableAddressMiddleware:
    """Answer 400 to an address with text that no database could look up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = (text for name, values in request.GET.lists() for text in (name, *values))
        for text in (request.path_info, *query):
            try:
                storable_text(text)
            except ValidationError as error:
                raise BadRequest(" ".join(error.messages)) from error
        return self._get_response(request)


def _is_from_here(request: HttpRequest, host: str) -> bool:
    """Whether our own page, the browser's user or a program sent this. A program sends neither header."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or _origin(origin) == _origin(f"{request.scheme}://{host}")


def _origin(address: str) -> tuple[str, str | None, int | None] | None:
    """Scheme, host and port of `address`, which may leave out its scheme's usual port; None where it is no address."""
    try:
        parts = urlsplit(address)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return None
    return parts.scheme, parts.hostname, port
