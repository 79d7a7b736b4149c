"""Landing a whole set in a project: every artifact it stands for under every profile. And taking it out again."""

from collections.abc import Collection, Sequence
from uuid import UUID

from accounts.models import User
from deployment_sets.exceptions import NothingClaimedError
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import set_of
from deployment_sets.services.graph import resolve_set
from deployments.installer.apply import Progress
from deployments.installer.decisions import Claimant, DeploymentKey
from deployments.models import Run, RunItem
from deployments.queries import claimants_in
from deployments.services.reports import Report
from deployments.services.runs import DEFAULT_OPTIONS, Job, RunOptions, carry_out, deploying, undeploying
from profiles.models import DeploymentProfile
from projects.models import Project

_SIGNATURE = "set:"


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
    job = deploying_set(
        by=by, deployment_set=deployment_set, project=project, profiles=profiles, options=options, prune=prune
    )
    return carry_out(job=job, progress=progress)


def deploying_set(
    *,
    by: User,
    deployment_set: DeploymentSet,
    project: Project,
    profiles: Sequence[DeploymentProfile],
    options: RunOptions = DEFAULT_OPTIONS,
    prune: bool = False,
    only: Collection[DeploymentKey] | None = None,
) -> Job:
    """What `batch_deploy` does, to be carried out; of it, if given, `only` some pairs of artifact and profile.

    Raises DeploymentSetResolutionError.
    """
    resolution = resolve_set(deployment_set)
    return deploying(
        project=project,
        profiles=profiles,
        artifacts=[artifact.uuid for artifact in resolution.artifacts],
        claimant=claimant_of(deployment_set.pk, deployment_set.name),
        by=by,
        options=options,
        prune=prune,
        only=only,
        name="Deploying a set",
        fields={"set_id": str(deployment_set.pk), "resolved_count": resolution.total_count},
    )


def failures_of(run: Run) -> frozenset[DeploymentKey]:
    """The pairs of artifact and profile that failed in `run`, for `deploying_set` to try `only` these again."""
    failed = run.items.filter(status=RunItem.Status.ERROR)
    return frozenset(failed.values_list("artifact_uuid", "deployment_profile_id"))


def batch_undeploy(
    *,
    by: User,
    set_id: UUID,
    project: Project,
    profile_ids: Sequence[str] | None = None,
    options: RunOptions = DEFAULT_OPTIONS,
    progress: Progress | None = None,
) -> Report:
    """Give up what the set of that id claims in `project`, and remove what nobody claims then.

    That is under every profile, or under those named. Neither the profiles nor the set need exist any more.
    Raises NothingClaimedError, DeploymentSetNotFoundError where nothing is known of such a set, and what
    `deployments.services.runs.undeploy` raises.
    """
    job = undeploying_set(by=by, set_id=set_id, project=project, profile_ids=profile_ids, options=options)
    return carry_out(job=job, progress=progress)


def undeploying_set(
    *,
    by: User,
    set_id: UUID,
    project: Project,
    profile_ids: Sequence[str] | None = None,
    options: RunOptions = DEFAULT_OPTIONS,
) -> Job:
    """What `batch_undeploy` does, to be carried out. Raises NothingClaimedError and DeploymentSetNotFoundError."""
    name = sets_claiming(project, profile_ids).get(set_id)
    if name is None:
        raise NothingClaimedError(set_of(by, set_id).name)
    return undeploying(
        project=project,
        by=by,
        claimant=claimant_of(set_id, name),
        profile_ids=profile_ids,
        options=options,
        name="Undeploying a set",
        fields={"set_id": str(set_id)},
    )


def sets_claiming(project: Project, profile_ids: Collection[str] | None = None) -> dict[UUID, str]:
    """The sets that claim anything in `project`, under any of these profiles (None: any), with the names they had."""
    claimants = claimants_in(project, profile_ids)
    return {set_id: claimant.label for claimant in claimants if (set_id := set_id_of(claimant))}


def claimant_of(set_id: UUID, name: str) -> Claimant:
    """How a set signs for what it wants deployed."""
    return Claimant(f"{_SIGNATURE}{set_id}", name)


def set_id_of(claimant: Claimant) -> UUID | None:
    """The set that signed, be it deleted; None for a claimant that is no set."""
    try:
        return UUID(claimant.key.removeprefix(_SIGNATURE)) if claimant.key.startswith(_SIGNATURE) else None
    except ValueError:
        return None
