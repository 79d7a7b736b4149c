"""Writes of members. Every writer holds the owner's lock, and leaves positions 0…n−1 without a gap."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.services.users import lock_owner
from artifacts.models import Artifact, ArtifactGroup
from deployment_sets.exceptions import (
    AlreadyMemberError,
    MemberNotFoundError,
    MemberReferenceError,
    PositionError,
    UnknownMemberSetError,
    UnknownReferenceError,
)
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.queries import reference_to, set_of
from deployment_sets.services.graph import check_nesting
from deployment_sets.services.resolution import Member, MemberKind
from deployment_sets.services.sets import set_to_change


def add_member(
    *,
    owner: User,
    set_id: UUID,
    artifact_uuid: UUID | None = None,
    group_id: UUID | None = None,
    member_set_id: UUID | None = None,
    position: int | None = None,
    expected: Collection[str] | None = None,
) -> DeploymentSetMember:
    """Add one artifact, group or set to a set: at `position`, or at the end.

    Raises MemberReferenceError unless exactly one reference is given, and what `add_members` raises.
    """
    references = {MemberKind.ARTIFACT: artifact_uuid, MemberKind.GROUP: group_id, MemberKind.SET: member_set_id}
    given = [Member(kind, target_id) for kind, target_id in references.items() if target_id is not None]
    if len(given) != 1:
        raise MemberReferenceError(
            "A member is exactly one of an artifact, a group or a set; "
            f"{'several were' if given else 'none was'} given. Name one of artifact_uuid, group_id and member_set_id."
        )
    return add_members(owner=owner, set_id=set_id, members=given, position=position, expected=expected)[0]


def add_members(
    *,
    owner: User,
    set_id: UUID,
    members: Sequence[Member],
    position: int | None = None,
    expected: Collection[str] | None = None,
) -> list[DeploymentSetMember]:
    """Add several members to a set, in their order from `position` on, or at the end. All of them or none.

    What is named twice is added once, at its first place. With `expected`, only to a set in one of these editions.

    Raises DeploymentSetNotFoundError, EditedMeanwhileError, UnknownReferenceError, AlreadyMemberError, PositionError,
    DeploymentSetCycleError and DeploymentSetDepthError.
    """
    try:
        with transaction.atomic():
            lock_owner(owner)
            return _insert(set_to_change(owner, set_id, expected), _targets(owner, members), position)
    except IntegrityError:
        # Artifacts and groups are not the owner's: one may have gone before the commit, which then says so.
        _targets(owner, members)
        raise


def restore_member(*, owner: User, set_id: UUID, member: Member, position: int) -> DeploymentSetMember:
    """Put back a member that was at `position`; at the end where the set has fewer members by now.

    Raises what `add_members` raises.
    """
    with transaction.atomic():
        lock_owner(owner)
        count = set_of(owner, set_id).members.count()
        return add_members(owner=owner, set_id=set_id, members=[member], position=min(position, count))[0]


def remove_member(
    *, owner: User, set_id: UUID, member_id: UUID, expected: Collection[str] | None = None
) -> DeploymentSetMember:
    """Take a member out of a set; what it was is returned, so that it can be put back.

    With `expected`, only out of a set in one of these editions. Raises DeploymentSetNotFoundError,
    EditedMeanwhileError and MemberNotFoundError.
    """
    with transaction.atomic():
        lock_owner(owner)
        member = _member_of(set_to_change(owner, set_id, expected), member_id)
        drop_members(DeploymentSetMember.objects.filter(pk=member.pk))
        return member


def move_member(
    *, owner: User, set_id: UUID, member_id: UUID, position: int, expected: Collection[str] | None = None
) -> DeploymentSetMember:
    """Move a member to another position of its set; those between shift by one.

    With `expected`, only in a set in one of these editions. Raises DeploymentSetNotFoundError, EditedMeanwhileError,
    MemberNotFoundError and PositionError.
    """
    with transaction.atomic():
        lock_owner(owner)
        deployment_set = set_to_change(owner, set_id, expected)
        member = _member_of(deployment_set, member_id)
        siblings = deployment_set.members
        _check_position(position, last=siblings.count() - 1)
        if position == member.position:
            return member
        if position > member.position:
            siblings.filter(position__gt=member.position, position__lte=position).update(position=F("position") - 1)
        else:
            siblings.filter(position__gte=position, position__lt=member.position).update(position=F("position") + 1)
        member.position = position
        member.save(update_fields=["position"])
        _touch([set_id])
        return member


def drop_members(doomed: QuerySet[DeploymentSetMember]) -> None:
    """Delete members, and close the gaps they leave. The caller holds the locks of their owners.

    For members that refer to one thing, of which a set holds one at the most.
    """
    set_ids = list(doomed.values_list("set_id", flat=True))
    earlier = doomed.filter(set_id=OuterRef("set_id"), position__lt=OuterRef("position"))
    DeploymentSetMember.objects.filter(Exists(earlier), set_id__in=set_ids).update(position=F("position") - 1)
    doomed.delete()
    _touch(set_ids)


def _insert(
    deployment_set: DeploymentSet, targets: dict[Member, Model], position: int | None
) -> list[DeploymentSetMember]:
    siblings = deployment_set.members
    count = siblings.count()
    if position is None:
        position = count
    _check_position(position, last=count)
    _check_new(deployment_set, targets)
    inner = [target for target in targets.values() if isinstance(target, DeploymentSet)]
    if inner:
        check_nesting(deployment_set, inner)
    siblings.filter(position__gte=position).update(position=F("position") + len(targets))
    added = DeploymentSetMember.objects.bulk_create(
        DeploymentSetMember(set=deployment_set, position=place, **reference_to(member))
        for place, member in enumerate(targets, start=position)
    )
    _touch([deployment_set.pk])
    return added


def _targets(owner: User, members: Sequence[Member]) -> dict[Member, Model]:
    """What `members` refer to, in their order, as far as the owner may know. At most three queries."""
    kinds: dict[MemberKind, QuerySet[Any]] = {
        MemberKind.ARTIFACT: Artifact.objects.all(),
        MemberKind.GROUP: ArtifactGroup.objects.all(),
        MemberKind.SET: DeploymentSet.objects.owned_by(owner),
    }
    found: dict[Member, Model] = {}
    for kind, known in kinds.items():
        if ids := _ids(members, kind):
            found |= {Member(kind, target.pk): target for target in known.filter(pk__in=ids)}
    for member in members:
        if member not in found:
            if member.kind is MemberKind.SET:
                raise UnknownMemberSetError(member.target_id)
            raise UnknownReferenceError(member.kind, member.target_id)
    return {member: found[member] for member in members}


def _check_new(deployment_set: DeploymentSet, targets: dict[Member, Model]) -> None:
    present = deployment_set.members.filter(
        Q(artifact_id__in=_ids(targets, MemberKind.ARTIFACT))
        | Q(group_id__in=_ids(targets, MemberKind.GROUP))
        | Q(member_set_id__in=_ids(targets, MemberKind.SET))
    )
    taken = set[UUID]().union(*present.values_list("artifact_id", "group_id", "member_set_id"))
    for member, target in targets.items():
        if member.target_id in taken:
            raise AlreadyMemberError(member.kind, member.target_id, str(target), deployment_set.name)


def _ids(members: Iterable[Member], kind: MemberKind) -> list[UUID]:
    return [member.target_id for member in members if member.kind is kind]


def _check_position(position: int, *, last: int) -> None:
    if not 0 <= position <= last:
        raise PositionError(position, last)


def _member_of(deployment_set: DeploymentSet, member_id: UUID) -> DeploymentSetMember:
    try:
        return deployment_set.members.get(pk=member_id)
    except DeploymentSetMember.DoesNotExist:
        raise MemberNotFoundError(deployment_set.pk, member_id) from None


def _touch(set_ids: Collection[UUID]) -> None:
    DeploymentSet.objects.filter(pk__in=set_ids).update(updated_at=timezone.now())
