"""Reads of projects, always together with the right to see them."""

import stat
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from accounts.ordering import Sort, ordering
from accounts.text import containing
from projects.models import Project
from projects.services import resolved_path


def projects_of(owner: User) -> QuerySet[Project]:
    """The owner's projects, by name."""
    return Project.objects.owned_by(owner)


def list_projects(owner: User, *, name: str = "", sort: Sort = "name") -> QuerySet[Project]:
    """The owner's projects whose name contains `name`, in whatever case, each with its owner."""
    projects = projects_of(owner).select_related("owner").filter(containing("name", name))
    return projects.order_by(ordering(sort), "id")


def project_of(owner: User, project_id: UUID) -> Project:
    """The owner's project with this id. Raises Project.DoesNotExist, for another owner's as well."""
    return projects_of(owner).get(pk=project_id)


def project_at(owner: User, path: str) -> Project:
    """The owner's project in the folder that `path` means, whether or not that is there.

    Raises ProjectPathError for what cannot be the path of a folder, and Project.DoesNotExist.
    """
    return projects_of(owner).get(path=str(resolved_path(path)))


def without_folder(projects: Iterable[Project]) -> set[UUID]:
    """Those of `projects` whose folder is gone. Asks the disk about each, so hand over a page of them."""
    return {project.pk for project in projects if not _is_there(Path(project.path))}


def _is_there(folder: Path) -> bool:
    try:
        return stat.S_ISDIR(folder.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        # That it cannot be looked at does not say that it is gone.
        return True
