"""Landing a whole set in a project: resolve, then deploy every artifact under every profile."""

import logging
import time
from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from deployment_sets.models import DeploymentSet
from deployment_sets.services.graph import resolve_set
from deployments.installer.apply import Progress
from deployments.installer.decisions import Claimant
from deployments.services.reports import Report
from deployments.services.runs import DEFAULT_OPTIONS, RunOptions, deploy
from profiles.models import DeploymentProfile
from projects.models import Project

logger = logging.getLogger(__name__)


def batch_deploy(
    *,
    by: User,
    deployment_set: DeploymentSet,
    project: Project,
    profiles: Sequence[DeploymentProfile],
    options: RunOptions = DEFAULT_OPTIONS,
    prune: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Deploy what `deployment_set` stands for into `project` under each of `profiles`.

    The report has a result for every artifact × profile, however many failed, and with `prune` one for each that the
    set once put there and does not hold any more. Raises DeploymentSetResolutionError when the set does not
    resolve, and FolderBusyError, ProjectFolderError or StalePlanError as `deploy` does; nothing has been written then.
    """
    started = time.monotonic()
    resolution = resolve_set(deployment_set)
    fields = {
        "set_id": str(deployment_set.pk),
        "project_id": str(project.pk),
        "profile_id": ",".join(profile.profile_id for profile in profiles),
        "resolved_count": resolution.total_count,
        "dry_run": options.dry_run,
    }
    logger.info("Planning to deploy a set." if options.dry_run else "Deploying a set.", extra=fields)
    report = deploy(
        project=project,
        profiles=profiles,
        artifacts=[artifact.uuid for artifact in resolution.artifacts],
        claimant=claimant_of(deployment_set.pk, deployment_set.name),
        by=by,
        options=options,
        prune=prune,
        progress=progress,
    )
    duration = {"duration_ms": round((time.monotonic() - started) * 1000)}
    logger.info(
        "Planned to deploy a set." if options.dry_run else "Deployed a set.",
        extra={**fields, **report.counts, **duration},
    )
    return report


def claimant_of(set_id: UUID, name: str) -> Claimant:
    """How a set signs for what it wants deployed."""
    return Claimant(f"set:{set_id}", name)
