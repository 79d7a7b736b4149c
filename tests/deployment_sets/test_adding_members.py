"""The dialog that adds members: finding them, choosing several, and adding all or none."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.users import local_user
from artifacts.models import Artifact, ArtifactGroup
from deployment_sets.candidates import CANDIDATES_SHOWN
from deployment_sets.exceptions import MAX_DEPTH
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.services.members import add_member
from tests.deployment_sets.answers import asked_for, names_in, words
from tests.factories import ArtifactFactory, ArtifactGroupFactory, CollectionFactory, DeploymentSetFactory
from tests.queries import assert_no_more_for_twice_as_many

pytestmark = pytest.mark.django_db

DIALOG = asked_for("dialog")


@pytest.fixture
def me() -> User:
    return local_user()


@pytest.fixture
def mine(me: User) -> DeploymentSet:
    made: DeploymentSet = DeploymentSetFactory(owner=me, name="Mine")
    return made


def add(client: Client, deployment_set: DeploymentSet, *chosen: Any, **fields: str) -> Any:
    keys = [key_of(each) if not isinstance(each, str) else each for each in chosen]
    return client.post(f"/sets/{deployment_set.pk}/members/add", {"chosen": keys, **fields}, headers=DIALOG)


def key_of(thing: Artifact | ArtifactGroup | DeploymentSet) -> str:
    kinds = {Artifact: "artifact", ArtifactGroup: "group", DeploymentSet: "set"}
    return f"{kinds[type(thing)]}:{thing.pk}"


def offered(client: Client, deployment_set: DeploymentSet, query: str) -> dict[str, bool]:
    """What is found, by name, and whether it can be chosen."""
    content = client.get(
        f"/sets/{deployment_set.pk}/members/add?{query}", headers=asked_for("choices")
    ).content.decode()
    boxes = re.findall(r'<input type="checkbox".*?>', content, flags=re.DOTALL)
    return {re.findall(r'data-name="([^"]*)"', box)[0]: "disabled" not in box for box in boxes}


def test_the_dialog_is_a_page_too(client: Client, mine: DeploymentSet) -> None:
    address = f"/sets/{mine.pk}/members/add"
    assert "</html>" in client.get(address).content.decode()
    dialog = client.get(address, headers=DIALOG).content.decode()
    assert "<html" not in dialog
    assert 'id="dialog-title"' in dialog


def test_looking_elsewhere_leaves_what_was_chosen_alone(client: Client, mine: DeploymentSet) -> None:
    part = client.get(f"/sets/{mine.pk}/members/add?tab=sets", headers=asked_for("choosing")).content.decode()
    assert 'id="choosing"' in part
    assert "data-chosen" not in part
    assert "<title" not in part


def test_artifacts_are_found_by_name_type_and_uuid(client: Client, mine: DeploymentSet) -> None:
    pdf = ArtifactFactory(name="pdf", collection=CollectionFactory(name="Office"))
    ArtifactFactory(name="pdf-to-text", type="command")
    ArtifactFactory(name="gone", gone_at="2026-01-01T00:00:00Z")
    assert offered(client, mine, "") == {"pdf": True, "pdf-to-text": True}
    assert offered(client, mine, "search=command:pdf") == {"pdf-to-text": True}
    assert offered(client, mine, "search=PDF&type=skill") == {"pdf": True}
    assert offered(client, mine, f"search={pdf.pk}") == {"pdf": True}
    assert offered(client, mine, "search=%25") == {}
    assert "Office" in words(client.get(f"/sets/{mine.pk}/members/add"))


def test_groups_and_sets_are_found_by_name_and_uuid(client: Client, me: User, mine: DeploymentSet) -> None:
    group = ArtifactGroupFactory(name="Planning", artifacts=[ArtifactFactory()])
    inner = DeploymentSetFactory(owner=me, name="Inner")
    for tab, thing, name in (("groups", group, "Planning"), ("sets", inner, "Inner")):
        for search in (name[:3].upper(), str(thing.pk), f"{tab[:-1]}:{name}"):
            assert offered(client, mine, f"tab={tab}&search={search}") == {name: True}
        assert offered(client, mine, f"tab={tab}&search=other") == {}
        assert offered(client, mine, f"tab={tab}&search={uuid4()}") == {}
    assert "1 artifact" in words(client.get(f"/sets/{mine.pk}/members/add?tab=groups"))


def test_nobody_is_offered_the_sets_of_another_owner(client: Client, mine: DeploymentSet) -> None:
    theirs = DeploymentSetFactory(name="Theirs")
    assert offered(client, mine, "tab=sets") == {"Mine": False}
    assert offered(client, mine, f"tab=sets&search={theirs.pk}") == {}


def test_what_is_in_already_is_marked_and_cannot_be_chosen(client: Client, me: User) -> None:
    skill, group = ArtifactFactory(name="pdf"), ArtifactGroupFactory(name="Planning")
    inner = DeploymentSetFactory(owner=me, name="Inner")
    outer = DeploymentSetFactory(owner=me, name="Outer", members=[skill, group, inner])
    for tab, name in (("artifacts", "pdf"), ("groups", "Planning"), ("sets", "Inner")):
        assert offered(client, outer, f"tab={tab}")[name] is False
        assert "in this set" in words(client.get(f"/sets/{outer.pk}/members/add?tab={tab}"))


def test_sets_that_would_close_a_circle_say_how(client: Client, me: User) -> None:
    inner = DeploymentSetFactory(owner=me, name="A")
    middle = DeploymentSetFactory(owner=me, name="B", members=[inner])
    DeploymentSetFactory(owner=me, name="C", members=[middle])
    DeploymentSetFactory(owner=me, name="D")
    assert offered(client, inner, "tab=sets") == {"A": False, "B": False, "C": False, "D": True}
    text = words(client.get(f"/sets/{inner.pk}/members/add?tab=sets"))
    for path in ("A › A", "A › B › A", "A › C › B › A"):
        assert f"would contain itself: {path} " in text


def test_sets_that_would_go_too_deep_say_how_deep(client: Client, me: User, mine: DeploymentSet) -> None:
    chain = DeploymentSetFactory(owner=me, name="S1")
    for depth in range(2, MAX_DEPTH + 1):
        chain = DeploymentSetFactory(owner=me, name=f"S{depth}", members=[chain])
    found = offered(client, mine, "tab=sets")
    assert found["S20"] is False
    assert found["S19"] is True
    text = words(client.get(f"/sets/{mine.pk}/members/add?tab=sets&search=S20"))
    assert "would nest sets 21 deep: Mine › S20 › S19" in text


def test_a_set_in_a_circle_of_its_own_does_not_break_the_dialog(client: Client, me: User, mine: DeploymentSet) -> None:
    first = DeploymentSetFactory(owner=me, name="First")
    second = DeploymentSetFactory(owner=me, name="Second", members=[first])
    DeploymentSetMember.objects.create(set=first, member_set=second, position=0)
    assert offered(client, mine, "tab=sets") == {"First": False, "Mine": False, "Second": False}
    assert "contains itself already: Mine › First › Second › First" in words(
        client.get(f"/sets/{mine.pk}/members/add?tab=sets")
    )
    assert client.get(f"/sets/{first.pk}/members/add?tab=sets").status_code == 200


def test_long_lists_show_their_beginning_and_say_so(client: Client, mine: DeploymentSet) -> None:
    ArtifactFactory.create_batch(CANDIDATES_SHOWN + 2, files={})
    text = words(client.get(f"/sets/{mine.pk}/members/add"))
    assert f"Showing {CANDIDATES_SHOWN} of {CANDIDATES_SHOWN + 2}." in text


def test_several_are_added_at_once_in_the_order_they_were_chosen(client: Client, me: User, mine: DeploymentSet) -> None:
    add_member(owner=me, set_id=mine.pk, artifact_uuid=ArtifactFactory(name="there").pk)
    group, inner = ArtifactGroupFactory(name="Planning"), DeploymentSetFactory(owner=me, name="Inner")
    answer = add(client, mine, inner, group, ArtifactFactory(name="pdf"))
    assert {"changed", "dialog-done"} <= set(re.findall(r"[\w-]+", answer.headers["HX-Trigger"]))
    assert "Added 3 members to “Mine”." in words(answer)
    assert names_in(mine) == ["there", "Inner", "Planning", "pdf"]
    assert "Added 1 member to" in words(add(client, mine, ArtifactFactory(name="top"), place="top"))
    assert names_in(mine)[0] == "top"


def test_a_circle_made_meanwhile_keeps_what_was_chosen_and_says_how(client: Client, me: User) -> None:
    a, b = (DeploymentSetFactory(owner=me, name=name) for name in ("A", "B"))
    skill = ArtifactFactory(name="pdf")
    assert offered(client, a, "tab=sets")["B"] is True
    add_member(owner=me, set_id=b.pk, member_set_id=a.pk)
    refused = add(client, a, skill, b, tab="sets")
    assert refused.status_code == 422
    text = words(refused)
    assert "This would create a circular reference. A › B › A" in text
    assert "skill pdf ✕ set B ✕" in text
    assert "would contain itself: A › B › A" in text
    assert names_in(a) == []


def test_what_was_added_meanwhile_keeps_what_was_chosen(client: Client, me: User, mine: DeploymentSet) -> None:
    skill, other = ArtifactFactory(name="pdf"), ArtifactFactory(name="other")
    add_member(owner=me, set_id=mine.pk, artifact_uuid=skill.pk)
    refused = add(client, mine, skill, other)
    assert refused.status_code == 422
    assert "is a member of “Mine” already" in words(refused)
    assert f'value="artifact:{other.pk}"' in refused.content.decode()
    assert names_in(mine) == ["pdf"]


def test_too_deep_is_refused_with_the_depth(client: Client, me: User, mine: DeploymentSet) -> None:
    chain = DeploymentSetFactory(owner=me, name="S1")
    for depth in range(2, MAX_DEPTH + 1):
        chain = DeploymentSetFactory(owner=me, name=f"S{depth}", members=[chain])
    refused = add(client, mine, chain)
    assert refused.status_code == 422
    assert "This would nest sets 21 deep" in words(refused)


@pytest.mark.parametrize("chosen", [[], ["pdf"], ["artifact:1"], ["thing:00000000-0000-0000-0000-000000000000"]])
def test_what_was_not_chosen_well_is_refused(client: Client, mine: DeploymentSet, chosen: list[str]) -> None:
    refused = add(client, mine, *chosen)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.content.decode()


def test_more_than_can_be_added_at_once_is_refused(client: Client, mine: DeploymentSet) -> None:
    refused = add(client, mine, *(f"artifact:{uuid4()}" for _ in range(101)))
    assert refused.status_code == 422
    assert "At most 100 members can be added at once." in words(refused)


def test_a_set_of_another_owner_is_not_there(client: Client, mine: DeploymentSet) -> None:
    theirs = DeploymentSetFactory(name="Theirs")
    told = []
    for set_id in (theirs.pk, uuid4()):
        answer = add(client, mine, f"set:{set_id}")
        assert answer.status_code == 404
        told.append(words(answer).replace(str(set_id), "…"))
    assert told[0] == told[1]
    assert names_in(mine) == []


@pytest.mark.parametrize("tab", ["artifacts", "groups", "sets"])
def test_what_is_found_costs_the_same_however_much_it_is(
    client: Client, me: User, mine: DeploymentSet, tab: str
) -> None:
    def make(number: int) -> None:
        for _ in range(number):
            group = ArtifactGroupFactory(artifacts=[ArtifactFactory()])
            inner = DeploymentSetFactory(owner=me, members=[group, ArtifactFactory()])
            DeploymentSetFactory(owner=me, members=[inner, mine])

    address = f"/sets/{mine.pk}/members/add?tab={tab}"
    assert_no_more_for_twice_as_many(make, lambda: client.get(address, headers=DIALOG))


def test_a_search_that_finds_nothing_on_a_tab_says_what_was_looked_for_and_leads_to_all(
    client: Client, mine: DeploymentSet
) -> None:
    ArtifactGroupFactory(name="Reviewers")
    answer = client.get(f"/sets/{mine.pk}/members/add", {"tab": "groups", "search": "ship"})
    assert "No groups match “ship”. Show all groups" in words(answer)
