"""What several processes at once cannot do to the sets of an owner."""

import random
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from uuid import UUID

import pytest

from accounts.models import User
from artifacts.exceptions import GroupExistsError
from artifacts.models import ArtifactGroup
from artifacts.services.groups import create_group, delete_group
from deployment_sets.exceptions import (
    MAX_DEPTH,
    DeploymentSetCycleError,
    DeploymentSetDepthError,
    DeploymentSetError,
    UnknownReferenceError,
)
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.portable.document import PortableDocument
from deployment_sets.queries import members_of
from deployment_sets.services.exporting import export_set
from deployment_sets.services.graph import load_graph
from deployment_sets.services.importing import import_sets
from deployment_sets.services.members import add_member, move_member, remove_member
from deployment_sets.services.resolution import resolve
from deployment_sets.services.sets import clone_set, delete_set
from tests.factories import ArtifactFactory, ArtifactGroupFactory, DeploymentSetFactory, UserFactory
from tests.processes import Outcome, run_together

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


def assert_sound() -> None:
    """No circle, nothing too deep (either would raise), and positions without a gap."""
    sets = list(DeploymentSet.objects.all())
    graph = load_graph(sets)
    for one in sets:
        resolve(one.pk, graph)
        positions = [row.position for row in members_of(one)]
        assert positions == list(range(len(positions)))


def adding(owner: User, outer: DeploymentSet, inner: DeploymentSet) -> Callable[[], None]:
    def job() -> None:
        add_member(owner=owner, set_id=outer.pk, member_set_id=inner.pk)

    return job


def errors(outcomes: list[Outcome[None]]) -> list[type[BaseException] | None]:
    return [outcome.error for outcome in outcomes]


def chain(owner: User, length: int) -> list[DeploymentSet]:
    sets: list[DeploymentSet] = []
    for _ in range(length):
        sets.insert(0, DeploymentSetFactory(owner=owner, members=sets[:1]))
    return sets


def test_of_two_sets_added_to_each_other_only_one_goes_in(owner: User) -> None:
    for _ in range(ROUNDS):
        a, b = DeploymentSetFactory(owner=owner), DeploymentSetFactory(owner=owner)
        outcomes = run_together([adding(owner, a, b), adding(owner, b, a)])
        assert sorted(map(str, errors(outcomes))) == sorted(map(str, [None, DeploymentSetCycleError]))
    assert_sound()


def test_a_ring_of_sets_is_left_open_somewhere(owner: User) -> None:
    for _ in range(ROUNDS):
        ring = [DeploymentSetFactory(owner=owner) for _ in range(4)]
        outcomes = run_together([adding(owner, a, b) for a, b in pairwise([*ring, ring[0]])])
        assert errors(outcomes).count(None) == 3
        assert DeploymentSetCycleError in errors(outcomes)
    assert_sound()


def test_chains_joined_at_once_never_pass_the_depth_limit(owner: User) -> None:
    for _ in range(ROUNDS):
        top, middle, bottom = chain(owner, 7), chain(owner, 7), chain(owner, 7)
        outcomes = run_together([adding(owner, top[-1], middle[0]), adding(owner, middle[-1], bottom[0])])
        assert errors(outcomes).count(None) == 1
        assert DeploymentSetDepthError in errors(outcomes)
    assert_sound()


def test_members_added_to_one_set_at_once_each_get_a_position(owner: User) -> None:
    outer = DeploymentSetFactory(owner=owner)
    for _ in range(ROUNDS):
        inner = [DeploymentSetFactory(owner=owner) for _ in range(4)]
        assert errors(run_together([adding(owner, outer, one) for one in inner])) == [None] * 4
    assert_sound()
    assert outer.members.count() == 4 * ROUNDS


