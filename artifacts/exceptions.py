"""What can be wrong with artifacts and groups."""

from typing import TYPE_CHECKING

from accounts.validation import Problems
from artifacts.importing.exceptions import CollectionError, ContentError, MappingError, SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from artifacts.models import Artifact, ArtifactGroup, Collection, CollectionImport

__all__ = [
    "AlreadyInGroupError",
    "ArtifactError",
    "ArtifactExistsError",
    "ArtifactGoneError",
    "ArtifactsError",
    "CollectionError",
    "CollectionExistsError",
    "CollectionInUseError",
    "CollectionNameError",
    "CollectionNameTakenError",
    "ContentError",
    "FileNotInArtifactError",
    "GroupError",
    "GroupExistsError",
    "ImportBusyError",
    "ImportFailedError",
    "ImportedArtifactError",
    "ImportedGroupError",
    "MappingError",
    "NotImportedError",
    "NotInGroupError",
    "SourceError",
    "UnknownArtifactsError",
]

_NAMED = 10


class ArtifactError(Exception):
    """An artifact or group that cannot be made or changed as asked; `problems` has messages by field."""

    def __init__(self, problems: Problems) -> None:
        super().__init__(" ".join(message for messages in problems.values() for message in messages))
        self.problems = problems


class ArtifactsError(ArtifactError):
    """Several artifacts that cannot be changed as asked; `by_artifact` has the messages by field of each."""

    def __init__(self, by_artifact: "Mapping[UUID, Problems]") -> None:
        problems = {f"{uuid}.{field}": told for uuid, each in by_artifact.items() for field, told in each.items()}
        super().__init__(problems)
        self.by_artifact = by_artifact


class ArtifactExistsError(ArtifactError):
    """What was to be made is there already."""

    def __init__(self, artifact: "Artifact") -> None:
        super().__init__(
            {
                "name": [
                    f"{artifact.artifact_id} has been made here already, with the uuid {artifact.uuid}. "
                    "Change that one, or choose another name."
                ]
            }
        )
        self.artifact = artifact


class ArtifactGoneError(ArtifactError):
    """Somebody has deleted the artifact."""

    def __init__(self, artifact: "Artifact") -> None:
        super().__init__(
            {"": [f"{artifact.artifact_id} is deleted. Make it again, with its files, and it is the same artifact."]}
        )
        self.artifact = artifact


class ImportedArtifactError(ArtifactError):
    """The artifact is kept by an import, which alone changes what it holds."""

    def __init__(self, artifact: "Artifact") -> None:
        super().__init__(
            {
                "": [
                    f"{artifact.artifact_id} comes from the collection {artifact.collection.name!r}. "
                    "Change it at its source, and import that again."
                ]
            }
        )
        self.artifact = artifact


class FileNotInArtifactError(Exception):
    """The artifact holds no file of this path."""

    def __init__(self, artifact: "Artifact", path: str) -> None:
        super().__init__(f"{artifact.artifact_id} holds no file {path[:200]!r}. Its list of files has the paths.")


class UnknownArtifactsError(ArtifactError):
    """Some of the artifacts that were named do not exist."""

    def __init__(self, uuids: "Sequence[UUID]") -> None:
        named = ", ".join(str(uuid) for uuid in uuids[:_NAMED])
        more = f" and {len(uuids) - _NAMED} more" if len(uuids) > _NAMED else ""
        super().__init__({"artifact_uuids": [f"There is no artifact with the uuid {named}{more}."]})


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
        super().__init__({"artifact_uuids": [f"Already in the group {group.name!r}: {names}."]})
        self.artifacts = artifacts


class NotInGroupError(GroupError):
    """The artifact is not in the group."""

    def __init__(self, group: "ArtifactGroup", artifact: "Artifact") -> None:
        super().__init__({"artifact": [f"{artifact.artifact_id} is not in the group {group.name!r}."]})
        self.artifact = artifact


class CollectionNameError(CollectionError):
    """A name for a collection that cannot be used, or that another collection has."""

    field = "name"


class CollectionNameTakenError(CollectionNameError):
    """Another collection has the name."""

    def __init__(self, name: str, other: "Collection") -> None:
        super().__init__(f"The name {name!r} belongs to the collection from {other.source}. Choose another.")


class CollectionExistsError(CollectionError):
    """There is a collection of this source already."""

    def __init__(self, collection: "Collection") -> None:
        super().__init__(
            f"{collection.source} is the collection {collection.name!r} already, with the id {collection.pk}. "
            "Import that one again."
        )
        self.collection = collection


class CollectionInUseError(CollectionError):
    """A collection that has artifacts stays, and they with it."""

    def __init__(self, collection: "Collection") -> None:
        super().__init__(
            f"The collection {collection.name!r} has artifacts, which sets may hold; it stays. "
            "Only a collection from which nothing was ever imported can be deleted."
        )
        self.collection = collection


class NotImportedError(CollectionError):
    """What is in the collection is made here, so there is no source to import it from."""

    def __init__(self, collection: "Collection") -> None:
        super().__init__(
            f"The artifacts of {collection.name!r} are made here, one by one, and have no source to be imported from. "
            "Change them themselves."
        )
        self.collection = collection


class ImportBusyError(CollectionError):
    """The collection is being imported already."""


class ImportFailedError(CollectionError):
    """An import that began and changed nothing; `collection_import` keeps what is known about it.

    After `import_collection` the record of a failed first import is not in the database any more: it went with its
    collection. After `run_import` it is.
    """

    def __init__(self, message: str, collection_import: "CollectionImport") -> None:
        super().__init__(message)
        self.collection_import = collection_import

    @property
    def suggested_mappings(self) -> list[str]:
        """Mappings that would have made artifacts of what was seen, as the report proposes them."""
        return [suggestion["mapping"] for suggestion in self.collection_import.report.get("suggestions", ())]
