"""Which of an owner's sets an artifact or a group comes to, and by which way."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from accounts.models import User
from artifacts.models import GroupMembership
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.queries import sets_using
from deployment_sets.services.graph import with_sets_above
from deployment_sets.services.resolution import Member, MemberKind

USES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Use:
    """A set something comes to: as a member of its own, in a group, or only with a set in it."""

    set: DeploymentSet
    is_member: bool = False
    groups: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """The sets something comes to, nearest first and then by name; `uses` are the first of `count`."""

    uses: Sequence[Use]
    count: int

    @property
    def more(self) -> int:
        """How many are not among `uses`."""
        return self.count - len(self.uses)


def usage_of_artifact(owner: User, artifact_uuid: UUID) -> Usage:
    """Where an artifact comes to: directly, in groups, and in sets of sets. Four queries."""
    holding = GroupMembership.objects.filter(artifact=artifact_uuid).values("group")
    in_groups = DeploymentSetMember.objects.filter(set__owner=owner, group__in=holding).select_related("set", "group")
    groups: dict[DeploymentSet, list[str]] = {}
    for member in in_groups.order_by("position"):
        if member.group is not None:
            groups.setdefault(member.set, []).append(member.group.name)
    return _usage(list(sets_using(owner, Member(MemberKind.ARTIFACT, artifact_uuid))), groups)


def usage_of_group(owner: User, group_id: UUID) -> Usage:
    """Where a group comes to: directly, and in sets of sets. Two queries."""
    return _usage(list(sets_using(owner, Member(MemberKind.GROUP, group_id))), {})


def _usage(direct: Sequence[DeploymentSet], groups: dict[DeploymentSet, list[str]]) -> Usage:
    near = {*direct, *groups}
    members = set(direct)
    found = with_sets_above(near) if near else []
    uses = [Use(each, each in members, groups.get(each, ())) for each in found]
    uses.sort(key=lambda use: not (use.is_member or use.groups))
    return Usage(uses[:USES_SHOWN], len(uses))
