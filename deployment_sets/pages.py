"""What the pages of sets show: reads put together, each in a constant number of queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Subquery

from accounts.models import User
from artifacts.models import Artifact, GroupMembership
from deployment_sets.exceptions import DeploymentSetResolutionError
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.queries import resolved_among, sets_using
from deployment_sets.services.batch_deploy import claimant_of
from deployment_sets.services.graph import SetSummary, load_graph, summaries
from deployment_sets.services.live import Live, Place, is_being_brought_up_to_date, places_of, where_live
from deployment_sets.services.resolution import Member, MemberKind, Resolution, ResolvedArtifact, resolve, trail_counts
from deployment_sets.services.staleness import stale_counts, undeployed_places
from deployments.models import Claim, Run
from deployments.queries import counted_by_status
from deployments.services.folders import is_at_work
from profiles.enums import ArtifactType
from projects.models import Project
from projects.queries import projects_of

USERS_SHOWN = 5
PROJECTS_SHOWN = 5
RUNS_SHOWN = 5
# How many deployments a list of sets compares with what they would be today.
LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class SetCard:
    """A set in a list, in how many projects it is live, and in how many of these stale; None when nobody looked."""

    set: DeploymentSet
    summary: SetSummary
    live_count: int
    stale_count: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a set stands among other things: the sets that hold it, and the projects it is live in.

    It was undeployed from `left_count` more, where files that somebody edited are left.
    """

    used_by: Sequence[DeploymentSet]
    used_by_more: int
    live_in: Sequence[Project]
    live_count: int
    left_count: int = 0

    @property
    def live_more(self) -> int:
        """In how many projects more than those that are named."""
        return self.live_count - len(self.live_in)


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """A direct member: what it is called, what kind of thing it is, and a line about it."""

    member: DeploymentSetMember
    target: Member
    kind: str
    name: str
    text: str = ""
    missing: bool = False
    summary: SetSummary | None = None
    artifact_count: int | None = None


@dataclass(frozen=True, slots=True)
class ResolvedEntry:
    """An artifact a set stands for, the names that led to it first, and how many trails do beside these.

    And what a person should know of it before a deploy.
    """

    artifact: Artifact
    trail: Sequence[str]
    more_trails: int
    missing: bool
    flags: Sequence[str]


@dataclass(frozen=True, slots=True)
class ResolvedList:
    """A page of what a set stands for, or the `error` that says why nobody can tell."""

    resolution: Resolution | None = None
    page: Page[ResolvedArtifact] | None = None
    entries: Sequence[ResolvedEntry] = ()
    error: DeploymentSetResolutionError | None = None


def set_cards(owner: User, sets: Sequence[DeploymentSet]) -> list[SetCard]:
    """A card for each of a page of sets, whose tags came along. Three queries, and twelve when one of them is live.

    Whether sets are stale is looked at for as many as can be told at once: those with `LOOKED_AT` deployments together.
    """
    counted = summaries(sets)
    live = _live_counts(owner, sets)
    looked_at, deployments = [], 0
    for one in sets:
        if one.pk in live:
            deployments += live[one.pk].deployments + (counted[one.pk].resolved_count or 0)
            if deployments <= LOOKED_AT:
                looked_at.append(one)
    stale = stale_counts(looked_at, owner.pk) if looked_at else {}
    return [SetCard(one, counted[one.pk], live.get(one.pk, _NOWHERE).projects, stale.get(one.pk)) for one in sets]


def standing(owner: User, deployment_set: DeploymentSet) -> Standing:
    """What the head of a set's page says about it. At most six queries."""
    claimant = claimant_of(deployment_set.pk, deployment_set.name).key
    claims = Claim.objects.filter(claimant=claimant)
    left_in = _left_in(owner, [claimant]).get(claimant, set())
    live_in = projects_of(owner).filter(pk__in=claims.values("deployment__project")).exclude(pk__in=left_in)
    users = Paginator(sets_using(owner, Member(MemberKind.SET, deployment_set.pk)), USERS_SHOWN).get_page(1)
    return Standing(
        used_by=list(users.object_list),
        used_by_more=users.paginator.count - users.end_index(),
        live_in=list(live_in[:PROJECTS_SHOWN]),
        live_count=live_in.count(),
        left_count=len(left_in),
    )


