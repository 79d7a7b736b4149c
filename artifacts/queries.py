"""Reads of collections, artifacts, their content, and groups. They are shared: everybody sees the same."""

from collections.abc import Collection as Several
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from accounts.editions import edition_of
from accounts.ordering import Sort, ordering
from accounts.text import containing, is_storable
from artifacts.exceptions import FileNotInArtifactError, UnknownArtifactsError
from artifacts.manifests import Manifest
from artifacts.models import (
    Artifact,
    ArtifactGroup,
    ArtifactTag,
    Blob,
    Collection,
    CollectionImport,
    GroupMembership,
    Version,
)
from artifacts.services.blobs import load_blobs
from artifacts.services.collections import is_nobody_importing
from profiles.enums import ArtifactType, Platform
from profiles.rendering import ArtifactContent, ContentFile

# Bounded so that one statement stays below both databases' parameter limits.
_BATCH = 500

CUT_OFF = "The import was cut off before it was done. Nothing was changed; import again."


@dataclass(frozen=True, slots=True)
class LoadedArtifact:
    """An artifact with the content of its newest version, ready to be rendered.

    `flags` are sentences about what somebody should look at before it is deployed.
    """

    uuid: UUID
    type: ArtifactType
    label: str
    namespace: str
    gone: bool
    flags: tuple[str, ...]
    target_platforms: tuple[Platform, ...] | None
    version_id: UUID | None
    content: ArtifactContent | None


@dataclass(frozen=True, slots=True)
class ArtifactFile:
    """A file that an artifact holds: its path inside ('' when it is the whole), and all but its bytes."""

    path: str
    size: int
    executable: bool
    sha256: str

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class CollectionCounts:
    """How many artifacts a collection has, how many more are gone from it, and how many groups it keeps."""

    artifacts: int = 0
    gone: int = 0
    groups: int = 0


def list_artifacts(
    *,
    type: ArtifactType | None = None,
    platform: Platform | None = None,
    collection: UUID | None = None,
    namespace: str | None = None,
    tag: str = "",
    search: str = "",
    gone: bool | None = None,
    flagged: bool = False,
    sort: Sort = "name",
) -> QuerySet[Artifact]:
    """The artifacts for which all that is given is true, each with its collection, version and tags.

    `platform` asks where one may be deployed. `search` is a part of the name in whatever case, a `type:name` whose name
    may be a part as well, or a uuid. `flagged` are those somebody should look at. `sort` may be turned around with a
    leading `-`. Two queries.
    """
    artifacts = Artifact.objects.select_related("collection", "version").prefetch_related("tag_rows")
    if not (is_storable(tag) and is_storable(namespace or "")):
        return artifacts.none()
    wanted = {"type": type, "collection": collection, "namespace": namespace, "tag_rows__name": tag or None}
    artifacts = artifacts.filter(
        _matching(search.strip()),
        deployable_on(platform) if platform else Q(),
        **{field: value for field, value in wanted.items() if value is not None},
    )
    if flagged:
        artifacts = artifacts.exclude(flags=[])
    return _present(artifacts, gone).order_by(ordering(sort), "type", "namespace", "uuid")


def artifact_tags() -> QuerySet[ArtifactTag, tuple[str, int]]:
    """The tags in use, by name, each with the number of artifacts that carry it, gone ones included."""
    return ArtifactTag.objects.order_by("name").values_list("name").annotate(artifact_count=Count("pk"))


def list_groups(
    *,
    collection: UUID | None = None,
    artifact: UUID | None = None,
    name: str = "",
    editable: bool | None = None,
    gone: bool | None = None,
    sort: Sort = "name",
) -> QuerySet[ArtifactGroup]:
    """The groups for which all that is given is true, each with its collection.

    `artifact` is one they hold, `name` a part of the name in whatever case. `editable` are those people keep, and
    not an import.
    """
    groups = ArtifactGroup.objects.select_related("collection").filter(containing("name", name.strip()))
    if collection is not None:
        groups = groups.filter(collection=collection)
    if artifact is not None:
        groups = groups.filter(pk__in=GroupMembership.objects.filter(artifact=artifact).values("group"))
    if editable is not None:
        groups = groups.filter(collection__isnull=editable)
    return _present(groups, gone).order_by(ordering(sort), "id")


def list_collections(
    *, kind: Collection.Kind | None = None, name: str = "", sort: Sort = "name"
) -> QuerySet[Collection]:
    """The collections of this kind whose name contains `name`."""
    collections = Collection.objects.filter(containing("name", name.strip()))
    if kind is not None:
        collections = collections.filter(kind=kind)
    return collections.order_by(ordering(sort), "id")


