"""Where a set is live: the projects and profiles it is claimed in, and bringing them up to date."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import IntegrityError
from django.db.models import QuerySet

from accounts.models import User
from deployment_sets.exceptions import NoProfileLeftError
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import claimant_of, deploying_set
from deployment_sets.services.graph import resolve_set
from deployment_sets.services.staleness import Placed, PlaceKey, Today, layouts_at, placed_for, undeployed_places
from deployments.exceptions import DeploymentError, ProjectFolderError
from deployments.installer.journal import refuse
from deployments.installer.status import DeploymentStatus, Status
from deployments.models import Run
from deployments.services import background
from deployments.services.reports import Report
from deployments.services.runs import DEFAULT_OPTIONS, Job, RunOptions, begin, carry_out, finish
from deployments.services.status import statuses_in
from projects.background import run_in_background
from projects.exceptions import BusyError, FolderBusyError
from projects.locks import HeldLock, named_lock
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Live:
    """One project and profile that a set is claimed in.

    `behind` says what is not as the set would have it, as far as the database knows; nothing when it is up to date.
    Where it `is_undeployed`, what it still claims was edited and is left, and it would have nothing there.
    `has_profile` is not so where the profile was deleted: what lies there can only be undeployed.
    `drifted` are the deployments that were edited or deleted on disk; None when nobody looked, and why in `problem`.
    """

    project: Project
    profile_id: str
    deployment_count: int
    behind: tuple[str, ...]
    has_profile: bool
    drifted: tuple[DeploymentStatus, ...] | None = None
    problem: str = ""
    is_undeployed: bool = False

    @property
    def is_stale(self) -> bool:
        """Whether the set would have it otherwise."""
        return bool(self.behind)


@dataclass(frozen=True, slots=True)
class Place:
    """A project and a profile that a set is claimed in, and what lies there for it."""

    project: Project
    profile_id: str
    placed: Placed
    is_undeployed: bool = False

    @property
    def key(self) -> PlaceKey:
        """What tells it from other places."""
        return self.project.pk, self.profile_id


def places_of(deployment_set: DeploymentSet) -> list[Place]:
    """Where `deployment_set` is claimed, by the name of the project and by profile. Four queries."""
    claimant = claimant_of(deployment_set.pk, deployment_set.name).key
    placed = _placed(claimant, deployment_set.owner_id)
    undeployed = _undeployed(claimant, deployment_set.owner_id)
    projects = Project.objects.in_bulk([project_id for project_id, _ in placed])
    places = [
        Place(projects[project_id], profile_id, states, (project_id, profile_id) in undeployed)
        for (project_id, profile_id), states in placed.items()
        # A project may have been deleted since its claims were read.
        if project_id in projects
    ]
    return sorted(places, key=lambda place: (place.project.name, *place.key))


def where_live(
    *, deployment_set: DeploymentSet, places: Sequence[Place] | None = None, on_disk: bool = False
) -> list[Live]:
    """How `deployment_set` stands in each of `places`, or everywhere; with `on_disk` every file there is compared too.

    Renders what the set stands for as the profiles there have it. The number of queries depends on the rows only by
    batches. Raises DeploymentSetResolutionError when the set does not resolve.
    """
    if places is None:
        places = places_of(deployment_set)
    projects = {place.project.pk: place.project for place in places}
    layouts = layouts_at([place.key for place in places])
    resolved = [artifact.uuid for artifact in resolve_set(deployment_set).artifacts]
    today = Today(resolved)
    live = [
        Live(
            place.project,
            place.profile_id,
            len(place.placed),
            () if place.is_undeployed else tuple(today.behind(place.placed, resolved, layouts.get(place.key))),
            place.key in layouts,
            is_undeployed=place.is_undeployed,
        )
        for place in places
    ]
    if not on_disk:
        return live
    claimant = claimant_of(deployment_set.pk, deployment_set.name).key
    found = statuses_in(projects.values(), claimant=claimant)
    return [_looked_at(each, found[each.project.pk]) for each in live]


type BroughtUpToDate = tuple[Project, Report | DeploymentError | FolderBusyError]
"""A project, and what was done there, or why nothing was."""


def bring_up_to_date(
    *,
    by: User,
    deployment_set: DeploymentSet,
    project: Project | None = None,
    options: RunOptions = DEFAULT_OPTIONS,
) -> Iterator[BroughtUpToDate]:
    """Deploy the set again wherever it is live, or only in `project`, and remove what it no longer holds.

    Gives each project with what was done, or why nothing was. Profiles that do not exist any more are left alone, and
    so is what was left where the set was undeployed.
    """
    places = _live_at(deployment_set)
    for each in _projects_among(place for place in places if project is None or place[0] == project.pk):
        try:
            yield each, carry_out(job=_job(by, deployment_set, each, places, options))
        except (DeploymentError, FolderBusyError) as error:
            yield each, error


def start_bringing_up_to_date(*, by: User, deployment_set: DeploymentSet) -> list[BroughtUpToDate] | None:
    """The same wherever the set is live, project after project, in a thread that goes on after the answer.

    What came of it where that is quick, else None: the runs' rows tell, which a project where no run could begin has
    too. Raises DeploymentSetResolutionError, BusyError where it is going on already, and what went wrong at once.
    """
    resolve_set(deployment_set)
    lock = _batch_lock(deployment_set, background.WAIT_SECONDS)
    done: list[BroughtUpToDate] = []
    errors: list[Exception] = []

    def work() -> None:
        with lock:
            try:
                done.extend(_all_brought_up_to_date(by, deployment_set))
            except Exception as error:
                errors.append(error)
                raise

    try:
        thread = run_in_background(work, name=f"bringing the set {deployment_set.pk} up to date")
    except RuntimeError:
        # There can be no more threads: whoever asked has to wait.
        work()
        return done
    thread.join(background.PATIENCE_SECONDS)
    if errors:
        raise errors[0]
    return None if thread.is_alive() else done


def is_being_brought_up_to_date(deployment_set: DeploymentSet) -> bool:
    """Whether what `start_bringing_up_to_date` began is still going on, be it between two projects."""
    try:
        _batch_lock(deployment_set, 0).close()
    except BusyError:
        return True
    return False


def _batch_lock(deployment_set: DeploymentSet, wait_seconds: float) -> HeldLock:
    try:
        return named_lock(f"set-{deployment_set.pk}", wait_seconds)
    except BusyError:
        raise BusyError(
            f"“{deployment_set.name}” is being brought up to date already. Try again when that has finished."
        ) from None


def _all_brought_up_to_date(by: User, deployment_set: DeploymentSet) -> Iterator[BroughtUpToDate]:
    """As `bring_up_to_date`, for nobody to watch: where no run can begin, a row says why."""
    claimant = claimant_of(deployment_set.pk, deployment_set.name)
    places = _live_at(deployment_set)
    for project in _projects_among(places):
        try:
            pending = begin(job=_job(by, deployment_set, project, places, DEFAULT_OPTIONS))
        except (DeploymentError, FolderBusyError) as error:
            # The project may be gone, or another run have taken the number: then the log alone has it.
            with suppress(IntegrityError):
                refuse(project=project, kind=Run.Kind.DEPLOY, claimant=claimant, started_by=by, note=str(error))
            yield project, error
            continue
        try:
            yield project, finish(pending=pending)
        except (DeploymentError, FolderBusyError) as error:
            yield project, error


def _projects_among(places: Iterable[PlaceKey]) -> QuerySet[Project]:
    return Project.objects.filter(pk__in={project_id for project_id, _ in places}).order_by("name", "pk")


def _job(
    by: User, deployment_set: DeploymentSet, project: Project, places: Iterable[PlaceKey], options: RunOptions
) -> Job:
    profile_ids = [profile_id for project_id, profile_id in places if project_id == project.pk]
    profiles = list(project.profiles.filter(profile_id__in=profile_ids).order_by("created_at", "pk"))
    if not profiles:
        raise NoProfileLeftError(profile_ids)
    return deploying_set(
        by=by, deployment_set=deployment_set, project=project, profiles=profiles, options=options, prune=True
    )


def _live_at(deployment_set: DeploymentSet) -> set[PlaceKey]:
    """Where the set is to be kept up to date. Three queries."""
    claimant = claimant_of(deployment_set.pk, deployment_set.name).key
    return _placed(claimant, deployment_set.owner_id).keys() - _undeployed(claimant, deployment_set.owner_id)


def _undeployed(claimant: str, owner_id: UUID) -> set[PlaceKey]:
    """Where `claimant` was undeployed last. One query."""
    return undeployed_places([claimant], owner_id).get(claimant, set())


def _placed(claimant: str, owner_id: UUID) -> dict[PlaceKey, Placed]:
    """What lies where for `claimant` in the owner's projects. Two queries."""
    return placed_for([claimant], owner_id).get(claimant, {})


def _looked_at(live: Live, found: list[DeploymentStatus] | ProjectFolderError) -> Live:
    """`live` with what was found in its project, or why nobody could look."""
    if isinstance(found, ProjectFolderError):
        return replace(live, problem=str(found))
    drifted = tuple(
        status
        for status in found
        if status.target.profile_id == live.profile_id and status.status not in (Status.IN_SYNC, Status.OUTDATED)
    )
    return replace(live, drifted=drifted)
