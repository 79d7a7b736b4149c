"""Writes about single artifacts: what people say of any of them, and those that are made here, file by file.

What an imported one holds changes by importing only.
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from accounts.lengths import LONGEST_NAME
from accounts.tags import problems_with_tags, sorted_tags
from accounts.validation import Problems, problems_with
from artifacts.exceptions import (
    ArtifactError,
    ArtifactExistsError,
    ArtifactGoneError,
    ContentError,
    ImportedArtifactError,
)
from artifacts.importing.contents import Loaded
from artifacts.importing.inline import InlineFile, read_inline
from artifacts.importing.layout import is_name
from artifacts.models import Artifact, ArtifactTag, Collection, Version
from artifacts.queries import content_of
from artifacts.services.blobs import store_blobs
from artifacts.services.collections import own_collection
from artifacts.services.imported_rows import facts_of
from profiles.enums import ArtifactType
from projects.paths import PathError, file_name


class ArtifactChanges(TypedDict, total=False):
    """What may change about an artifact; `files` only where it was made here, and then all of them at once.

    None clears: no tags, every platform, and as description what the files say (nothing, if they were imported).
    """

    description: str | None
    target_platforms: Sequence[str] | None
    tags: Sequence[str] | None
    files: Mapping[str, InlineFile]


def create_artifact(
    *,
    type: ArtifactType,
    name: str,
    files: Mapping[str, InlineFile],
    namespace: str = "",
    description: str | None = None,
    target_platforms: Sequence[str] | None = None,
    tags: Sequence[str] | None = None,
) -> Artifact:
    """Make an artifact of `files`, by path, as an import would (`artifacts.importing.inline`).

    One that is gone and has this type, namespace and name comes back as the same artifact. Without `description` it
    is described as the files say. Raises ArtifactError, and ArtifactExistsError when it is there already.
    """
    name, namespace = name.strip(), namespace.strip()
    _check_names(type, namespace, name)
    loaded = _read(type, namespace, name, files)
    with transaction.atomic():
        # Holding the collection, nobody else makes the same artifact meanwhile.
        identity = {"collection": own_collection(), "type": type.value, "namespace": namespace, "name": name}
        artifact = Artifact.objects.filter(**identity).first() or Artifact(**identity)
        if not artifact._state.adding and artifact.gone_at is None:
            raise ArtifactExistsError(artifact)
        artifact.gone_at = None
        _take(artifact, loaded)
        if description is not None:
            artifact.description = description
        return _changed(artifact, ArtifactChanges(target_platforms=target_platforms, tags=tags))


def update_artifact(*, artifact: Artifact, **changes: Unpack[ArtifactChanges]) -> Artifact:
    """Change what is sent, and nothing else; but a description that only repeats the files goes with them.

    What an imported artifact is described as lasts until its collection says otherwise. Raises ArtifactError;
    with `files`, ImportedArtifactError where they were imported, and ArtifactGoneError for an artifact that is gone.
    """
    if not changes:
        return Artifact.objects.get(pk=artifact.pk)
    loaded = None
    if "files" in changes:
        _demand_own(artifact)
        loaded = _read(ArtifactType(artifact.type), artifact.namespace, artifact.name, changes["files"])
    with transaction.atomic():
        artifact = Artifact.objects.select_for_update(no_key=True, of=("self",)).get(pk=artifact.pk)
        if loaded is not None:
            if artifact.gone_at is not None:
                raise ArtifactGoneError(artifact)
            said = artifact.description
            is_repeated = said == _described_by_files(artifact)
            _take(artifact, loaded)
            if not is_repeated:
                artifact.description = said
        return _changed(artifact, changes)


def delete_artifact(*, artifact: Artifact) -> Artifact:
    """Mark an artifact that was made here as gone. Sets that hold it show it as missing, and made again it is back.

    Raises ImportedArtifactError.
    """
    _demand_own(artifact)
    with transaction.atomic():
        Artifact.objects.filter(pk=artifact.pk, gone_at=None).update(gone_at=timezone.now(), updated_at=timezone.now())
    artifact.refresh_from_db()
    return artifact


def _check_names(kind: ArtifactType, namespace: str, name: str) -> None:
    problems: Problems = {
        field: [f"Write plain text in one line, of at most {LONGEST_NAME} characters."]
        for field, text in (("namespace", namespace), ("name", name))
        if not is_name(text) and (text or field == "name")
    }
    # The name of an MCP server never becomes a path.
    if kind is not ArtifactType.MCP and "name" not in problems:
        try:
            file_name(name)
        except PathError as error:
            problems["name"] = [f"It could not be deployed under this name. {error}"]
    if problems:
        raise ArtifactError(problems)


def _read(kind: ArtifactType, namespace: str, name: str, files: Mapping[str, InlineFile]) -> Loaded:
    try:
        return read_inline(kind, namespace, name, files)
    except ContentError as error:
        raise ArtifactError({"files": error.reasons}) from error


def _demand_own(artifact: Artifact) -> None:
    if artifact.collection.kind != Collection.Kind.OWN:
        raise ImportedArtifactError(artifact)


def _described_by_files(artifact: Artifact) -> str:
    """What the files say that an artifact made here holds now. Three queries."""
    files = {file.path: InlineFile(file.data, file.executable) for file in content_of(artifact)}
    return _read(ArtifactType(artifact.type), artifact.namespace, artifact.name, files).found.description


def _take(artifact: Artifact, loaded: Loaded) -> None:
    """Make `loaded` the content of the artifact, and take over what an import would. Needs an open transaction."""
    store_blobs(loaded.contents | {loaded.manifest.sha256: loaded.manifest.encoded})
    # Of an artifact that is not stored yet: both databases look when the transaction ends.
    artifact.version, _ = Version.objects.get_or_create(artifact_id=artifact.uuid, manifest_id=loaded.manifest.sha256)
    for field, value in facts_of(loaded).items():
        setattr(artifact, field, value)


def _wanted_description(artifact: Artifact, said: str | None) -> str:
    if said is None:
        return _described_by_files(artifact) if artifact.collection.kind == Collection.Kind.OWN else ""
    return said


def _changed(artifact: Artifact, changes: ArtifactChanges) -> Artifact:
    if "description" in changes:
        artifact.description = _wanted_description(artifact, changes["description"])
    if "target_platforms" in changes:
        targets = changes["target_platforms"]
        artifact.target_platforms = None if targets is None else [str(platform) for platform in targets]
    problems = problems_with(artifact)
    tags = None
    if "tags" in changes:
        tags = sorted_tags(changes["tags"])
        if tag_problems := problems_with_tags(tags):
            problems["tags"] = tag_problems
    if problems:
        raise ArtifactError(problems)
    artifact.save()
    if tags is not None:
        artifact.tag_rows.exclude(name__in=tags).delete()
        ArtifactTag.objects.bulk_create(
            (ArtifactTag(artifact=artifact, name=tag) for tag in tags), ignore_conflicts=True
        )
    return artifact
