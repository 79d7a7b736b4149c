"""How the deployments of a project are: compared with its disk, and with what would be deployed today."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from artifacts.queries import load_artifacts
from artifacts.services.blobs import load_blobs
from deployments.installer.decisions import Claimant, OnConflict, Target, Wanted
from deployments.installer.disk import ProjectFolder
from deployments.installer.ledger import DeploymentRow, PlacementRow
from deployments.installer.status import DeploymentStatus, StatusReader
from deployments.services.folders import path_of
from deployments.services.rendering import rendered
from deployments.services.runs import situation_of
from projects.models import Project


def statuses(
    *, project: Project, claimant: str | None = None, deployments: Collection[UUID] | None = None, diffs: bool = False
) -> list[DeploymentStatus]:
    """The status of each deployment in `project`, or of those that `claimant` claims or that have these ids.

    Reads every file that was deployed; takes no lock, so that a run that is at work shows half done. The number of
    queries depends on the deployments only by batches; `diffs` take one more, if anything was edited.
    Raises ProjectFolderError when the folder cannot be read.
    """
    with ProjectFolder(path_of(project)) as folder:
        situation = situation_of(project, folder, OnConflict.FAIL)
        ledger = situation.ledger
        claims: dict[UUID, list[Claimant]] = defaultdict(list)
        for (deployment_id, key), label in sorted(ledger.claims.items(), key=lambda claim: claim[1]):
            claims[deployment_id].append(Claimant(key, label))
        placements: dict[UUID, list[PlacementRow]] = defaultdict(list)
        for deployment_id, placement_id in ledger.links:
            placements[deployment_id].append(ledger.placements[placement_id])
        for rows in placements.values():
            rows.sort(key=lambda row: row.key)
        chosen = [
            row
            for row in sorted(ledger.deployments.values(), key=lambda row: _order(row.target))
            # Without placements it is of a run that came to its end meanwhile.
            if row.id in placements
            and (claimant is None or any(claim.key == claimant for claim in claims[row.id]))
            and (deployments is None or row.id in deployments)
        ]
        wanted = _wanted_today(project, chosen)
        chosen_rows = [row for deployment in chosen for row in placements[deployment.id]]
        reader = StatusReader(situation, chosen_rows, load_blobs, folder.contents, with_diffs=diffs)
        return [reader.status(row.target, claims[row.id], placements[row.id], wanted.get(row.id)) for row in chosen]


def _wanted_today(project: Project, deployments: Collection[DeploymentRow]) -> dict[UUID, Wanted]:
    """What each deployment would come to now; those without a profile are left out."""
    layouts = {profile.profile_id: profile.layout for profile in project.profiles.all()}
    loaded = load_artifacts(list({row.target.artifact_uuid for row in deployments}))
    return {
        row.id: rendered(
            row.target.artifact_uuid,
            loaded.get(row.target.artifact_uuid),
            row.target.profile_id,
            layouts[row.target.profile_id],
        )
        for row in deployments
        if row.target.profile_id in layouts
    }


def _order(target: Target) -> tuple[str, str, str]:
    return target.label, target.namespace, target.profile_id
