"""Whom a request acts as: the local user while login is off, or whoever a token or a session belongs to."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from accounts.endpoints.callers import is_for_api, sent_token
from accounts.exceptions import TooManyAttemptsError
from accounts.models import User
from accounts.pages.layouts import htmx_of
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


class TokenMiddleware:
    """With login, a request to the API that sends a token acts as the token's owner, whatever session it has too.

    `request.token_user` is that owner; there is none without a token, and nobody gets in with one that is wrong.
    Too many wrong ones: 429.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.AUTH_ENABLED:
            raise MiddlewareNotUsed
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = sent_token(request)
        if token is not None:
            try:
                user = authenticate(request, token=token)
            except TooManyAttemptsError as error:
                return HttpResponse(status=429, headers={"Retry-After": str(error.seconds)})
            if not isinstance(user, User):
                return HttpResponse(status=401)
            request.user = user
            setattr(request, "token_user", user)  # noqa: B010
        return self._get_response(request)


class CallerRequiredMiddleware(LoginRequiredMiddleware):
    """As Django's, but a program is told so rather than sent to the login page; and so is a page that is open.

    In that, the login page would come in place of a list or a dialog, and of what somebody typed there.
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponseBase:
        if is_for_api(request) and "text/html" not in request.headers.get("Accept", ""):
            return HttpResponse(status=401)
        if htmx_of(request) is not None:
            return HttpResponse("You are not signed in any more.", content_type="text/plain", status=401)
        return super().handle_no_permission(request, view_func)
