"""Adding, removing and moving the members of a set."""

from uuid import UUID, uuid4

import pytest

from accounts.models import User
from artifacts.models import ArtifactGroup
from deployment_sets.exceptions import (
    AlreadyMemberError,
    DeploymentSetCycleError,
    DeploymentSetDepthError,
    DeploymentSetNotFoundError,
    MemberNotFoundError,
    MemberReferenceError,
    PositionError,
    UnknownReferenceError,
)
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import members_of, sets_using
from deployment_sets.services.members import add_member, add_members, move_member, remove_member
from deployment_sets.services.resolution import Member, MemberKind
from deployment_sets.services.sets import clone_set, delete_set
from tests.factories import ArtifactFactory, ArtifactGroupFactory, DeploymentSetFactory


def names(deployment_set: DeploymentSet) -> list[str]:
    """The members' names in order, once their positions have been seen to be dense."""
    rows = members_of(deployment_set)
    assert [row.position for row in rows] == list(range(len(rows)))
    return [row.name for row in rows]


def chain(owner: User, length: int, prefix: str) -> list[DeploymentSet]:
    """Sets of which each contains the next, outermost first."""
    sets: list[DeploymentSet] = []
    for number in reversed(range(length)):
        sets.insert(0, DeploymentSetFactory(owner=owner, name=f"{prefix}{number}", members=sets[:1]))
    return sets


@pytest.fixture
def abc(owner: User) -> DeploymentSet:
    """A set of the artifacts a, b and c."""
    return DeploymentSetFactory(
        owner=owner, name="Letters", members=[ArtifactFactory(name=name, files={}) for name in "abc"]
    )


def member_id(deployment_set: DeploymentSet, name: str) -> UUID:
    return next(row.id for row in members_of(deployment_set) if row.name == name)


def test_an_added_member_goes_to_the_end(owner: User, abc: DeploymentSet) -> None:
    add_member(owner=owner, set_id=abc.pk, group_id=ArtifactGroupFactory(name="d").pk)
    add_member(owner=owner, set_id=abc.pk, member_set_id=DeploymentSetFactory(owner=owner, name="e").pk)
    assert names(abc) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(("position", "expected"), [(0, "xabc"), (1, "axbc"), (3, "abcx")])
def test_a_member_added_at_a_position_shifts_the_others(
    owner: User, abc: DeploymentSet, position: int, expected: str
) -> None:
    add_member(owner=owner, set_id=abc.pk, artifact_uuid=ArtifactFactory(name="x", files={}).pk, position=position)
    assert names(abc) == list(expected)


def test_several_members_go_in_together_in_their_order(owner: User, abc: DeploymentSet) -> None:
    nested = DeploymentSetFactory(owner=owner, name="x")
    group = ArtifactGroupFactory(name="y")
    added = add_members(
        owner=owner,
        set_id=abc.pk,
        members=[Member(MemberKind.SET, nested.pk), Member(MemberKind.GROUP, group.pk)],
        position=1,
    )
    assert names(abc) == ["a", "x", "y", "b", "c"]
    assert [member.position for member in added] == [1, 2]


def test_of_several_members_none_goes_in_when_one_cannot(owner: User, abc: DeploymentSet) -> None:
    fine = Member(MemberKind.ARTIFACT, ArtifactFactory(files={}).pk)
    unknown = Member(MemberKind.ARTIFACT, uuid4())
    with pytest.raises(UnknownReferenceError) as caught:
        add_members(owner=owner, set_id=abc.pk, members=[fine, unknown])
    assert (caught.value.kind, caught.value.target_id) == ("artifact", unknown.target_id)
    with pytest.raises(DeploymentSetCycleError):
        add_members(owner=owner, set_id=abc.pk, members=[fine, Member(MemberKind.SET, abc.pk)])
    assert names(abc) == ["a", "b", "c"]


def test_what_is_named_twice_is_added_once(owner: User, abc: DeploymentSet) -> None:
    twice = Member(MemberKind.ARTIFACT, ArtifactFactory(name="x", files={}).pk)
    assert len(add_members(owner=owner, set_id=abc.pk, members=[twice, twice])) == 1
    assert names(abc) == ["a", "b", "c", "x"]


