"""A set that was undeployed, and still holds what somebody edited: it is not live there, and says what is left."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.users import local_user
from artifacts.models import Artifact
from deployment_sets.models import DeploymentSet
from deployment_sets.pages import set_cards, standing
from deployment_sets.queries import list_sets
from deployment_sets.services.batch_deploy import batch_deploy, batch_undeploy
from deployment_sets.services.live import bring_up_to_date, where_live
from deployments.installer.decisions import OnConflict
from deployments.models import Run
from deployments.services.runs import RunOptions
from deployments.services.undo import undo
from profiles.queries import profiles_of
from projects.models import Project
from tests.factories import ArtifactFactory, DeploymentProfileFactory, DeploymentSetFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def me(db: None) -> User:
    return local_user()


@pytest.fixture
def artifacts(me: User) -> list[Artifact]:
    return [ArtifactFactory(type="command", name=name, files={"": f"{name}\n"}) for name in ("review", "ship")]


@pytest.fixture
def full_stack(me: User, artifacts: list[Artifact]) -> DeploymentSet:
    made: DeploymentSet = DeploymentSetFactory(owner=me, name="Full-stack", members=artifacts)
    return made


@pytest.fixture
def shop(me: User, tmp_path: Path) -> Project:
    project: Project = ProjectFactory(owner=me, name="shop", path=str(tmp_path.resolve()))
    DeploymentProfileFactory(project=project, profile_id="claude_code")
    return project


def deploy(full_stack: DeploymentSet, project: Project) -> None:
    batch_deploy(by=project.owner, deployment_set=full_stack, project=project, profiles=list(profiles_of(project)))


def undeploy(full_stack: DeploymentSet, project: Project, **options: Any) -> Run:
    report = batch_undeploy(by=project.owner, set_id=full_stack.pk, project=project, options=RunOptions(**options))
    assert report.run is not None
    return report.run


@pytest.fixture
def left_over(full_stack: DeploymentSet, shop: Project) -> Run:
    """The run that undeployed the set from the shop, where one of its two files was edited."""
    deploy(full_stack, shop)
    (Path(shop.path) / ".claude/commands/ship.md").write_text("Mine\n")
    return undeploy(full_stack, shop)


def words(client: Client, address: str) -> str:
    content = client.get(address).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", content)).split())


@pytest.mark.usefixtures("left_over")
def test_what_is_left_of_an_undeployed_set_is_neither_live_nor_stale(me: User, full_stack: DeploymentSet) -> None:
    (left,) = where_live(deployment_set=full_stack)
    assert (left.is_undeployed, left.deployment_count, left.behind) == (True, 1, ())
    (card,) = set_cards(me, list(list_sets(me)))
    assert (card.live_count, card.stale_count) == (0, 0)
    stands = standing(me, full_stack)
    assert (list(stands.live_in), stands.live_count, stands.left_count) == ([], 0, 1)


@pytest.mark.usefixtures("left_over")
def test_bringing_a_set_up_to_date_does_not_bring_it_back_where_it_was_undeployed(
    me: User, full_stack: DeploymentSet, shop: Project
) -> None:
    assert list(bring_up_to_date(by=me, deployment_set=full_stack)) == []
    assert not (Path(shop.path) / ".claude/commands/review.md").exists()


def test_undone_or_deployed_again_it_is_live(
    me: User, full_stack: DeploymentSet, shop: Project, left_over: Run
) -> None:
    undo(project=shop, by=me, run_id=left_over.pk)
    assert [each.is_undeployed for each in where_live(deployment_set=full_stack)] == [False]
    undeploy(full_stack, shop)
    assert [each.is_undeployed for each in where_live(deployment_set=full_stack)] == [True]
    deploy(full_stack, shop)
    assert [each.is_undeployed for each in where_live(deployment_set=full_stack)] == [False]


def test_an_undeploy_that_was_given_up_as_a_whole_leaves_it_live(full_stack: DeploymentSet, shop: Project) -> None:
    deploy(full_stack, shop)
    (Path(shop.path) / ".claude/commands/ship.md").write_text("Mine\n")
    undeploy(full_stack, shop, atomic=True)
    assert [each.is_undeployed for each in where_live(deployment_set=full_stack)] == [False]


def test_under_another_profile_it_stays_live(me: User, full_stack: DeploymentSet, shop: Project) -> None:
    DeploymentProfileFactory(project=shop, profile_id="plain", platform="other", root_dir="agents")
    deploy(full_stack, shop)
    (Path(shop.path) / ".claude/commands/ship.md").write_text("Mine\n")
    batch_undeploy(by=me, set_id=full_stack.pk, project=shop, profile_ids=["claude_code"])
    live = where_live(deployment_set=full_stack)
    assert [(each.profile_id, each.is_undeployed) for each in live] == [("claude_code", True), ("plain", False)]
    assert standing(me, full_stack).live_count == 1
    batch_deploy(
        by=me, deployment_set=full_stack, project=shop, profiles=list(profiles_of(shop).filter(profile_id="plain"))
    )
    assert [each.is_undeployed for each in where_live(deployment_set=full_stack)] == [True, False]


@pytest.mark.parametrize("address", [lambda one, shop: f"/sets/{one.pk}/live", lambda one, shop: f"/sets/in/{shop.pk}"])
def test_pages_say_what_is_left_and_the_ways_out(
    client: Client,
    full_stack: DeploymentSet,
    shop: Project,
    left_over: Run,
    address: Callable[[DeploymentSet, Project], str],
) -> None:
    said = words(client, address(full_stack, shop))
    assert "undeployed, 1 edited artifact is left" in said
    assert "See it" in said and "Remove it too" in said
    assert "stale" not in said and "Bring up to date" not in said and "up to date" not in said


def test_the_result_of_an_undeploy_offers_what_failed_again(
    client: Client, full_stack: DeploymentSet, shop: Project, left_over: Run
) -> None:
    content = client.get(f"/sets/runs/{left_over.pk}/retry").content.decode()
    address = f"/sets/{full_stack.pk}/undeploy?project={shop.pk}"
    assert f'href="{address}"' in content and "Retry 1 failed" in content
    assert "Nothing goes as long as what was edited is kept." in words(client, address)
    undeploy(full_stack, shop, on_conflict=OnConflict.OVERWRITE)
    assert "Retry" not in client.get(f"/sets/runs/{left_over.pk}/retry").content.decode()
