"""Deployment profiles in the admin."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from accounts.administration import FewRelatedFilter, ServiceAdmin
from accounts.inlines import RowsInline
from accounts.row_forms import RowForm
from profiles.documents import DocumentError, read_json
from profiles.exceptions import ProfileError
from profiles.models import DeploymentProfile
from profiles.queries import edition_of_profile
from profiles.services import create_profile, delete_profile, update_profile
from projects.models import Project

_DEFAULT = "Left out, the platform's default."


class DocumentField(forms.JSONField):
    """JSON, read as carefully as a stranger's file. What was sent is shown again as it was."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str) or not value:
            return super().to_python(value)
        try:
            return read_json(value.encode())
        except DocumentError as error:
            raise ValidationError(str(error), code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        return None if data is None else InvalidJSONInput(data)


class DeploymentProfileForm(RowForm):
    """Every part of the layout may be left out."""

    root_dir = forms.CharField(max_length=255, required=False, help_text=_DEFAULT)
    artifact_path_map = DocumentField(required=False, help_text=_DEFAULT)
    project_config_filenames = DocumentField(required=False, help_text=_DEFAULT)
    context_path_prefixes = DocumentField(required=False, help_text=_DEFAULT)
    supported_artifact_types = DocumentField(required=False, help_text=_DEFAULT)

    def current_edition(self) -> str:
        """The one that its services know."""
        return edition_of_profile(self.instance)


class ProfilesInline(RowsInline):
    """A project's profiles, each with the way to its own page: its documents need the room."""

    model = DeploymentProfile
    fields = ("platform", "root_dir", "supported_artifact_types", "updated_at")
    readonly_fields = fields
    ordering = ("created_at", "profile_id")
    can_delete = False
    show_change_link = True

    def get_formset(self, request: HttpRequest, obj: Project | None = None, **kwargs: Any) -> Any:
        if obj is not None and self.admin_site.get_model_admin(DeploymentProfile).has_add_permission(request):
            page = reverse("admin:profiles_deploymentprofile_add")
            self.address_to_add = f"{page}?{urlencode({'project': str(obj.pk)})}"
        return super().get_formset(request, obj, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(DeploymentProfile)
class DeploymentProfileAdmin(ServiceAdmin):
    """Written through services; a profile's project and id stay."""

    form = DeploymentProfileForm
    refusals = (ProfileError,)
    list_display = ("profile_id", "project", "platform", "root_dir", "updated_at")
    list_select_related = ("project",)
    list_filter = ("platform", ("project__owner", FewRelatedFilter))
    search_fields = ("profile_id", "root_dir", "project__name", "project__path", "id__exact")
    autocomplete_fields = ("project",)
    fields = (
        "project",
        "profile_id",
        "platform",
        "root_dir",
        "artifact_path_map",
        "project_config_filenames",
        "context_path_prefixes",
        "supported_artifact_types",
        "description",
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if obj is None else ["project", "profile_id"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing filled in: what stays empty takes the platform's default."""
        lists = dict.fromkeys(("project_config_filenames", "context_path_prefixes", "supported_artifact_types"))
        return {**lists, "artifact_path_map": None, **super().get_changeform_initial_data(request)}

    def write(self, form: RowForm, *, change: bool) -> DeploymentProfile:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        if "root_dir" in values:
            values["root_dir"] = values["root_dir"] or None
        if change:
            return update_profile(profile=form.instance, expected=form.expected, **values)
        return create_profile(**values)

    def remove(self, row: DeploymentProfile) -> None:
        delete_profile(profile=row)
