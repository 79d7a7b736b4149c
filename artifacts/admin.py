"""Collections, artifacts and groups in the admin. What an import keeps is there to be read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.administration import ReadOnlyAdmin, ServiceAdmin, ServiceForm, TaggedForm
from artifacts.exceptions import ArtifactError, GroupError
from artifacts.models import (
    Artifact,
    ArtifactGroup,
    ArtifactTag,
    Blob,
    Collection,
    CollectionImport,
    GroupMembership,
    Version,
)
from artifacts.services.artifacts import update_artifact
from artifacts.services.groups import copy_group, create_group, delete_group, update_group
from profiles.enums import platform_choices


@admin.register(Blob)
class BlobAdmin(ReadOnlyAdmin):
    """Hashes and sizes; the bytes themselves are not loaded."""

    list_display = ("sha256", "size")
    search_fields = ("sha256",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Blob]:
        return Blob.objects.defer("data")


@admin.register(Collection)
class CollectionAdmin(ReadOnlyAdmin):
    """Made and changed by importing."""

    list_display = ("name", "kind", "source", "ref", "updated_at")
    list_filter = ("kind",)
    search_fields = ("name", "source")


@admin.register(CollectionImport)
class CollectionImportAdmin(ReadOnlyAdmin):
    """What came of each import."""

    list_display = ("collection", "state", "started_at", "finished_at", "started_by", "revision")
    list_select_related = ("collection", "started_by")
    list_filter = ("state", "started_at")
    search_fields = ("collection__name", "revision")
    readonly_fields = ("started_at",)


class ArtifactForm(TaggedForm):
    """What can be changed about an artifact: for good its platforms and tags, until an import its description."""

    target_platforms = forms.MultipleChoiceField(
        choices=platform_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: deployable everywhere.",
    )

    class Meta:
        help_texts = {"description": "The next import writes here again what the collection says."}

    def clean_target_platforms(self) -> list[str] | None:
        """None ticked stands for no list."""
        return self.cleaned_data["target_platforms"] or None


@admin.register(Artifact)
class ArtifactAdmin(ServiceAdmin):
    """Kept by imports, but for target platforms and tags; the description can be changed between two of them."""

    form = ArtifactForm
    refusals = (ArtifactError,)
    list_display = ("artifact_id", "namespace", "collection", "tag_list", "target_platforms", "gone_at", "updated_at")
    list_filter = ("type", "collection__kind", ("gone_at", admin.EmptyFieldListFilter), "updated_at")
    search_fields = ("name", "namespace", "uuid__exact", "collection__name", "tag_rows__name")
    readonly_fields = (
        "uuid",
        "collection",
        "type",
        "namespace",
        "name",
        "source_path",
        "plugin_path",
        "version",
        "flags",
        "created_at",
        "updated_at",
        "gone_at",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Artifact]:
        return Artifact.objects.select_related("collection").prefetch_related("tag_rows")

    @admin.display(description="tags")
    def tag_list(self, row: Artifact) -> str:
        """Its tags in one line."""
        return ", ".join(row.tags)

    def write(self, form: ServiceForm, *, change: bool) -> Artifact:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        return update_artifact(artifact=form.instance, **values)


@admin.register(ArtifactTag)
class ArtifactTagAdmin(ReadOnlyAdmin):
    """Which artifact carries which tag."""

    list_display = ("name", "artifact")
    list_select_related = ("artifact",)
    search_fields = ("name", "artifact__name")


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    """Immutable content, named by its hash."""

    list_display = ("manifest_id", "artifact", "created_at")
    list_select_related = ("artifact",)
    list_filter = ("created_at",)
    search_fields = ("manifest__sha256", "artifact__name", "artifact__uuid__exact")
    readonly_fields = ("created_at",)


@admin.register(ArtifactGroup)
class ArtifactGroupAdmin(ServiceAdmin):
    """Groups that people keep are written through services; imported ones can be read and copied."""

    refusals = (GroupError,)
    list_display = ("name", "collection", "gone_at", "updated_at")
    list_select_related = ("collection",)
    list_filter = (("collection", admin.EmptyFieldListFilter), "updated_at")
    search_fields = ("name", "collection__name")
    fields = ("name", "description", "collection", "gone_at", "created_at", "updated_at")
    readonly_fields = ("collection", "gone_at", "created_at", "updated_at")
    actions = ("copy",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.collection_id is None) and super().has_change_permission(request, obj)

    def write(self, form: ServiceForm, *, change: bool) -> ArtifactGroup:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        return update_group(group=form.instance, **values) if change else create_group(**values)

    def remove(self, row: ArtifactGroup) -> None:
        delete_group(group=row)

    @admin.action(description="Copy the selected groups", permissions=["add"])
    def copy(self, request: HttpRequest, queryset: QuerySet[ArtifactGroup]) -> None:
        """Make an editable copy of each selected group."""
        for group in queryset:
            copy_group(group=group)


@admin.register(GroupMembership)
class GroupMembershipAdmin(ReadOnlyAdmin):
    """Which artifact stands where in which group."""

    list_display = ("group", "position", "artifact")
    list_select_related = ("group", "artifact")
    search_fields = ("group__name", "artifact__name")
