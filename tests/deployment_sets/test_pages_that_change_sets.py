"""Making, changing, copying and deleting sets on pages."""

from pathlib import Path

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.users import local_user
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import batch_deploy
from deployment_sets.services.members import add_member
from deployment_sets.services.sets import update_set
from tests.factories import (
    ArtifactFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    DeploymentSetTagFactory,
    ProjectFactory,
)

pytestmark = pytest.mark.django_db

IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def me() -> User:
    return local_user()


def names_on(client: Client, query: str) -> list[str]:
    answer = client.get(f"/sets/?{query}")
    assert answer.status_code == 200
    return [card.set.name for card in answer.context["cards"]]


def test_the_list_is_narrowed_by_name_and_tag_and_ordered(client: Client, me: User) -> None:
    for name, tag in (("Backend", "web"), ("Frontend", "web"), ("back 100%", "ops")):
        DeploymentSetTagFactory(set=DeploymentSetFactory(owner=me, name=name), name=tag)
    assert names_on(client, "name=back&sort=name") == ["back 100%", "Backend"]
    assert names_on(client, "name=%25") == ["back 100%"]
    assert names_on(client, "tag=web&sort=name") == ["Backend", "Frontend"]
    assert names_on(client, "tag=web&name=front") == ["Frontend"]
    assert names_on(client, "sort=nonsense") == ["back 100%", "Frontend", "Backend"]
    empty = client.get("/sets/?name=nothing")
    assert "No set matches" in empty.text
    assert "Show all sets" in empty.text


def test_a_set_is_made_with_all_that_is_said_of_it(client: Client, me: User) -> None:
    sent = {"name": " Full-stack ", "description": "All.", "tags": "web, python web", "color": "#1c7a4a", "icon": "bot"}
    answer = client.post("/sets/new", sent, headers=IN_DIALOG)
    made = DeploymentSet.objects.get()
    assert answer["HX-Redirect"] == f"/sets/{made.pk}"
    assert (made.owner, made.name, made.description, made.color, made.icon) == (
        me,
        "Full-stack",
        "All.",
        "#1c7a4a",
        "bot",
    )
    assert made.tags == ["python", "web"]
    assert "Created “Full-stack”. Now add members to it." in client.get(f"/sets/{made.pk}").text


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"name": "  "}, "This field is required."),
        ({"name": "x" * 256}, "at most 255 characters"),
        ({"name": "x", "tags": "Big"}, "A tag has 1 to 32 characters"),
        ({"name": "x", "tags": " ".join(f"t{number}" for number in range(21))}, "there may be at most 20 tags"),
        ({"name": "x", "color": "red"}, "Select a valid choice"),
        ({"name": "a\x00b"}, "Null characters are not allowed"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field_and_nothing_typed_is_lost(
    client: Client, me: User, sent: dict[str, str], said: str
) -> None:
    answer = client.post("/sets/new", {**sent, "description": "Typed with care."}, headers=IN_DIALOG)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text or "color" in sent
    assert "Typed with care." in answer.text
    assert not DeploymentSet.objects.exists()


def test_a_set_is_changed_where_it_stands(client: Client, me: User) -> None:
    one = DeploymentSetFactory(owner=me, name="Backend", color="#123456", icon="made-elsewhere")
    form = client.get(f"/sets/{one.pk}/edit", headers=IN_DIALOG).context["form"]
    sent = {**form.initial, "description": "Now said."}
    answer = client.post(f"/sets/{one.pk}/edit", sent, headers=IN_DIALOG)
    assert answer.status_code == 200
    assert "dialog-done" in answer["HX-Trigger"]
    one.refresh_from_db()
    assert (one.name, one.description, one.color, one.icon) == ("Backend", "Now said.", "#123456", "made-elsewhere")


def test_who_edits_what_was_changed_meanwhile_is_asked_first(client: Client, me: User) -> None:
    one = DeploymentSetFactory(owner=me, name="Backend")
    form = client.get(f"/sets/{one.pk}/edit").context["form"]
    update_set(owner=me, set_id=one.pk, description="By somebody else.")
    sent = {**form.initial, "description": "Mine."}
    refused = client.post(f"/sets/{one.pk}/edit", sent)
    assert refused.status_code == 422
    assert "was changed elsewhere since you opened it" in refused.text
    assert "Mine." in refused.text
    one.refresh_from_db()
    assert one.description == "By somebody else."
    again = {**sent, "edition": refused.context["form"]["edition"].value()}
    assert client.post(f"/sets/{one.pk}/edit", again).status_code == 302
    one.refresh_from_db()
    assert one.description == "Mine."


def test_deleting_says_first_what_it_means(client: Client, me: User) -> None:
    one = DeploymentSetFactory(owner=me, name="Backend")
    outer = DeploymentSetFactory(owner=me, name="Full-stack", members=[one])
    asked = client.get(f"/sets/{one.pk}/delete", headers=IN_DIALOG)
    assert "Full-stack" in asked.text
    assert DeploymentSet.objects.count() == 2
    here = {**IN_DIALOG, "HX-Current-URL": f"http://testserver/sets/{one.pk}"}
    assert client.post(f"/sets/{one.pk}/delete", headers=here)["HX-Redirect"] == "/sets/"
    assert list(DeploymentSet.objects.all()) == [outer]
    assert outer.members.count() == 0
    assert "Deleted “Backend”." in client.get("/sets/").text


def test_a_set_that_is_deleted_from_the_list_leaves_one_there(client: Client, me: User) -> None:
    one = DeploymentSetFactory(owner=me)
    answer = client.post(
        f"/sets/{one.pk}/delete", headers={**IN_DIALOG, "HX-Current-URL": "http://testserver/sets/?name=a"}
    )
    assert not answer.has_header("HX-Redirect")
    assert "changed" in answer["HX-Trigger"]


def test_a_card_says_in_how_many_projects_the_set_is_stale(client: Client, me: User, tmp_path: Path) -> None:
    one = DeploymentSetFactory(owner=me, members=[ArtifactFactory()])
    for name in ("storefront", "back-office"):
        (tmp_path / name).mkdir()
        project = ProjectFactory(owner=me, path=str(tmp_path / name))
        profile = DeploymentProfileFactory(project=project)
        batch_deploy(by=me, deployment_set=one, project=project, profiles=[profile])
    assert "live in 2" in client.get("/sets/").text
    add_member(owner=me, set_id=one.pk, artifact_uuid=ArtifactFactory().pk)
    batch_deploy(by=me, deployment_set=one, project=project, profiles=[profile])
    assert "1 of 2 stale" in client.get("/sets/").text
