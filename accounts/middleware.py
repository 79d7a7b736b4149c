"""Who a request acts as while login is off."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.services.users import local_user


class LocalUserMiddleware:
    """Without login, every request acts as the local user; with login, this does nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if settings.AUTH_ENABLED:
            raise MiddlewareNotUsed
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(local_user)  # type: ignore[assignment]
        return self._get_response(request)
