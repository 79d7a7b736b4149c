"""Sets in the admin. What is changed goes through the services, as their owner."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode

from accounts.access import user_of
from accounts.administration import FewRelatedFilter, KnownRowSelect, ReadOnlyAdmin
from accounts.inlines import (
    NewRowsFormSet,
    NewRowsInline,
    PlacedRowForm,
    PlacedRowsFormSet,
    RowsAdmin,
    RowsInline,
)
from accounts.models import User
from accounts.row_forms import RowForm, TaggedForm
from artifacts.admin import ArtifactGroupAdmin
from artifacts.models import ArtifactGroup
from deployment_sets.exceptions import DeploymentSetError
from deployment_sets.models import DeploymentSet, DeploymentSetMember, DeploymentSetTag
from deployment_sets.queries import edition_of_set
from deployment_sets.services.graph import SetSummary, summaries
from deployment_sets.services.live import bring_up_to_date
from deployment_sets.services.members import add_member, move_member, remove_member
from deployment_sets.services.sets import clone_set, create_set, delete_set, update_set
from deployments.report import as_sentence
from deployments.services.reports import Report

_MOST_NAMES = 20
_MOST_BROUGHT_UP_TO_DATE = 10


class OwnSetSelect(KnownRowSelect):
    """Finds the sets of one owner."""

    owner_id: UUID | None = None

    def get_url(self) -> str:
        return f"{super().get_url()}?{urlencode({'owner': str(self.owner_id)})}"


class PlacedMembers(PlacedRowsFormSet):
    """Members moved and removed as their set's owner."""

    def move(self, row: DeploymentSetMember, position: int) -> None:
        move_member(owner=self.instance.owner, set_id=self.instance.pk, member_id=row.pk, position=position)

    def take_out(self, row: DeploymentSetMember) -> None:
        remove_member(owner=self.instance.owner, set_id=self.instance.pk, member_id=row.pk)


class NewMembers(NewRowsFormSet):
    """Members added as their set's owner."""

    def put_in(self, values: dict[str, Any]) -> DeploymentSetMember:
        references = {"artifact_uuid": "artifact", "group_id": "group", "member_set_id": "member_set"}
        chosen = {name: values[field] and values[field].pk for name, field in references.items()}
        return add_member(owner=self.instance.owner, set_id=self.instance.pk, position=values["position"], **chosen)


class MembersInline(RowsInline):
    """What a set holds."""

    model = DeploymentSetMember
    fk_name = "set"
    form = PlacedRowForm
    formset = PlacedMembers
    verbose_name = "member"
    fields = ("position", "reference", "is_there")
    readonly_fields = ("reference", "is_there")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeploymentSetMember]:
        members = super().get_queryset(request).select_related("artifact", "group", "member_set")
        return members.order_by("position")

    @admin.display(description="refers to")
    def reference(self, member: DeploymentSetMember) -> str:
        """The way to what it is."""
        target = member.artifact or member.group or member.member_set
        if target is None:
            return ""
        page = f"admin:{target._meta.app_label}_{target._meta.model_name}_change"
        return format_html('{} <a href="{}">{}</a>', target._meta.verbose_name, reverse(page, args=[target.pk]), target)

    @admin.display(description="in its collection", boolean=True)
    def is_there(self, member: DeploymentSetMember) -> bool | None:
        """Whether a collection still has it; nothing for what comes from none."""
        return None if member.artifact is None else member.artifact.gone_at is None


