"""How the deployments of a project are: compared with its disk, and with what would be deployed today."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from artifacts.queries import LoadedArtifact, load_artifacts
from artifacts.services.blobs import load_blobs
from deployments.exceptions import ProjectFolderError
from deployments.installer.decisions import Claimant, OnConflict, Target, Wanted
from deployments.installer.disk import ProjectFolder
from deployments.installer.ledger import DeploymentRow, Ledger, PlacementRow
from deployments.installer.status import DeploymentStatus, StatusReader
from deployments.services.folders import path_of
from deployments.services.rendering import rendered
from deployments.services.situations import Recorded, recorded_in
from profiles.models import DeploymentProfile
from profiles.rendering import ProfileLayout
from projects.models import Project

type _Layouts = Mapping[tuple[UUID, str], ProfileLayout]
"""By project and profile."""


def statuses(
    *, project: Project, claimant: str | None = None, deployments: Collection[UUID] | None = None, diffs: bool = False
) -> list[DeploymentStatus]:
    """The status of each deployment in `project`, or of those that `claimant` claims or that have these ids.

    Reads every file that was deployed; takes no lock, so that a run that is at work shows half done. The number of
    queries depends on the deployments only by batches; `diffs` take one more, if anything was edited.
    Raises ProjectFolderError when the folder cannot be read.
    """
    found = statuses_in([project], claimant=claimant, deployments=deployments, diffs=diffs)[project.pk]
    if isinstance(found, ProjectFolderError):
        raise found
    return found


def statuses_in(
    projects: Collection[Project],
    *,
    claimant: str | None = None,
    deployments: Collection[UUID] | None = None,
    diffs: bool = False,
) -> dict[UUID, list[DeploymentStatus] | ProjectFolderError]:
    """The statuses in each of `projects`, as `statuses` has them, or why its folder cannot be read.

    The number of queries depends on projects and deployments only by batches; but `diffs` take one for each project.
    """
    recorded = recorded_in(projects)
    chosen = {project_id: _chosen(each.ledger, claimant, deployments) for project_id, each in recorded.items()}
    loaded = load_artifacts(list({row.target.artifact_uuid for rows in chosen.values() for row in rows}))
    layouts = {
        (profile.project_id, profile.profile_id): profile.layout
        for profile in DeploymentProfile.objects.filter(project__in=projects)
    }
    found: dict[UUID, list[DeploymentStatus] | ProjectFolderError] = {}
    for project in projects:
        rows = chosen[project.pk]
        wanted = _wanted_today(project, rows, layouts, loaded)
        try:
            found[project.pk] = _compared(project, recorded[project.pk], rows, wanted, diffs=diffs)
        except ProjectFolderError as error:
            found[project.pk] = error
    return found


def _chosen(ledger: Ledger, claimant: str | None, deployments: Collection[UUID] | None) -> list[DeploymentRow]:
    """Those that are asked about, by name. One without placements is of a run that came to its end meanwhile."""
    linked = {deployment_id for deployment_id, _ in ledger.links}
    claimed = {deployment_id for deployment_id, key in ledger.claims if key == claimant}
    return [
        row
        for row in sorted(ledger.deployments.values(), key=lambda row: _order(row.target))
        if row.id in linked
        and (claimant is None or row.id in claimed)
        and (deployments is None or row.id in deployments)
    ]


def _wanted_today(
    project: Project,
    deployments: Collection[DeploymentRow],
    layouts: _Layouts,
    loaded: Mapping[UUID, LoadedArtifact],
) -> dict[UUID, Wanted]:
    """What each deployment would come to now; those without a profile are left out."""
    wanted = {}
    for row in deployments:
        uuid, profile_id = row.target.artifact_uuid, row.target.profile_id
        layout = layouts.get((project.pk, profile_id))
        if layout is not None:
            wanted[row.id] = rendered(uuid, loaded.get(uuid), profile_id, layout)
    return wanted


def _compared(
    project: Project,
    recorded: Recorded,
    deployments: Collection[DeploymentRow],
    wanted: Mapping[UUID, Wanted],
    *,
    diffs: bool,
) -> list[DeploymentStatus]:
    """Each of `deployments` beside the project's disk. Raises ProjectFolderError."""
    ledger = recorded.ledger
    claims: dict[UUID, list[Claimant]] = defaultdict(list)
    for (deployment_id, key), label in sorted(ledger.claims.items(), key=lambda claim: claim[1]):
        claims[deployment_id].append(Claimant(key, label))
    placements: dict[UUID, list[PlacementRow]] = defaultdict(list)
    for deployment_id, placement_id in ledger.links:
        placements[deployment_id].append(ledger.placements[placement_id])
    for rows in placements.values():
        rows.sort(key=lambda row: row.key)
    asked = [row for deployment in deployments for row in placements[deployment.id]]
    with ProjectFolder(path_of(project)) as folder:
        situation = recorded.beside(folder, OnConflict.FAIL)
        reader = StatusReader(situation, asked, load_blobs, folder.contents, with_diffs=diffs)
        return [
            reader.status(row.target, claims[row.id], placements[row.id], wanted.get(row.id)) for row in deployments
        ]


def _order(target: Target) -> tuple[str, str, str]:
    return target.label, target.namespace, target.profile_id
