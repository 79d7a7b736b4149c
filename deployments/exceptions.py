"""What can stop a run as a whole. What stops one artifact is a result, not an exception."""


class DeploymentError(Exception):
    """A run that did not take place; nothing was written."""


class ProjectFolderError(DeploymentError):
    """The project's folder cannot be worked in: gone, replaced by something else, or not ours to enter."""
