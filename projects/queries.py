"""Reads of projects, always together with the right to see them."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from projects.models import Project
from projects.services import resolved_path


def projects_of(owner: User) -> QuerySet[Project]:
    """The owner's projects, by name."""
    return Project.objects.owned_by(owner)


def project_of(owner: User, project_id: UUID) -> Project:
    """The owner's project with this id. Raises Project.DoesNotExist, for another owner's as well."""
    return projects_of(owner).get(pk=project_id)


def project_at(owner: User, path: str) -> Project:
    """The owner's project in the folder that `path` means, whether or not that is there.

    Raises ProjectPathError for what cannot be the path of a folder, and Project.DoesNotExist.
    """
    return projects_of(owner).get(path=str(resolved_path(path)))
