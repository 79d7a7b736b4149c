"""Users, their tokens, and who was wrong too often, in the admin."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.administration import ReadOnlyAdmin, ServiceAdmin, SteadyAdmin
from accounts.exceptions import AccountError
from accounts.models import LOCAL_USERNAME, ApiToken, FailedAttempts, User
from accounts.services.tokens import revoke_token

# What decides what somebody may do.
_RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class PersonAdmin(SteadyAdmin, UserAdmin):  # type: ignore[type-arg]
    """As Django has it, but for the local user, who never gets a password, and stays; and nobody gives rights away.

    Only a superuser makes others more than they are, or changes one who is.
    """

    list_display = ("username", "email", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active")
    filter_horizontal = ("user_permissions",)
    autocomplete_fields = ("groups",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if _is_superuser(request.user) else (*fields, *_RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_touch(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_touch(request, obj) and super().has_delete_permission(request, obj)


admin.site.unregister(Group)


@admin.register(Group)
class RoleAdmin(SteadyAdmin, GroupAdmin):
    """As Django has it: permissions under a name, for several people. Only a superuser writes them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_superuser(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _is_superuser(request.user)


def _may_touch(request: HttpRequest, user: User | None) -> bool:
    return user is None or (user.username != LOCAL_USERNAME and (_is_superuser(request.user) or not user.is_superuser))


def _is_superuser(user: object) -> bool:
    return isinstance(user, User) and user.is_superuser


@admin.register(ApiToken)
class ApiTokenAdmin(ServiceAdmin):
    """To be looked at and revoked. They are made by their owners, who alone are shown the secret."""

    refusals = (AccountError,)
    list_display = ("name", "prefix", "owner", "created_at", "last_used_at")
    list_filter = ("created_at", "last_used_at")
    list_select_related = ("owner",)
    search_fields = ("name", "prefix", "owner__username", "id__exact")
    fields = ("name", "prefix", "owner", "created_at", "last_used_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _lines(self, rows: Sequence[ApiToken]) -> list[str]:
        return [f"“{row.name}” ({row.prefix}…) of {row.owner}" for row in rows]

    def remove(self, row: ApiToken) -> None:
        revoke_token(owner=row.owner, token_id=row.pk)


@admin.register(FailedAttempts)
class FailedAttemptsAdmin(ReadOnlyAdmin):
    """To be looked at, and deleted for somebody who shall not have to wait."""

    list_display = ("door", "address", "username", "failures", "expires_at")
    list_filter = ("door", "expires_at")
    search_fields = ("address", "username")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super(ReadOnlyAdmin, self).has_delete_permission(request, obj)
