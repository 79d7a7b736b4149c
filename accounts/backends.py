"""How people and programs prove who they are."""

from typing import Any

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from accounts.addresses import address_of
from accounts.models import FailedAttempts, User
from accounts.services.throttle import Attempt, count_failure, demand_patience, forget_failures
from accounts.services.tokens import user_of_token


class PasswordBackend(ModelBackend):
    """A name and a password. Never the local user's, and not from where too many were wrong: TooManyAttemptsError.

    Without a request, as in a shell, nothing is counted.
    """

    @sensitive_variables("password")
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        if request is None or not username:
            return super().authenticate(request, username, password, **kwargs)
        attempt = Attempt(FailedAttempts.Door.LOGIN, address_of(request), username)
        demand_patience(attempt)
        user = super().authenticate(request, username, password, **kwargs)
        if user is None:
            count_failure(attempt)
        else:
            forget_failures(attempt)
        return user

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        """Django asks this for every request of a session, too: one that must not count any more ends there."""
        return isinstance(user, User) and user.may_come_in


class TokenBackend(BaseBackend):
    """A token's secret, which opens no session.

    A right one is never refused, whatever else comes from its address, and costs what `user_of_token` says.
    Wrong ones raise TooManyAttemptsError once there were too many.
    """

    @sensitive_variables("token")
    def authenticate(self, request: HttpRequest | None, *, token: str) -> User | None:  # type: ignore[override]
        user = user_of_token(token)
        if user is None and request is not None:
            attempt = Attempt(FailedAttempts.Door.API, address_of(request))
            demand_patience(attempt)
            count_failure(attempt)
        return user
