"""What a list of sets says about where they are live."""

from pathlib import Path

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import User
from deployment_sets import pages
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.pages import set_cards
from deployment_sets.queries import list_sets
from deployment_sets.services.batch_deploy import batch_deploy
from deployment_sets.services.live import where_live
from profiles.queries import profiles_of
from tests.factories import (
    ArtifactFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    ProjectFactory,
    give_version,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def live_sets(owner: User, tmp_path: Path) -> list[DeploymentSet]:
    """Two sets, each live in the same two projects under two profiles: all but the second one's are up to date."""
    ship, review = (ArtifactFactory(type="command", files={"": f"{name}\n"}) for name in ("ship", "review"))
    sets: list[DeploymentSet] = [
        DeploymentSetFactory(owner=owner, name=name, members=[each]) for name, each in (("A", ship), ("B", review))
    ]
    for number in range(2):
        folder = tmp_path.resolve() / str(number)
        folder.mkdir()
        project = ProjectFactory(owner=owner, path=str(folder))
        DeploymentProfileFactory(project=project, profile_id="claude_code")
        DeploymentProfileFactory(project=project, profile_id="plain", platform="other", root_dir="agents")
        for each in sets:
            batch_deploy(by=owner, deployment_set=each, project=project, profiles=list(profiles_of(project)))
    give_version(review, {"": "Newer\n"})
    return sets


def counts(owner: User) -> list[tuple[str, int, int | None]]:
    return [(card.set.name, card.live_count, card.stale_count) for card in set_cards(owner, list(list_sets(owner)))]


def test_a_card_counts_projects_in_which_its_set_is_live_and_stale(owner: User, live_sets: list[DeploymentSet]) -> None:
    DeploymentSetFactory(owner=owner, name="C")
    assert counts(owner) == [("A", 2, 0), ("B", 2, 2), ("C", 0, None)]
    for each, (_, _, stale) in zip(live_sets, counts(owner), strict=False):
        assert len({live.project for live in where_live(deployment_set=each) if live.is_stale}) == stale


def test_a_set_in_a_circle_is_neither_stale_nor_up_to_date(owner: User, live_sets: list[DeploymentSet]) -> None:
    first, second = live_sets
    DeploymentSetMember.objects.create(set=first, member_set=second, position=1)
    DeploymentSetMember.objects.create(set=second, member_set=first, position=1)
    assert counts(owner) == [("A", 2, None), ("B", 2, None)]


def test_only_so_many_deployments_are_looked_at(
    owner: User, live_sets: list[DeploymentSet], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "LOOKED_AT", 5)
    assert counts(owner) == [("A", 2, 0), ("B", 2, None)]


def test_more_live_sets_cost_no_more_queries(
    owner: User, live_sets: list[DeploymentSet], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    sets = list(list_sets(owner))
    with django_assert_num_queries(12):
        set_cards(owner, sets[:1])
    with django_assert_num_queries(12):
        set_cards(owner, sets)