class NewMembersInline(NewRowsInline):
    """What is to be added to a set: of sets, only its owner's own can be."""

    model = DeploymentSetMember
    fk_name = "set"
    formset = NewMembers
    verbose_name = "new member"
    verbose_name_plural = "New members: in each row one artifact, one group or one set"
    fields = ("artifact", "group", "member_set", "position")
    autocomplete_fields = ("artifact", "group", "member_set")

    def get_formset(self, request: HttpRequest, obj: DeploymentSet | None = None, **kwargs: Any) -> Any:
        owner = user_of(request) if obj is None else obj.owner
        formset = super().get_formset(request, obj, **kwargs)
        candidates: Any = formset.form.base_fields["member_set"]
        candidates.queryset = DeploymentSet.objects.owned_by(owner)
        candidates.widget.widget.owner_id = owner.pk
        return formset

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "member_set":
            kwargs["widget"] = OwnSetSelect(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class SummarisedList(ChangeList):
    """A page of sets, each with what it stands for. Two queries more, however many there are."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        found = summaries(list(self.result_list))
        for row in self.result_list:
            setattr(row, "summary", found[row.pk])  # noqa: B010


class DeploymentSetForm(TaggedForm):
    """What a set says of itself. Its members, which stand below, count when two people edit it."""

    def current_edition(self) -> str:
        """Also another one once a member came, went or moved."""
        return edition_of_set(self.instance)


@admin.register(DeploymentSet)
class DeploymentSetAdmin(RowsAdmin):
    """All owners' sets. A new one belongs to whoever makes it, and a set never changes hands."""

    form = DeploymentSetForm
    refusals = (DeploymentSetError,)
    inlines = (MembersInline, NewMembersInline)
    list_display = ("name", "owner", "tag_list", "member_count", "resolved_count", "depth", "updated_at")
    list_filter = (("owner", FewRelatedFilter), "created_at", "updated_at")
    search_fields = ("name", "id__exact", "tag_rows__name", "owner__username")
    fields = ("name", "description", "color", "icon", "tags", "stands_for", "owner", "created_at", "updated_at")
    readonly_fields = ("stands_for", "owner", "created_at", "updated_at")
    actions = ("clone", "bring_up_to_date")
    actions_in_steps = ("bring_up_to_date",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeploymentSet]:
        return DeploymentSet.objects.select_related("owner").prefetch_related("tag_rows")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return SummarisedList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[DeploymentSet], search_term: str
    ) -> tuple[QuerySet[DeploymentSet], bool]:
        """Where members are chosen, only the sets of the owner that `OwnSetSelect` names."""
        if owner := request.GET.get("owner"):
            queryset = queryset.filter(owner__in=User.objects.filter(pk__in=_as_keys(owner)))
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="members")
    def member_count(self, row: DeploymentSet) -> int:
        """How many direct members it has."""
        return _summary(row).member_count

    @admin.display(description="resolved")
    def resolved_count(self, row: DeploymentSet) -> int | None:
        """How many artifacts it stands for; nothing when it cannot be resolved."""
        return _summary(row).resolved_count

    @admin.display(description="depth")
    def depth(self, row: DeploymentSet) -> int | None:
        """How deep its sets are nested; nothing when it cannot be resolved."""
        return _summary(row).depth

    @admin.display(description="stands for")
    def stands_for(self, row: DeploymentSet) -> str:
        """What it resolves to, or why it does not."""
        if row._state.adding:
            return self.get_empty_value_display()
        summary = summaries([row])[row.pk]
        if summary.error is not None:
            return str(summary.error)
        return f"{summary.resolved_count} artifacts, in sets nested {summary.depth} deep"

    @admin.display(description="tags")
    def tag_list(self, row: DeploymentSet) -> str:
        """Its tags in one line."""
        return ", ".join(row.tags)

    def save_model(self, request: HttpRequest, obj: DeploymentSet, form: Any, change: bool) -> None:
        if not change:
            obj.owner = user_of(request)
        super().save_model(request, obj, form, change)

    def write(self, form: RowForm, *, change: bool) -> DeploymentSet:
        row: DeploymentSet = form.instance
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            return update_set(owner=row.owner, set_id=row.pk, expected=form.expected, **values)
        return create_set(owner=row.owner, **values)

    def remove(self, row: DeploymentSet) -> None:
        delete_set(owner=row.owner, set_id=row.pk)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DeploymentSet]) -> None:
        # Each takes the lock of its owner, and whoever takes several takes them in this order.
        super().delete_queryset(request, queryset.order_by("owner_id"))

    def _lines(self, rows: Sequence[DeploymentSet]) -> list[str]:
        outer = _sets_with("member_set", rows[: self.delete_confirmation_max_display])
        return [f"“{row.name}” of {row.owner}{outer.get(row.pk, '')}" for row in rows]

    def has_deploy_permission(self, request: HttpRequest) -> bool:
        """Whether this user may start runs."""
        return user_of(request).has_perm("deployments.add_run")

    @admin.action(description="Clone the selected sets, each for its owner", permissions=["add"])
    def clone(self, request: HttpRequest, queryset: QuerySet[DeploymentSet]) -> None:
        """Make an independent copy of each set."""
        for row in queryset.order_by("owner_id"):
            copy = clone_set(owner=row.owner, set_id=row.pk)
            self.log_addition(request, copy, f"Cloned from “{row.name}”.")
            self.message_user(request, f"“{copy.name}” is a copy of “{row.name}”, and belongs to {row.owner}.")

    @admin.action(
        description="Bring the selected sets up to date wherever they are live, as their owners", permissions=["deploy"]
    )
    def bring_up_to_date(self, request: HttpRequest, queryset: QuerySet[DeploymentSet]) -> None:
        """Deploy each set again in the projects of its owner where it is live, as far as its files were not edited."""
        for row in queryset[:_MOST_BROUGHT_UP_TO_DATE]:
            try:
                done = list(bring_up_to_date(by=row.owner, deployment_set=row))
            except DeploymentSetError as error:
                self.message_user(request, str(error), messages.ERROR)
                continue
            if not done:
                self.message_user(request, f"“{row.name}” is live nowhere.")
            for project, outcome in done:
                if isinstance(outcome, Report):
                    level, said = messages.SUCCESS, as_sentence(outcome)
                else:
                    level, said = messages.WARNING, str(outcome)
                self.message_user(request, f"“{row.name}” in “{project.name}”: {said}", level)
                self.log_change(request, row, f"Brought up to date in “{project.name}”: {said}")
        left = queryset.count() - _MOST_BROUGHT_UP_TO_DATE
        if left > 0:
            self.message_user(request, f"{left} more were left alone: at most {_MOST_BROUGHT_UP_TO_DATE} at once.")


