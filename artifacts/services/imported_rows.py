"""From what an import found to the rows of its collection."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from uuid import UUID, uuid4

from django.utils import timezone

from artifacts.importing.contents import Loaded
from artifacts.importing.discovery import Discovery, FoundGroup, Key
from artifacts.importing.report import Changes, Outcome
from artifacts.models import Artifact, ArtifactGroup, Collection, GroupMembership, Version
from artifacts.services.blobs import store_blobs

_BATCH = 500
_FACTS = {
    "description": attrgetter("found.description"),
    "flags": attrgetter("flags"),
    "source_path": attrgetter("found.source_path"),
    "plugin_path": attrgetter("found.plugin_path"),
}
"""What a row copies from its files, by field: how to read it from what was loaded."""


def write_artifacts(collection: Collection, discovery: Discovery, loaded: Sequence[Loaded]) -> Changes:
    """Bring the artifacts and groups of `collection` to what was found; rows that say the same are not written.

    Needs an open transaction and the lock of the collection. A constant number of queries, each in batches.
    """
    now = timezone.now()
    changes = Changes()
    existing = {_key(row): row for row in Artifact.objects.filter(collection=collection).select_related("version")}
    new: list[Loaded] = []
    rewritten: dict[UUID, Loaded] = {}
    touched: list[Artifact] = []
    present: dict[Key, Artifact] = {}
    for each in loaded:
        row = existing.get(each.found.key)
        if row is None:
            row = Artifact(uuid=uuid4(), collection=collection, type=each.found.type.value,
                           namespace=each.found.namespace, name=each.found.name)  # fmt: skip
            new.append(each)
            outcome = "added"
        else:
            outcome = _outcome(row, each)
        present[each.found.key] = row
        if row.version is None or row.version.manifest_id != each.manifest.sha256:
            rewritten[row.uuid] = each
        if outcome != "unchanged":
            _copy(row, each, now)
            touched.append(row)
        changes.outcomes.append(_told(row, outcome))
    kept, gone = _absent(existing, present, discovery)
    _write(new, present, rewritten, touched, now)
    Artifact.objects.filter(pk__in=[row.pk for row in gone]).update(gone_at=now, updated_at=now)
    changes.outcomes += [_told(row, "kept") for row in kept] + [_told(row, "gone") for row in gone]
    _write_groups(collection, discovery.groups, present, kept, changes, now)
    return changes


def facts_of(each: Loaded) -> dict[str, object]:
    """What a row takes over from its files, by field; the content itself is a version."""
    return {name: read(each) for name, read in _FACTS.items()}


def _key(row: Artifact) -> Key:
    return row.type, row.namespace, row.name


def _outcome(row: Artifact, each: Loaded) -> str:
    if row.gone_at is not None:
        return "returned"
    same_content = row.version is not None and row.version.manifest_id == each.manifest.sha256
    same_facts = all(getattr(row, name) == value for name, value in facts_of(each).items())
    return "unchanged" if same_content and same_facts else "updated"


def _copy(row: Artifact, each: Loaded, now: datetime) -> None:
    for name, value in facts_of(each).items():
        setattr(row, name, value)
    row.gone_at = None
    row.updated_at = now


def _told(row: Artifact, outcome: str) -> Outcome:
    return Outcome(outcome, row.type, row.namespace, row.name, row.source_path, str(row.uuid))


def _absent(
    existing: Mapping[Key, Artifact], present: Mapping[Key, Artifact], discovery: Discovery
) -> tuple[list[Artifact], list[Artifact]]:
    """Those not found this time: kept where their file is there but cannot be read now, else newly gone."""
    absent = [row for key, row in existing.items() if key not in present and row.gone_at is None]
    kept = [row for row in absent if discovery.survey.keeps(row.source_path)]
    keys = {row.pk for row in kept}
    return kept, [row for row in absent if row.pk not in keys]


def _write(
    new: Sequence[Loaded],
    present: Mapping[Key, Artifact],
    rewritten: Mapping[UUID, Loaded],
    touched: Sequence[Artifact],
    now: datetime,
) -> None:
    blobs: dict[str, bytes] = {}
    for each in rewritten.values():
        blobs |= each.contents
        blobs[each.manifest.sha256] = each.manifest.encoded
    store_blobs(blobs)
    known = {
        (artifact, manifest): version
        for artifact, manifest, version in Version.objects.filter(artifact__in=list(rewritten)).values_list(
            "artifact_id", "manifest_id", "id"
        )
    }
    rows = {row.uuid: row for row in touched}
    versions = []
    for uuid, each in rewritten.items():
        version_id = known.get((uuid, each.manifest.sha256))
        if version_id is None:
            version = Version(artifact_id=uuid, manifest_id=each.manifest.sha256)
            versions.append(version)
            version_id = version.pk
        rows[uuid].version_id = version_id
    added = {present[each.found.key].uuid for each in new}
    # Artifact and version refer to each other; both databases check that when the transaction ends.
    Artifact.objects.bulk_create([rows[uuid] for uuid in rows if uuid in added], batch_size=_BATCH)
    Version.objects.bulk_create(versions, batch_size=_BATCH)
    Artifact.objects.bulk_update(
        [rows[uuid] for uuid in rows if uuid not in added],
        [*_FACTS, "gone_at", "updated_at", "version"],
        batch_size=_BATCH,
    )


def _write_groups(
    collection: Collection,
    found: Sequence[FoundGroup],
    present: Mapping[Key, Artifact],
    kept: Sequence[Artifact],
    changes: Changes,
    now: datetime,
) -> None:
    """Groups mirror their plugins; one whose plugin is gone keeps its members."""
    groups = {group.name: group for group in ArtifactGroup.objects.filter(collection=collection)}
    members: dict[UUID, list[UUID]] = {group.pk: [] for group in groups.values()}
    for group_id, artifact_id in (
        GroupMembership.objects.filter(group__collection=collection)
        .order_by("group_id", "position")
        .values_list("group_id", "artifact_id")
    ):
        members[group_id].append(artifact_id)
    new: list[ArtifactGroup] = []
    changed: list[ArtifactGroup] = []
    renewed: dict[UUID, list[UUID]] = {}
    for each in found:
        wanted = [present[key].pk for key in each.members if key in present]
        group = groups.get(each.name)
        before = members[group.pk] if group is not None else []
        _insert_kept(wanted, before, (row.pk for row in kept if row.namespace == each.name))
        if not wanted:
            continue
        outcome = "unchanged"
        if group is None:
            group = ArtifactGroup(collection=collection, name=each.name, description=each.description)
            new.append(group)
            outcome = "added"
        elif (group.description, group.gone_at, before) != (each.description, None, wanted):
            group.description, group.gone_at, group.updated_at = each.description, None, now
            changed.append(group)
            outcome = "updated"
        if before != wanted:
            renewed[group.pk] = wanted
        changes.groups.append({"name": each.name, "outcome": outcome})
    ArtifactGroup.objects.bulk_create(new, batch_size=_BATCH)
    ArtifactGroup.objects.bulk_update(changed, ["description", "gone_at", "updated_at"], batch_size=_BATCH)
    _renew_memberships(renewed)
    there = {each.name for each in found} | {row.namespace for row in kept}
    gone = [group for name, group in groups.items() if name not in there and group.gone_at is None]
    ArtifactGroup.objects.filter(pk__in=[group.pk for group in gone]).update(gone_at=now, updated_at=now)
    changes.groups += [{"name": group.name, "outcome": "gone"} for group in gone]


def _insert_kept(wanted: list[UUID], before: Sequence[UUID], kept: Iterable[UUID]) -> None:
    """Leave what could not be read this time where it stood."""
    places = {artifact_id: place for place, artifact_id in enumerate(before)}
    for artifact_id in kept:
        wanted.insert(places.get(artifact_id, len(wanted)), artifact_id)


def _renew_memberships(renewed: Mapping[UUID, Sequence[UUID]]) -> None:
    GroupMembership.objects.filter(group__in=list(renewed)).delete()
    GroupMembership.objects.bulk_create(
        (
            GroupMembership(group_id=group_id, artifact_id=artifact_id, position=position)
            for group_id, wanted in renewed.items()
            for position, artifact_id in enumerate(wanted)
        ),
        batch_size=_BATCH,
    )
