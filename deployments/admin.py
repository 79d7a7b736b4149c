"""What lies in projects, and how it came there: rows that only runs write."""

from django.contrib import admin

from accounts.administration import ReadOnlyAdmin
from deployments.models import Claim, Deployment, DeploymentPlacement, JournalEntry, Placement, Run, RunItem


@admin.register(Placement)
class PlacementAdmin(ReadOnlyAdmin):
    """Paths we answer for."""

    list_display = ("path", "entry", "project", "artifact_uuid", "adopted")
    list_select_related = ("project",)
    list_filter = ("adopted",)
    search_fields = ("path", "project__name", "artifact_uuid__exact")


@admin.register(Deployment)
class DeploymentAdmin(ReadOnlyAdmin):
    """Which artifact is in which project, under which profile."""

    list_display = ("label", "project", "deployment_profile_id", "platform", "deployed_by", "deployed_at")
    list_select_related = ("project", "deployed_by")
    list_filter = ("platform", "artifact_type", "deployed_at")
    search_fields = ("label", "project__name", "deployment_profile_id", "artifact_uuid__exact")


@admin.register(DeploymentPlacement)
class DeploymentPlacementAdmin(ReadOnlyAdmin):
    """Which deployment needs which path."""

    list_display = ("deployment", "placement")
    list_select_related = ("deployment", "placement")
    search_fields = ("deployment__label", "placement__path")


@admin.register(Claim)
class ClaimAdmin(ReadOnlyAdmin):
    """Who wants a deployment there."""

    list_display = ("label", "claimant", "deployment")
    list_select_related = ("deployment",)
    search_fields = ("label", "claimant", "deployment__label")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Every deploy, undeploy and undo."""

    list_display = ("project", "number", "kind", "state", "claimant_label", "started_by", "started_at", "finished_at")
    list_select_related = ("project", "started_by")
    list_filter = ("kind", "state", "started_at")
    search_fields = ("project__name", "claimant_label", "folder_key")


@admin.register(RunItem)
class RunItemAdmin(ReadOnlyAdmin):
    """What came of each artifact in a run."""

    list_display = ("artifact_label", "run", "deployment_profile_id", "status", "action", "reason")
    list_select_related = ("run__project",)
    list_filter = ("status", "platform")
    search_fields = ("artifact_label", "artifact_uuid__exact", "run__project__name")


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    """What a run set out to do to each path."""

    list_display = ("path", "run", "position", "slot")
    list_select_related = ("run__project",)
    search_fields = ("path", "run__project__name")
