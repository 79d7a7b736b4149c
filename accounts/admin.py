"""Users in the admin."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from accounts.administration import SteadyAdmin
from accounts.models import LOCAL_USERNAME, User


@admin.register(User)
class PersonAdmin(SteadyAdmin, UserAdmin):  # type: ignore[type-arg]
    """As Django has it, but for the local user: who never gets a password, and stays."""

    list_display = ("username", "email", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_local(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return not _is_local(obj) and super().has_delete_permission(request, obj)


def _is_local(user: User | None) -> bool:
    return user is not None and user.username == LOCAL_USERNAME