@dataclass(frozen=True, slots=True)
class LiveProject:
    """A project that a set is live in: under which profiles and how it stands there, and the set's last run in it.

    `at_work` says that this run is not over. `unlooked` stands for the profiles when nobody can tell how they stand,
    because the set cannot be resolved.
    """

    project: Project
    places: Sequence[Live]
    last_run: Run | None
    at_work: bool = False
    unlooked: Sequence[str] = ()

    @property
    def is_undeployed(self) -> bool:
        """Whether it was taken out of all of it, and only what could not be removed is left."""
        return bool(self.places) and all(place.is_undeployed for place in self.places)

    @property
    def trouble(self) -> Sequence[str]:
        """Why the set's last run in it came to nothing, where it did."""
        return self.last_run.notes if self.last_run and self.last_run.state == Run.State.GIVEN_UP else ()

    @property
    def is_stale(self) -> bool:
        """Whether the set would have it otherwise under one of the profiles, as far as the database knows."""
        return any(place.is_stale for place in self.places)

    @property
    def is_behind(self) -> bool:
        """Whether there is something that can be brought up to date, and nobody is at it."""
        return not self.at_work and bool(self.profiles_left) and (self.is_stale or self.drifted_count > 0)

    @property
    def profiles_left(self) -> list[str]:
        """The profiles it is to be live under, of those that there still are."""
        return [place.profile_id for place in self.places if place.has_profile and not place.is_undeployed]

    @property
    def status_to_see(self) -> str:
        """The status that all of what was found changed on disk has; nothing where it differs, or nobody looked."""
        found = {status.status.value for place in self.places for status in place.drifted or ()}
        return found.pop() if len(found) == 1 else ""

    @property
    def drifted_count(self) -> int:
        """How many artifacts were found edited or deleted on disk, where the set is to be there."""
        return sum(len(place.drifted or ()) for place in self.places if not place.is_undeployed)


@dataclass(frozen=True, slots=True)
class LiveList:
    """A page of the projects that a set is live in.

    `is_at_work` says that a run of the set goes on in one of those shown, or that all are being brought up to date.
    The `error` says why nobody can tell how they stand.
    """

    page: Page[Sequence[Place]]
    projects: Sequence[LiveProject]
    on_disk: bool
    is_at_work: bool
    error: DeploymentSetResolutionError | None = None

    @property
    def stale_count(self) -> int:
        """How many of the projects shown are stale."""
        return sum(each.is_stale for each in self.projects)

    @property
    def left_count(self) -> int:
        """In how many of the projects shown only what could not be removed is left."""
        return sum(each.is_undeployed for each in self.projects)

    @property
    def live_count(self) -> int:
        """In how many projects it is live: on all pages, as far as this one can tell."""
        return self.page.paginator.count - self.left_count

    @property
    def may_bring_all(self) -> bool:
        """Whether there are several projects and any of them may be stale: those on other pages are not looked at."""
        return self.live_count > 1 and bool(self.stale_count or self.page.has_other_pages())

    @property
    def drifted_count(self) -> int:
        """How many artifacts were found edited or deleted on disk in the projects shown."""
        return sum(each.drifted_count for each in self.projects)


def live_list(deployment_set: DeploymentSet, *, page: str | None, per_page: int, on_disk: bool) -> LiveList:
    """One page of where a set is live. With `on_disk` every file that was deployed there is read.

    The number of queries depends on artifacts only by batches.
    """
    by_project: Sequence[Sequence[Place]] = [
        list(places) for _, places in groupby(places_of(deployment_set), key=lambda place: place.project)
    ]
    shown = Paginator(by_project, per_page).get_page(page)
    runs = _last_runs(deployment_set, [places[0].project for places in shown])
    error = None
    try:
        live = where_live(
            deployment_set=deployment_set, places=[place for places in shown for place in places], on_disk=on_disk
        )
    except DeploymentSetResolutionError as caught:
        live, error = [], caught
    stands = {project.pk: list(places) for project, places in groupby(live, key=lambda each: each.project)}

    def entry(places: Sequence[Place]) -> LiveProject:
        project = places[0].project
        run = runs.get(project.pk)
        return LiveProject(
            project,
            stands.get(project.pk, ()),
            run,
            at_work=run is not None and is_at_work(run),
            unlooked=[place.profile_id for place in places] if error else (),
        )

    entries = [entry(places) for places in shown]
    goes_on = any(each.at_work for each in entries) or is_being_brought_up_to_date(deployment_set)
    return LiveList(shown, entries, on_disk, goes_on, error)


def member_entries(members: Sequence[DeploymentSetMember]) -> list[MemberEntry]:
    """An entry for each of a page of members, joined with what they refer to. Three queries."""
    counted = summaries([member.member_set for member in members if member.member_set is not None])
    group_ids = [member.group_id for member in members if member.group_id is not None]
    sizes = dict(
        GroupMembership.objects.filter(group__in=group_ids).order_by().values_list("group").annotate(size=Count("pk"))
    )

    def entry(member: DeploymentSetMember) -> MemberEntry:
        if (inner := member.member_set) is not None:
            return MemberEntry(member, Member(MemberKind.SET, inner.pk), "set", inner.name, summary=counted[inner.pk])
        if (group := member.group) is not None:
            size = sizes.get(group.pk, 0)
            return MemberEntry(member, Member(MemberKind.GROUP, group.pk), "group", group.name, artifact_count=size)
        artifact = member.artifact
        assert artifact is not None, "the database checks that a member has one reference"
        return MemberEntry(
            member,
            Member(MemberKind.ARTIFACT, artifact.pk),
            artifact.type,
            artifact.name,
            text=artifact.description,
            missing=artifact.gone_at is not None,
        )

    return [entry(member) for member in members]