@pytest.mark.parametrize("position", [-1, 4, 10**30])
def test_it_refuses_to_add_at_a_position_the_set_does_not_have(owner: User, abc: DeploymentSet, position: int) -> None:
    with pytest.raises(PositionError, match="write a number from 0 to 3"):
        add_member(owner=owner, set_id=abc.pk, artifact_uuid=ArtifactFactory(files={}).pk, position=position)
    assert names(abc) == ["a", "b", "c"]


def test_it_refuses_a_member_without_a_reference(owner: User, abc: DeploymentSet) -> None:
    with pytest.raises(MemberReferenceError, match="none was given"):
        add_member(owner=owner, set_id=abc.pk)


def test_it_refuses_a_member_with_two_references(owner: User, abc: DeploymentSet) -> None:
    with pytest.raises(MemberReferenceError, match="several were given"):
        add_member(owner=owner, set_id=abc.pk, artifact_uuid=uuid4(), group_id=uuid4())


def test_it_refuses_what_is_a_member_already(owner: User, abc: DeploymentSet) -> None:
    artifact = abc.members.get(position=1).artifact
    group, nested = ArtifactGroupFactory(), DeploymentSetFactory(owner=owner)
    add_member(owner=owner, set_id=abc.pk, group_id=group.pk)
    add_member(owner=owner, set_id=abc.pk, member_set_id=nested.pk)
    assert artifact is not None
    with pytest.raises(AlreadyMemberError, match="The artifact “skill:b” is a member of “Letters” already"):
        add_member(owner=owner, set_id=abc.pk, artifact_uuid=artifact.pk)
    with pytest.raises(AlreadyMemberError):
        add_member(owner=owner, set_id=abc.pk, group_id=group.pk)
    with pytest.raises(AlreadyMemberError):
        add_member(owner=owner, set_id=abc.pk, member_set_id=nested.pk)


@pytest.mark.parametrize("kind", MemberKind)
def test_it_refuses_a_reference_to_nothing(owner: User, abc: DeploymentSet, kind: MemberKind) -> None:
    with pytest.raises(UnknownReferenceError, match=f"There is no {kind} with the id"):
        add_members(owner=owner, set_id=abc.pk, members=[Member(kind, uuid4())])


def test_another_owners_set_is_unknown_as_a_member(owner: User, other_owner: User, abc: DeploymentSet) -> None:
    foreign = DeploymentSetFactory(owner=other_owner)
    with pytest.raises(UnknownReferenceError):
        add_member(owner=owner, set_id=abc.pk, member_set_id=foreign.pk)


def test_another_owners_set_cannot_be_changed(other_owner: User, abc: DeploymentSet) -> None:
    first = member_id(abc, "a")
    with pytest.raises(DeploymentSetNotFoundError):
        add_member(owner=other_owner, set_id=abc.pk, artifact_uuid=ArtifactFactory(files={}).pk)
    with pytest.raises(DeploymentSetNotFoundError):
        remove_member(owner=other_owner, set_id=abc.pk, member_id=first)
    with pytest.raises(DeploymentSetNotFoundError):
        move_member(owner=other_owner, set_id=abc.pk, member_id=first, position=1)
    assert names(abc) == ["a", "b", "c"]


def test_removing_a_member_closes_the_gap_and_returns_what_it_was(owner: User, abc: DeploymentSet) -> None:
    removed = remove_member(owner=owner, set_id=abc.pk, member_id=member_id(abc, "b"))
    assert names(abc) == ["a", "c"]
    add_member(owner=owner, set_id=abc.pk, artifact_uuid=removed.artifact_id, position=removed.position)
    assert names(abc) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("name", "position", "expected"), [("a", 2, "bca"), ("c", 0, "cab"), ("b", 1, "abc"), ("a", 1, "bac")]
)
def test_moving_a_member_shifts_those_between(
    owner: User, abc: DeploymentSet, name: str, position: int, expected: str
) -> None:
    moved = move_member(owner=owner, set_id=abc.pk, member_id=member_id(abc, name), position=position)
    assert moved.position == position
    assert names(abc) == list(expected)


