"""Reads of artifacts and their content."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from artifacts.manifests import Manifest
from artifacts.models import Artifact
from artifacts.services.blobs import load_blobs
from profiles.enums import ArtifactType, Platform
from profiles.rendering import ArtifactContent, ContentFile


@dataclass(frozen=True, slots=True)
class LoadedArtifact:
    """An artifact with the content of its newest version, ready to be rendered."""

    uuid: UUID
    type: ArtifactType
    label: str
    gone: bool
    target_platforms: tuple[Platform, ...] | None
    version_id: UUID | None
    content: ArtifactContent | None


def deployable_on(platform: Platform) -> Q:
    """The condition under which an artifact may go to `platform`: it is listed, or there is no list."""
    return Q(target_platforms__isnull=True) | Q(target_platforms__includes=platform.value)


def load_artifacts(uuids: Collection[UUID]) -> dict[UUID, LoadedArtifact]:
    """Those of `uuids` that exist, with content. A query for every 500 artifacts, and for every 500 blobs."""
    rows = list(
        Artifact.objects.filter(uuid__in=uuids)
        .select_related("version__manifest")
        .only(
            "type",
            "namespace",
            "name",
            "target_platforms",
            "source_path",
            "plugin_path",
            "gone_at",
            "version__manifest__data",
        )
    )
    manifests = {row.uuid: Manifest.decode(bytes(row.version.manifest.data)) for row in rows if row.version is not None}
    blobs = load_blobs({file.sha256 for manifest in manifests.values() for file in manifest.files})
    loaded = {}
    for row in rows:
        manifest = manifests.get(row.uuid)
        loaded[row.uuid] = LoadedArtifact(
            uuid=row.uuid,
            type=ArtifactType(row.type),
            label=row.artifact_id,
            gone=row.gone_at is not None,
            target_platforms=None
            if row.target_platforms is None
            else tuple(Platform(platform) for platform in row.target_platforms),
            version_id=row.version_id,
            content=None
            if manifest is None
            else ArtifactContent(
                type=ArtifactType(row.type),
                namespace=row.namespace,
                name=row.name,
                files=tuple(
                    ContentFile(file.path, blobs[file.sha256], file.executable, file.sha256) for file in manifest.files
                ),
                source_path=_inside(row.source_path, row.plugin_path),
            ),
        )
    return loaded


def _inside(path: str, top: str) -> str:
    """`path` as seen from `top`; '' when it is the same."""
    if path == top:
        return ""
    return path.removeprefix(f"{top}/") if top else path
