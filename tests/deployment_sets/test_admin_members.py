"""The members on a set's page in the admin: added, moved and removed through the services, all or nothing."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import User
from accounts.services.users import local_user
from deployment_sets.exceptions import MAX_DEPTH
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.queries import members_of
from deployment_sets.services.members import add_member, move_member
from tests.admin_pages import address, as_shown, problems_on, send
from tests.factories import ArtifactFactory, ArtifactGroupFactory, DeploymentSetFactory

ADD = address(DeploymentSet, "add")


def page_of(one: DeploymentSet) -> str:
    return address(DeploymentSet, "change", one.pk)


def names_in(one: DeploymentSet) -> list[str]:
    rows = members_of(one)
    assert [row.position for row in rows] == list(range(len(rows)))
    return [row.name for row in rows]


@pytest.fixture
def letters(owner: User) -> DeploymentSet:
    """A set of five artifacts, a to e."""
    return DeploymentSetFactory(
        owner=owner, name="Letters", members=[ArtifactFactory(name=name, files={}) for name in "abcde"]
    )


def test_an_artifact_a_group_and_a_set_are_added_in_one_save(client: Client, letters: DeploymentSet) -> None:
    inner = DeploymentSetFactory(owner=letters.owner, name="inner")
    new: dict[str, Any] = {
        "new_members-TOTAL_FORMS": "4",
        "new_members-0-artifact": ArtifactFactory(name="first", files={}).pk,
        "new_members-0-position": "0",
        "new_members-1-group": ArtifactGroupFactory(name="group").pk,
        "new_members-3-member_set": inner.pk,
    }
    send(client, page_of(letters), new)
    assert names_in(letters) == ["first", "a", "b", "c", "d", "e", "group", "inner"]
    assert "Added deployment set member “group”." in LogEntry.objects.get().get_change_message()


def test_a_new_set_gets_its_members_with_its_first_save(client: Client, db: None) -> None:
    artifact = ArtifactFactory(name="pdf", files={})
    send(client, ADD, {"name": "New", "new_members-0-artifact": artifact.pk})
    made = DeploymentSet.objects.get()
    assert (made.owner, names_in(made)) == (local_user(), ["pdf"])


@pytest.mark.parametrize(
    ("positions", "expected"),
    [
        ({0: 2}, "bcade"),
        ({4: 0}, "eabcd"),
        ({0: 3, 1: 2}, "cdbae"),
        ({2: 1, 3: 0}, "dcabe"),
        ({0: 4, 4: 0}, "ebcda"),
        ({0: 4, 1: 3, 2: 2, 3: 1, 4: 0}, "edcba"),
    ],
)
def test_members_stand_where_the_page_says(
    client: Client, letters: DeploymentSet, positions: dict[int, int], expected: str
) -> None:
    send(client, page_of(letters), {f"members-{row}-position": str(place) for row, place in positions.items()})
    assert names_in(letters) == list(expected)


def test_members_are_removed_moved_and_added_in_one_save(client: Client, letters: DeploymentSet) -> None:
    changes = {
        "members-0-DELETE": "on",
        "members-3-DELETE": "on",
        "members-4-position": "0",
        "new_members-0-artifact": ArtifactFactory(name="f", files={}).pk,
    }
    send(client, page_of(letters), changes)
    assert names_in(letters) == ["e", "b", "c", "f"]


def test_a_page_from_before_the_members_changed_is_refused_as_a_whole(client: Client, letters: DeploymentSet) -> None:
    shown = as_shown(client.get(page_of(letters)))
    first = DeploymentSetMember.objects.get(set=letters, position=0)
    move_member(owner=letters.owner, set_id=letters.pk, member_id=first.pk, position=4)
    page = client.post(page_of(letters), shown | {"name": "Renamed", "members-1-DELETE": "on"})
    assert ["The deployment set “Letters” has been changed" in message for message in problems_on(page)] == [True]
    assert names_in(letters) == list("bcdea")
    letters.refresh_from_db()
    assert letters.name == "Letters"


def circle(letters: DeploymentSet) -> tuple[dict[str, Any], str]:
    outer = DeploymentSetFactory(owner=letters.owner, name="Outer", members=[letters])
    return {"new_members-0-member_set": outer.pk}, "This would create a circular reference: Renamed › Outer › Renamed."


def depth(letters: DeploymentSet) -> tuple[dict[str, Any], str]:
    deep = DeploymentSetFactory(owner=letters.owner)
    for _ in range(MAX_DEPTH - 1):
        deep = DeploymentSetFactory(owner=letters.owner, members=[deep])
    return {"new_members-0-member_set": deep.pk}, "This would nest sets 21 deep"


def known(letters: DeploymentSet) -> tuple[dict[str, Any], str]:
    member = DeploymentSetMember.objects.get(set=letters, position=3)
    return {"new_members-0-artifact": member.artifact_id}, "is a member of “Renamed” already."


def nothing(letters: DeploymentSet) -> tuple[dict[str, Any], str]:
    return {"new_members-0-position": "1"}, "none was given"


def several(letters: DeploymentSet) -> tuple[dict[str, Any], str]:
    references = {
        "new_members-0-artifact": ArtifactFactory(files={}).pk,
        "new_members-0-group": ArtifactGroupFactory().pk,
    }
    return references, "several were given"


def no_place_for_the_new(letters: DeploymentSet) -> tuple[dict[str, Any], str]:
    changes = {"new_members-0-artifact": ArtifactFactory(files={}).pk, "new_members-0-position": "7"}
    return changes, "There is no position 7 in this set; write a number from 0 to 4."


def no_place(letters: DeploymentSet) -> tuple[dict[str, Any], str]:
    return {"members-1-position": "4"}, "There is no position 4 in this set; write a number from 0 to 3."


def no_number(letters: DeploymentSet) -> tuple[dict[str, Any], str]:
    return {"members-1-position": "9" * 5000}, "Enter a whole number."


def anothers_set(letters: DeploymentSet) -> tuple[dict[str, Any], str]:
    return {"new_members-0-member_set": DeploymentSetFactory().pk}, "That choice is not one of the available choices."


@pytest.mark.parametrize(
    "wrong",
    [circle, depth, known, nothing, several, no_place_for_the_new, no_place, no_number, anothers_set],
)
def test_what_is_refused_is_said_at_its_row_and_nothing_of_the_page_is_saved(
    client: Client, letters: DeploymentSet, wrong: Any
) -> None:
    changes, message = wrong(letters)
    everything = changes | {"name": "Renamed", "members-0-DELETE": "on"}
    page = send(client, page_of(letters), everything)
    assert len(problems_on(page)) == 1
    assert message in problems_on(page)[0]
    sent = as_shown(page)
    assert {name: str(sent[name]) for name in changes} == {name: str(value) for name, value in changes.items()}
    assert sent["name"] == "Renamed"
    letters.refresh_from_db()
    assert (letters.name, names_in(letters)) == ("Letters", list("abcde"))
    assert not LogEntry.objects.exists()


def test_a_refused_member_leaves_no_new_set_behind(client: Client, db: None) -> None:
    page = send(client, ADD, {"name": "New", "new_members-0-position": "0"})
    assert "none was given" in problems_on(page)[0]
    assert not DeploymentSet.objects.exists()


def test_only_the_owners_own_sets_are_offered(client: Client, letters: DeploymentSet) -> None:
    own = DeploymentSetFactory(owner=letters.owner, name="One of mine")
    DeploymentSetFactory(name="One of theirs")
    page = client.get(page_of(letters)).context["inline_admin_formsets"][1]
    widget = page.formset.forms[0].fields["member_set"].widget.widget
    asked = {"app_label": "deployment_sets", "model_name": "deploymentsetmember", "field_name": "member_set"}
    found = client.get(f"{widget.get_url()}&{urlencode(asked | {'term': 'one of'})}").json()
    assert [result["id"] for result in found["results"]] == [str(own.pk)]
    for owner in ("x", "00000000-0000-0000-0000-000000000000"):
        assert client.get(reverse("admin:autocomplete"), asked | {"owner": owner}).json()["results"] == []


def big_set(owner: User, size: int) -> DeploymentSet:
    artifact = ArtifactFactory(files={})
    many = ArtifactFactory.build_batch(size, collection=artifact.collection)
    type(artifact).objects.bulk_create(many)
    one = DeploymentSetFactory(owner=owner)
    DeploymentSetMember.objects.bulk_create(
        DeploymentSetMember(set=one, artifact=each, position=place) for place, each in enumerate(many)
    )
    return one


def test_of_many_members_a_stretch_is_shown_with_the_way_to_the_others(client: Client, owner: User) -> None:
    small, large = big_set(owner, 51), big_set(owner, 400)
    client.get(page_of(small))
    costs = []
    for one in (small, large):
        with CaptureQueriesContext(connection) as captured:
            page = client.get(page_of(one))
        costs.append((len(captured), len(page.context["inline_admin_formsets"][0].formset.forms)))
    assert costs[0] == costs[1]
    assert costs[0][1] == 50
    assert "0 to 49 of 400 are shown" in page.content.decode()
    assert f"set__id__exact={large.pk}" in page.content.decode()
    last = client.get(page_of(large), {"first": "350"})
    assert "350 to 399 of 400" in last.content.decode()
    assert '<a href="?first=300">' in last.content.decode()
    for nonsense in ("x", "-1", "9" * 30, "²"):
        assert client.get(page_of(large), {"first": nonsense}).status_code == 200


def test_a_member_far_down_can_be_moved_to_the_front_and_the_rest_stays(client: Client, owner: User) -> None:
    large = big_set(owner, 120)
    before = names_in(large)
    send(client, f"{page_of(large)}?first=100", {"members-19-position": "0", "members-0-DELETE": "on"})
    assert names_in(large) == [before[119], *before[:100], *before[101:119]]


def test_a_save_takes_as_many_queries_however_many_members_stay(client: Client, owner: User) -> None:
    costs = []
    for size in (10, 40):
        one = big_set(owner, size)
        shown = as_shown(client.get(page_of(one)))
        with CaptureQueriesContext(connection) as captured:
            client.post(page_of(one), shown | {"members-3-position": "1"})
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_a_form_that_makes_no_sense_changes_nothing_and_breaks_nothing(client: Client, letters: DeploymentSet) -> None:
    shown = as_shown(client.get(page_of(letters)))
    elsewhere = DeploymentSetFactory(members=[ArtifactFactory(name="theirs", files={})])
    theirs = DeploymentSetMember.objects.get(set=elsewhere)
    for nonsense in (
        {"members-INITIAL_FORMS": "900", "members-TOTAL_FORMS": "900"},
        {"members-INITIAL_FORMS": "x"},
        {"members-TOTAL_FORMS": "-1"},
        {"members-0-id": "x", "members-0-DELETE": "on"},
        {"members-0-id": "9" * 60, "members-0-DELETE": "on"},
        {"members-0-id": str(theirs.pk), "members-0-DELETE": "on"},
        {"members-0-id": str(theirs.pk), "members-0-position": "3"},
        {"new_members-INITIAL_FORMS": "1", "new_members-0-id": str(theirs.pk), "new_members-0-DELETE": "on"},
        {"new_members-0-artifact": "x"},
    ):
        assert client.post(page_of(letters), shown | nonsense).status_code in (200, 302)
        assert names_in(letters) == list("abcde")
        assert names_in(elsewhere) == ["theirs"]


def test_a_member_can_be_added_again_after_it_was_removed_in_the_same_save(
    client: Client, letters: DeploymentSet
) -> None:
    first = DeploymentSetMember.objects.get(set=letters, position=0)
    changes = {"members-0-DELETE": "on", "new_members-0-artifact": first.artifact_id}
    send(client, page_of(letters), changes)
    assert names_in(letters) == list("bcdea")


def test_a_row_sent_twice_moves_once(client: Client, letters: DeploymentSet) -> None:
    inner = DeploymentSetFactory(owner=letters.owner, name="inner")
    add_member(owner=letters.owner, set_id=letters.pk, member_set_id=inner.pk)
    member = DeploymentSetMember.objects.get(set=letters, position=0)
    send(client, page_of(letters), {"members-1-id": str(member.pk), "members-1-position": "2"})
    assert sorted(names_in(letters)) == sorted([*"abcde", "inner"])
