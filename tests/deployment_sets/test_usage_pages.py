"""What pages of artifacts and groups show of somebody's sets and projects, and the way from there into a set."""

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from accounts.services.users import local_user
from artifacts.models import Artifact, ArtifactGroup
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    ClaimFactory,
    DeploymentFactory,
    DeploymentSetFactory,
    ProjectFactory,
)
from tests.queries import assert_no_more_for_twice_as_many

pytestmark = pytest.mark.django_db

AS_A_PIECE = {"HX-Request": "true"}
IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def me() -> User:
    return local_user()


@pytest.fixture
def artifact(db: None) -> Artifact:
    return ArtifactFactory(name="pdf")


@pytest.fixture
def group(artifact: Artifact) -> ArtifactGroup:
    return ArtifactGroupFactory(name="Planning", artifacts=[artifact])


def uses(client: Client, address: str) -> list[tuple[str, bool, list[str]]]:
    """Each set that is shown: its name, whether it has it as a member, and in which groups."""
    usage = client.get(address, headers=AS_A_PIECE).context["usage"]
    return [(use.set.name, use.is_member, list(use.groups)) for use in usage.uses]


def test_an_artifact_is_used_directly_in_groups_and_through_sets(
    client: Client, me: User, artifact: Artifact, group: ArtifactGroup
) -> None:
    inner = DeploymentSetFactory(owner=me, name="b direct", members=[artifact])
    both = DeploymentSetFactory(owner=me, name="c both", members=[group, artifact])
    middle = DeploymentSetFactory(owner=me, name="a outer", members=[inner, both])
    DeploymentSetFactory(owner=me, name="Outermost", members=[middle])
    DeploymentSetFactory(owner=me, name="d group", members=[group])
    DeploymentSetFactory(owner=me, name="Unrelated", members=[ArtifactFactory()])
    assert uses(client, f"/sets/with-artifact/{artifact.pk}") == [
        ("b direct", True, []),
        ("c both", True, ["Planning"]),
        ("d group", False, ["Planning"]),
        ("a outer", False, []),
        ("Outermost", False, []),
    ]
    assert [name for name, *_ in uses(client, f"/sets/with-group/{group.pk}")] == [
        "c both",
        "d group",
        "a outer",
        "Outermost",
    ]


def test_only_ones_own_sets_and_projects_are_shown(
    client: Client, artifact: Artifact, group: ArtifactGroup, other_owner: User
) -> None:
    theirs = DeploymentSetFactory(owner=other_owner, name="Theirs", members=[artifact, group])
    DeploymentSetFactory(owner=other_owner, name="Theirs too", members=[theirs])
    DeploymentFactory(project=ProjectFactory(owner=other_owner, name="Their project"), artifact=artifact)
    for address in (
        f"/sets/with-artifact/{artifact.pk}",
        f"/sets/with-group/{group.pk}",
        f"/projects/with-artifact/{artifact.pk}",
        f"/sets/with-artifact/{artifact.pk}/add",
    ):
        assert "Their" not in client.get(address).text


def test_where_it_is_deployed_is_shown_with_for_whom(client: Client, me: User, artifact: Artifact) -> None:
    deployment = DeploymentFactory(project=ProjectFactory(owner=me, name="storefront"), artifact=artifact)
    ClaimFactory(deployment=deployment, label="Full-stack")
    piece = client.get(f"/projects/with-artifact/{artifact.pk}", headers=AS_A_PIECE).text
    for said in ("Deployed in · 1", "storefront", deployment.deployment_profile_id, "Full-stack"):
        assert said in piece


@pytest.mark.parametrize("address", ["/sets/with-artifact/{0}", "/projects/with-artifact/{0}", "/sets/with-group/{1}"])
def test_it_is_a_piece_of_a_page_or_a_page(
    client: Client, artifact: Artifact, group: ArtifactGroup, address: str
) -> None:
    address = address.format(artifact.pk, group.pk)
    piece, page = client.get(address, headers=AS_A_PIECE).text, client.get(address).text
    assert piece.lstrip().startswith("<section")
    assert "<html" in page
    assert piece.strip() in page
    unknown = address.replace(str(artifact.pk), str(group.pk)).replace(str(group.pk), str(ProjectFactory().pk))
    assert client.get(unknown).status_code == 404


def test_pages_embed_them_while_sets_are_on(
    client: Client, artifact: Artifact, group: ArtifactGroup, settings: Settings
) -> None:
    pages = {f"/artifacts/{artifact.pk}": f"/sets/with-artifact/{artifact.pk}"}
    pages |= {f"/groups/{group.pk}": f"/sets/with-group/{group.pk}"}
    for page, piece in pages.items():
        settings.DEPLOYMENT_SETS_ENABLED = True
        assert f'hx-get="{piece}"' in client.get(page).text
        settings.DEPLOYMENT_SETS_ENABLED = False
        assert "/sets/" not in client.get(page).text


def test_usage_asks_no_more_for_more_sets(client: Client, me: User, artifact: Artifact, group: ArtifactGroup) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            inner = DeploymentSetFactory(owner=me, members=[artifact, group])
            DeploymentSetFactory(owner=me, members=[inner])
            ClaimFactory(deployment=DeploymentFactory(project=ProjectFactory(owner=me), artifact=artifact))

    for address in (f"/sets/with-artifact/{artifact.pk}", f"/projects/with-artifact/{artifact.pk}"):
        assert_no_more_for_twice_as_many(
            more,
            lambda address=address: client.get(address, headers=AS_A_PIECE),  # type: ignore[misc]
        )


def test_it_is_added_to_a_set_from_its_page(client: Client, me: User, artifact: Artifact) -> None:
    one = DeploymentSetFactory(owner=me, name="Backend")
    url = f"/sets/with-artifact/{artifact.pk}/add"
    assert "Backend" in client.get(url, headers=IN_DIALOG).text
    done = client.post(url, {"set": one.pk}, headers=IN_DIALOG)
    assert "dialog-done" in done["HX-Trigger"]
    assert "Added skill:pdf to “Backend”." in done.text
    assert [member.artifact for member in one.members.all()] == [artifact]
    assert "holds it already" in client.get(url, headers=IN_DIALOG).text


def test_no_set_and_no_set_of_another_is_chosen(
    client: Client, me: User, artifact: Artifact, other_owner: User
) -> None:
    DeploymentSetFactory(owner=me)
    url = f"/sets/with-artifact/{artifact.pk}/add"
    refused = client.post(url, {}, headers=IN_DIALOG)
    assert refused.status_code == 422
    assert "Choose a set." in refused.text
    theirs = DeploymentSetFactory(owner=other_owner)
    assert client.post(url, {"set": theirs.pk}).status_code == 404
    assert not theirs.members.exists()


def test_without_a_set_the_way_to_one_is_shown(client: Client, artifact: Artifact) -> None:
    assert "You have no set yet" in client.get(f"/sets/with-artifact/{artifact.pk}/add").text