def imports_of(collection: Collection) -> QuerySet[CollectionImport]:
    """The imports of a collection, newest first, with the `counts` of their reports in place of the reports."""
    imports = CollectionImport.objects.filter(collection=collection).defer("report")
    return imports.annotate(counts=F("report__counts")).order_by("-started_at", "id")


def import_as_it_is(import_id: UUID) -> CollectionImport:
    """An import with its report and its collection; one that was cut off reads as failed.

    Raises CollectionImport.DoesNotExist.
    """
    (row,) = as_they_are([CollectionImport.objects.select_related("collection").get(pk=import_id)])
    return row


def as_they_are(imports: Iterable[CollectionImport]) -> list[CollectionImport]:
    """These imports; those that were cut off read as failed. A query where one says that it runs, and nobody does it.

    Nothing is written: the rows say so themselves when the server starts again, or their collection is imported.
    """
    rows = list(imports)
    running = [row for row in rows if row.state == CollectionImport.State.RUNNING]
    # Whoever does one holds the lock before there is a row, and until the row says what came of it: so it is read anew.
    if idle := [row for row in running if is_nobody_importing(row.collection_id)]:
        dead = CollectionImport.objects.filter(pk__in=[row.pk for row in idle], state=CollectionImport.State.RUNNING)
        keys = set(dead.values_list("pk", flat=True))
        for row in idle:
            if row.pk in keys:
                row.state, row.error = CollectionImport.State.FAILED, CUT_OFF
    return rows


def members_of(group: ArtifactGroup) -> QuerySet[GroupMembership]:
    """What is in a group, in order, each with its artifact and that one's collection, version and tags."""
    memberships = group.memberships.select_related("artifact__collection", "artifact__version")
    return memberships.prefetch_related("artifact__tag_rows").order_by("position")


def member_counts(groups: Iterable[ArtifactGroup]) -> dict[UUID, int]:
    """How many artifacts are in each of these groups that holds any. One query."""
    rows = GroupMembership.objects.filter(group__in=[group.pk for group in groups]).order_by()
    return dict(rows.values_list("group").annotate(number=Count("id")))


def collection_counts(collections: Iterable[Collection]) -> dict[UUID, CollectionCounts]:
    """What each of these collections has. Two queries."""
    keys = [collection.pk for collection in collections]
    there, gone = Count("pk", filter=Q(gone_at=None)), Count("pk", filter=Q(gone_at__isnull=False))
    artifacts = Artifact.objects.filter(collection__in=keys).order_by().values_list("collection")
    groups = ArtifactGroup.objects.filter(collection__in=keys, gone_at=None).order_by().values_list("collection")
    kept = dict(groups.annotate(number=Count("pk")))
    numbers = {key: (present, lost) for key, present, lost in artifacts.annotate(present=there, lost=gone)}
    return {key: CollectionCounts(*numbers.get(key, (0, 0)), kept.get(key, 0)) for key in keys}


def latest_imports(collections: Iterable[Collection]) -> dict[UUID, CollectionImport]:
    """The last import of each of these collections that has any, without its report. One query, or two.

    They are as `as_they_are` has them.
    """
    last = CollectionImport.objects.filter(collection=OuterRef("pk")).order_by("-started_at", "id").values("pk")[:1]
    owners = Collection.objects.filter(pk__in=[collection.pk for collection in collections])
    rows = CollectionImport.objects.filter(pk__in=owners.annotate(last=Subquery(last)).values("last")).defer("report")
    return {row.collection_id: row for row in as_they_are(rows)}


def versions_of(artifact: Artifact) -> QuerySet[Version]:
    """What an artifact has held, the newest first."""
    return artifact.versions.order_by("-created_at", "id")


def files_of(artifact: Artifact) -> list[ArtifactFile]:
    """The files of its newest version, by path, without their bytes. Two queries, and one for every 500 more."""
    manifest = _manifest_of(artifact)
    hashes = sorted({file.sha256 for file in manifest.files})
    sizes = {
        sha256: size
        for batch in batched(hashes, _BATCH)
        for sha256, size in Blob.objects.filter(sha256__in=batch).values_list("sha256", "size")
    }
    return [ArtifactFile(file.path, sizes[file.sha256], file.executable, file.sha256) for file in manifest.files]


def file_of(artifact: Artifact, path: str) -> ContentFile:
    """The file of its newest version at `path` ('' where one file is the whole). Raises FileNotInArtifactError."""
    for file in _manifest_of(artifact).files:
        if file.path == path:
            return ContentFile(path, load_blobs({file.sha256})[file.sha256], file.executable, file.sha256)
    raise FileNotInArtifactError(artifact, path)


def content_of(artifact: Artifact) -> tuple[ContentFile, ...]:
    """All the files of its newest version, with their bytes."""
    return _content_files(manifest := _manifest_of(artifact), load_blobs({file.sha256 for file in manifest.files}))


