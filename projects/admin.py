"""Projects in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.administration import FewRelatedFilter
from accounts.inlines import RowsAdmin
from accounts.lengths import LONGEST_NAME
from accounts.row_forms import RowForm
from projects.exceptions import FolderBusyError, ProjectError
from projects.models import Project
from projects.services import delete_project, register_project, rename_project


class ProjectForm(RowForm):
    """Registering a folder; afterwards, its name."""

    name = forms.CharField(max_length=LONGEST_NAME, required=False, help_text="Left out, the folder's own name.")
    create_folder = forms.BooleanField(required=False, help_text="Make the folder where it is missing.")


@admin.register(Project)
class ProjectAdmin(RowsAdmin):
    """Registered, renamed and forgotten through services. A project's folder and owner stay.

    Floors above register it again, with what they know about a project.
    """

    form = ProjectForm
    refusals = (ProjectError, FolderBusyError)
    list_display: tuple[str, ...] = ("name", "path", "owner", "created_at")
    list_select_related = ("owner",)
    search_fields = ("name", "path", "owner__username", "id__exact")
    list_filter = (("owner", FewRelatedFilter), "created_at")
    autocomplete_fields = ("owner",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = ("owner", "path", "name")
        return (*fields, "create_folder") if obj is None else (*fields, "created_at", "updated_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["owner", "path", "created_at", "updated_at"]

    def write(self, form: RowForm, *, change: bool) -> Project:
        if change:
            return rename_project(project=form.instance, name=form.cleaned_data["name"])
        return register_project(**form.cleaned_data)

    def remove(self, row: Project) -> None:
        delete_project(project=row)
