"""Writes about users."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

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
