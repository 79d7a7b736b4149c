"""The members of a set on its page: put in order, removed, put back."""

from functools import partial
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.users import local_user
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.services.batch_deploy import claimant_of
from deployment_sets.services.members import add_member
from tests.deployment_sets.answers import asked_for, names_in, undo_in, words
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    DeploymentSetFactory,
    ProjectFactory,
    RunFactory,
    RunItemFactory,
)
from tests.queries import statements

pytestmark = pytest.mark.django_db

PAGE = asked_for("page")


@pytest.fixture
def me() -> User:
    return local_user()


@pytest.fixture
def mine(me: User) -> DeploymentSet:
    members = [ArtifactFactory(name=name) for name in ("first", "second", "third")]
    made: DeploymentSet = DeploymentSetFactory(owner=me, name="Mine", members=members)
    return made


def member_at(deployment_set: DeploymentSet, position: int) -> DeploymentSetMember:
    return deployment_set.members.get(position=position)


def test_a_row_says_what_it_is_and_what_can_be_done_with_it(client: Client, me: User) -> None:
    inner = DeploymentSetFactory(owner=me, name="Backend", members=[ArtifactFactory()])
    group = ArtifactGroupFactory(name="Planning")
    skill = ArtifactFactory(name="pdf")
    outer = DeploymentSetFactory(owner=me, members=[inner, group, skill])
    content = client.get(f"/sets/{outer.pk}").content.decode()
    for name, target in (("Backend", inner.pk), ("Planning", group.pk), ("pdf", skill.pk)):
        assert f'aria-label="Move {name}"' in content
        assert f'aria-label="Remove {name}"' in content
        assert f'data-copy="{target}"' in content
    assert f'href="/sets/{inner.pk}"' in content
    assert f'href="/sets/{outer.pk}/why/{skill.pk}"' in content


def test_a_member_is_moved_to_where_it_was_dragged(client: Client, mine: DeploymentSet) -> None:
    moved = {"id": str(member_at(mine, 0).pk), "position": "2"}
    answer = client.post(f"/sets/{mine.pk}/members/move", moved, headers=PAGE)
    assert "changed" in answer.headers["HX-Trigger"]
    assert names_in(mine) == ["second", "third", "first"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [({}, 422), ({"id": "x", "position": "0"}, 422), ({"position": "-1"}, 422), ({"position": "3"}, 422)],
)
def test_a_move_that_makes_no_sense_is_refused(
    client: Client, mine: DeploymentSet, sent: dict[str, str], status: int
) -> None:
    sent = {"id": str(member_at(mine, 0).pk), **sent} if "position" in sent else sent
    assert client.post(f"/sets/{mine.pk}/members/move", sent, headers=PAGE).status_code == status
    assert names_in(mine) == ["first", "second", "third"]


def test_a_member_is_moved_far_by_its_number(client: Client, mine: DeploymentSet) -> None:
    address = f"/sets/{mine.pk}/members/{member_at(mine, 2).pk}/position"
    dialog = client.get(address, headers=asked_for("dialog"))
    assert "From 1 to 3" in words(dialog)
    assert 'value="3"' in dialog.content.decode()
    answer = client.post(address, {"position": "1"}, headers=asked_for("dialog"))
    assert names_in(mine) == ["third", "first", "second"]
    assert "Moved “third” to position 1 of 3." in words(answer)
    client.post(*undo_in(answer), headers=PAGE)
    assert names_in(mine) == ["first", "second", "third"]


@pytest.mark.parametrize("position", ["0", "4", "", "x"])
def test_a_number_that_the_set_does_not_have_is_refused_as_it_was_typed(
    client: Client, mine: DeploymentSet, position: str
) -> None:
    address = f"/sets/{mine.pk}/members/{member_at(mine, 2).pk}/position"
    answer = client.post(address, {"position": position}, headers=asked_for("dialog"))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert names_in(mine) == ["first", "second", "third"]


