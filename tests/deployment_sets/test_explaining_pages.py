"""The page that shows how a set is put together, and the dialog that says why an artifact is in it."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import User
from accounts.services.users import local_user
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from tests.factories import ArtifactFactory, ArtifactGroupFactory, DeploymentSetFactory
from tests.queries import assert_no_more_for_twice_as_many

pytestmark = pytest.mark.django_db


@pytest.fixture
def me() -> User:
    return local_user()


@pytest.fixture
def full_stack(me: User) -> DeploymentSet:
    """Holds Backend and Frontend, which both hold Data access, and a group and two artifacts of its own."""
    data = DeploymentSetFactory(owner=me, name="Data access", members=[ArtifactFactory(name="sql-review")])
    back = DeploymentSetFactory(owner=me, name="Backend", color="#1c7a4a", members=[data, ArtifactFactory()])
    front = DeploymentSetFactory(owner=me, name="Frontend", members=[data])
    group = ArtifactGroupFactory(name="Planning", artifacts=[ArtifactFactory()])
    made: DeploymentSet = DeploymentSetFactory(
        owner=me, name="Full-stack", members=[back, front, group, ArtifactFactory(), ArtifactFactory()]
    )
    return made


def text_of(markup: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?bdi>", "", markup)).split())


def test_the_picture_links_each_set_once_and_says_what_it_stands_for(client: Client, full_stack: DeploymentSet) -> None:
    content = client.get(f"/sets/{full_stack.pk}/graph").content.decode()
    picture = content[content.index('<svg class="graph') : content.index("</svg>", content.index('<svg class="graph'))]
    data = DeploymentSet.objects.get(name="Data access")
    assert picture.count(f'href="/sets/{data.pk}"') == 1
    assert 'aria-label="Data access, set, 1 artifact"' in picture
    assert "2 artifacts direct" in text_of(picture)
    assert "Planning group, 1" in text_of(picture)
    assert picture.count("<path") == 7
    assert 'stroke="light-dark(#1c7a4a, ' in picture
    assert "style=" not in content


def test_the_same_facts_stand_there_as_text(client: Client, full_stack: DeploymentSet) -> None:
    text = text_of(client.get(f"/sets/{full_stack.pk}/graph").content.decode())
    assert (
        "Full-stack (set, 5 artifacts) holds Backend (set, 2 artifacts) Frontend (set, 1 artifact) "
        "Planning (group, 1 artifact) 2 artifacts, direct "
        "Backend (set, 2 artifacts) holds Data access (set, 1 artifact) 1 artifact, direct "
        "Frontend (set, 1 artifact) holds Data access (set, 1 artifact)"
    ) in text


def test_another_page_gets_the_picture_alone(client: Client, full_stack: DeploymentSet) -> None:
    answer = client.get(f"/sets/{full_stack.pk}/graph", headers={"HX-Request": "true", "HX-Target": "set-graph"})
    content = answer.content.decode()
    assert '<svg class="graph-picture' in content
    assert "<html" not in content
    assert 'id="page"' not in content


def test_a_set_of_nothing_is_one_box(client: Client, me: User) -> None:
    content = client.get(f"/sets/{DeploymentSetFactory(owner=me, name='Empty').pk}/graph").content.decode()
    assert content.count('class="graph-part') == 1
    assert "Empty (set, 0 artifacts) holds no other set and no group." in text_of(content)


def test_a_large_picture_says_what_it_leaves_out(client: Client, me: User) -> None:
    inner = DeploymentSetFactory.create_batch(151, owner=me)
    outer = DeploymentSetFactory(owner=me, members=inner)
    content = client.get(f"/sets/{outer.pk}/graph").content.decode()
    assert "150 of 152 sets and groups are drawn." in text_of(content)
    assert "0 · 2 folded" in text_of(content)


def test_a_circle_is_a_notice_and_not_a_crash(client: Client, me: User) -> None:
    first = DeploymentSetFactory(owner=me, name="First")
    second = DeploymentSetFactory(owner=me, name="Second", members=[first])
    DeploymentSetMember.objects.create(set=first, member_set=second, position=0)
    answer = client.get(f"/sets/{first.pk}/graph")
    assert answer.status_code == 200
    assert "First › Second › First" in text_of(answer.content.decode())


def test_markup_and_directions_in_names_do_nothing(client: Client, me: User) -> None:
    hostile = "<script>alert(1)</script>\u202e"
    outer = DeploymentSetFactory(owner=me, name=hostile, members=[DeploymentSetFactory(owner=me, name=hostile)])
    content = client.get(f"/sets/{outer.pk}/graph").content.decode()
    assert "<script>alert" not in content
    assert "&lt;script&gt;" in content
    picture = content[content.index('<svg class="graph') :]
    assert "\u202e" not in picture[: picture.index("</svg>")]


def test_pictures_of_more_cost_no_more_queries(client: Client, me: User) -> None:
    outer = DeploymentSetFactory(owner=me)

    def make(number: int) -> None:
        for each in DeploymentSetFactory.create_batch(number, owner=me, members=[ArtifactFactory()]):
            position = outer.members.count()
            DeploymentSetMember.objects.create(set=outer, member_set=each, position=position)

    assert_no_more_for_twice_as_many(make, lambda: client.get(f"/sets/{outer.pk}/graph"))


def test_why_names_every_trail_and_every_holder(client: Client, full_stack: DeploymentSet) -> None:
    artifact = DeploymentSet.objects.get(name="Data access").members.get().artifact
    assert artifact is not None
    content = client.get(f"/sets/{full_stack.pk}/why/{artifact.pk}").content.decode()
    text = text_of(content)
    assert "Why sql-review is here skill Held directly by 1 set or group set Data access" in text
    assert "2 trails from this set Backend › Data access Frontend › Data access" in text
    assert f'<a href="/sets/{DeploymentSet.objects.get(name="Frontend").pk}">Frontend</a>' in content


def test_why_a_direct_member_is_here(client: Client, me: User) -> None:
    artifact = ArtifactFactory()
    made = DeploymentSetFactory(owner=me, name="Only", members=[artifact])
    text = text_of(client.get(f"/sets/{made.pk}/why/{artifact.pk}").content.decode())
    assert "set Only 1 trail from this set A member of the set itself" in text


def test_of_very_many_trails_the_first_fifty_are_written(client: Client, me: User) -> None:
    artifact = ArtifactFactory(files={})
    level = [DeploymentSetFactory(owner=me, members=[artifact])]
    for _ in range(3):
        level = [DeploymentSetFactory(owner=me, members=level) for _ in range(5)]
    outer = DeploymentSetFactory(owner=me, members=level)
    content = client.get(f"/sets/{outer.pk}/why/{artifact.pk}").content.decode()
    assert "125 trails from this set" in text_of(content)
    assert "These are the first 50 of them." in text_of(content)
    assert content.count("›") >= 150


def test_why_something_is_not_here_any_more(client: Client, full_stack: DeploymentSet) -> None:
    answer = client.get(f"/sets/{full_stack.pk}/why/{ArtifactFactory().pk}")
    assert answer.status_code == 200
    assert "Full-stack does not hold it any more" in text_of(answer.content.decode())
    assert client.get(f"/sets/{full_stack.pk}/why/{uuid4()}").status_code == 404


def test_why_comes_as_a_dialog_too(client: Client, full_stack: DeploymentSet) -> None:
    artifact = DeploymentSet.objects.get(name="Data access").members.get().artifact
    assert artifact is not None
    headers = {"HX-Request": "true", "HX-Target": "dialog"}
    content = client.get(f"/sets/{full_stack.pk}/why/{artifact.pk}", headers=headers).content.decode()
    assert 'id="dialog-title"' in content
    assert "<html" not in content
