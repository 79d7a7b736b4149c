"""What sets add to the page of a project: which are deployed there, and the ways to renew what is behind."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.users import local_user
from deployment_sets import project_sets
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import batch_deploy, claimant_of
from deployments.models import Deployment
from projects.models import Project
from tests.factories import (
    ArtifactFactory,
    ClaimFactory,
    DeploymentFactory,
    DeploymentPlacementFactory,
    DeploymentSetFactory,
    DeploymentSetMemberFactory,
    ProjectFactory,
    give_version,
)
from tests.queries import assert_no_more_for_twice_as_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(owner: User, settings: Any) -> Client:
    settings.AUTH_ENABLED = True
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def kit(owner: User, project: Project) -> DeploymentSet:
    """A set of two commands that is deployed."""
    members = [ArtifactFactory(type="command", name=name) for name in ("plan", "ship")]
    made: DeploymentSet = DeploymentSetFactory(owner=owner, name="Kit", members=members)
    batch_deploy(by=owner, deployment_set=made, project=project, profiles=list(project.profiles.all()))
    return made


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", text)).split())


def test_a_project_without_sets_leads_to_them(pages: Client, project: Project) -> None:
    text = words(pages.get(f"/sets/in/{project.pk}").text)
    assert "Sets deployed here · 0 No set is deployed here. Choose one" in text


def test_a_set_that_is_as_it_would_be_is_up_to_date(pages: Client, project: Project, kit: DeploymentSet) -> None:
    answer = pages.get(f"/sets/in/{project.pk}")
    assert "Sets deployed here · 1 Kit 2 artifacts up to date Deploy again Undeploy" in words(answer.text)
    assert f'href="/sets/{kit.pk}/deploy?project={project.pk}"' in answer.text
    assert f'href="/sets/{kit.pk}/undeploy?project={project.pk}"' in answer.text


def test_a_set_that_would_be_otherwise_is_stale_and_says_why(
    pages: Client, project: Project, kit: DeploymentSet
) -> None:
    member = kit.members.first()
    assert member is not None
    assert member.artifact is not None
    give_version(member.artifact, {"": "newer\n"})
    DeploymentSetMemberFactory(set=kit)
    text = words(pages.get(f"/sets/in/{project.pk}").text)
    assert "stale claude_code: 1 not deployed yet, 1 outdated" in text


def test_a_set_that_was_deleted_can_still_be_undeployed(pages: Client, project: Project, kit: DeploymentSet) -> None:
    set_id = kit.pk
    kit.delete()
    answer = pages.get(f"/sets/in/{project.pk}")
    assert "Kit 2 artifacts · the set was deleted Undeploy" in words(answer.text)
    assert f'href="/sets/{set_id}/undeploy?project={project.pk}"' in answer.text
    assert f'href="/sets/{set_id}"' not in answer.text


def test_a_set_that_cannot_be_resolved_says_so(pages: Client, project: Project, kit: DeploymentSet) -> None:
    DeploymentSetMemberFactory(set=kit, member_set=DeploymentSetFactory(owner=kit.owner, members=[kit]), artifact=None)
    text = words(pages.get(f"/sets/in/{project.pk}").text)
    assert "Kit 2 artifacts cannot be resolved" in text
    assert "Deploy again" not in text


def test_only_some_of_very_many_sets_are_shown(
    pages: Client, project: Project, kit: DeploymentSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    ClaimFactory(deployment=Deployment.objects.first(), claimant=claimant_of(DeploymentSetFactory().pk, "").key)
    monkeypatch.setattr(project_sets, "SETS_SHOWN", 1)
    text = words(pages.get(f"/sets/in/{project.pk}").text)
    assert "Sets deployed here · 2" in text
    assert "And 1 more." in text


def test_a_set_of_another_owner_is_known_by_the_name_it_signed_with_alone(
    pages: Client, project: Project, other_owner: User
) -> None:
    theirs = DeploymentSetFactory(owner=other_owner, name="Secret")
    ClaimFactory(
        deployment=DeploymentFactory(project=project), claimant=claimant_of(theirs.pk, "").key, label="Signed so"
    )
    text = words(pages.get(f"/sets/in/{project.pk}").text)
    assert "Signed so 1 artifact · the set was deleted" in text
    assert "Secret" not in text
    assert f'href="/sets/{theirs.pk}"' not in pages.get(f"/projects/{project.pk}").text


def test_claims_lead_to_their_sets_and_what_is_outdated_to_a_deploy(
    pages: Client, project: Project, kit: DeploymentSet
) -> None:
    assert f'<a href="/sets/{kit.pk}">Kit</a>' in pages.get(f"/projects/{project.pk}").text
    update = f'href="/sets/{kit.pk}/deploy?project={project.pk}"'
    assert update not in pages.get(f"/projects/{project.pk}/statuses").text
    member = kit.members.first()
    assert member is not None
    assert member.artifact is not None
    give_version(member.artifact, {"": "newer\n"})
    answer = pages.get(f"/projects/{project.pk}/statuses")
    assert answer.text.count(update) == 1
    assert "Update with Kit" in words(answer.text)


def test_many_sets_and_artifacts_cost_no_more(pages: Client, owner: User, project: Project) -> None:
    def grow(number: int) -> None:
        for _ in range(number):
            artifact = ArtifactFactory()
            made = DeploymentSetFactory(owner=owner, members=[artifact])
            pair = DeploymentPlacementFactory(project=project, artifact=artifact)
            ClaimFactory(deployment=pair.deployment, claimant=claimant_of(made.pk, made.name).key)

    for address in (f"/sets/in/{project.pk}", f"/projects/{project.pk}/statuses"):
        assert_no_more_for_twice_as_many(grow, lambda address=address: pages.get(address))  # type: ignore[misc]


def test_a_set_is_chosen_to_deploy_into_a_project(client: Client) -> None:
    me = local_user()
    project = ProjectFactory(owner=me, name="storefront")
    backend, _ = DeploymentSetFactory(owner=me, name="Backend"), DeploymentSetFactory(owner=me, name="Frontend")
    DeploymentSetFactory(name="Theirs")
    asked = client.get(f"/sets/in/{project.pk}/choose", headers={"HX-Request": "true", "HX-Target": "dialog"})
    assert f'href="/sets/{backend.pk}/deploy?project={project.pk}"' in asked.text
    assert "Frontend" in asked.text
    assert "Theirs" not in asked.text
    found = client.get(
        f"/sets/in/{project.pk}/choose?name=back", headers={"HX-Request": "true", "HX-Target": "choices"}
    )
    assert "Backend" in found.text
    assert "Frontend" not in found.text
    assert "dialog-head" not in found.text
    assert f'href="/sets/in/{project.pk}/choose"' in client.get(f"/projects/{project.pk}").text


def test_whoever_has_no_set_is_led_to_one(client: Client) -> None:
    project = ProjectFactory(owner=local_user())
    assert "You have no set yet." in client.get(f"/sets/in/{project.pk}/choose").text