def edition_of_artifact(artifact: Artifact) -> str:
    """A name for the artifact as it is: its version, and what is said of it. A query, for its tags."""
    said = [artifact.description, artifact.target_platforms, artifact.tags]
    return edition_of([artifact.pk, artifact.version_id, artifact.gone_at is None, said])


def edition_of_group(group: ArtifactGroup) -> str:
    """A name for the group's own fields as they are; what is in it is another matter. No query."""
    return edition_of([group.pk, group.name, group.description])


def deployable_on(platform: Platform) -> Q:
    """The condition under which an artifact may go to `platform`: it is listed, or there is no list."""
    return Q(target_platforms__isnull=True) | Q(target_platforms__includes=platform.value)


def artifacts_by_uuid(uuids: Several[UUID]) -> dict[UUID, Artifact]:
    """Those of `uuids` that exist, without their content. A query for every 500."""
    return {row.uuid: row for batch in batched(uuids, _BATCH) for row in Artifact.objects.filter(uuid__in=batch)}


def artifacts_in_order(uuids: Sequence[UUID]) -> list[Artifact]:
    """The artifacts of these uuids, in this order. Raises UnknownArtifactsError where some do not exist."""
    found = artifacts_by_uuid(uuids)
    if unknown := [uuid for uuid in uuids if uuid not in found]:
        raise UnknownArtifactsError(unknown)
    return [found[uuid] for uuid in uuids]


def load_artifacts(uuids: Several[UUID]) -> dict[UUID, LoadedArtifact]:
    """Those of `uuids` that exist, with content. A query for every 500 artifacts, and for every 500 blobs."""
    rows = [row for batch in batched(uuids, _BATCH) for row in _with_manifests(batch)]
    manifests = {row.uuid: Manifest.decode(bytes(row.version.manifest.data)) for row in rows if row.version is not None}
    blobs = load_blobs({file.sha256 for manifest in manifests.values() for file in manifest.files})
    return {row.uuid: _loaded(row, manifests.get(row.uuid), blobs) for row in rows}


def _with_manifests(uuids: Several[UUID]) -> QuerySet[Artifact]:
    return (
        Artifact.objects.filter(uuid__in=uuids)
        .select_related("version__manifest")
        .only(
            "type",
            "namespace",
            "name",
            "target_platforms",
            "flags",
            "source_path",
            "plugin_path",
            "gone_at",
            "version__manifest__data",
        )
    )


def _loaded(row: Artifact, manifest: Manifest | None, blobs: Mapping[str, bytes]) -> LoadedArtifact:
    targets = row.target_platforms
    return LoadedArtifact(
        uuid=row.uuid,
        type=ArtifactType(row.type),
        label=row.artifact_id,
        namespace=row.namespace,
        gone=row.gone_at is not None,
        flags=tuple(f"{flag['file']}: {flag['detail']}" if flag["file"] else flag["detail"] for flag in row.flags),
        target_platforms=None if targets is None else tuple(Platform(target) for target in targets),
        version_id=row.version_id,
        content=None if manifest is None else _content(row, manifest, blobs),
    )


def _content(row: Artifact, manifest: Manifest, blobs: Mapping[str, bytes]) -> ArtifactContent:
    return ArtifactContent(
        type=ArtifactType(row.type),
        namespace=row.namespace,
        name=row.name,
        files=_content_files(manifest, blobs),
        source_path=_inside(row.source_path, row.plugin_path),
    )


def _content_files(manifest: Manifest, blobs: Mapping[str, bytes]) -> tuple[ContentFile, ...]:
    return tuple(ContentFile(file.path, blobs[file.sha256], file.executable, file.sha256) for file in manifest.files)


def _manifest_of(artifact: Artifact) -> Manifest:
    if artifact.version is None:
        return Manifest(())
    sha256 = artifact.version.manifest_id
    return Manifest.decode(load_blobs({sha256})[sha256])


def _matching(search: str) -> Q:
    found = containing("name", search)
    kind, colon, name = search.partition(":")
    if colon and kind.lower() in list(ArtifactType):
        found |= Q(type=kind.lower()) & containing("name", name)
    with suppress(ValueError):
        found |= Q(uuid=UUID(search))
    return found


def _present[T: (Artifact, ArtifactGroup)](rows: QuerySet[T], gone: bool | None) -> QuerySet[T]:
    return rows if gone is None else rows.filter(gone_at__isnull=not gone)


def _inside(path: str, top: str) -> str:
    """`path` as seen from `top`; '' when it is the same."""
    if path == top:
        return ""
    return path.removeprefix(f"{top}/") if top else path
