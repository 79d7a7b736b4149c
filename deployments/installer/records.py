"""Reading a project's ledger from the database, and writing what a run changed in it.

Nobody but a run changes these rows, and a run has its folder's lock: what is read when it
starts still holds when it ends.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from uuid import UUID

from django.db.models import Model

from accounts.models import User
from artifacts.manifests import Manifest
from artifacts.models import Version
from artifacts.services.blobs import hold_blobs, load_blobs
from deployments.installer.decisions import Target
from deployments.installer.ledger import DeploymentRow, Ledger, PlacementRow, RowsBefore
from deployments.installer.shared_files.merge import RecordedEntry
from deployments.installer.shared_files.trace import Trace
from deployments.models import Claim, Deployment, DeploymentPlacement, Placement
from profiles.entries import decode_key
from projects.models import Project
from projects.paths import folded

_BATCH = 400


def load(project: Project) -> Ledger:
    """Everything recorded of `project`. Four queries."""
    return load_all([project.pk])[project.pk]


def load_all(projects: Collection[UUID]) -> dict[UUID, Ledger]:
    """Everything recorded of each of `projects`. Four queries.

    Who has no lock may see the queries answer from before and after a run. What then connects a row that only
    one of them knew is left out, as if it had not been recorded yet or were not any more.
    """
    ledgers = {project: Ledger() for project in projects}
    ledger_of: dict[UUID, Ledger] = {}
    for placement in Placement.objects.filter(project__in=projects).order_by().iterator():
        ledgers[placement.project_id].placements[placement.pk] = _placement_row(placement)
    for deployment in Deployment.objects.filter(project__in=projects).order_by().iterator():
        ledger_of[deployment.pk] = ledgers[deployment.project_id]
        ledger_of[deployment.pk].deployments[deployment.pk] = _deployment_row(deployment)
    links = DeploymentPlacement.objects.filter(deployment__project__in=projects).order_by("pk")
    for deployment_id, placement_id in links.values_list("deployment_id", "placement_id"):
        ledger = ledger_of.get(deployment_id)
        if ledger is not None and placement_id in ledger.placements:
            ledger.links.add((deployment_id, placement_id))
    claims = Claim.objects.filter(deployment__project__in=projects).order_by("label", "pk")
    for deployment_id, claimant, label in claims.values_list("deployment_id", "claimant", "label"):
        if deployment_id in ledger_of:
            ledger_of[deployment_id].claims[deployment_id, claimant] = label
    return ledgers


def _placement_row(row: Placement) -> PlacementRow:
    return PlacementRow(
        id=row.pk,
        path=row.path,
        entry=row.entry,
        file_format=row.file_format,
        artifact_uuid=row.artifact_uuid,
        version_id=row.version_id,
        state=row.state_id,
        adopted=row.adopted,
        trace=row.trace,
        created_folders=tuple(row.created_folders),
    )


def _deployment_row(row: Deployment) -> DeploymentRow:
    target = Target(
        artifact_uuid=row.artifact_uuid,
        label=row.label,
        namespace=row.namespace,
        artifact_type=row.artifact_type,
        profile_id=row.deployment_profile_id,
        platform=row.platform,
        profile_root_dir=row.profile_root_dir,
    )
    return DeploymentRow(row.pk, target, row.deployed_by_id, row.deployed_at)


def write(project: Project, before: Ledger, after: Ledger) -> RowsBefore:
    """Bring the rows from `before` to `after`, within the caller's transaction; the changed ones as they were.

    The number of statements depends on what kinds of change there are, and on the rows only by batches.
    """
    # Rows that come back refer to blobs that nobody stores anew.
    hold_blobs()
    changed = before.rows_changed_by(after)
    _delete_links([link for link, was in changed.links.items() if was])
    _delete_claims([key for key in changed.claims if key not in after.claims])
    _delete(Deployment, changed.deployments.keys() - after.deployments.keys())
    _delete(Placement, changed.placements.keys() - after.placements.keys())
    _write_placements(project, [after.placements[key] for key in changed.placements if key in after.placements])
    _write_deployments(project, [after.deployments[key] for key in changed.deployments if key in after.deployments])
    DeploymentPlacement.objects.bulk_create(
        (
            DeploymentPlacement(deployment_id=deployment, placement_id=placement)
            for (deployment, placement), was in changed.links.items()
            if not was
        ),
        batch_size=_BATCH,
    )
    Claim.objects.bulk_create(
        (
            Claim(deployment_id=key[0], claimant=key[1], label=after.claims[key])
            for key in changed.claims
            if key in after.claims
        ),
        update_conflicts=True,
        unique_fields=["deployment", "claimant"],
        update_fields=["label"],
        batch_size=_BATCH,
    )
    return changed


def _batches[T](items: Iterable[T]) -> Iterable[list[T]]:
    listed = list(items)
    return (listed[start : start + _BATCH] for start in range(0, len(listed), _BATCH))


def _delete(model: type[Model], ids: Collection[UUID]) -> None:
    for batch in _batches(ids):
        model._default_manager.filter(pk__in=batch).delete()


def _delete_links(links: Collection[tuple[UUID, UUID]]) -> None:
    gone = set(links)
    for batch in _batches({deployment for deployment, _ in gone}):
        rows = DeploymentPlacement.objects.filter(deployment__in=batch)
        pairs = rows.values_list("pk", "deployment_id", "placement_id")
        _delete_by_key(DeploymentPlacement, [pk for pk, *pair in pairs if tuple(pair) in gone])


def _delete_claims(claims: Collection[tuple[UUID, str]]) -> None:
    gone = set(claims)
    for batch in _batches({deployment for deployment, _ in gone}):
        rows = Claim.objects.filter(deployment__in=batch).values_list("pk", "deployment_id", "claimant")
        _delete_by_key(Claim, [pk for pk, *pair in rows if tuple(pair) in gone])


def _delete_by_key(model: type[Model], keys: Collection[int]) -> None:
    for batch in _batches(keys):
        model._default_manager.filter(pk__in=batch).delete()


def _write_placements(project: Project, rows: Collection[PlacementRow]) -> None:
    versions = _existing(Version.objects.values_list("pk", flat=True).filter, {row.version_id for row in rows})
    Placement.objects.bulk_create(
        (
            Placement(
                id=row.id,
                project=project,
                path=row.path,
                folded_path=folded(row.path),
                entry=row.entry,
                file_format=row.file_format,
                artifact_uuid=row.artifact_uuid,
                version_id=row.version_id if row.version_id in versions else None,
                state_id=row.state,
                adopted=row.adopted,
                trace=row.trace,
                created_folders=list(row.created_folders),
            )
            for row in rows
        ),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            "path",
            "folded_path",
            "entry",
            "file_format",
            "artifact_uuid",
            "version",
            "state",
            "adopted",
            "trace",
            "created_folders",
        ],
        batch_size=_BATCH,
    )


def _write_deployments(project: Project, rows: Collection[DeploymentRow]) -> None:
    users = _existing(User.objects.values_list("pk", flat=True).filter, {row.deployed_by_id for row in rows})
    Deployment.objects.bulk_create(
        (
            Deployment(
                id=row.id,
                project=project,
                artifact_uuid=row.target.artifact_uuid,
                artifact_type=row.target.artifact_type,
                label=row.target.label,
                namespace=row.target.namespace,
                deployment_profile_id=row.target.profile_id,
                platform=row.target.platform,
                profile_root_dir=row.target.profile_root_dir,
                deployed_by_id=row.deployed_by_id if row.deployed_by_id in users else None,
                deployed_at=row.deployed_at,
            )
            for row in rows
        ),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[
            "artifact_type",
            "label",
            "namespace",
            "platform",
            "profile_root_dir",
            "deployed_by",
            "deployed_at",
        ],
        batch_size=_BATCH,
    )


def _existing(find: Callable[..., Iterable[UUID]], ids: Iterable[UUID | None]) -> set[UUID]:
    """Those of `ids` that there still are: artifacts and users may have been deleted since a row was kept."""
    return {found for batch in _batches({each for each in ids if each}) for found in find(pk__in=batch)}


def recorded_states(ledgers: Iterable[Ledger]) -> dict[str, Manifest]:
    """The files behind the state of every path in `ledgers`, by hash. A query for every 500."""
    states = {row.state for ledger in ledgers for row in ledger.placements.values() if not row.entry}
    return {key: Manifest.decode(data) for key, data in load_blobs(states).items()}


def recorded_values(ledgers: Iterable[Ledger]) -> dict[str, bytes]:
    """The value behind the state of every entry in `ledgers`, by hash. A query for every 500."""
    return load_blobs({row.state for ledger in ledgers for row in ledger.placements.values() if row.entry})


def recorded_entries(ledger: Ledger, values: Mapping[str, bytes]) -> dict[str, tuple[RecordedEntry, ...]]:
    """Our entries in every shared file, by its folded path, in a lasting order; `values` are those of their states."""
    entries: Mapping[str, list[RecordedEntry]] = defaultdict(list)
    for row in sorted((row for row in ledger.placements.values() if row.entry), key=lambda row: row.key):
        trace = None if row.trace is None else Trace.from_json(row.trace)
        entries[folded(row.path)].append(RecordedEntry(decode_key(row.entry), json.loads(values[row.state]), trace))
    return {path: tuple(each) for path, each in entries.items()}
