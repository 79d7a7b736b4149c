"""What is said of a set, changed in place on its page."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.users import local_user
from deployment_sets.models import DeploymentSet
from deployment_sets.services.sets import tag_set, update_set
from tests.deployment_sets.answers import asked_for, hidden_value, undo_in, words
from tests.factories import DeploymentSetFactory, DeploymentSetTagFactory

pytestmark = pytest.mark.django_db

IN_PLACE = asked_for("in-place-name")


@pytest.fixture
def me() -> User:
    return local_user()


@pytest.fixture
def mine(me: User) -> DeploymentSet:
    made: DeploymentSet = DeploymentSetFactory(owner=me, name="Backend", description="What it is for.")
    for tag in ("api", "web"):
        DeploymentSetTagFactory(set=made, name=tag)
    return made


def test_what_is_pressed_becomes_a_small_form(client: Client, mine: DeploymentSet) -> None:
    for field, value in (("name", "Backend"), ("description", "What it is for.")):
        content = client.get(f"/sets/{mine.pk}/{field}", headers=IN_PLACE).content.decode()
        assert "<html" not in content
        assert value in content
        assert content.count("<form") == 1


def test_the_form_of_a_field_is_a_page_too(client: Client, mine: DeploymentSet) -> None:
    for field in ("name", "description", "tags"):
        page = client.get(f"/sets/{mine.pk}/{field}")
        assert "</html>" in page.content.decode()
        assert "of Backend" in words(page)


def test_one_field_changes_and_no_other(client: Client, mine: DeploymentSet) -> None:
    edition = hidden_value(client.get(f"/sets/{mine.pk}/name", headers=IN_PLACE), "edition")
    answer = client.post(f"/sets/{mine.pk}/name", {"name": " Back end ", "edition": edition}, headers=IN_PLACE)
    assert "changed" in answer.headers["HX-Trigger"]
    mine.refresh_from_db()
    assert (mine.name, mine.description, mine.tags) == ("Back end", "What it is for.", ["api", "web"])


def test_a_description_can_be_taken_away(client: Client, mine: DeploymentSet) -> None:
    edition = hidden_value(client.get(f"/sets/{mine.pk}/description", headers=IN_PLACE), "edition")
    client.post(f"/sets/{mine.pk}/description", {"description": "", "edition": edition}, headers=IN_PLACE)
    mine.refresh_from_db()
    assert mine.description == ""
    assert "Add a description" in words(client.get(f"/sets/{mine.pk}"))


def test_without_scripts_it_leads_back_to_the_set(client: Client, mine: DeploymentSet) -> None:
    edition = hidden_value(client.get(f"/sets/{mine.pk}/name"), "edition")
    answer = client.post(f"/sets/{mine.pk}/name", {"name": "Back end", "edition": edition})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/sets/{mine.pk}")


@pytest.mark.parametrize("name", ["", "   ", "n" * 256])
def test_a_refused_name_stays_as_it_was_typed(client: Client, mine: DeploymentSet, name: str) -> None:
    answer = client.post(f"/sets/{mine.pk}/name", {"name": name, "edition": "any"}, headers=IN_PLACE)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert name.strip() in answer.content.decode()
    mine.refresh_from_db()
    assert mine.name == "Backend"


def test_two_who_edit_do_not_overwrite_each_other_unawares(client: Client, me: User, mine: DeploymentSet) -> None:
    edition = hidden_value(client.get(f"/sets/{mine.pk}/name", headers=IN_PLACE), "edition")
    update_set(owner=me, set_id=mine.pk, name="Theirs")
    refused = client.post(f"/sets/{mine.pk}/name", {"name": "Ours", "edition": edition}, headers=IN_PLACE)
    assert refused.status_code == 422
    assert "changed elsewhere" in words(refused)
    assert 'value="Ours"' in refused.content.decode()
    mine.refresh_from_db()
    assert mine.name == "Theirs"
    again = {"name": "Ours", "edition": hidden_value(refused, "edition")}
    assert client.post(f"/sets/{mine.pk}/name", again, headers=IN_PLACE).status_code == 200
    mine.refresh_from_db()
    assert mine.name == "Ours"


def test_a_tag_that_another_tab_took_off_is_not_taken_off_again(client: Client, me: User) -> None:
    mine = DeploymentSetFactory(owner=me)
    answer = client.post(f"/sets/{mine.pk}/tags", {"remove": "never there at all"}, headers=asked_for("page"))
    assert "That tag was taken off already." in answer.text
    assert "hx-vals" not in answer.text
    assert "changed" in answer["HX-Trigger"]


def test_a_tag_is_taken_off_and_put_back(client: Client, mine: DeploymentSet) -> None:
    removed = client.post(f"/sets/{mine.pk}/tags", {"remove": "web"}, headers=asked_for("page"))
    assert DeploymentSet.objects.get(pk=mine.pk).tags == ["api"]
    address, fields = undo_in(removed)
    client.post(address, fields, headers=asked_for("page"))
    assert DeploymentSet.objects.get(pk=mine.pk).tags == ["api", "web"]


def test_tags_are_added_to_those_that_somebody_else_adds(client: Client, me: User, mine: DeploymentSet) -> None:
    client.get(f"/sets/{mine.pk}/tags", headers=IN_PLACE)
    tag_set(owner=me, set_id=mine.pk, add=["theirs"])
    assert client.post(f"/sets/{mine.pk}/tags", {"tags": "ops, cli"}, headers=IN_PLACE).status_code == 200
    assert DeploymentSet.objects.get(pk=mine.pk).tags == ["api", "cli", "ops", "theirs", "web"]


@pytest.mark.parametrize("tags", ["", "Not Allowed", " ".join(f"t{n}" for n in range(21))])
def test_tags_that_cannot_be_kept_are_refused_with_the_reason(client: Client, mine: DeploymentSet, tags: str) -> None:
    answer = client.post(f"/sets/{mine.pk}/tags", {"tags": tags}, headers=IN_PLACE)
    assert (answer.status_code == 422) is bool(tags)
    if tags:
        assert "tag" in words(answer)
        assert tags.split()[0] in answer.content.decode()
    assert DeploymentSet.objects.get(pk=mine.pk).tags == ["api", "web"]


@pytest.mark.parametrize("field", ["name", "description", "tags"])
def test_another_owners_set_is_not_there(client: Client, field: str) -> None:
    theirs = DeploymentSetFactory(name="Theirs")
    address = f"/sets/{theirs.pk}/{field}"
    sent = {"name": "Mine", "description": "Mine", "tags": "mine", "edition": ""}
    assert client.get(address).status_code == client.post(address, sent).status_code == 404
    theirs.refresh_from_db()
    assert (theirs.name, theirs.description, theirs.tags) == ("Theirs", "", [])
