"""Writes about single artifacts: what people say of any of them, and those that are made here, file by file.

What an imported one holds changes by importing only.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import batched
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.editions import demand_edition
from accounts.lengths import LONGEST_NAME
from accounts.tags import problems_with_tags, sorted_tags
from accounts.validation import Problems, problems_with
from artifacts.exceptions import (
    ArtifactError,
    ArtifactExistsError,
    ArtifactGoneError,
    ArtifactsError,
    ContentError,
    ImportedArtifactError,
)
from artifacts.importing.contents import Loaded
from artifacts.importing.inline import InlineFile, read_inline
from artifacts.importing.layout import is_name
from artifacts.models import Artifact, ArtifactTag, Collection, Version
from artifacts.queries import content_of, edition_of_artifact
from artifacts.services.blobs import store_blobs
from artifacts.services.collections import own_collection
from artifacts.services.imported_rows import facts_of
from profiles.enums import ArtifactType
from projects.paths import PathError, file_name

_BATCH = 500


class ArtifactMetadata(TypedDict, total=False):
    """What people may say of any artifact.

    None clears: no tags, every platform, and as description what the files say (nothing, if they were imported).
    """

    description: str | None
    target_platforms: Sequence[str] | None
    tags: Sequence[str] | None


class ArtifactChanges(ArtifactMetadata, total=False):
    """What may change about an artifact; `files` only where it was made here, and then all of them at once."""

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


def update_artifact(
    *, artifact: Artifact, expected: Sequence[str] | None = None, **changes: Unpack[ArtifactChanges]
) -> Artifact:
    """Change what is sent, and nothing else; but a description that only repeats the files goes with them.

    What an imported artifact is described as lasts until its collection says otherwise. `expected` are the editions of
    it that may be changed; None for any. Raises ArtifactError and EditedMeanwhileError; with `files`,
    ImportedArtifactError where they were imported, and ArtifactGoneError for an artifact that is gone.
    """
    if not changes:
        return Artifact.objects.get(pk=artifact.pk)
    loaded = None
    if "files" in changes:
        _demand_own(artifact)
        loaded = _read(ArtifactType(artifact.type), artifact.namespace, artifact.name, changes["files"])
    with transaction.atomic():
        artifact = Artifact.objects.select_for_update(no_key=True, of=("self",)).get(pk=artifact.pk)
        if expected is not None:
            demand_edition(str(artifact), edition_of_artifact(artifact), expected)
        if loaded is not None:
            if artifact.gone_at is not None:
                raise ArtifactGoneError(artifact)
            said = artifact.description
            is_repeated = said == _described_by_files(artifact)
            _take(artifact, loaded)
            if not is_repeated:
                artifact.description = said
        return _changed(artifact, changes)


def update_artifacts(*, changes: Mapping[UUID, ArtifactMetadata], dry_run: bool = False) -> None:
    """Change what is said of many artifacts, by uuid, as `update_artifact` does; all or none. Unknown ones stay out.

    A few queries for every 500, one of them for each list of platforms; and three for each description of None. With
    `dry_run` nothing is locked or written. Raises ArtifactsError.
    """
    # Even a transaction that only reads has SQLite's one write lock.
    with nullcontext() if dry_run else transaction.atomic():
        problems: dict[UUID, Problems] = {}
        # In one order for everybody, so that no two can wait for each other.
        for uuids in batched(sorted(changes), _BATCH):
            rows = Artifact.objects.filter(pk__in=uuids).select_related("collection").order_by("pk")
            if not dry_run:
                rows = rows.select_for_update(no_key=True, of=("self",))
            artifacts = list(rows)
            tags: dict[UUID, list[str]] = {}
            for artifact in artifacts:
                try:
                    wanted = _apply(artifact, changes[artifact.pk])
                except ArtifactError as error:
                    problems[artifact.pk] = error.problems
                    continue
                if wanted is not None:
                    tags[artifact.pk] = wanted
            if not dry_run and not problems:
                _write(artifacts, [each for each in artifacts if "description" in changes[each.pk]], tags)
        if problems:
            raise ArtifactsError(problems)


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


def _changed(artifact: Artifact, changes: ArtifactMetadata) -> Artifact:
    tags = _apply(artifact, changes)
    artifact.save()
    if tags is not None:
        _write_tags({artifact.pk: tags})
    return artifact


def _apply(artifact: Artifact, changes: ArtifactMetadata) -> list[str] | None:
    """Change the artifact, unsaved; the tags it is to have then, or None. Raises ArtifactError."""
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
    return tags


def _write(artifacts: Sequence[Artifact], described: Sequence[Artifact], tags: Mapping[UUID, Sequence[str]]) -> None:
    """Save what `_apply` changed about a batch of artifacts, and those tags that are to be others."""
    alike: dict[str, list[Artifact]] = defaultdict(list)
    for artifact in artifacts:
        alike[repr(artifact.target_platforms)].append(artifact)
    for rows in alike.values():
        Artifact.objects.filter(pk__in=[row.pk for row in rows]).update(
            target_platforms=rows[0].target_platforms, updated_at=timezone.now()
        )
    Artifact.objects.bulk_update(described, ["description"])
    _write_tags(tags)


def _write_tags(wanted: Mapping[UUID, Sequence[str]]) -> None:
    """Let each of these artifacts have these tags and no others. Two queries for as many as are in a batch."""
    rows = ArtifactTag.objects.filter(artifact__in=list(wanted)).values_list("pk", "artifact_id", "name")
    here = {(artifact_id, name): pk for pk, artifact_id, name in rows}
    tags = {(artifact_id, name) for artifact_id, names in wanted.items() for name in names}
    for keys in batched((pk for tag, pk in here.items() if tag not in tags), _BATCH):
        ArtifactTag.objects.filter(pk__in=keys).delete()
    ArtifactTag.objects.bulk_create(
        (ArtifactTag(artifact_id=artifact_id, name=name) for artifact_id, name in sorted(tags - here.keys())),
        ignore_conflicts=True,
        batch_size=_BATCH,
    )
