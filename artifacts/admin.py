"""Collections, artifacts and groups in the admin. What an import keeps is there to be read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format

from accounts.access import user_of
from accounts.administration import FewRelatedFilter, ReadOnlyAdmin, ServiceAdmin, clipped
from accounts.dependents import number_of
from accounts.inlines import NewRowsFormSet, NewRowsInline, PlacedRowForm, PlacedRowsFormSet, RowsAdmin, RowsInline
from accounts.row_forms import RowForm, TaggedForm
from artifacts.exceptions import ArtifactError, CollectionError, GroupError
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
from artifacts.queries import deployable_on, list_artifacts
from artifacts.services.artifacts import update_artifact
from artifacts.services.collections import delete_collection, demand_unused
from artifacts.services.groups import (
    add_to_group,
    copy_group,
    create_group,
    delete_group,
    demand_no_collections,
    move_in_group,
    remove_from_group,
    update_group,
)
from artifacts.services.importing import begin_import_again, run_import
from profiles.enums import Platform, platform_choices

_MOST_IMPORTS = 5
_OUTCOMES = ("added", "updated", "returned", "unchanged", "kept", "gone")


@admin.register(Blob)
class BlobAdmin(ReadOnlyAdmin):
    """Hashes and sizes; the bytes themselves are not loaded."""

    list_display = ("sha256", "size")
    ordering = ("sha256",)
    search_fields = ("sha256",)


@admin.register(Collection)
class CollectionAdmin(ReadOnlyAdmin, ServiceAdmin):
    """Made and changed by importing; deleted only where nothing was ever imported."""

    refusals = (CollectionError,)
    list_display = ("name", "kind", "source", "ref", "artifact_count", "last_import", "updated_at")
    list_filter = ("kind", "updated_at")
    search_fields = ("name", "source", "id__exact")
    actions = ("import_again",)
    actions_in_steps = ("import_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        there = Artifact.objects.filter(collection=OuterRef("pk"), gone_at=None)
        imports = CollectionImport.objects.filter(collection=OuterRef("pk")).order_by("-started_at")
        collections: QuerySet[Collection] = super().get_queryset(request)
        return collections.annotate(
            artifact_count=number_of(there, "collection"),
            last_import_at=Subquery(imports.values("started_at")[:1]),
            last_import_state=Subquery(imports.values("state")[:1]),
        )

    @admin.display(description="artifacts", ordering="artifact_count")
    def artifact_count(self, row: Collection) -> int:
        """How many it has now."""
        count: int = getattr(row, "artifact_count")  # noqa: B009 - annotated above
        return count

    @admin.display(description="last import", ordering="last_import_at")
    def last_import(self, row: Collection) -> str:
        """When it was last imported, and what came of it."""
        at: datetime | None = getattr(row, "last_import_at")  # noqa: B009 - annotated above
        if at is None:
            return self.get_empty_value_display()
        state = CollectionImport.State(getattr(row, "last_import_state"))  # noqa: B009 - annotated above
        return f"{date_format(timezone.localtime(at), 'DATETIME_FORMAT')}, {state.label.lower()}"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super(ReadOnlyAdmin, self).has_delete_permission(request, obj)

    def demand_removable(self, rows: Sequence[Collection]) -> None:
        demand_unused(rows)

    def remove(self, row: Collection) -> None:
        delete_collection(collection=row)

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whether this user may import collections again."""
        return user_of(request).has_perm("artifacts.change_collection")

    @admin.action(description="Import the selected collections again", permissions=["import"])
    def import_again(self, request: HttpRequest, queryset: QuerySet[Collection]) -> None:
        """Import each collection from where it came, while the browser waits."""
        chosen = list(queryset)
        for row in chosen[:_MOST_IMPORTS]:
            try:
                done = run_import(pending=begin_import_again(collection=row, started_by=user_of(request)))
            except CollectionError as error:
                self.message_user(request, f"“{row.name}”: {error}", messages.ERROR)
            else:
                self.log_change(request, row, "Imported again.")
                self.message_user(request, f"“{row.name}”: {_outcome(done)}", messages.SUCCESS)
        for row in chosen[_MOST_IMPORTS:]:
            message = f"“{row.name}” was not imported: at most {_MOST_IMPORTS} at once."
            self.message_user(request, message, messages.WARNING)


@admin.register(CollectionImport)
class CollectionImportAdmin(ReadOnlyAdmin):
    """What came of each import."""

    list_display = ("collection", "state", "started_at", "finished_at", "started_by", "revision")
    list_select_related = ("collection", "started_by")
    list_filter = ("state", ("collection", FewRelatedFilter), "started_at")
    search_fields = ("collection__name", "revision", "id__exact")
    readonly_fields = ("started_at",)


class PlatformFilter(admin.SimpleListFilter):
    """Where an artifact may be deployed: listed there, or without a list."""

    title = "deployable on"
    parameter_name = "platform"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return list(platform_choices())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Artifact]) -> QuerySet[Artifact]:
        platform = self.value()
        return queryset.filter(deployable_on(Platform(platform))) if platform in set(Platform) else queryset


