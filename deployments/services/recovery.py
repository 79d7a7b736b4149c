"""Making projects whole whose runs were cut off."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from deployments.exceptions import ProjectFolderError
from deployments.installer.recover import Recovered, recover_folder
from deployments.models import Run
from deployments.services.folders import held
from projects.exceptions import FolderBusyError
from projects.models import Project


def recover_project(*, project: Project) -> Recovered:
    """Take back what a run that was cut off left half done in the project's folder, and tidy up after it.

    Raises FolderBusyError and ProjectFolderError as `deploy` does.
    """
    with held(project) as (folder, folder_key):
        return recover_folder(folder, folder_key)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of one project whose last run was cut off."""

    project: Project
    outcome: str
    notes: tuple[str, ...] = ()
    is_whole: bool = True


def recover_all(*, only_recorded: bool = False) -> Iterator[Recovery]:
    """Make every project whole whose run was cut off, one after the other; those that had such a run.

    Visits every registered folder, since a run may have died before its first row was written; with
    `only_recorded` those alone of which a row says that a run is at work.
    """
    projects = Project.objects.order_by("path", "pk")
    if only_recorded:
        projects = projects.filter(Exists(Run.objects.filter(project=OuterRef("pk"), state=Run.State.RUNNING)))
    for project in projects.iterator():
        try:
            recovered = recover_project(project=project)
        except FolderBusyError as error:
            yield Recovery(project, str(error), is_whole=False)
        except ProjectFolderError as error:
            if project.runs.filter(state=Run.State.RUNNING).exists():
                yield Recovery(project, str(error), is_whole=False)
        else:
            for run in recovered.runs:
                yield Recovery(run.project, f"Run {run.number} was cut off and has been taken back.", tuple(run.notes))
            for note in recovered.notes:
                yield Recovery(project, note)
