"""Whose request it is, and what they may do to shared things."""

from django.http import HttpRequest

from accounts.exceptions import MissingPermissionError
from accounts.models import User


def user_of(request: HttpRequest) -> User:
    """The signed-in user, or the local one. Only for views that need a login."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("This view lets nobody in without a login, and yet somebody is here.")
    return user


def demand_permission(user: User, permission: str) -> None:
    """Raise MissingPermissionError unless `user` has `permission`, an "app.action_model" of Django's.

    Two queries the first time for a user, none for the local one.
    """
    if not user.has_perm(permission):
        raise MissingPermissionError(permission)
