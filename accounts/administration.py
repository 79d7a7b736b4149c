"""What the admin pages of all apps share: rows to look at, and rows that only services write."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import models
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


class ReadOnlyAdmin(_ModelAdmin):
    """Rows that a change by hand would break: to be searched and read."""

    list_per_page = 50
    show_full_result_count = False

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


class ServiceAdmin(_ModelAdmin):
    """Rows that are written through services; what a service refuses is shown in the form.

    A subclass names the `refusals` its services raise, and says how to `write` and to `remove`.
    """

    form = ServiceForm
    list_per_page = 50
    show_full_result_count = False
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

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """As ever, without asking for the right to delete what hangs on a row: that is the service's affair."""
        rows, counts, _, protected = super().get_deleted_objects(objs, request)
        return rows, counts, set(), protected

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
