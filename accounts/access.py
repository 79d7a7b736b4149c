"""Whose request it is."""

from django.http import HttpRequest

from accounts.models import User


def user_of(request: HttpRequest) -> User:
    """The signed-in user, or the local one. Only for views that need a login."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("This view lets nobody in without a login, and yet somebody is here.")
    return user