def resolved_list(
    deployment_set: DeploymentSet,
    *,
    page: str | None,
    per_page: int,
    search: str = "",
    type: ArtifactType | None = None,
) -> ResolvedList:
    """One page of what a set stands for, or of that part which `list_artifacts` finds so. At most four queries."""
    graph = load_graph([deployment_set])
    try:
        resolution = resolve(deployment_set.pk, graph)
    except DeploymentSetResolutionError as error:
        return ResolvedList(error=error)
    shown = Paginator(resolved_among(resolution, search=search, type=type), per_page).get_page(page)
    artifacts = Artifact.objects.in_bulk([resolved.uuid for resolved in shown])
    counts = trail_counts(deployment_set.pk, graph)
    return ResolvedList(
        resolution=resolution,
        page=shown,
        entries=[
            ResolvedEntry(
                artifacts[resolved.uuid],
                [container.name for container in resolved.trail],
                counts[resolved.uuid] - 1,
                resolved.missing,
                _written_flags(artifacts[resolved.uuid]),
            )
            for resolved in shown
            if resolved.uuid in artifacts
        ],
    )


def _last_runs(deployment_set: DeploymentSet, projects: Sequence[Project]) -> dict[UUID, Run]:
    """The last run for the set in each of `projects` that had one. One query."""
    claimant = claimant_of(deployment_set.pk, deployment_set.name).key
    last = Run.objects.filter(project=OuterRef("pk"), claimant=claimant).order_by("-number").values("pk")[:1]
    rows = Project.objects.filter(pk__in=[project.pk for project in projects]).values(last=Subquery(last))
    return {run.project_id: run for run in Run.objects.filter(pk__in=rows).select_related("project")}


def last_runs(owner: User, deployment_set: DeploymentSet) -> list[Run]:
    """The set's last runs in the owner's projects, newest first, each with its project and counts. One query."""
    claimant = claimant_of(deployment_set.pk, deployment_set.name)
    runs = Run.objects.filter(claimant=claimant.key, project__owner=owner).select_related("project")
    return list(counted_by_status(runs).order_by("-started_at", "-number")[:RUNS_SHOWN])


def _written_flags(artifact: Artifact) -> list[str]:
    """Each flag as a sentence, with its file in front where the artifact has several."""
    return [f"{flag['file']}: {flag['detail']}" if flag["file"] else flag["detail"] for flag in artifact.flags]


@dataclass(frozen=True, slots=True)
class _LiveCount:
    projects: int
    deployments: int


_NOWHERE = _LiveCount(0, 0)


def _live_counts(owner: User, sets: Sequence[DeploymentSet]) -> dict[UUID, _LiveCount]:
    """For each of `sets` that claims anything, in how many of the owner's projects it is live, and how much it claims.

    One query; three when it claims anything.
    """
    keys = {claimant_of(one.pk, one.name).key: one.pk for one in sets}
    rows = (
        Claim.objects.filter(claimant__in=keys, deployment__project__owner=owner)
        .order_by()
        .values_list("claimant")
        .annotate(projects=Count("deployment__project", distinct=True), deployments=Count("deployment"))
    )
    counted = {key: (projects, deployments) for key, projects, deployments in rows}
    left_in = _left_in(owner, counted) if counted else {}
    return {
        keys[key]: _LiveCount(projects - len(left_in.get(key, ())), deployments)
        for key, (projects, deployments) in counted.items()
    }


def _left_in(owner: User, claimants: Collection[str]) -> dict[str, set[UUID]]:
    """The owner's projects that each of `claimants` was undeployed from, and claims what was edited there still.

    At most two queries.
    """
    undeployed = undeployed_places(claimants, owner.pk)
    claims = Claim.objects.filter(
        claimant__in=undeployed,
        deployment__project__in={project_id for places in undeployed.values() for project_id, _ in places},
    )
    left_in: dict[str, set[UUID]] = {}
    live_in: dict[str, set[UUID]] = {}
    places = claims.order_by().values_list("claimant", "deployment__project", "deployment__deployment_profile_id")
    for claimant, project_id, profile_id in places.distinct() if undeployed else ():
        is_left = (project_id, profile_id) in undeployed[claimant]
        (left_in if is_left else live_in).setdefault(claimant, set()).add(project_id)
    return {claimant: projects - live_in.get(claimant, set()) for claimant, projects in left_in.items()}
