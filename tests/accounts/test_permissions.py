"""Who may change what all users share."""

import pytest
from django.contrib.auth.models import Permission

from accounts.access import demand_permission
from accounts.exceptions import MissingPermissionError
from accounts.models import User
from accounts.services.users import local_user


def grant(user: User, permission: str) -> User:
    app, _, codename = permission.partition(".")
    user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return User.objects.get(pk=user.pk)


def test_without_the_permission_it_says_which_one_is_missing_and_who_can_help(owner: User) -> None:
    with pytest.raises(MissingPermissionError, match=r"artifacts\.add_collection.*administrator") as refusal:
        demand_permission(owner, "artifacts.add_collection")
    assert refusal.value.permission == "artifacts.add_collection"


def test_the_permission_that_was_granted_is_enough_and_no_other(owner: User) -> None:
    granted = grant(owner, "artifacts.add_collection")
    demand_permission(granted, "artifacts.add_collection")
    with pytest.raises(MissingPermissionError):
        demand_permission(granted, "artifacts.change_collection")


def test_a_user_who_is_not_active_may_do_nothing(owner: User) -> None:
    granted = grant(owner, "artifacts.add_collection")
    granted.is_active = False
    with pytest.raises(MissingPermissionError):
        demand_permission(granted, "artifacts.add_collection")


@pytest.mark.django_db
def test_the_local_user_may_do_everything() -> None:
    demand_permission(local_user(), "artifacts.add_collection")