def _summary(row: DeploymentSet) -> SetSummary:
    summary: SetSummary = getattr(row, "summary")  # noqa: B009 - by SummarisedList
    return summary


def _sets_with(reference: str, targets: Sequence[Any]) -> dict[UUID, str]:
    """For each of `targets` that members refer to, the words that say which sets lose one. Two queries."""
    members = DeploymentSetMember.objects.filter(**{f"{reference}__in": targets})
    numbers = dict(members.order_by().values_list(reference).annotate(Count("pk")))
    place = Window(RowNumber(), partition_by=reference, order_by=("set__name", "set_id"))
    first = members.annotate(place=place).filter(place__lte=_MOST_NAMES).order_by("place")
    names: dict[UUID, list[str]] = defaultdict(list)
    for target, name, owner in first.values_list(reference, "set__name", "set__owner__username"):
        names[target].append(f"“{name}” of {owner}")
    return {
        target: f", also taken out of {', '.join(found)}{_and_more(numbers[target] - len(found))}"
        for target, found in names.items()
    }


def _and_more(number: int) -> str:
    return f" and {number} more" if number > 0 else ""


def _as_keys(text: str) -> list[UUID]:
    try:
        return [UUID(text)]
    except ValueError:
        return []


admin.site.unregister(ArtifactGroup)


@admin.register(ArtifactGroup)
class HeldGroupAdmin(ArtifactGroupAdmin):
    """A group, which sets may hold."""

    def _lines(self, rows: Sequence[ArtifactGroup]) -> list[str]:
        holding = _sets_with("group", rows[: self.delete_confirmation_max_display])
        return [f"{row}{holding.get(row.pk, '')}" for row in rows]


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
