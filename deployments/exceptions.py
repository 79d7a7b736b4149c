"""What can stop a run as a whole. What stops one artifact is a result, not an exception."""

from uuid import UUID


class DeploymentError(Exception):
    """A run that did not take place; nothing was written."""


class ProjectFolderError(DeploymentError):
    """The project's folder cannot be worked in: gone, replaced by something else, or not ours to enter."""


class StalePlanError(DeploymentError):
    """The plan that was to be applied is not the one there is: something changed since, or the choices are others."""

    def __init__(self) -> None:
        super().__init__(
            "This is not the plan that was shown: something in the set, the profiles or the project has changed since, "
            "or other options were chosen. Nothing was written. Look at the new plan."
        )


class NothingToUndoError(DeploymentError):
    """The project has no run that can be taken back."""


class OtherRunToUndoError(DeploymentError):
    """The run that was to be taken back is not the one whose turn it is."""

    def __init__(self, number: int, run_id: UUID) -> None:
        super().__init__(
            "This run cannot be undone now, and nothing was changed: an undo takes back the last run that changed "
            f"anything and is not undone yet. That is run {number}, {run_id}."
        )
