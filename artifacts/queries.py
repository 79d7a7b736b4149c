"""Reads of artifacts and their content."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import batched
from uuid import UUID

from django.db.models import Q, QuerySet

from artifacts.manifests import Manifest
from artifacts.models import Artifact
from artifacts.services.blobs import load_blobs
from profiles.enums import ArtifactType, Platform
from profiles.rendering import ArtifactContent, ContentFile

# Bounded so that one statement stays below both databases' parameter limits.
_BATCH = 500


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


def deployable_on(platform: Platform) -> Q:
    """The condition under which an artifact may go to `platform`: it is listed, or there is no list."""
    return Q(target_platforms__isnull=True) | Q(target_platforms__includes=platform.value)


def artifacts_by_uuid(uuids: Collection[UUID]) -> dict[UUID, Artifact]:
    """Those of `uuids` that exist, without their content. A query for every 500."""
    return {row.uuid: row for batch in batched(uuids, _BATCH) for row in Artifact.objects.filter(uuid__in=batch)}


def load_artifacts(uuids: Collection[UUID]) -> dict[UUID, LoadedArtifact]:
    """Those of `uuids` that exist, with content. A query for every 500 artifacts, and for every 500 blobs."""
    rows = [row for batch in batched(uuids, _BATCH) for row in _with_manifests(batch)]
    manifests = {row.uuid: Manifest.decode(bytes(row.version.manifest.data)) for row in rows if row.version is not None}
    blobs = load_blobs({file.sha256 for manifest in manifests.values() for file in manifest.files})
    return {row.uuid: _loaded(row, manifests.get(row.uuid), blobs) for row in rows}


def _with_manifests(uuids: Collection[UUID]) -> QuerySet[Artifact]:
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
        files=tuple(
            ContentFile(file.path, blobs[file.sha256], file.executable, file.sha256) for file in manifest.files
        ),
        source_path=_inside(row.source_path, row.plugin_path),
    )


def _inside(path: str, top: str) -> str:
    """`path` as seen from `top`; '' when it is the same."""
    if path == top:
        return ""
    return path.removeprefix(f"{top}/") if top else path
