"""What could become a member of a set: found by its words, and told whether it can, in a constant number of queries."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from accounts.models import User
from artifacts.models import Artifact, ArtifactGroup
from artifacts.queries import list_artifacts, list_groups, member_counts
from deployment_sets.exceptions import DeploymentSetCycleError, DeploymentSetResolutionError, written_path
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import list_sets
from deployment_sets.services.graph import SetSummary, nesting_refusals, summaries
from deployment_sets.services.resolution import Member, MemberKind
from profiles.enums import ArtifactType

type Tab = Literal["artifacts", "groups", "sets"]

CANDIDATES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could be a member: its kind, its name, where it is from, and a line about it.

    One that is a member already, or has a `refusal`, cannot be chosen.
    """

    member: Member
    kind: str
    name: str
    origin: str = ""
    text: str = ""
    artifact_count: int | None = None
    summary: SetSummary | None = None
    is_member: bool = False
    refusal: str = ""

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.member.kind}:{self.member.target_id}"


@dataclass(frozen=True, slots=True)
class CandidateList:
    """The first of the candidates that were found, and how many there are in all."""

    candidates: Sequence[Candidate]
    total: int


def candidates_for(
    owner: User, deployment_set: DeploymentSet, *, tab: Tab, search: str = "", type: ArtifactType | None = None
) -> CandidateList:
    """What `search` finds for the owner's set: a part of a name, `type:name` or a uuid. At most eight queries."""
    search = search.strip()
    if tab == "artifacts":
        artifacts, total = _first(list_artifacts(search=search, type=type, gone=False))
        found = [_of_artifact(artifact) for artifact in artifacts]
    elif tab == "groups":
        groups, total = _first(list_groups(name=_name_in(search, "group"), gone=False).filter(_id_in(search)))
        counts = member_counts(groups)
        found = [_of_group(group, counts.get(group.pk, 0)) for group in groups]
    else:
        sets, total = _first(list_sets(owner, name=_name_in(search, "set")).filter(_id_in(search)))
        found = _of_sets(deployment_set, sets)
    return CandidateList(_with_members_marked(deployment_set, found), total)


def chosen_among(owner: User, members: Sequence[Member]) -> list[Candidate]:
    """What was chosen, in that order, as far as it is there for this owner. Three queries."""

    def ids(kind: MemberKind) -> list[UUID]:
        return [member.target_id for member in members if member.kind is kind]

    found = [
        *map(_of_artifact, Artifact.objects.filter(pk__in=ids(MemberKind.ARTIFACT)).select_related("collection")),
        *map(_of_group, ArtifactGroup.objects.filter(pk__in=ids(MemberKind.GROUP)).select_related("collection")),
        *map(_of_set, DeploymentSet.objects.owned_by(owner).filter(pk__in=ids(MemberKind.SET))),
    ]
    by_member = {candidate.member: candidate for candidate in found}
    return [by_member[member] for member in members if member in by_member]


def _first[T: Model](rows: QuerySet[T]) -> tuple[list[T], int]:
    first = list(rows[:CANDIDATES_SHOWN])
    return first, len(first) if len(first) < CANDIDATES_SHOWN else rows.count()


def _of_artifact(artifact: Artifact) -> Candidate:
    origin = artifact.collection.name + (f" › {artifact.namespace}" if artifact.namespace else "")
    return Candidate(
        Member(MemberKind.ARTIFACT, artifact.pk), artifact.type, artifact.name, origin, artifact.description
    )


def _of_group(group: ArtifactGroup, artifact_count: int | None = None) -> Candidate:
    origin = group.collection.name if group.collection else ""
    return Candidate(Member(MemberKind.GROUP, group.pk), "group", group.name, origin, artifact_count=artifact_count)


def _of_set(one: DeploymentSet, summary: SetSummary | None = None, refusal: str = "") -> Candidate:
    return Candidate(Member(MemberKind.SET, one.pk), "set", one.name, summary=summary, refusal=refusal)


def _of_sets(outer: DeploymentSet, sets: Sequence[DeploymentSet]) -> list[Candidate]:
    counted = summaries(sets)
    refusals = nesting_refusals(outer, sets)
    return [_of_set(one, counted[one.pk], _written(refusals.get(one.pk))) for one in sets]


def _written(refusal: DeploymentSetCycleError | DeploymentSetResolutionError | None) -> str:
    if refusal is None:
        return ""
    path = written_path(refusal.path_names)
    if isinstance(refusal, DeploymentSetCycleError):
        return f"would contain itself: {path}"
    if refusal.circular:
        return f"contains itself already: {path}"
    return f"would nest sets {len(refusal.path_ids)} deep: {path}"


def _with_members_marked(deployment_set: DeploymentSet, found: Sequence[Candidate]) -> list[Candidate]:
    ids = [candidate.member.target_id for candidate in found]
    held = deployment_set.members.filter(Q(artifact__in=ids) | Q(group__in=ids) | Q(member_set__in=ids))
    taken = {key for row in held.values_list("artifact", "group", "member_set") for key in row}
    return [replace(each, is_member=each.member.target_id in taken) for each in found]


def _name_in(search: str, kind: str) -> str:
    """The part of `search` that is a name: not a uuid, nor the kind in front of it."""
    if _id_in(search):
        return ""
    before, colon, after = search.partition(":")
    return after if colon and before.lower() == kind else search


def _id_in(search: str) -> Q:
    """The condition that a uuid is the one searched for; met by all where `search` is none."""
    with suppress(ValueError):
        return Q(pk=UUID(search))
    return Q()
