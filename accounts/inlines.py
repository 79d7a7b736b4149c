"""Rows on the admin page of what they belong to: a stretch of them, however many there are, written by services.

Rows that are there can be moved and taken out, and new ones put in. One save is one transaction: what a service
refuses is shown at its row, and nothing has been written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse

from accounts.administration import KnownRowFields, ServiceAdmin, address_of_list
from accounts.row_forms import ServiceForm, problems_of
from accounts.validation import Problems

if TYPE_CHECKING:
    _InlineFormSet = BaseInlineFormSet[Any, Any, Any]
    _TabularInline = admin.TabularInline[Any, Any]
else:
    _InlineFormSet = BaseInlineFormSet
    _TabularInline = admin.TabularInline

MOST_ROWS = 50
_GONE = "This row is not there any more. Open the page again to see those that are."


class RefusedRowError(Exception):
    """What a service would not do about one row of a page."""

    def __init__(self, prefix: str, index: int, problems: Problems) -> None:
        super().__init__(f"Row {index} of {prefix} was refused: {problems}.")
        self.prefix = prefix
        self.index = index
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which rows of how many a page shows, counted from 0, and where the ones before and after begin."""

    first: int
    last: int
    total: int
    before: int | None
    after: int | None


class RowsFormSet(_InlineFormSet):
    """The rows from `first` on; or those that were sent, in the order in which they were.

    `writing` is the index of the row that `save` is at.
    """

    model: Any
    queryset: Any
    prefix: str

    def __init__(self, *args: Any, first: int = 0, refused: RefusedRowError | None = None, **kwargs: Any) -> None:
        self._asked_first = first
        self._refused = refused
        self.writing = 0
        self.new_objects: list[models.Model] = []
        self.changed_objects: list[tuple[models.Model, list[str]]] = []
        self.deleted_objects: list[models.Model] = []
        super().__init__(*args, **kwargs)

    def get_queryset(self) -> Any:
        """The rows, each at the index of its form; None where one that was sent is not there any more."""
        return self._rows

    @cached_property
    def _rows(self) -> Sequence[Any]:
        rows = self.queryset
        if not self.is_bound:
            return list(rows[self._first : self._first + MOST_ROWS])
        keys = [self._sent_key(index) for index in range(min(self.initial_form_count(), self.absolute_max))]
        found = rows.in_bulk([key for key in keys if key is not None])
        return [found.get(key) for key in keys]

    def _sent_key(self, index: int) -> Any:
        key = self.model._meta.pk
        try:
            return key.clean(self.data.get(f"{self.add_prefix(index)}-{key.name}"), None)
        except ValidationError:
            return None

    @cached_property
    def _total(self) -> int:
        total: int = self.queryset.count()
        return total

    @property
    def _first(self) -> int:
        return max(0, min(self._asked_first, self._total - 1))

    @property
    def stretch(self) -> Stretch | None:
        """Which rows these are, if there are others too."""
        if self._total <= MOST_ROWS:
            return None
        first, behind = self._first, self._first + MOST_ROWS
        return Stretch(
            first=first,
            last=min(behind, self._total) - 1,
            total=self._total,
            before=max(0, first - MOST_ROWS) if first else None,
            after=behind if behind < self._total else None,
        )

    @property
    def address_of_list(self) -> str:
        """Where all of them are listed."""
        return address_of_list(self.fk, self.instance)

    def _existing_object(self, key: Any) -> Any:
        return next((row for row in self._rows if row is not None and row.pk == key), None)

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # unknown to the stubs
        form.fields[self.model._meta.pk.name].required = False
        return form

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        # As text, which is never wrong: the rows have been found by it already, and all with one query.
        name = self.model._meta.pk.name
        row = None if self.is_bound or index is None or index >= len(self._rows) else self._rows[index]
        key = form.data.get(form.add_prefix(name)) if self.is_bound else row and str(row.pk)
        form.fields[name] = forms.CharField(initial=key, required=False, widget=forms.HiddenInput)
        if self._refused is not None and index == self._refused.index:
            form.problems = self._refused.problems

    def clean(self) -> None:
        """Nothing: whether rows may stand beside each other is for the service to say."""

    def save(self, commit: bool = True) -> list[Any]:
        """Do to the rows what the page says, through services."""
        return []


