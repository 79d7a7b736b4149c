"""Writes about users."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from accounts.exceptions import PasswordError
from accounts.models import LOCAL_USERNAME, User


def local_user() -> User:
    """The user every request and command acts as while login is off.

    Made on first use, with every permission and a password that never matches.
    One query once the user exists.
    """
    user, _ = User.objects.get_or_create(
        username=LOCAL_USERNAME,
        defaults={"is_staff": True, "is_superuser": True, "password": make_password(None)},
    )
    return user


@sensitive_variables("new")
def change_password(*, user: User, new: str) -> User:
    """Give `user` another password, with which all their sessions end. Returns them as stored.

    Raises PasswordError for one that AUTH_PASSWORD_VALIDATORS refuse.
    """
    with transaction.atomic():
        stored = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        try:
            validate_password(new, stored)
        except ValidationError as error:
            raise PasswordError({"new": list(error.messages)}) from error
        stored.set_password(new)
        stored.save(update_fields=["password"])
    return stored


def lock_owner(owner: User) -> User:
    """Hold the lock under which all sets of `owner` change, until the transaction ends.

    PostgreSQL locks the user's row. SQLite has taken the database's one write lock
    when the transaction began (IMMEDIATE mode), and ignores the row lock.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("lock_owner needs an open transaction.")
    return User.objects.select_for_update(no_key=True).get(pk=owner.pk)


def lock_all_owners() -> None:
    """Hold the locks of all owners until the transaction ends: for the rare change that may concern anyone's sets.

    Takes them in one order, so that two callers cannot wait for each other.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("lock_all_owners needs an open transaction.")
    list(User.objects.select_for_update(no_key=True).order_by("pk").values_list("pk"))
