"""Writes about projects. A project is a row that names a folder: only registering may make one."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.text import storable_text
from accounts.validation import problems_with
from projects.exceptions import ProjectError, ProjectExistsError, ProjectPathError
from projects.locks import folder_lock
from projects.models import Project
from projects.paths import MAX_PATH_BYTES, STAGING_FOLDER, folded, is_git_folder
from projects.signals import project_registered

_WAIT_FOR_RUN_SECONDS = 2.0


def register_project(*, owner: User, path: str, name: str = "", create_folder: bool = False) -> Project:
    """Make the folder at `path` a project of `owner`, named after the folder unless `name` says otherwise.

    The path is absolute and, symlinks resolved, an existing folder inside PROJECT_ROOTS; with
    `create_folder` it is made where it is missing. Raises ProjectPathError for any other path,
    ProjectExistsError when the owner has registered the folder already, ProjectError for a bad name.
    """
    folder, root = folder_for_project(path)
    project = Project(owner=owner, name=name.strip() or folder.name or str(folder), path=str(folder))
    if problems := problems_with(project):
        raise ProjectError(problems)
    if existing := Project.objects.owned_by(owner).filter(path=project.path).first():
        raise ProjectExistsError(existing)
    _demand_folder(folder, path, root, create_folder)
    with transaction.atomic():
        try:
            with transaction.atomic():
                project.save(force_insert=True)
        except IntegrityError as error:
            raise ProjectExistsError(Project.objects.owned_by(owner).get(path=project.path)) from error
        project_registered.send(sender=Project, project=project)
    return project


def rename_project(*, project: Project, name: str) -> Project:
    """Give the project another name. Raises ProjectError when it cannot be one, and Project.DoesNotExist."""
    with transaction.atomic():
        stored = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        stored.name = name.strip()
        if problems := problems_with(stored):
            raise ProjectError(problems)
        stored.save(update_fields=["name", "updated_at"])
    return stored


def delete_project(*, project: Project) -> None:
    """Forget the project and all that is recorded about it. No file is touched.

    Raises FolderBusyError while a run is at work in the folder, ProjectInUseError when one was cut off there,
    and Project.DoesNotExist.
    """
    try:
        lock = folder_lock(Path(project.path), _WAIT_FOR_RUN_SECONDS)
    except OSError:
        lock = None
    try:
        with transaction.atomic():
            # Whoever gives it a profile meanwhile waits here, and then finds it gone.
            Project.objects.select_for_update().get(pk=project.pk).delete()
    finally:
        if lock is not None:
            lock.close()


def folder_of(project: Project) -> Path:
    """The project's folder, if it may still be worked in: no symlink has come to lie on the way to it since.

    Raises ProjectPathError. Does not ask whether the folder is there.
    """
    folder = resolved_path(project.path)
    root_of(folder, project.path)
    if str(folder) != project.path:
        raise ProjectPathError(f"{project.path} now leads to {folder} through a symlink. Register that folder instead.")
    return folder


def folder_for_project(path: str) -> tuple[Path, Path]:
    """The folder that `path` means, which may be a project's, and the root it is inside; whether or not it is there.

    Raises ProjectPathError.
    """
    folder = resolved_path(path)
    root = root_of(folder, path)
    _keep_off_special_folders(folder, path)
    return folder, root


def resolved_path(path: str) -> Path:
    """The folder that `path` means, symlinks resolved, whether or not it is there. Raises ProjectPathError."""
    try:
        storable_text(path)
    except ValidationError as error:
        raise ProjectPathError(error.messages[0]) from error
    if path.startswith("~"):
        raise ProjectPathError(f"The path {path!r} starts with '~', which stands for nothing here. Write it in full.")
    if not Path(path).is_absolute():
        raise ProjectPathError(f"The path {path!r} is not absolute. Write it in full, beginning with '/'.")
    folder = Path(os.path.realpath(path))
    if len(os.fsencode(folder)) > MAX_PATH_BYTES:
        raise ProjectPathError(f"The path {path[:40]!r}… is longer than {MAX_PATH_BYTES} bytes.")
    return folder


def root_of(folder: Path, path: str) -> Path:
    """The root that `folder` is inside. Raises ProjectPathError, which says nothing but the `path` that was given.

    So it is the same for all that lies outside, whether or not it is there.
    """
    roots: Sequence[Path] = settings.PROJECT_ROOTS
    for root in roots:
        if folder.is_relative_to(root):
            return root
    allowed = ", ".join(str(root) for root in roots)
    raise ProjectPathError(
        f"The folder {path!r} is outside the folders that may hold projects ({allowed}), or a symlink leads out of "
        "them. Choose one inside, or change the setting PROJECT_ROOTS."
    )


def _keep_off_special_folders(folder: Path, path: str) -> None:
    if any(is_git_folder(part) or folded(part) == STAGING_FOLDER for part in folder.parts):
        raise ProjectPathError(
            f"In the folder {path!r} git, or this application during a run, keeps files of its own. "
            "Choose the folder of a project."
        )
    if folder.is_relative_to(Path(settings.DATA_DIR).resolve()):
        raise ProjectPathError(
            f"In the folder {path!r} this application keeps its own data (DATA_DIR). Choose another folder."
        )
    if folder == Path.home().resolve():
        raise ProjectPathError(
            f"{path!r} is a home folder: what is deployed there counts for all projects at once. "
            "Choose the folder of one project."
        )


def is_there(folder: Path, path: str) -> bool:
    """Whether there is a folder. Raises ProjectPathError where there is something else, or nobody can look."""
    try:
        if folder.is_dir():
            return True
        if os.path.lexists(folder):
            raise ProjectPathError(f"{path!r} is not a folder.")
    except OSError as error:
        raise _unusable(path, error) from error
    return False


def _demand_folder(folder: Path, path: str, root: Path, create: bool) -> None:
    """Raise ProjectPathError unless `folder` is a folder now, made here if that was asked for."""
    if is_there(folder, path):
        return
    try:
        if not create:
            raise ProjectPathError(
                f"The folder {path!r} does not exist. Create it first, or have it created with the project."
            )
        _make_folder(folder, root)
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: str, error: OSError) -> ProjectPathError:
    return ProjectPathError(f"The folder {path!r} cannot be used: {error.strerror}.")


def _make_folder(folder: Path, root: Path) -> None:
    """Make `folder` and what is missing between it and `root`.

    Steps down through open descriptors and follows no symlink, so that one put in the way
    meanwhile leads nowhere.
    """
    # O_PATH, where there is one, passes through folders that may be entered but not listed.
    flags = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    here = os.open(root, flags)
    try:
        for part in folder.relative_to(root).parts:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=here)
            below = os.open(part, flags, dir_fd=here)
            os.close(here)
            here = below
    finally:
        os.close(here)