def test_a_removed_member_comes_back_to_where_it_was(client: Client, mine: DeploymentSet) -> None:
    removed = client.post(f"/sets/{mine.pk}/members/{member_at(mine, 1).pk}/remove", headers=PAGE)
    assert "Removed “second”." in words(removed)
    assert names_in(mine) == ["first", "third"]
    back = client.post(*undo_in(removed), headers=PAGE)
    assert "“second” is back, at position 2." in words(back)
    assert names_in(mine) == ["first", "second", "third"]


@pytest.mark.parametrize("kind", ["group", "set"])
def test_groups_and_sets_come_back_too(client: Client, me: User, kind: str) -> None:
    target = ArtifactGroupFactory(name="it") if kind == "group" else DeploymentSetFactory(owner=me, name="it")
    outer = DeploymentSetFactory(owner=me, members=[target, ArtifactFactory(name="other")])
    removed = client.post(f"/sets/{outer.pk}/members/{member_at(outer, 0).pk}/remove", headers=PAGE)
    client.post(*undo_in(removed), headers=PAGE)
    assert names_in(outer) == ["it", "other"]


def test_a_member_comes_back_to_the_end_of_a_set_that_got_shorter(client: Client, mine: DeploymentSet) -> None:
    removed = client.post(f"/sets/{mine.pk}/members/{member_at(mine, 2).pk}/remove", headers=PAGE)
    for _ in range(2):
        client.post(f"/sets/{mine.pk}/members/{member_at(mine, 0).pk}/remove", headers=PAGE)
    client.post(*undo_in(removed), headers=PAGE)
    assert names_in(mine) == ["third"]


def test_what_cannot_come_back_any_more_says_why(client: Client, me: User) -> None:
    inner = DeploymentSetFactory(owner=me, name="Inner")
    outer = DeploymentSetFactory(owner=me, name="Outer", members=[inner])
    removed = client.post(f"/sets/{outer.pk}/members/{member_at(outer, 0).pk}/remove", headers=PAGE)
    address, fields = undo_in(removed)
    add_member(owner=me, set_id=inner.pk, member_set_id=outer.pk)
    circle = client.post(address, fields, headers=PAGE)
    assert circle.status_code == 422
    assert "circular reference: Outer › Inner › Outer." in words(circle)
    assert "HX-Trigger" not in circle.headers
    inner.members.all().delete()
    add_member(owner=me, set_id=outer.pk, member_set_id=inner.pk)
    twice = client.post(address, fields, headers=PAGE)
    assert twice.status_code == 409
    assert "“Inner” is a member of “Outer” already" in words(twice)
    assert names_in(outer) == ["Inner"]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"member": "artifact"},
        {"member": "thing:00000000-0000-0000-0000-000000000000", "position": "0"},
        {"member": "set:x", "position": "0"},
    ],
)
def test_what_names_no_member_is_not_put_back(client: Client, mine: DeploymentSet, sent: dict[str, str]) -> None:
    assert client.post(f"/sets/{mine.pk}/members/restore", sent, headers=PAGE).status_code == 422
    assert names_in(mine) == ["first", "second", "third"]


def test_members_of_another_set_or_owner_are_not_there(client: Client, me: User, mine: DeploymentSet) -> None:
    elsewhere = DeploymentSetFactory(owner=me, members=[ArtifactFactory(name="kept")])
    theirs = DeploymentSetFactory(name="Theirs", members=[ArtifactFactory(name="kept")])

    def refused(set_id: UUID, member_id: UUID) -> set[int]:
        before = f"/sets/{set_id}/members"
        return {
            client.post(f"{before}/{member_id}/remove").status_code,
            client.get(f"{before}/{member_id}/position").status_code,
            client.post(f"{before}/{member_id}/position", {"position": "1"}).status_code,
            client.post(f"{before}/move", {"id": str(member_id), "position": "0"}).status_code,
        }

    for other in (elsewhere, theirs):
        assert refused(mine.pk, other.members.get().pk) == {404}
        assert refused(theirs.pk, other.members.get().pk) == {404}
        assert names_in(other) == ["kept"]
    for set_id in (theirs.pk, uuid4()):
        restored = {"member": f"set:{set_id}", "position": "0"}
        answer = client.post(f"/sets/{mine.pk}/members/restore", restored, headers=PAGE)
        assert answer.status_code == 404
        assert "Theirs" not in words(answer)


