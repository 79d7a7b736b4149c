"""What can be wrong with a path or a project."""


class PathError(ValueError):
    """A path or file name that cannot be used; the message says which and why."""


class ProjectPathError(PathError):
    """A folder that cannot be registered as a project."""


class FolderBusyError(Exception):
    """Somebody else holds the lock of a folder, and the wait for it is over."""