class FlaggedFilter(admin.SimpleListFilter):
    """Whether an import found something that somebody should look at."""

    title = "flags"
    parameter_name = "flagged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [("yes", "Flagged"), ("no", "Not flagged")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Artifact]) -> QuerySet[Artifact]:
        match self.value():
            case "yes":
                return queryset.exclude(flags=[])
            case "no":
                return queryset.filter(flags=[])
        return queryset


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
    list_display = (
        "artifact_id",
        "namespace",
        "collection",
        "tag_list",
        "platforms",
        "flag_count",
        "gone_at",
        "updated_at",
    )
    list_filter = (
        "type",
        PlatformFilter,
        FlaggedFilter,
        ("collection", FewRelatedFilter),
        ("gone_at", admin.EmptyFieldListFilter),
        "updated_at",
    )
    search_fields = ("name", "namespace", "uuid__exact", "collection__name", "tag_rows__name")
    readonly_fields: ClassVar[Any] = (
        "uuid",
        "collection",
        "type",
        "namespace",
        "name",
        "source_path",
        "plugin_path",
        "version",
        clipped("flags"),
        "created_at",
        "updated_at",
        "gone_at",
    )
    fields: ClassVar[Any] = (*readonly_fields[:5], "target_platforms", "tags", "description", *readonly_fields[5:])

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Artifact], search_term: str
    ) -> tuple[QuerySet[Artifact], bool]:
        """By name and the like; or by `type:name`, which is how artifacts are written."""
        if ":" in search_term:
            return queryset.filter(pk__in=list_artifacts(search=search_term).order_by().values("pk")), False
        return super().get_search_results(request, queryset, search_term)

    @admin.display(description="platforms")
    def platforms(self, row: Artifact) -> str:
        """Where it may be deployed."""
        return "everywhere" if row.target_platforms is None else ", ".join(row.target_platforms)

    @admin.display(description="flags")
    def flag_count(self, row: Artifact) -> int | None:
        """How many things somebody should look at; nothing when there are none."""
        return len(row.flags) or None

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

    def write(self, form: RowForm, *, change: bool) -> Artifact:
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
    list_select_related = ("artifact", "manifest")
    list_filter = ("created_at",)
    search_fields = ("manifest__sha256", "artifact__name", "artifact__uuid__exact")
    readonly_fields = ("created_at",)


class PlacedArtifacts(PlacedRowsFormSet):
    """Artifacts moved in a group, and taken out."""

    def move(self, row: GroupMembership, position: int) -> None:
        move_in_group(group=self.instance, artifact=row.artifact, position=position)

    def take_out(self, row: GroupMembership) -> None:
        remove_from_group(group=self.instance, artifact=row.artifact)


class NewArtifacts(NewRowsFormSet):
    """Artifacts put into a group."""

    def put_in(self, values: dict[str, Any]) -> GroupMembership:
        return add_to_group(group=self.instance, artifacts=[values["artifact"]], position=values["position"])[0]


class ArtifactsInline(RowsInline):
    """What a group holds."""

    model = GroupMembership
    form = PlacedRowForm
    formset = PlacedArtifacts
    fields = ("position", "artifact")
    readonly_fields = ("artifact",)
    verbose_name = "artifact"

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupMembership]:
        return super().get_queryset(request).select_related("artifact", "group").order_by("position")


class NewArtifactsInline(NewRowsInline):
    """What is to be put into a group."""

    model = GroupMembership
    formset = NewArtifacts
    verbose_name = "new artifact"
    fields = ("artifact", "position")
    autocomplete_fields = ("artifact",)


@admin.register(ArtifactGroup)
class ArtifactGroupAdmin(RowsAdmin):
    """Groups that people keep are written through services; imported ones can be read and copied.

    A floor above registers them again, with the sets that hold them.
    """

    refusals = (GroupError,)
    inlines = (ArtifactsInline, NewArtifactsInline)
    list_display = ("name", "collection", "artifact_count", "gone_at", "updated_at")
    list_select_related = ("collection",)
    list_filter = (("collection", admin.EmptyFieldListFilter), ("gone_at", admin.EmptyFieldListFilter), "updated_at")
    search_fields = ("name", "collection__name", "id__exact")
    fields = ("name", "description", "collection", "gone_at", "created_at", "updated_at")
    readonly_fields = ("collection", "gone_at", "created_at", "updated_at")
    actions = ("copy",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArtifactGroup]:
        memberships = GroupMembership.objects.filter(group=OuterRef("pk"))
        return ArtifactGroup.objects.annotate(artifact_count=number_of(memberships, "group"))

    @admin.display(description="artifacts", ordering="artifact_count")
    def artifact_count(self, row: ArtifactGroup) -> int:
        """How many it holds."""
        count: int = getattr(row, "artifact_count")  # noqa: B009 - annotated above
        return count

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.collection_id is None) and super().has_change_permission(request, obj)

    def write(self, form: RowForm, *, change: bool) -> ArtifactGroup:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        return update_group(group=form.instance, **values) if change else create_group(**values)

    def demand_removable(self, rows: Sequence[ArtifactGroup]) -> None:
        demand_no_collections(rows)

    def remove(self, row: ArtifactGroup) -> None:
        delete_group(group=row)

    @admin.action(description="Copy the selected groups", permissions=["add"])
    def copy(self, request: HttpRequest, queryset: QuerySet[ArtifactGroup]) -> None:
        """Make an editable copy of each selected group."""
        for group in queryset:
            copy = copy_group(group=group)
            self.log_addition(request, copy, f"Copied from “{group.name}”.")
            self.message_user(request, f"“{copy.name}” is a copy of “{group.name}” that can be edited.")


@admin.register(GroupMembership)
class GroupMembershipAdmin(ReadOnlyAdmin):
    """Which artifact stands where in which group."""

    list_display = ("group", "position", "artifact")
    list_select_related = ("group", "artifact")
    search_fields = ("group__name", "artifact__name")


def _outcome(done: CollectionImport) -> str:
    """What became of the artifacts, in one line."""
    counts = done.report["counts"]
    words = [f"{counts[word]} {word}" for word in _OUTCOMES if counts[word]]
    if counts["refused_files"]:
        words.append(f"{counts['refused_files']} files not imported")
    return f"{', '.join(words) or 'no artifacts'}."
