"""Reads of deployment sets. Every one is an owner's own: another owner's set does not exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.editions import edition_of
from accounts.models import User
from accounts.ordering import Sort, ordering
from accounts.text import containing, is_storable
from artifacts.queries import list_artifacts
from deployment_sets.exceptions import DeploymentSetNotFoundError, MemberNotFoundError
from deployment_sets.models import DeploymentSet, DeploymentSetMember, DeploymentSetTag
from deployment_sets.services.resolution import Member, MemberKind, Resolution, ResolvedArtifact
from profiles.enums import ArtifactType

_REFERENCES = {MemberKind.ARTIFACT: "artifact", MemberKind.GROUP: "group", MemberKind.SET: "member_set"}


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A direct member of a set, with the name of what it refers to. Only artifacts have a type, and can be missing."""

    id: UUID
    kind: MemberKind
    target_id: UUID
    name: str
    namespace: str
    artifact_type: ArtifactType | None
    position: int
    missing: bool


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag, and how many of its owner's sets carry it."""

    name: str
    set_count: int


def set_of(owner: User, set_id: UUID) -> DeploymentSet:
    """The owner's set of that id. Raises DeploymentSetNotFoundError."""
    try:
        return DeploymentSet.objects.owned_by(owner).get(pk=set_id)
    except DeploymentSet.DoesNotExist:
        raise DeploymentSetNotFoundError(set_id) from None


def list_sets(owner: User, *, name: str = "", tag: str = "", sort: Sort = "name") -> QuerySet[DeploymentSet]:
    """The owner's sets whose name contains `name`, in whatever case, and that carry `tag`.

    `sort` may be turned around with a leading `-`. Tags come along in one more query.
    """
    sets = DeploymentSet.objects.owned_by(owner).prefetch_related("tag_rows").order_by(ordering(sort), "id")
    if not is_storable(tag):
        return sets.none()
    return sets.filter(containing("name", name), **({"tag_rows__name": tag} if tag else {}))


def tags_of(owner: User) -> list[TagCount]:
    """The tags the owner uses, by name, with the number of sets of each."""
    rows = DeploymentSetTag.objects.filter(set__owner=owner).values_list("name").order_by("name")
    return [TagCount(name, count) for name, count in rows.annotate(set_count=Count("id"))]


def members_of(deployment_set: DeploymentSet, *, offset: int = 0, limit: int | None = None) -> list[MemberRow]:
    """The direct members of a set in order: all of them, or at most `limit` from the one at `offset` on. One query."""
    members = members_with_references(deployment_set)
    return [_member_row(member) for member in members[offset : None if limit is None else offset + limit]]


def member_of(deployment_set: DeploymentSet, member_id: UUID) -> MemberRow:
    """The set's member of that id. Raises MemberNotFoundError."""
    try:
        return _member_row(members_with_references(deployment_set).get(pk=member_id))
    except DeploymentSetMember.DoesNotExist:
        raise MemberNotFoundError(deployment_set.pk, member_id) from None


def members_with_references(deployment_set: DeploymentSet) -> QuerySet[DeploymentSetMember]:
    """The members of a set in order, each joined with what it refers to."""
    return deployment_set.members.select_related("artifact", "group", "member_set").order_by("position")


def resolved_among(
    resolution: Resolution, *, search: str = "", type: ArtifactType | None = None
) -> Sequence[ResolvedArtifact]:
    """Of what a set stands for that part which `list_artifacts` finds so. At most one query."""
    if not search.strip() and type is None:
        return resolution.artifacts
    uuids = set(list_artifacts(search=search, type=type).prefetch_related(None).values_list("pk", flat=True))
    return [resolved for resolved in resolution.artifacts if resolved.uuid in uuids]


def edition_of_set(deployment_set: DeploymentSet) -> str:
    """A name for the set as it is: its own fields, its tags and its direct members. Two queries."""
    members = deployment_set.members.order_by("position").values_list("id", "artifact_id", "group_id", "member_set_id")
    fields = [getattr(deployment_set, field) for field in ("pk", "name", "description", "color", "icon")]
    return edition_of([fields, list(deployment_set.tag_rows.values_list("name", flat=True)), list(members)])


def sets_using(owner: User, target: Member) -> QuerySet[DeploymentSet]:
    """The owner's sets that have `target` as a direct member, by name."""
    return (
        DeploymentSet.objects.owned_by(owner)
        .filter(pk__in=DeploymentSetMember.objects.filter(**reference_to(target)).values("set_id"))
        .order_by(ordering("name"), "id")
    )


def reference_to(target: Member) -> dict[str, UUID]:
    """The column and value with which a member refers to `target`: to filter by, or to create with."""
    return {f"{_REFERENCES[target.kind]}_id": target.target_id}


def _member_row(member: DeploymentSetMember) -> MemberRow:
    if member.artifact is not None:
        artifact = member.artifact
        return MemberRow(
            id=member.pk,
            kind=MemberKind.ARTIFACT,
            target_id=artifact.pk,
            name=artifact.name,
            namespace=artifact.namespace,
            artifact_type=ArtifactType(artifact.type),
            position=member.position,
            missing=artifact.gone_at is not None,
        )
    container = member.group or member.member_set
    assert container is not None, "the database checks that a member has one reference"
    return MemberRow(
        id=member.pk,
        kind=MemberKind.GROUP if member.group is not None else MemberKind.SET,
        target_id=container.pk,
        name=container.name,
        namespace="",
        artifact_type=None,
        position=member.position,
        missing=False,
    )
