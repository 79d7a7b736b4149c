"""That an address answers a page as a whole and in parts is for caches to know."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from accounts.endpoints.callers import is_for_api


class FragmentMiddleware:
    """Tell whoever keeps answers that they differ by what HTMX asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if not is_for_api(request):
            patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response
