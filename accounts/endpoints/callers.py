"""Who calls the API: somebody with a token, somebody signed in, or the local user."""

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from accounts.models import User


class CsrfError(Exception):
    """A request of somebody signed in does not prove that it comes from our own pages."""

    def __init__(self) -> None:
        super().__init__(
            "The header X-CSRFToken is missing or wrong. Send the value of the cookie csrftoken in it, or use a token "
            "(Authorization: Bearer …) in place of the session."
        )


class BearerToken(HttpBearer):
    """`Authorization: Bearer <token>`; `accounts.middleware.TokenMiddleware` has looked it up."""

    def __call__(self, request: HttpRequest) -> User | None:
        return getattr(request, "token_user", None)

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Never called: the middleware asks for the token once, for every address."""
        raise NotImplementedError


class Session(APIKeyCookie):
    """The cookie of a browser that is signed in; without login, anybody who reaches the server."""

    param_name = "sessionid"

    def __call__(self, request: HttpRequest) -> User | None:
        user = request.user
        if not isinstance(user, User) or getattr(request, "token_user", None):
            return None
        if settings.AUTH_ENABLED and check_csrf(request):
            raise CsrfError
        return user

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        """Never called: Django's own middleware reads the session."""
        raise NotImplementedError


CALLERS = [BearerToken(), Session()]


def is_for_api(request: HttpRequest) -> bool:
    """Whether a program asks, and is to be answered in JSON."""
    return request.path_info.startswith("/api/")


def sent_token(request: HttpRequest) -> str | None:
    """The token that a request to the API sends; '' where it sends something else in its place, None where nothing."""
    header = request.headers.get("Authorization")
    if header is None or not is_for_api(request):
        return None
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