def test_after_a_change_the_page_shows_all_that_depends_on_it(client: Client, mine: DeploymentSet) -> None:
    client.post(f"/sets/{mine.pk}/members/{member_at(mine, 0).pk}/remove", headers=PAGE)
    page = client.get(f"/sets/{mine.pk}", headers=PAGE)
    assert "<html" not in page.content.decode()
    assert "Members · 2" in words(page)
    assert "Resolves to 2 artifacts" in words(page)


def test_what_a_set_resolves_to_is_narrowed(client: Client, me: User) -> None:
    skill, command = ArtifactFactory(name="sql-review"), ArtifactFactory(name="ship", type="command")
    outer = DeploymentSetFactory(owner=me, members=[DeploymentSetFactory(owner=me, members=[skill, command])])

    def found(query: str) -> list[str]:
        content = client.get(f"/sets/{outer.pk}?{query}").content.decode()
        return [
            name
            for name in ("sql-review", "ship")
            if f'id="why-{skill.pk if name[1] == "q" else command.pk}"' in content
        ]

    assert found("") == ["sql-review", "ship"]
    assert found("search=REV") == ["sql-review"]
    assert found("search=command:sh") == ["ship"]
    assert found("type=command") == ["ship"]
    assert found(f"search={skill.pk}") == ["sql-review"]
    assert found("search=nothing") == []
    assert found("type=nonsense") == ["sql-review", "ship"]


def test_each_resolved_artifact_says_how_many_more_trails_lead_to_it(client: Client, me: User) -> None:
    shared = ArtifactFactory(name="shared")
    group = ArtifactGroupFactory(name="Group", artifacts=[shared])
    low = DeploymentSetFactory(owner=me, name="Low", members=[shared, group])
    high = DeploymentSetFactory(owner=me, name="High", members=[low])
    outer = DeploymentSetFactory(owner=me, members=[high, low])
    assert "shared High › Low +3 more" in words(client.get(f"/sets/{outer.pk}"))


def test_the_last_runs_of_a_set_are_those_in_ones_own_projects(client: Client, me: User, mine: DeploymentSet) -> None:
    key = claimant_of(mine.pk, mine.name).key
    for project in (ProjectFactory(owner=me, name="storefront"), ProjectFactory(name="elsewhere")):
        RunItemFactory(run=RunFactory(project=project, claimant=key))
    RunItemFactory(run=RunFactory(project=ProjectFactory(owner=me, name="unrelated"), claimant="set:other"))
    text = words(client.get(f"/sets/{mine.pk}"))
    assert "Deploy, storefront 1 succeeded" in text
    assert "elsewhere" not in text
    assert "unrelated" not in text


def test_positions_go_on_from_page_to_page(client: Client, me: User) -> None:
    outer = DeploymentSetFactory(owner=me, members=ArtifactFactory.create_batch(51, files={}))
    content = client.get(f"/sets/{outer.pk}?members=2").content.decode()
    assert 'data-sort-first="50"' in content
    assert 'data-sort-total="51"' in content
    assert '<span class="position" data-sort-position>51</span>' in content


def test_a_page_of_members_costs_the_same_however_many_there_are(client: Client, me: User) -> None:
    inner = DeploymentSetFactory(owner=me, members=ArtifactFactory.create_batch(2, files={}))
    some = DeploymentSetFactory(owner=me, members=[inner, *ArtifactFactory.create_batch(2, files={})])
    many = DeploymentSetFactory(owner=me, members=[inner, *ArtifactFactory.create_batch(150, files={})])
    few, lots = (statements(partial(client.get, f"/sets/{each.pk}")) for each in (some, many))
    assert len(few) == len(lots)
