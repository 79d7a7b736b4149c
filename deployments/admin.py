"""What lies in projects, and how it came there: rows that only runs write."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.administration import FewRelatedFilter, ReadOnlyAdmin, clipped
from deployments.models import Claim, Deployment, DeploymentPlacement, JournalEntry, Placement, Run, RunItem
from deployments.queries import counted_by_status, with_deployments
from profiles.admin import ProfilesInline
from projects.admin import ProjectAdmin
from projects.models import Project

admin.site.unregister(Project)


@admin.register(Project)
class DeployedProjectAdmin(ProjectAdmin):
    """A project with its profiles and what is deployed there."""

    inlines = (ProfilesInline,)
    list_display = (*ProjectAdmin.list_display, "deployment_count", "last_run_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        return with_deployments(super().get_queryset(request))

    @admin.display(description="deployments", ordering="deployment_count")
    def deployment_count(self, row: Project) -> int:
        """How many artifacts are there, each profile counted for itself."""
        count: int = getattr(row, "deployment_count")  # noqa: B009 - annotated by `with_deployments`
        return count

    def _lines(self, rows: Sequence[Project]) -> list[str]:
        return [f"{row}{_left_behind(self.deployment_count(row))}" for row in rows]

    @admin.display(description="last run", ordering="last_run_at")
    def last_run_at(self, row: Project) -> Any:
        """When a run last began there."""
        return getattr(row, "last_run_at")  # noqa: B009 - annotated by `with_deployments`


def _left_behind(deployments: int) -> str:
    """What has to be known before a project with so many deployments is forgotten."""
    if not deployments:
        return ""
    stay = "1 deployment stays" if deployments == 1 else f"{deployments} deployments stay"
    return f": {stay} on disk and can no longer be undeployed with this application"


@admin.register(Placement)
class PlacementAdmin(ReadOnlyAdmin):
    """Paths we answer for."""

    list_display = ("path", "entry", "project", "artifact_uuid", "adopted")
    list_select_related = ("project", "state")
    list_filter = ("adopted",)
    search_fields = ("path", "project__name", "artifact_uuid__exact")


@admin.register(Deployment)
class DeploymentAdmin(ReadOnlyAdmin):
    """Which artifact is in which project, under which profile."""

    list_display = ("label", "project", "deployment_profile_id", "platform", "deployed_by", "deployed_at")
    list_select_related = ("project", "deployed_by")
    list_filter = ("platform", "artifact_type", ("project__owner", FewRelatedFilter), "deployed_at")
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

    list_display = ("label", "claimant", "deployment", "project")
    list_select_related = ("deployment__project",)

    @admin.display(description="project")
    def project(self, row: Claim) -> Project:
        """Where the deployment is."""
        return row.deployment.project

    search_fields = ("label", "claimant", "deployment__label", "deployment__project__name")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    """Every deploy, undeploy and undo."""

    list_display = ("__str__", "kind", "state", "claimant_label", "results", "started_by", "started_at", "finished_at")
    list_select_related = ("project", "started_by")
    list_filter = ("kind", "state", ("project__owner", FewRelatedFilter), "started_at")
    search_fields = ("project__name", "claimant_label", "folder_key", "id__exact")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        return counted_by_status(super().get_queryset(request))

    @admin.display(description="success, skipped, error")
    def results(self, row: Run) -> str:
        """How many results have each status."""
        return " · ".join(str(getattr(row, f"{status.value}_count")) for status in RunItem.Status)


@admin.register(RunItem)
class RunItemAdmin(ReadOnlyAdmin):
    """What came of each artifact in a run."""

    list_display = ("artifact_label", "run", "deployment_profile_id", "status", "action", clipped("reason", 200))
    list_select_related = ("run__project",)
    list_filter = ("status", "action", "platform")
    search_fields = ("artifact_label", "artifact_uuid__exact", "run__project__name", "run__id__exact")


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    """What a run set out to do to each path."""

    list_display = ("path", "run", "position", "slot")
    list_select_related = ("run__project", "before", "after")
    list_filter = ("run__state",)
    search_fields = ("path", "run__project__name", "run__id__exact")
