"""What the admin pages of all apps share: rows to look at, and rows that only services write."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import NestedObjects
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import BadRequest, ValidationError
from django.db import models, router, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.validation import Problems

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _ModelForm = forms.ModelForm


class KnownRowSelect(AutocompleteSelect):
    """The field one searches rows with; what cannot be the key of any row is not looked up."""

    def optgroups(self, name: str, value: Sequence[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        try:
            return super().optgroups(name, value, attrs)
        except (ValidationError, ValueError):
            return super().optgroups(name, [], attrs)


class SteadyAdmin(_ModelAdmin):
    """Pages that stay short however many rows there are, and say so where an address or a form makes no sense."""

    list_per_page = 50
    delete_confirmation_max_display = 50
    show_full_result_count = False

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> "forms.ModelChoiceField[Any] | None":
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownRowSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        try:
            return super().get_changelist_instance(request)
        except OverflowError as error:
            raise IncorrectLookupParameters(error) from error

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> HttpResponse | None:
        try:
            return super().response_action(request, queryset, *args, **kwargs)
        except ValidationError as error:
            raise BadRequest(" ".join(error.messages)) from error


class ReadOnlyAdmin(SteadyAdmin):
    """Rows that a change by hand would break: to be searched and read."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ServiceForm(_ModelForm):
    """A form whose values are judged by the service that writes them, and by nobody else."""

    problems: ClassVar[Problems] = {}

    def _post_clean(self) -> None:
        for field, found in self.problems.items():
            self.add_error(field if field in self.fields else None, list(found))


class TaggedForm(ServiceForm):
    """The fields of something that has `tags`, with these in one line."""

    tags = forms.CharField(required=False, help_text="Separated by blanks or commas.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial.setdefault("tags", " ".join(self.instance.tags))

    def clean_tags(self) -> list[str]:
        """The single tags; whether they may be used is for the service to say."""
        return str(self.cleaned_data["tags"]).replace(",", " ").split()


class ServiceAdmin(SteadyAdmin):
    """Rows that are written through services; what a service refuses is shown in the form.

    A subclass names the `refusals` its services raise, and says how to `write` and to `remove`.
    """

    form = ServiceForm
    refusals: tuple[type[Exception], ...] = ()

    def write(self, form: ServiceForm, *, change: bool) -> models.Model:
        """Make or change the row that `form` describes, through a service."""
        raise NotImplementedError

    def remove(self, row: Any) -> None:
        """Delete the row, through a service."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
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
        with transaction.atomic():
            return super().response_action(request, queryset, *args, **kwargs)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """The rows by name; what hangs on them is counted, and its going with them is the service's affair."""
        collector = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        collector.collect(objs)
        going = itertools.chain.from_iterable(collector.model_objs.values())
        counts = Counter(str(row._meta.verbose_name_plural) for row in going)
        return [str(row) for row in objs], counts, set(), [str(row) for row in collector.protected]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[_ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        problems: Problems | None = getattr(request, "refused_with", None)
        return form if problems is None else type(form.__name__, (form,), {"problems": problems})

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
        except self.refusals as error:
            problems: Problems = getattr(error, "problems", {"": [str(error)]})
            setattr(request, "refused_with", problems)  # noqa: B010
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
