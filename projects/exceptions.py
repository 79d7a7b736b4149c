"""What can be wrong with a path or a project."""

from typing import TYPE_CHECKING

from projects.paths import PathError

if TYPE_CHECKING:
    from projects.models import Project

__all__ = ["BusyError", "FolderBusyError", "PathError", "ProjectError", "ProjectExistsError", "ProjectPathError"]


class ProjectError(Exception):
    """A project that cannot be made or changed as asked; `problems` has messages by field."""

    def __init__(self, problems: dict[str, list[str]]) -> None:
        super().__init__(" ".join(message for messages in problems.values() for message in messages))
        self.problems = problems


class ProjectPathError(ProjectError, PathError):
    """A folder that cannot be registered as a project."""

    def __init__(self, message: str) -> None:
        super().__init__({"path": [message]})


class ProjectExistsError(ProjectError):
    """The folder is a project of this owner already; `project` is the one."""

    def __init__(self, project: "Project") -> None:
        super().__init__(
            {"path": [f"The folder {project.path} is your project {project.name!r} already, with the id {project.pk}."]}
        )
        self.project = project


class ProjectInUseError(ProjectError):
    """A project that cannot be forgotten yet; the message says what has to come first."""

    def __init__(self, message: str) -> None:
        super().__init__({"__all__": [message]})


class BusyError(Exception):
    """Somebody else holds a lock, and the wait for it is over."""


class FolderBusyError(BusyError):
    """The lock of a folder is held: a run is at work there."""
