"""The folder of a project: open, and locked for the length of a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deployments.exceptions import ProjectFolderError
from deployments.installer.disk import ProjectFolder, describe
from deployments.models import Run
from projects.exceptions import FolderBusyError, PathError
from projects.locks import folder_lock
from projects.models import Project
from projects.services import folder_of

LOCK_WAIT_SECONDS = 3.0


def path_of(project: Project) -> Path:
    """Where the project's folder is. Raises ProjectFolderError when nothing may be done there."""
    try:
        return folder_of(project)
    except PathError as error:
        raise ProjectFolderError(str(error)) from error


@contextmanager
def held(project: Project, wait_seconds: float | None = None) -> Iterator[tuple[ProjectFolder, str]]:
    """The project's folder and the key of its lock, held against every other run and against being forgotten.

    Waits `wait_seconds` for another run to end, or as long as a command does. May be left in another thread.
    Raises FolderBusyError when another run is at work in it, ProjectFolderError when it cannot be worked in.
    """
    path = path_of(project)
    wait = LOCK_WAIT_SECONDS if wait_seconds is None else wait_seconds
    try:
        with (
            ProjectFolder(path) as folder,
            folder_lock(path, wait, descriptor=folder.descriptor) as lock,
        ):
            if not Project.objects.filter(pk=project.pk).exists():
                raise ProjectFolderError(f"The project in {path} has been deleted meanwhile. Nothing was written.")
            yield folder, lock.key
    except OSError as error:
        raise ProjectFolderError(describe(error, str(path))) from error


def run_at_work(project: Project) -> Run | None:
    """The run that is at work in `project` now, if there is one. One query, and a look at the folder's lock."""
    run = project.runs.filter(state=Run.State.RUNNING).order_by("-number").first()
    return run if run is not None and is_at_work(run) else None


def is_at_work(run: Run) -> bool:
    """Whether `run` is at work: its row says so, and its project's folder is held. One whose is not was cut off.

    Holds the folder for a moment to find out.
    """
    return run.state == Run.State.RUNNING and _is_held(run.project)


def _is_held(project: Project) -> bool:
    try:
        folder_lock(path_of(project), 0).close()
    except FolderBusyError:
        return True
    except (ProjectFolderError, OSError):
        return False
    return False