def test_members_moved_at_once_keep_dense_positions(owner: User) -> None:
    outer = DeploymentSetFactory(owner=owner, members=[ArtifactFactory(files={}) for _ in range(6)])
    ids = [row.id for row in members_of(outer)]

    def moving(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(25):
            move_member(owner=owner, set_id=outer.pk, member_id=chance.choice(ids), position=chance.randrange(len(ids)))

    assert errors(run_together([partial(moving, seed) for seed in range(4)])) == [None] * 4
    assert_sound()
    assert {row.id for row in members_of(outer)} == set(ids)


def test_a_group_deleted_while_it_is_added_ends_in_a_domain_error_or_leaves_no_gap(owner: User) -> None:
    outer = DeploymentSetFactory(owner=owner, members=[ArtifactFactory(files={}) for _ in range(3)])

    def deleting(group_id: UUID) -> None:
        ArtifactGroup.objects.get(pk=group_id).delete()

    def adding_group(group_id: UUID) -> None:
        add_member(owner=owner, set_id=outer.pk, group_id=group_id, position=1)

    for _ in range(ROUNDS):
        group = ArtifactGroupFactory()
        deleted, added = run_together([partial(deleting, group.pk), partial(adding_group, group.pk)])
        assert deleted.error is None, deleted.message
        assert added.error in (None, UnknownReferenceError), added.message
        assert_sound()
        assert outer.members.count() == 3


def test_a_document_and_a_nesting_below_what_it_refers_to_never_pass_the_depth_limit_together(owner: User) -> None:
    for _ in range(ROUNDS):
        path = chain(owner, MAX_DEPTH - 1)
        outer = DeploymentSetFactory(owner=owner, members=path[:1])
        document = export_set(owner=owner, set_id=outer.pk, nested_sets=False)
        outer.delete()

        def importing(document: PortableDocument) -> None:
            import_sets(owner=owner, document=document)

        jobs: list[Callable[[], None]] = [partial(importing, document), adding(owner, path[-1], chain(owner, 1)[0])]
        outcomes = run_together(jobs)
        assert errors(outcomes).count(None) == 1
        assert DeploymentSetDepthError in errors(outcomes)
    assert_sound()


def test_documents_imported_at_once_give_no_name_twice(owner: User) -> None:
    document = export_set(owner=owner, set_id=DeploymentSetFactory(owner=owner, name="Full-stack").pk)

    def importing() -> None:
        import_sets(owner=owner, document=document)

    for _ in range(ROUNDS):
        assert errors(run_together([importing, importing])) == [None, None]
    assert len(set(DeploymentSet.objects.values_list("name", flat=True))) == 2 * ROUNDS + 1


def test_a_document_imported_while_its_groups_go_and_come_is_imported_whole(owner: User) -> None:
    skill = ArtifactFactory(files={})
    admin = UserFactory(is_superuser=True)

    def importing(document: PortableDocument) -> None:
        import_sets(owner=admin, document=document)

    def replacing(group_id: UUID, name: str) -> None:
        delete_group(group=ArtifactGroup.objects.get(pk=group_id))
        create_group(name=name, artifacts=[skill])

    for number in range(ROUNDS):
        group = ArtifactGroupFactory(name=f"Planning {number}", artifacts=[skill])
        outer = DeploymentSetFactory(owner=owner, members=[group])
        document = export_set(owner=owner, set_id=outer.pk)
        imported, replaced = run_together([partial(importing, document), partial(replacing, group.pk, group.name)])
        assert imported.error is None, imported.message
        # Where the import made the group first, its name is taken.
        assert replaced.error in (None, GroupExistsError), replaced.message
        assert_sound()
    assert DeploymentSet.objects.owned_by(admin).count() == ROUNDS


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_several_processes_do_the_sets_stay_sound(owner: User, seed: int) -> None:
    artifacts = [ArtifactFactory(files={}).pk for _ in range(10)]
    groups = [ArtifactGroupFactory().pk for _ in range(8)]
    for _ in range(8):
        DeploymentSetFactory(owner=owner)

    def one_step(chance: random.Random) -> None:
        sets = list(DeploymentSet.objects.values_list("pk", flat=True))
        set_id = chance.choice(sets)
        members = list(DeploymentSetMember.objects.filter(set_id=set_id).values_list("pk", flat=True))
        match chance.choice(
            ["set", "set", "set", "set", "artifact", "group", "move", "remove", "clone", "delete", "gone"]
        ):
            case "set":
                add_member(owner=owner, set_id=set_id, member_set_id=chance.choice(sets))
            case "artifact":
                add_member(owner=owner, set_id=set_id, artifact_uuid=chance.choice(artifacts), position=0)
            case "group":
                add_member(owner=owner, set_id=set_id, group_id=chance.choice(groups))
            case "move" if members:
                move_member(owner=owner, set_id=set_id, member_id=chance.choice(members), position=0)
            case "remove" if members:
                remove_member(owner=owner, set_id=set_id, member_id=chance.choice(members))
            case "clone":
                clone_set(owner=owner, set_id=set_id)
            case "delete" if len(sets) > 6:
                delete_set(owner=owner, set_id=set_id)
            case "gone":
                ArtifactGroup.objects.filter(pk=chance.choice(groups)).delete()

    def working(worker: int) -> int:
        chance = random.Random(1000 * seed + worker)
        done = 0
        for _ in range(40):
            try:
                one_step(chance)
                done += 1
            except DeploymentSetError:
                pass
        return done

    outcomes = run_together([partial(working, worker) for worker in range(4)])
    assert [outcome.error for outcome in outcomes] == [None] * 4, outcomes
    assert all(outcome.value and outcome.value > 5 for outcome in outcomes)
    assert_sound()
