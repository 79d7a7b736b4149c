"""What can be wrong with artifacts and groups."""

from typing import TYPE_CHECKING

from accounts.validation import Problems
from artifacts.importing.exceptions import CollectionError, MappingError, SourceError

if TYPE_CHECKING:
    from artifacts.models import Artifact, ArtifactGroup, CollectionImport

__all__ = [
    "AlreadyInGroupError",
    "ArtifactError",
    "CollectionError",
    "CollectionNameError",
    "GroupError",
    "GroupExistsError",
    "ImportBusyError",
    "ImportFailedError",
    "ImportedGroupError",
    "MappingError",
    "NotInGroupError",
    "SourceError",
]


class ArtifactError(Exception):
    """An artifact or group that cannot be made or changed as asked; `problems` has messages by field."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(" ".join(message for messages in problems.values() for message in messages))
        self.problems = problems


class GroupError(ArtifactError):
    """A group that cannot be made or changed as asked."""


class GroupExistsError(GroupError):
    """Another group that people keep has this name."""

    def __init__(self, name: str) -> None:
        super().__init__({"name": [f"There is a group {name!r} already. Choose another name."]})


class ImportedGroupError(GroupError):
    """The group is kept by an import, which would undo the change."""

    def __init__(self, group: "ArtifactGroup") -> None:
        super().__init__({"": [f"The group {group.name!r} is kept by its import. Copy it, and change the copy."]})
        self.group = group


class AlreadyInGroupError(GroupError):
    """These artifacts are in the group already."""

    def __init__(self, group: "ArtifactGroup", artifacts: "list[Artifact]") -> None:
        names = ", ".join(artifact.artifact_id for artifact in artifacts)
        super().__init__({"artifacts": [f"Already in the group {group.name!r}: {names}."]})
        self.artifacts = artifacts


class NotInGroupError(GroupError):
    """The artifact is not in the group."""

    def __init__(self, group: "ArtifactGroup", artifact: "Artifact") -> None:
        super().__init__({"artifact": [f"{artifact.artifact_id} is not in the group {group.name!r}."]})
        self.artifact = artifact


class CollectionNameError(CollectionError):
    """A name for a collection that cannot be used, or that another collection has."""


class ImportBusyError(CollectionError):
    """The collection is being imported already."""


class ImportFailedError(CollectionError):
    """An import that began and changed nothing; `collection_import` keeps what is known about it.

    The record of a failed first import is not in the database any more: it went with its collection.
    """

    def __init__(self, message: str, collection_import: "CollectionImport") -> None:
        super().__init__(message)
        self.collection_import = collection_import
