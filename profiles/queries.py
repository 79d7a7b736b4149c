"""Reads of profiles. A profile is reached through its project, which was fetched with the right to see it."""

from django.db.models import QuerySet

from profiles.models import DeploymentProfile
from projects.models import Project


def profiles_of(project: Project) -> QuerySet[DeploymentProfile]:
    """The project's profiles, oldest first."""
    return DeploymentProfile.objects.filter(project=project).order_by("created_at", "profile_id")


def profile_of(project: Project, profile_id: str) -> DeploymentProfile:
    """The project's profile with this id. Raises DeploymentProfile.DoesNotExist."""
    return DeploymentProfile.objects.get(project=project, profile_id=profile_id)
