"""Sets in the admin. Members are there to be read; what is changed goes through the services, as their owner."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from accounts.administration import ReadOnlyAdmin, ServiceAdmin, ServiceForm, TaggedForm
from deployment_sets.exceptions import DeploymentSetError
from deployment_sets.models import DeploymentSet, DeploymentSetMember, DeploymentSetTag
from deployment_sets.queries import sets_using
from deployment_sets.services.resolution import Member, MemberKind
from deployment_sets.services.sets import create_set, delete_set, update_set


@admin.register(DeploymentSet)
class DeploymentSetAdmin(ServiceAdmin):
    """All owners' sets. A new one belongs to whoever makes it, and a set never changes hands."""

    form = TaggedForm
    refusals = (DeploymentSetError,)
    list_display = ("name", "owner", "tag_list", "member_count", "updated_at")
    list_filter = (("owner", admin.RelatedOnlyFieldListFilter), "created_at", "updated_at")
    search_fields = ("name", "id__exact", "tag_rows__name")
    fields = ("name", "description", "color", "icon", "tags", "member_list", "owner", "created_at", "updated_at")
    readonly_fields = ("member_list", "owner", "created_at", "updated_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeploymentSet]:
        return (
            DeploymentSet.objects.select_related("owner")
            .prefetch_related("tag_rows")
            .annotate(member_count=Count("members", distinct=True))
        )

    @admin.display(description="members", ordering="member_count")
    def member_count(self, row: DeploymentSet) -> int:
        """How many direct members it has."""
        count: int = getattr(row, "member_count")  # noqa: B009 - annotated above
        return count

    @admin.display(description="members")
    def member_list(self, row: DeploymentSet) -> str:
        """The way to the list of its members."""
        if row._state.adding:
            return self.get_empty_value_display()
        members = reverse("admin:deployment_sets_deploymentsetmember_changelist")
        return format_html('<a href="{}?set__id__exact={}">All {}</a>', members, row.pk, self.member_count(row))

    @admin.display(description="tags")
    def tag_list(self, row: DeploymentSet) -> str:
        """Its tags in one line."""
        return ", ".join(row.tags)

    def save_model(self, request: HttpRequest, obj: DeploymentSet, form: Any, change: bool) -> None:
        if not change:
            assert request.user.is_authenticated, "the admin asks who it is"
            obj.owner = request.user
        super().save_model(request, obj, form, change)

    def write(self, form: ServiceForm, *, change: bool) -> DeploymentSet:
        row: DeploymentSet = form.instance
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        return update_set(owner=row.owner, set_id=row.pk, **values) if change else create_set(owner=row.owner, **values)

    def remove(self, row: DeploymentSet) -> None:
        delete_set(owner=row.owner, set_id=row.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DeploymentSet]) -> None:
        # Each takes the lock of its owner, and whoever takes several takes them in this order.
        super().delete_queryset(request, queryset.order_by("owner_id"))

    def get_deleted_objects(
        self, objs: Iterable[DeploymentSet], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What goes, and from which sets. Members go with their set, whoever may delete them by hand."""
        rows = list(objs)
        lines = []
        for row in rows:
            outer = ", ".join(f"“{one.name}”" for one in sets_using(row.owner, Member(MemberKind.SET, row.pk)))
            lines.append(f"“{row.name}” of {row.owner}" + (f", also taken out of {outer}" if outer else ""))
        return lines, {str(self.opts.verbose_name_plural): len(rows)}, set(), []


@admin.register(DeploymentSetMember)
class DeploymentSetMemberAdmin(ReadOnlyAdmin):
    """What stands where in which set."""

    list_display = ("set", "position", "artifact", "group", "member_set")
    list_select_related = ("set", "artifact", "group", "member_set")
    list_filter = ("created_at",)
    search_fields = ("set__name", "artifact__name", "group__name", "member_set__name")
    readonly_fields = ("created_at",)


@admin.register(DeploymentSetTag)
class DeploymentSetTagAdmin(ReadOnlyAdmin):
    """Which set carries which tag."""

    list_display = ("name", "set")
    list_select_related = ("set",)
    search_fields = ("name", "set__name")