class PlacedRowsFormSet(RowsFormSet):
    """Rows that have a position, to be moved and taken out. A subclass says how to `move` and to `take_out`."""

    def move(self, row: Any, position: int) -> None:
        """Make `position` the row's index, through a service."""
        raise NotImplementedError

    def take_out(self, row: Any) -> None:
        """Take the row out, through a service."""
        raise NotImplementedError

    def save(self, commit: bool = True) -> list[Any]:
        """First out with what goes; then each that was moved is put where the page says, in the order of positions."""
        doomed = self.deleted_forms
        moved = []
        for index, form in enumerate(self.initial_forms):
            self.writing = index
            if form in doomed:
                if not form.instance._state.adding:
                    self.take_out(form.instance)
                    self.deleted_objects.append(form.instance)
            elif form.instance._state.adding:
                if form.changed_data:
                    raise RefusedRowError(self.prefix, index, {"": [_GONE]})
            elif form.has_changed():
                moved.append((form.cleaned_data["position"], index, form.instance))
        moved.sort(key=lambda move: move[:2])
        if len(moved) > 1:
            # Out of the way, so that none of them shifts another that has found its place.
            last = self.queryset.count() - 1
            for _, _, row in moved:
                self.move(row, last)
        for position, index, row in moved:
            self.writing = index
            self.move(row, position)
            self.changed_objects.append((row, ["position"]))
        return [row for _, _, row in moved]


class NewRowsFormSet(RowsFormSet):
    """Rows to be put in. A subclass says how to `put_in` one."""

    @classmethod
    def get_default_prefix(cls) -> str:
        """Another than that of the rows that are there, which not everybody is shown."""
        return f"new_{super().get_default_prefix()}"

    def put_in(self, values: dict[str, Any]) -> models.Model:
        """Make the row that `values` describe, through a service."""
        raise NotImplementedError

    def save(self, commit: bool = True) -> list[Any]:
        """One after the other, in the order of the page."""
        for index, form in enumerate(self.forms):
            self.writing = index
            if form.has_changed():
                self.new_objects.append(self.put_in(form.cleaned_data))
        return self.new_objects


class PlacedRowForm(ServiceForm):
    """Where a row stands. It was moved when that is not what the page showed, whatever the database says by now."""

    position = forms.IntegerField(show_hidden_initial=True, widget=admin.widgets.AdminIntegerFieldWidget)


class NewRowForm(ServiceForm):
    """Where a row is to stand."""

    position = forms.IntegerField(
        required=False, widget=admin.widgets.AdminIntegerFieldWidget, help_text="Left out, at the end."
    )


class RowsInline(KnownRowFields, _TabularInline):
    """Rows that are there. They are not added here but by a `NewRowsInline`, or on a page at `address_to_add`."""

    address_to_add = ""

    template = "accounts/rows.html"
    formset = RowsFormSet
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewRowsInline(KnownRowFields, _TabularInline):
    """Empty rows to be filled in, where the page itself may be written."""

    form = NewRowForm
    formset = NewRowsFormSet
    extra = 1
    max_num = MOST_ROWS
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        page = self.admin_site.get_model_admin(self.parent_model)
        may_write = page.has_add_permission(request) if obj is None else page.has_change_permission(request, obj)
        return may_write and super().has_add_permission(request, obj)


class RowsAdmin(ServiceAdmin):
    """A page with such rows on it."""

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        first = request.GET.get("first", "")
        refused: RefusedRowError | None = getattr(request, "refused_row", None)
        return kwargs | {
            "first": int(first) if first.isascii() and first.isdigit() and len(first) < 10 else 0,
            "refused": refused if refused is not None and refused.prefix == prefix else None,
        }

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        try:
            formset.save()
        except self.refusals as error:
            raise RefusedRowError(formset.prefix, formset.writing, problems_of(error)) from error

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """As ever; but a refused row, which has rolled everything back, shows the same page with its reasons."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except RefusedRowError as refused:
            setattr(request, "refused_row", refused)  # noqa: B010
            return super().changeform_view(request, object_id, form_url, extra_context)
