"""What the admin pages of all apps share: rows to look at, and rows that only services write."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import BaseModelAdmin, IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest, FieldError, ValidationError
from django.db import models, transaction
from django.db.models import QuerySet
from django.db.models.sql import Query
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from accounts.dependents import dependents_of, references_to
from accounts.editions import EditedMeanwhileError, demand_edition
from accounts.row_forms import RowForm, problems_of
from accounts.validation import Problems

if TYPE_CHECKING:
    _BaseModelAdmin = BaseModelAdmin[Any]
    _ModelAdmin = admin.ModelAdmin[Any]
    _ModelForm = forms.ModelForm[Any]
else:
    _BaseModelAdmin = BaseModelAdmin
    _ModelAdmin = admin.ModelAdmin
    _ModelForm = forms.ModelForm


_LONG = (models.JSONField, models.TextField, models.BinaryField)
# How the filters of our pages compare. `isempty` is a filter's own.
_COMPARISONS = frozenset({"", "exact", "gte", "lt", "isnull", "isempty"})
# The characters of all that an address may ask of a list: conditions without end are more than a database takes.
_MOST_ASKED = 1000


@dataclass(frozen=True, slots=True)
class RelatedList:
    """The way to the rows that refer to a row by one of their fields."""

    name: str
    count: int
    address: str


class KnownRowSelect(AutocompleteSelect):
    """The field one searches rows with; what cannot be the key of any row is not looked up."""

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        try:
            return super().optgroups(name, value, attrs)
        except (ValidationError, ValueError):
            return super().optgroups(name, [], attrs)


class KnownRowFields(_BaseModelAdmin):
    """Relations are chosen by searching where `autocomplete_fields` says so."""

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> "forms.ModelChoiceField[Any] | None":
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownRowSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class FewRelatedFilter(admin.RelatedOnlyFieldListFilter):
    """To filter by what rows refer to: by the first few of those, if they are many."""

    most = 20

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(self.lookup_choices) > self.most:
            self.lookup_choices = self.lookup_choices[: self.most]
            self.title = f"{self.title} (the first {self.most}; search for the others)"

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """Those that are referred to, and never more than one too many."""
        used = model_admin.get_queryset(request).order_by().values(f"{self.field_path}__pk")
        ordering = self.field_admin_ordering(field, request, model_admin)
        found = field.remote_field.model._default_manager.filter(pk__in=used).order_by(*ordering)
        return [(row.pk, str(row)) for row in found[: self.most + 1]]


class SteadyAdmin(KnownRowFields, _ModelAdmin):
    """Pages that stay short however many rows there are, and say so where an address or a form makes no sense.

    A row's page leads to the rows that refer to it.
    """

    list_per_page = 50
    list_max_show_all = 50
    delete_confirmation_max_display = 50
    show_full_result_count = False
    change_form_template = "accounts/change_form.html"
    most_at_once = 200

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """As Django has it, but only what a filter of ours could ask for.

        Django lets any address compare by whatever the ORM knows: by what a database refuses, and by regular
        expressions, which SQLite has this process match.
        """
        return _is_comparison(self.model, lookup) and super().lookup_allowed(lookup, value, request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if len(search_term) > _MOST_ASKED:
            return queryset.none(), False
        return super().get_search_results(request, queryset, search_term)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        if sum(len(value) for _, values in request.GET.lists() for value in values) > _MOST_ASKED:
            raise IncorrectLookupParameters
        try:
            return super().get_changelist_instance(request)
        except OverflowError as error:
            raise IncorrectLookupParameters(error) from error

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        try:
            if self._chosen_count(request, queryset) > self.most_at_once:
                message = f"At most {self.most_at_once} rows can be dealt with at once. Take them a page at a time."
                self.message_user(request, message, messages.ERROR)
                return None
            return super().response_action(request, queryset, *args, **kwargs)
        except ValidationError as error:
            raise BadRequest(" ".join(error.messages)) from error

    def _chosen_count(self, request: HttpRequest, queryset: QuerySet[Any]) -> int:
        if request.POST.get("select_across", "0") == "0":
            return len(request.POST.getlist(ACTION_CHECKBOX_NAME))
        return queryset.count()

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """The rows by name; what hangs on them is counted, and goes with them whoever may delete it by hand."""
        rows = list(objs)
        found = dependents_of(self.model, rows, self.delete_confirmation_max_display)
        counts = {str(self.opts.verbose_name_plural): len(rows)} | found.going
        return self._lines(rows), counts, self._not_to_be_deleted(request, rows), found.keeping

    def _lines(self, rows: Sequence[Any]) -> list[str]:
        """What is said about each of `rows` before it is deleted."""
        return [str(row) for row in rows]

    def _not_to_be_deleted(self, request: HttpRequest, rows: Sequence[Any]) -> set[str]:
        may_all = all(self.has_delete_permission(request, row) for row in rows)
        return set() if may_all else {str(self.opts.verbose_name)}

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        related = [] if obj is None or add else list(self._related_lists(request, obj))
        return super().render_change_form(request, context | {"related_lists": related}, add, change, form_url, obj)

    def _related_lists(self, request: HttpRequest, row: models.Model) -> Iterator[RelatedList]:
        """The lists of what refers to `row`, as far as this user may see it. A query for each."""
        references = list(references_to(self.model))
        ways = Counter(reference.model for reference in references)
        for reference in references:
            if not self.admin_site.is_registered(reference.model):
                continue
            if not self.admin_site.get_model_admin(reference.model).has_view_permission(request):
                continue
            if count := reference.model._base_manager.filter(**{reference.field.name: row}).count():
                name = str(reference.model._meta.verbose_name_plural)
                name = f"{name} ({reference.field.verbose_name})" if ways[reference.model] > 1 else name
                yield RelatedList(name, count, address_of_list(reference.field, row))


class ReadOnlyAdmin(SteadyAdmin):
    """Rows that a change by hand would break: to be searched and read.

    What may be long is loaded where it is shown only, and of it the beginning is shown.
    """

    list_select_related: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        shown = {getattr(name, "__name__", name) for name in self.get_list_display(request)}
        left_out = [name for name in _documents(self.model) if name not in shown]
        for path in self.list_select_related:
            left_out += _documents_along(self.model, path)
        rows: QuerySet[Any] = super().get_queryset(request).defer(*left_out)
        return rows.select_related(*self.list_select_related) if self.list_select_related else rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        documents = _documents(self.model)
        return [clipped(name) if name in documents else name for name in super().get_fields(request, obj)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def address_of_list(field: "models.ForeignKey[Any, Any]", row: models.Model) -> str:
    """Where the admin lists the rows that refer to `row` by `field`."""
    options = field.model._meta
    lookup = f"{field.name}__{row._meta.pk.name}__exact"
    return f"{reverse(f'admin:{options.app_label}_{options.model_name}_changelist')}?{urlencode({lookup: row.pk})}"


def clipped(field: str, most: int = 4000) -> Any:
    """How a field is shown that may hold any amount of text: its beginning, and how much there is."""

    def beginning(row: models.Model) -> str:
        value = getattr(row, field)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters in all)"

    beginning.__name__ = field
    return admin.display(description=field.replace("_", " "))(beginning)


def _is_comparison(model: type[models.Model], lookup: str) -> bool:
    """Whether `lookup` compares a field of ordinary length; also true of what is no field, which is a filter's name."""
    try:
        _, field, _, comparison = Query(model).names_to_path(lookup.split("__"), model._meta)
    except FieldError:
        return True
    return "__".join(comparison) in _COMPARISONS and not isinstance(field, _LONG)


