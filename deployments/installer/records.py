"""Reading and writing what is recorded of a project: placements, deployments, claims.

`write` is the only place where these rows change.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from artifacts.manifests import Manifest
from artifacts.services.blobs import load_blobs, store_blobs
from deployments.installer.decisions import Holder, PlacementRecord, PlanItem, Settled, full_name
from deployments.installer.journal import Claimant
from deployments.models import Claim, Deployment, DeploymentPlacement, Placement
from projects.models import Project
from projects.paths import folded


@dataclass(frozen=True, slots=True)
class Records:
    """What is recorded of one project, keyed by folded path and by (artifact, profile)."""

    placements: dict[str, PlacementRecord]
    previous: dict[tuple[UUID, str], list[str]]


def load(project: Project) -> Records:
    """Everything recorded of `project`, in four queries."""
    claims: dict[UUID, list[str]] = defaultdict(list)
    for deployment_id, label in Claim.objects.filter(deployment__project=project).values_list("deployment_id", "label"):
        claims[deployment_id].append(label)
    holders = {
        pk: Holder(artifact_uuid, full_name(label, namespace), profile_id, tuple(claims[pk]))
        for pk, artifact_uuid, label, namespace, profile_id in Deployment.objects.filter(project=project).values_list(
            "pk", "artifact_uuid", "label", "namespace", "deployment_profile_id"
        )
    }
    held_by: dict[UUID, list[Holder]] = defaultdict(list)
    links = DeploymentPlacement.objects.filter(deployment__project=project).order_by("pk")
    for deployment_id, placement_id in links.values_list("deployment_id", "placement_id"):
        held_by[placement_id].append(holders[deployment_id])
    placements: dict[str, PlacementRecord] = {}
    previous: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    for row in Placement.objects.filter(project=project, entry="").values_list(
        "pk", "path", "folded_path", "artifact_uuid", "version_id", "state_id", "adopted"
    ):
        pk, path, key, artifact_uuid, version_id, state, adopted = row
        record = PlacementRecord(pk, path, artifact_uuid, version_id, state, adopted, tuple(held_by[pk]))
        placements[key] = record
        for holder in record.holders:
            previous[(holder.artifact_uuid, holder.profile_id)].append(key)
    return Records(placements, dict(previous))


def state(sha256: str) -> Manifest:
    """The files behind the hash of a recorded state. One query."""
    return Manifest.decode(load_blobs([sha256])[sha256])


def write(project: Project, items: Sequence[PlanItem], claimant: Claimant, by: User) -> None:
    """Record `items`, all of them in place on disk, within the caller's transaction.

    A constant number of statements for every few hundred items; rows that are right already stay untouched.
    """
    placements = _write_placements(project, items)
    deployments = _write_deployments(project, items, by)
    _write_links(project, items, placements, deployments)
    Claim.objects.bulk_create(
        (
            Claim(deployment=deployment, claimant=claimant.key, label=claimant.label)
            for deployment in deployments.values()
        ),
        update_conflicts=True,
        unique_fields=["deployment", "claimant"],
        update_fields=["label"],
    )
    _forget_unneeded(project, items, placements.values())


def _write_placements(project: Project, items: Sequence[PlanItem]) -> dict[str, Placement]:
    rows = {row.folded_path: row for row in project.placements.filter(entry="")}
    new: list[Placement] = []
    changed: list[Placement] = []
    manifests: dict[str, bytes] = {}
    seen: set[str] = set()
    for item in items:
        for settled in item.settled:
            key = folded(settled.path)
            if key in seen:
                continue
            seen.add(key)
            row = rows.get(key)
            if row is None:
                row = rows[key] = Placement(project=project, folded_path=key)
                new.append(row)
            elif not _differs(row, item, settled):
                continue
            else:
                changed.append(row)
            row.path, row.artifact_uuid, row.version_id = (
                settled.path,
                item.wanted.artifact_uuid,
                item.wanted.version_id,
            )
            row.state_id, row.adopted = settled.manifest.sha256, settled.adopted
            manifests[settled.manifest.sha256] = settled.manifest.encoded
    store_blobs(manifests)
    Placement.objects.bulk_create(new)
    Placement.objects.bulk_update(changed, ["path", "artifact_uuid", "version", "state", "adopted"], batch_size=200)
    return rows


def _differs(row: Placement, item: PlanItem, settled: Settled) -> bool:
    return (row.path, row.artifact_uuid, row.version_id, row.state_id, row.adopted) != (
        settled.path,
        item.wanted.artifact_uuid,
        item.wanted.version_id,
        settled.manifest.sha256,
        settled.adopted,
    )


def _write_deployments(project: Project, items: Sequence[PlanItem], by: User) -> dict[tuple[UUID, str], Deployment]:
    """The deployments of `items`; who and when change only where something was written."""
    now = timezone.now()
    rows = {(row.artifact_uuid, row.deployment_profile_id): row for row in project.deployments.all()}
    new: list[Deployment] = []
    changed: list[Deployment] = []
    for item in items:
        wanted = item.wanted
        row = rows.get(wanted.key)
        if row is None:
            row = rows[wanted.key] = Deployment(
                project=project, artifact_uuid=wanted.artifact_uuid, deployment_profile_id=wanted.profile_id
            )
            new.append(row)
        elif item.changes or (row.platform, row.profile_root_dir) != (wanted.platform, wanted.profile_root_dir):
            changed.append(row)
        else:
            continue
        row.artifact_type, row.platform = wanted.artifact_type, wanted.platform
        row.label, row.namespace = wanted.label, wanted.namespace
        row.profile_root_dir, row.deployed_by, row.deployed_at = wanted.profile_root_dir, by, now
    Deployment.objects.bulk_create(new)
    Deployment.objects.bulk_update(
        changed,
        ["artifact_type", "label", "namespace", "platform", "profile_root_dir", "deployed_by", "deployed_at"],
        batch_size=200,
    )
    return {item.wanted.key: rows[item.wanted.key] for item in items}


def _write_links(
    project: Project,
    items: Sequence[PlanItem],
    placements: dict[str, Placement],
    deployments: dict[tuple[UUID, str], Deployment],
) -> None:
    released = {(deployments[item.wanted.key].pk, placement) for item in items for placement in item.released}
    if released:
        links = DeploymentPlacement.objects.filter(deployment__project=project)
        links.filter(
            pk__in=[
                pk
                for pk, deployment, placement in links.values_list("pk", "deployment_id", "placement_id")
                if (deployment, placement) in released
            ]
        ).delete()
    DeploymentPlacement.objects.bulk_create(
        (
            DeploymentPlacement(deployment=deployments[item.wanted.key], placement=placements[folded(settled.path)])
            for item in items
            for settled in item.settled
        ),
        ignore_conflicts=True,
    )


def _forget_unneeded(project: Project, items: Sequence[PlanItem], placements: Iterable[Placement]) -> None:
    """Placements taken over leave their former deployments, and what nothing needs any more goes."""
    owners = {row.pk: row.artifact_uuid for row in placements}
    links = DeploymentPlacement.objects.filter(deployment__project=project)
    stale = [
        pk
        for pk, placement_id, artifact_uuid in links.values_list("pk", "placement_id", "deployment__artifact_uuid")
        if owners.get(placement_id, artifact_uuid) != artifact_uuid
    ]
    if stale:
        links.filter(pk__in=stale).delete()
    if stale or any(item.released for item in items):
        project.deployments.filter(placements=None).delete()
        project.placements.filter(deployments=None).delete()
