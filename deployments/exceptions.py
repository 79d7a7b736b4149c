"""What can stop a run as a whole. What stops one artifact is a result, not an exception."""


class DeploymentError(Exception):
    """A run that did not take place; nothing was written."""


class ProjectFolderError(DeploymentError):
    """The project's folder cannot be worked in: gone, replaced by something else, or not ours to enter."""


class StalePlanError(DeploymentError):
    """The plan that was to be applied is no longer the plan: a set, a profile, the records or the disk changed."""

    def __init__(self) -> None:
        super().__init__(
            "What was planned is out of date: something in the set, the profiles or the project has changed since. "
            "Nothing was written. Look at the new plan."
        )


class NothingToUndoError(DeploymentError):
    """The project has no run that can be taken back."""
