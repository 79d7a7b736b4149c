"""What deployments have to say when a project is deleted."""

from typing import Any

from deployments.models import Run
from projects.exceptions import ProjectInUseError
from projects.models import Project


def keep_unfinished_runs(sender: type[Project], instance: Project, **_: Any) -> None:
    """Refuse to delete a project whose run was cut off: the journal that can take it back would go along."""
    if instance.runs.filter(state=Run.State.RUNNING).exists():
        raise ProjectInUseError(
            f"A run in {instance.path} was cut off. Deploy again or run `manage.py recover`, then delete the project."
        )
