"""Reads of what lies in projects and how it came there. Every one is an owner's own."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.db.models.functions import Lower

from accounts.dependents import number_of
from accounts.models import User
from accounts.text import containing
from deployments.installer.decisions import Claimant, DeploymentKey
from deployments.models import Claim, Deployment, Placement, Run, RunItem
from profiles.enums import ArtifactType
from profiles.queries import demand_profiles, profiles_of
from projects.models import Project
from projects.queries import projects_of


def projects_with_deployments(owner: User, words: str = "") -> QuerySet[Project]:
    """The owner's projects that have `words` in name or path, by name, each with what `with_deployments` gives."""
    found = containing("name", words) | containing("path", words)
    return with_deployments(projects_of(owner).filter(found).order_by(Lower("name"), "id"))


def with_deployments(projects: QuerySet[Project]) -> QuerySet[Project]:
    """`projects`, each with its `deployment_count` and the time of its `last_run_at`."""
    deployments = Deployment.objects.filter(project=OuterRef("pk"))
    runs = Run.objects.filter(project=OuterRef("pk")).order_by("-number")
    return projects.annotate(
        deployment_count=number_of(deployments, "project"),
        last_run_at=Subquery(runs.values("started_at")[:1]),
    )


def deployments_in(project: Project) -> QuerySet[Deployment]:
    """What is in a project, by name; with who claims it and where it lies in one more query each."""
    in_order = project.deployments.order_by("label", "namespace", "deployment_profile_id", "artifact_uuid")
    return _with_claims_and_places(in_order)


def list_deployments(
    project: Project,
    *,
    profile_id: str = "",
    artifact_uuid: UUID | None = None,
    type: ArtifactType | None = None,
    claimant: str = "",
    words: str = "",
) -> QuerySet[Deployment]:
    """What is in a project, as far as all that is given is true of it, each with who deployed it.

    `words` are looked for in `type:name`.
    """
    wanted = {
        "deployment_profile_id": profile_id,
        "artifact_uuid": artifact_uuid,
        "artifact_type": type,
        "claims__claimant": claimant,
    }
    chosen = {field: value for field, value in wanted.items() if value}
    return deployments_in(project).select_related("deployed_by").filter(containing("label", words), **chosen)


def deployment_of(project: Project, deployment_id: UUID) -> Deployment:
    """The project's deployment of that id, with all that `list_deployments` gives. Raises Deployment.DoesNotExist."""
    return list_deployments(project).get(pk=deployment_id)


def deployments_among(project: Project, deployment_ids: Collection[UUID]) -> QuerySet[Deployment]:
    """Those with these ids that are in the project, with all that `deployments_in` gives."""
    return deployments_in(project).filter(pk__in=deployment_ids)


def deployments_of_artifact(owner: User, artifact_uuid: UUID) -> QuerySet[Deployment]:
    """Where in the owner's projects an artifact is, by the project's name; with all that `list_deployments` gives."""
    deployments = Deployment.objects.filter(project__owner=owner, artifact_uuid=artifact_uuid)
    in_order = deployments.order_by(Lower("project__name"), "project", "deployment_profile_id")
    return _with_claims_and_places(in_order).select_related("project", "deployed_by")


def claimants_in(project: Project, profile_ids: Collection[str] | None = None) -> list[Claimant]:
    """Who claims anything in a project, under any profile or one of these, by name."""
    claims = Claim.objects.filter(deployment__project=project).order_by("label", "claimant")
    if profile_ids is not None:
        claims = claims.filter(deployment__deployment_profile_id__in=profile_ids)
    labels = dict(claims.values_list("claimant", "label").distinct())
    return [Claimant(key, label) for key, label in labels.items()]


def claimed_in(project: Project, claimant: Claimant) -> set[DeploymentKey]:
    """The deployments in a project that `claimant` claims. One query."""
    deployments = project.deployments.filter(claims__claimant=claimant.key)
    return set(deployments.values_list("artifact_uuid", "deployment_profile_id"))


def demand_known_profiles(project: Project, profile_ids: Collection[str]) -> None:
    """Raise UnknownProfileError unless each is a profile the project has, or one it once deployed under."""
    known = {profile.profile_id for profile in profiles_of(project)}
    known.update(deployments_in(project).values_list("deployment_profile_id", flat=True))
    demand_profiles(sorted(known), profile_ids)


def runs_in(project: Project) -> QuerySet[Run]:
    """A project's runs, the last first, each counted by outcome as in `run_of`.

    A slice of them counts the results of its own runs only.
    """
    return counted_by_status(project.runs.order_by("-number"))


def list_runs(owner: User, *, project: Project | None = None, state: Run.State | None = None) -> QuerySet[Run]:
    """The owner's runs, the last first, each with its project and counted by outcome as in `run_of`.

    Only those of a `project` and in a `state`, if given. A slice of them counts the results of its own runs only.
    """
    wanted = {"project": project, "state": state}
    chosen = {field: value for field, value in wanted.items() if value is not None}
    runs = Run.objects.filter(project__owner=owner, **chosen).select_related("project")
    return counted_by_status(runs.order_by("-started_at", "-number", "pk"))


def run_of(owner: User, run_id: UUID) -> Run:
    """The run of that id in one of the owner's projects, counted by outcome and joined with its project.

    Raises Run.DoesNotExist.
    """
    return (
        counted_by_status(Run.objects.filter(project__owner=owner))
        .select_related("project", "started_by")
        .get(pk=run_id)
    )


def items_of(run: Run, status: RunItem.Status | None = None) -> QuerySet[RunItem]:
    """What a run did, in its order; with a `status`, only what ended so."""
    items = run.items.order_by("position")
    return items if status is None else items.filter(status=status)


def _with_claims_and_places(deployments: QuerySet[Deployment]) -> QuerySet[Deployment]:
    places = Prefetch("placements", Placement.objects.only("path", "entry").order_by("path", "entry"))
    return deployments.prefetch_related("claims", places)


def counted_by_status(runs: QuerySet[Run]) -> QuerySet[Run]:
    """`runs`, each with the number of its results: `success_count`, `skip_count` and `error_count`."""
    items = RunItem.objects.filter(run=OuterRef("pk"))
    return runs.annotate(
        **{f"{status.value}_count": number_of(items.filter(status=status), "run") for status in RunItem.Status}
    )
