"""What there is at a path that somebody types, before it becomes a project. Only reads."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings

from accounts.models import User
from projects.exceptions import ProjectPathError
from projects.models import Project
from projects.services import folder_for_project, is_there, resolved_path, root_of

MOST_SUGGESTIONS = 12
# Of a folder that holds more, the rest is not looked at.
_MOST_ENTRIES = 2_000


@dataclass(frozen=True, slots=True)
class FolderLook:
    """What a look at `path` found: a `problem`, a `project` that is there already, or a `folder` that may become one.

    `through_symlink` says that the folder is another than the path's own words. `is_there` and `is_writable` are about
    the folder now.
    """

    path: str
    problem: str = ""
    project: Project | None = None
    folder: Path | None = None
    through_symlink: bool = False
    is_there: bool = False
    is_writable: bool = False


def look_at_folder(owner: User, path: str) -> FolderLook:
    """What registering `path` would meet, by the rules of registering. One query at most.

    Of what lies outside PROJECT_ROOTS it says nothing but that it does.
    """
    try:
        folder, _ = folder_for_project(path)
        existing = Project.objects.owned_by(owner).filter(path=str(folder)).first()
        found = is_there(folder, path)
    except ProjectPathError as error:
        return FolderLook(path, problem=str(error))
    return FolderLook(
        path,
        project=existing,
        folder=folder,
        through_symlink=os.path.normpath(path) != str(folder),
        is_there=found,
        is_writable=found and os.access(folder, os.W_OK | os.X_OK),
    )


def suggested_folders(path: str) -> list[str]:
    """Some folders whose path begins with `path`: of PROJECT_ROOTS, or of what lies inside them and is not hidden.

    None while logins are on: the folders inside are other people's as well, and their names are theirs.
    """
    if settings.AUTH_ENABLED:
        return []
    roots = [str(root) for root in settings.PROJECT_ROOTS if str(root).startswith(path) and str(root) != path]
    return sorted(roots)[:MOST_SUGGESTIONS] or _below(path)


def _below(path: str) -> list[str]:
    parent, _, begun = path.rpartition("/")
    try:
        folder = resolved_path(parent or "/")
        root_of(folder, path)
        with os.scandir(folder) as entries:
            names = sorted(_names(islice(entries, _MOST_ENTRIES), begun))
    except (ProjectPathError, OSError):
        return []
    return [f"{parent}/{name}" for name in names[:MOST_SUGGESTIONS]]


def _names(entries: Iterator[os.DirEntry[str]], begun: str) -> Iterator[str]:
    for entry in entries:
        begins = entry.name.casefold().startswith(begun.casefold())
        if (
            begins
            and not entry.name.startswith(".")
            and entry.name.isprintable()
            and entry.is_dir(follow_symlinks=False)
        ):
            yield entry.name