@pytest.mark.parametrize("position", [-1, 3])
def test_it_refuses_to_move_to_a_position_the_set_does_not_have(owner: User, abc: DeploymentSet, position: int) -> None:
    with pytest.raises(PositionError, match="write a number from 0 to 2"):
        move_member(owner=owner, set_id=abc.pk, member_id=member_id(abc, "a"), position=position)


def test_a_member_is_only_known_through_its_own_set(owner: User, abc: DeploymentSet) -> None:
    other = DeploymentSetFactory(owner=owner, members=[ArtifactFactory(name="x", files={})])
    foreign = member_id(other, "x")
    with pytest.raises(MemberNotFoundError):
        remove_member(owner=owner, set_id=abc.pk, member_id=foreign)
    with pytest.raises(MemberNotFoundError):
        move_member(owner=owner, set_id=abc.pk, member_id=foreign, position=0)
    assert names(other) == ["x"]


def test_a_set_cannot_contain_itself(owner: User, abc: DeploymentSet) -> None:
    with pytest.raises(DeploymentSetCycleError) as caught:
        add_member(owner=owner, set_id=abc.pk, member_set_id=abc.pk)
    assert caught.value.path_names == ("Letters", "Letters")
    assert caught.value.path_ids == (abc.pk, abc.pk)


def test_it_refuses_a_circle_with_its_path_by_name_and_id(owner: User) -> None:
    outer, middle, inner = chain(owner, 3, "s")
    with pytest.raises(DeploymentSetCycleError, match="circular reference: s2 › s0 › s1 › s2") as caught:
        add_member(owner=owner, set_id=inner.pk, member_set_id=outer.pk)
    assert caught.value.path_names == ("s2", "s0", "s1", "s2")
    assert caught.value.path_ids == (inner.pk, outer.pk, middle.pk, inner.pk)
    assert names(inner) == []


def test_twenty_sets_deep_is_allowed_and_one_more_is_not(owner: User) -> None:
    above, below = chain(owner, 10, "above"), chain(owner, 11, "below")
    with pytest.raises(DeploymentSetDepthError, match="21 deep, and at most 20") as caught:
        add_member(owner=owner, set_id=above[-1].pk, member_set_id=below[0].pk)
    assert caught.value.path_ids == tuple(one.pk for one in above + below)
    assert caught.value.path_names == tuple(one.name for one in above + below)
    add_member(owner=owner, set_id=above[-1].pk, member_set_id=below[1].pk)


def test_depth_counts_the_longest_way_above_and_below(owner: User) -> None:
    above, below = chain(owner, 12, "above"), chain(owner, 9, "below")
    DeploymentSetFactory(owner=owner, name="short way down", members=[above[-1]])
    fork: DeploymentSet = DeploymentSetFactory(
        owner=owner, name="fork", members=[DeploymentSetFactory(owner=owner), below[0]]
    )
    with pytest.raises(DeploymentSetDepthError) as caught:
        add_member(owner=owner, set_id=above[-1].pk, member_set_id=fork.pk)
    assert caught.value.path_ids == tuple(one.pk for one in [*above, fork, *below])


def test_one_of_several_new_members_may_be_the_one_too_deep(owner: User) -> None:
    deep = chain(owner, 20, "deep")
    shallow = DeploymentSetFactory(owner=owner)
    outer = DeploymentSetFactory(owner=owner, name="outer")
    with pytest.raises(DeploymentSetDepthError):
        add_members(
            owner=owner, set_id=outer.pk, members=[Member(MemberKind.SET, one.pk) for one in (shallow, deep[0])]
        )
    assert names(outer) == []


def test_two_ways_to_the_same_set_are_no_circle(owner: User) -> None:
    shared = DeploymentSetFactory(owner=owner, name="shared")
    left = DeploymentSetFactory(owner=owner, name="left", members=[shared])
    right = DeploymentSetFactory(owner=owner, name="right", members=[shared])
    outer = DeploymentSetFactory(owner=owner, name="outer", members=[left])
    add_member(owner=owner, set_id=outer.pk, member_set_id=right.pk)
    add_member(owner=owner, set_id=outer.pk, member_set_id=shared.pk)
    assert names(outer) == ["left", "right", "shared"]


