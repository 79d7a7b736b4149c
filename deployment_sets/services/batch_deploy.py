"""Landing a whole set in a project: resolve, then deploy every artifact under every profile."""

import logging
import time
from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from deployment_sets.models import DeploymentSet
from deployment_sets.services.graph import resolve_set
from deployments.installer.apply import Progress
from deployments.installer.decisions import OnConflict
from deployments.installer.journal import Claimant
from deployments.services import DeployReport, RequestedArtifact, deploy
from profiles.models import DeploymentProfile
from projects.models import Project

logger = logging.getLogger(__name__)


def batch_deploy(
    *,
    by: User,
    deployment_set: DeploymentSet,
    project: Project,
    profiles: Sequence[DeploymentProfile],
    on_conflict: OnConflict = OnConflict.FAIL,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> DeployReport:
    """Deploy what `deployment_set` stands for into `project` under each of `profiles`.

    The report has a result for every artifact × profile, however many failed. Raises
    DeploymentSetResolutionError when the set does not resolve, and FolderBusyError or
    ProjectFolderError as `deployments.services.deploy` does; nothing has been written then.
    """
    started = time.monotonic()
    resolution = resolve_set(deployment_set)
    fields = {
        "set_id": str(deployment_set.pk),
        "project_id": str(project.pk),
        "profile_id": ",".join(profile.profile_id for profile in profiles),
        "resolved_count": resolution.total_count,
        "dry_run": dry_run,
    }
    logger.info("Planning to deploy a set." if dry_run else "Deploying a set.", extra=fields)
    report = deploy(
        project=project,
        profiles=profiles,
        artifacts=[RequestedArtifact(artifact.uuid, str(artifact.uuid)) for artifact in resolution.artifacts],
        claimant=claimant_of(deployment_set.pk, deployment_set.name),
        by=by,
        on_conflict=on_conflict,
        dry_run=dry_run,
        progress=progress,
    )
    duration = {"duration_ms": round((time.monotonic() - started) * 1000)}
    logger.info(
        "Planned to deploy a set." if dry_run else "Deployed a set.", extra={**fields, **report.counts, **duration}
    )
    return report


def claimant_of(set_id: UUID, name: str) -> Claimant:
    """How a set signs for what it wants deployed."""
    return Claimant(f"set:{set_id}", name)
