"""What headers say of answers that are parts of a page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from accounts.endpoints.callers import is_for_api
from accounts.pages.layouts import htmx_of


class FragmentMiddleware:
    """Tell whoever keeps answers that they differ by what HTMX asked for.

    And tell HTMX that a link or form it took over, which are those of dialogs and menus, leaves the address as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._get_response(request)
        if not is_for_api(request):
            patch_vary_headers(response, ["HX-Request", "HX-Target"])
            details = htmx_of(request)
            if details is not None and details.boosted:
                response.headers.setdefault("HX-Push-Url", "false")
        return response