@pytest.mark.parametrize("by_queryset", [False, True])
def test_a_deleted_group_leaves_no_gap_in_anyones_set(
    owner: User, other_owner: User, abc: DeploymentSet, by_queryset: bool
) -> None:
    group = ArtifactGroupFactory(name="group")
    add_member(owner=owner, set_id=abc.pk, group_id=group.pk, position=1)
    others = DeploymentSetFactory(
        owner=other_owner, members=[group, ArtifactFactory(name="x", files={}), ArtifactFactory(name="y", files={})]
    )
    if by_queryset:
        ArtifactGroup.objects.filter(pk=group.pk).delete()
    else:
        group.delete()
    assert names(abc) == ["a", "b", "c"]
    assert names(others) == ["x", "y"]


def test_groups_deleted_together_leave_no_gaps(owner: User, abc: DeploymentSet) -> None:
    for position in (0, 2, 2, 5):
        add_member(owner=owner, set_id=abc.pk, group_id=ArtifactGroupFactory().pk, position=position)
    ArtifactGroup.objects.all().delete()
    assert names(abc) == ["a", "b", "c"]


def test_a_deleted_set_leaves_the_sets_that_contain_it(owner: User, abc: DeploymentSet) -> None:
    nested = DeploymentSetFactory(owner=owner, name="nested", members=[ArtifactFactory(files={})])
    add_member(owner=owner, set_id=abc.pk, member_set_id=nested.pk, position=1)
    assert list(sets_using(owner, Member(MemberKind.SET, nested.pk))) == [abc]
    delete_set(owner=owner, set_id=nested.pk)
    assert names(abc) == ["a", "b", "c"]


def test_sets_deleted_by_a_queryset_leave_no_gaps(owner: User, other_owner: User, abc: DeploymentSet) -> None:
    doomed = [DeploymentSetFactory(owner=owner, name="doomed") for _ in range(3)]
    inner = DeploymentSetFactory(owner=other_owner, name="doomed")
    others = DeploymentSetFactory(owner=other_owner, members=[inner, ArtifactFactory(name="x", files={})])
    for position, one in enumerate(doomed):
        add_member(owner=owner, set_id=abc.pk, member_set_id=one.pk, position=2 * position)
    DeploymentSet.objects.filter(name="doomed").delete()
    assert names(abc) == ["a", "b", "c"]
    assert names(others) == ["x"]


def test_changing_members_makes_a_set_the_last_changed(owner: User, abc: DeploymentSet) -> None:
    before = abc.updated_at
    add_member(owner=owner, set_id=abc.pk, artifact_uuid=ArtifactFactory(files={}).pk)
    abc.refresh_from_db()
    assert abc.updated_at > before


def test_which_sets_use_a_thing_is_an_owners_own_answer(owner: User, other_owner: User) -> None:
    artifact, group = ArtifactFactory(files={}), ArtifactGroupFactory()
    mine = DeploymentSetFactory(owner=owner, members=[artifact, group])
    theirs = DeploymentSetFactory(owner=other_owner, members=[artifact, group])
    for target in (Member(MemberKind.ARTIFACT, artifact.pk), Member(MemberKind.GROUP, group.pk)):
        assert list(sets_using(owner, target)) == [mine]
        assert list(sets_using(other_owner, target)) == [theirs]


def test_a_clone_changes_on_its_own(owner: User, abc: DeploymentSet) -> None:
    copy = clone_set(owner=owner, set_id=abc.pk)
    remove_member(owner=owner, set_id=copy.pk, member_id=member_id(copy, "a"))
    add_member(owner=owner, set_id=abc.pk, artifact_uuid=ArtifactFactory(name="x", files={}).pk)
    assert names(copy) == ["b", "c"]
    assert names(abc) == ["a", "b", "c", "x"]