def _documents(model: type[models.Model]) -> list[str]:
    """The fields of `model` that may hold any amount of text or bytes."""
    return [field.name for field in model._meta.fields if isinstance(field, _LONG)]


def _documents_along(model: type[models.Model], path: str) -> Iterator[str]:
    """The same of the models along `path`, as `defer` wants them."""
    way = ""
    for step in path.split("__"):
        target = model._meta.get_field(step).related_model
        assert isinstance(target, type), "list_select_related names relations"
        model, way = target, f"{way}{step}__"
        yield from (f"{way}{name}" for name in _documents(model))


class ServiceAdmin(SteadyAdmin):
    """Rows that are written through services; what a service refuses is shown in the form.

    A subclass names the `refusals` its services raise, and says how to `write` and to `remove`. Its
    `actions_in_steps` are runs and imports, which commit what they have begun before they do it.
    """

    form = RowForm
    actions_in_steps: tuple[str, ...] = ()
    refusals: tuple[type[Exception], ...] = ()

    def write(self, form: RowForm, *, change: bool) -> models.Model:
        """Make or change the row that `form` describes, through a service; if that can, only as `form.expected`."""
        raise NotImplementedError

    def remove(self, row: Any) -> None:
        """Delete the row, through a service."""
        raise NotImplementedError

    def demand_removable(self, rows: Sequence[Any]) -> None:
        """Raise what `remove` would raise of one of `rows`, as far as it is known before anybody is asked."""

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        rows = list(objs)
        self.demand_removable(rows)
        return super().get_deleted_objects(rows, request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            demand_edition(f"The {self.opts.verbose_name} “{obj}”", form.current_edition(), form.expected)
        obj.pk = self.write(form, change=change).pk
        obj._state.adding = False
        obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for row in queryset:
            self.remove(row)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        """What is done to several rows is done to all of them, and noted in their histories, or to none."""
        if request.POST.get("action") in self.actions_in_steps:
            return super().response_action(request, queryset, *args, **kwargs)
        with transaction.atomic():
            return super().response_action(request, queryset, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[_ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        problems: Problems | None = getattr(request, "refused_with", None)
        return form if problems is None else type(form.__name__, (form,), {"problems": problems})

    @property
    def _refusals_in_a_form(self) -> tuple[type[Exception], ...]:
        return (EditedMeanwhileError, *self.refusals)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As ever; but a refusal, which has rolled everything back, shows the same form with its reasons."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except self._refusals_in_a_form as error:
            setattr(request, "refused_with", problems_of(error))  # noqa: B010
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        change_page = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])
        return self._or_message(
            request, change_page, lambda: super(ServiceAdmin, self).delete_view(request, object_id, extra_context)
        )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return self._or_message(
            request, request.get_full_path(), lambda: super(ServiceAdmin, self).changelist_view(request, extra_context)
        )

    def _or_message(self, request: HttpRequest, back: str, view: Callable[[], HttpResponse]) -> HttpResponse:
        """What `view` answers; after a refusal, a message and the way back."""
        try:
            return view()
        except self.refusals as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(back)
