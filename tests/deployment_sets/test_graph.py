"""Sets resolved from the database: what is loaded, in how many queries, and what is logged."""

import logging
import random
from collections.abc import Callable
from functools import cache
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from artifacts.models import Artifact, GroupMembership
from deployment_sets.exceptions import (
    MAX_DEPTH,
    DeploymentSetCycleError,
    DeploymentSetDepthError,
    DeploymentSetResolutionError,
)
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.queries import list_sets, members_of
from deployment_sets.services.graph import check_nesting, explain_artifact, nesting_refusals, resolve_set, summaries
from deployment_sets.services.members import add_member, remove_member
from deployment_sets.services.resolution import MemberKind
from tests.factories import ArtifactFactory, ArtifactGroupFactory, CollectionFactory, DeploymentSetFactory


def artifact(name: str, *, gone: bool = False) -> Artifact:
    return ArtifactFactory(name=name, files={}, gone_at=timezone.now() if gone else None)


def queries(action: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        action()
    return len(captured)


def in_a_circle(owner: User) -> DeploymentSet:
    """Two sets that contain each other, which no service would store."""
    inner = DeploymentSetFactory(owner=owner, name="inner")
    outer = DeploymentSetFactory(owner=owner, name="outer", members=[inner])
    DeploymentSetMember.objects.create(set=inner, member_set=outer, position=0)
    return outer


def full_stack(owner: User) -> DeploymentSet:
    """Full-stack: one artifact, the set Backend (with the group Data access), the set Frontend."""
    models, views, pages = artifact("models"), artifact("views"), artifact("pages")
    data_access = ArtifactGroupFactory(name="Data access", artifacts=[models, views])
    backend = DeploymentSetFactory(owner=owner, name="Backend", members=[data_access])
    frontend = DeploymentSetFactory(owner=owner, name="Frontend", members=[views, pages])
    return DeploymentSetFactory(owner=owner, name="Full-stack", members=[artifact("planning"), backend, frontend])


def test_a_stored_set_resolves_through_groups_and_sets_in_order(owner: User) -> None:
    resolution = resolve_set(full_stack(owner))
    names = dict(Artifact.objects.values_list("uuid", "name"))
    assert [(names[one.uuid], [container.name for container in one.trail]) for one in resolution.artifacts] == [
        ("planning", []),
        ("models", ["Backend", "Data access"]),
        ("views", ["Backend", "Data access"]),
        ("pages", ["Frontend"]),
    ]
    assert (resolution.depth, resolution.duplicates_removed, resolution.root.name) == (2, 1, "Full-stack")


def test_positions_decide_the_order_and_not_the_time_of_adding(owner: User) -> None:
    one = DeploymentSetFactory(owner=owner)
    first, second = artifact("first"), artifact("second")
    DeploymentSetMember.objects.create(set=one, artifact=second, position=1)
    DeploymentSetMember.objects.create(set=one, artifact=first, position=0)
    assert [row.uuid for row in resolve_set(one).artifacts] == [first.uuid, second.uuid]
    group = ArtifactGroupFactory()
    GroupMembership.objects.create(group=group, artifact=second, position=1)
    GroupMembership.objects.create(group=group, artifact=first, position=0)
    holder = DeploymentSetFactory(owner=owner, members=[group])
    assert [row.uuid for row in resolve_set(holder).artifacts] == [first.uuid, second.uuid]


def test_a_stored_artifact_is_explained_with_all_its_trails(owner: User) -> None:
    one = full_stack(owner)
    explanation = explain_artifact(one, Artifact.objects.get(name="views").uuid)
    assert explanation.trail_count == 2
    assert [[container.name for container in trail] for trail in explanation.trails] == [
        ["Backend", "Data access"],
        ["Frontend"],
    ]
    assert [(container.kind, container.name) for container in explanation.direct_containers] == [
        (MemberKind.GROUP, "Data access"),
        (MemberKind.SET, "Frontend"),
    ]


def test_a_missing_artifact_is_marked_and_logged_with_the_set_and_the_whole_trail(
    owner: User, caplog: pytest.LogCaptureFixture
) -> None:
    gone = artifact("gone", gone=True)
    group = ArtifactGroupFactory(name="Data access", artifacts=[artifact("there"), gone])
    backend = DeploymentSetFactory(owner=owner, name="Backend", members=[group])
    outer = DeploymentSetFactory(owner=owner, name="Full-stack", members=[backend])
    with caplog.at_level(logging.WARNING, logger="deployment_sets.services.graph"):
        resolution = resolve_set(outer)
    assert [one.missing for one in resolution.artifacts] == [False, True]
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert str(outer.pk) in record.getMessage()
    assert str(gone.uuid) in record.getMessage()
    assert "Full-stack › Backend › Data access" in record.getMessage()
    fields = vars(record)
    assert (fields["set_id"], fields["artifact_uuid"]) == (str(outer.pk), str(gone.uuid))
    assert fields["trail"] == ["Full-stack", "Backend", "Data access"]


def test_a_missing_direct_member_is_logged_under_the_set_itself(owner: User, caplog: pytest.LogCaptureFixture) -> None:
    outer = DeploymentSetFactory(owner=owner, name="Full-stack", members=[artifact("gone", gone=True)])
    resolve_set(outer)
    assert [vars(record)["trail"] for record in caplog.records] == [["Full-stack"]]


def test_a_stored_circle_is_an_error_with_its_path(owner: User) -> None:
    with pytest.raises(DeploymentSetResolutionError, match="outer › inner › outer") as caught:
        resolve_set(in_a_circle(owner))
    assert caught.value.circular


def test_a_set_cannot_be_added_below_a_stored_circle_but_the_circle_can_be_found(owner: User) -> None:
    outer = DeploymentSetFactory(owner=owner)
    with pytest.raises(DeploymentSetResolutionError):
        check_nesting(outer, [in_a_circle(owner)])


def test_a_stored_circle_can_be_opened_by_removing_a_member(owner: User) -> None:
    outer = in_a_circle(owner)
    remove_member(owner=owner, set_id=outer.pk, member_id=outer.members.get().pk)
    assert resolve_set(outer).depth == 1


@pytest.mark.parametrize("seed", range(3))
def test_edges_are_refused_exactly_when_they_close_a_circle_or_go_too_deep(owner: User, seed: int) -> None:
    chance = random.Random(seed)
    sets: list[DeploymentSet] = []
    inner: dict[UUID, set[UUID]] = {}
    for number in range(33):
        follows = sets[-1:] if number % 11 else []
        sets.append(DeploymentSetFactory(owner=owner, members=follows))
        inner[sets[-1].pk] = {one.pk for one in follows}

    def depth() -> int:
        @cache
        def height(set_id: UUID) -> int:
            return 1 + max(map(height, inner[set_id]), default=0)

        return max(map(height, inner))

    def below(set_id: UUID) -> set[UUID]:
        found = {set_id}
        while more := {one for inside in found for one in inner[inside]} - found:
            found |= more
        return found

    met = set()
    for _ in range(150):
        outer, new = chance.choice(sets), chance.choice(sets)
        if new.pk in inner[outer.pk]:
            continue
        expected: type[Exception] | None = None
        if outer.pk in below(new.pk):
            expected = DeploymentSetCycleError
        else:
            inner[outer.pk].add(new.pk)
            if depth() > MAX_DEPTH:
                expected = DeploymentSetDepthError
                inner[outer.pk].remove(new.pk)
        met.add(expected)
        if expected is None:
            add_member(owner=owner, set_id=outer.pk, member_set_id=new.pk)
        else:
            with pytest.raises(expected):
                add_member(owner=owner, set_id=outer.pk, member_set_id=new.pk)
    assert met == {None, DeploymentSetCycleError, DeploymentSetDepthError}


def test_what_is_said_of_many_beforehand_is_what_adding_each_says(owner: User) -> None:
    chain: list[DeploymentSet] = [DeploymentSetFactory(owner=owner, name="bottom")]
    for _ in range(12):
        chain.insert(0, DeploymentSetFactory(owner=owner, members=chain[:1]))
    tower: list[DeploymentSet] = [DeploymentSetFactory(owner=owner)]
    for _ in range(12):
        tower.insert(0, DeploymentSetFactory(owner=owner, members=tower[:1]))
    candidates: list[DeploymentSet] = [*chain, *tower, in_a_circle(owner), DeploymentSetFactory(owner=owner)]
    for outer in (chain[-1], chain[5], tower[0], candidates[-1]):
        said = {set_id: str(refusal) for set_id, refusal in nesting_refusals(outer, candidates).items()}
        refused = {}
        for candidate in candidates:
            try:
                check_nesting(outer, [candidate])
            except (DeploymentSetCycleError, DeploymentSetResolutionError) as error:
                refused[candidate.pk] = str(error)
        assert said == refused
        assert 0 < len(refused) < len(candidates)


def test_asking_about_candidates_takes_as_many_queries_for_twice_the_sets(owner: User) -> None:
    outer, candidates = DeploymentSetFactory(owner=owner), grow(owner, 6)
    few = queries(lambda: nesting_refusals(outer, candidates[:3]))
    assert few == queries(lambda: nesting_refusals(outer, candidates)) == 2


def test_a_page_of_sets_shows_counts_and_depth_and_the_broken_ones_without(owner: User) -> None:
    fine, broken, empty = full_stack(owner), in_a_circle(owner), DeploymentSetFactory(owner=owner)
    found = summaries([fine, broken, empty])
    assert (found[fine.pk].member_count, found[fine.pk].resolved_count, found[fine.pk].depth) == (3, 4, 2)
    assert (found[empty.pk].member_count, found[empty.pk].resolved_count, found[empty.pk].depth) == (0, 0, 1)
    assert (found[broken.pk].member_count, found[broken.pk].resolved_count, found[broken.pk].depth) == (1, None, None)
    assert found[fine.pk].error is None
    error = found[broken.pk].error
    assert error is not None
    assert error.path_names == ("outer", "inner", "outer")


def test_an_over_deep_set_is_shown_without_counts(owner: User) -> None:
    sets: list[DeploymentSet] = []
    for _ in range(21):
        sets.insert(0, DeploymentSetFactory(owner=owner, members=sets[:1]))
    found = summaries(sets)
    assert found[sets[0].pk].depth is None
    assert found[sets[1].pk].depth == 20


def test_no_sets_have_no_summaries(db: None) -> None:
    assert summaries([]) == {}


def grow(owner: User, sets: int) -> list[DeploymentSet]:
    """That many sets, each with two members of every kind."""
    return [
        DeploymentSetFactory(
            owner=owner,
            members=[
                artifact(f"direct-{number}"),
                ArtifactGroupFactory(artifacts=[artifact(f"grouped-{number}")]),
                DeploymentSetFactory(owner=owner, members=[artifact(f"nested-{number}")]),
            ],
        )
        for number in range(sets)
    ]


def test_resolving_takes_as_many_queries_for_twice_the_members(owner: User) -> None:
    small = DeploymentSetFactory(owner=owner, members=grow(owner, 3))
    large = DeploymentSetFactory(owner=owner, members=grow(owner, 6))
    assert queries(lambda: resolve_set(small)) == queries(lambda: resolve_set(large)) == 2


def test_summaries_take_as_many_queries_for_twice_the_sets(owner: User) -> None:
    sets = grow(owner, 6)
    assert queries(lambda: summaries(sets[:3])) == queries(lambda: summaries(sets)) == 2


def test_listing_members_and_sets_takes_as_many_queries_for_twice_the_rows(owner: User) -> None:
    small = DeploymentSetFactory(owner=owner, members=grow(owner, 3))
    large = DeploymentSetFactory(owner=owner, members=grow(owner, 6))
    assert queries(lambda: members_of(small)) == queries(lambda: members_of(large)) == 1
    assert queries(lambda: [one.tags for one in list_sets(owner)[:5]]) == 2
    assert queries(lambda: [one.tags for one in list_sets(owner)[:10]]) == 2


def test_checking_an_edge_takes_as_many_queries_for_twice_the_sets(owner: User) -> None:
    outer = DeploymentSetFactory(owner=owner)
    small = DeploymentSetFactory(owner=owner, members=grow(owner, 3))
    large = DeploymentSetFactory(owner=owner, members=grow(owner, 6))
    assert queries(lambda: check_nesting(outer, [small])) == queries(lambda: check_nesting(outer, [small, large])) == 2


def test_forty_thousand_members_resolve_in_two_queries(owner: User) -> None:
    collection = CollectionFactory()
    artifacts = Artifact.objects.bulk_create(
        [Artifact(uuid=uuid4(), collection=collection, type="skill", name=f"skill-{n}") for n in range(2000)]
    )
    sets = DeploymentSet.objects.bulk_create([DeploymentSet(owner=owner, name=f"set {n}") for n in range(20)])
    for one in sets:
        DeploymentSetMember.objects.bulk_create(
            DeploymentSetMember(set=one, artifact=artifact, position=n) for n, artifact in enumerate(artifacts)
        )
    outer = DeploymentSetFactory(owner=owner, members=sets)
    with CaptureQueriesContext(connection) as captured:
        resolution = resolve_set(outer)
    assert len(captured) == 2
    assert (resolution.total_count, resolution.duplicates_removed) == (2000, 38_000)
