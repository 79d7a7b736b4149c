import re
from collections.abc import Sequence

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.services.users import local_user
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.services.batch_deploy import claimant_of
from projects.models import Project
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    ClaimFactory,
    DeploymentFactory,
    DeploymentSetFactory,
    DeploymentSetTagFactory,
    ProjectFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def me() -> User:
    return local_user()


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    markup = re.sub(r"</?bdi>", "", response.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", markup).split())


def deploy_to_projects(deployment_set: DeploymentSet, owners: Sequence[User]) -> None:
    key = claimant_of(deployment_set.pk, deployment_set.name).key
    for owner in owners:
        project = ProjectFactory(owner=owner)
        for _ in range(2):
            ClaimFactory(deployment=DeploymentFactory(project=project), claimant=key)


def test_a_card_says_what_a_set_stands_for_and_where_it_is_live(client: Client, me: User) -> None:
    shared = ArtifactFactory()
    inner = DeploymentSetFactory(owner=me, members=[shared, ArtifactFactory()])
    outer = DeploymentSetFactory(owner=me, name="Full-stack", description="Everything.", members=[inner, shared])
    DeploymentSetTagFactory(set=outer, name="web")
    deploy_to_projects(outer, [me, me, UserFactory()])
    text = page(client, "/sets/")
    assert "Everything. web 2 → 2 artifacts depth 2 live in 2" in text
    assert "2 → 2 artifacts depth 1 not deployed" in text


def test_the_colour_of_a_set_is_the_edge_of_its_card(client: Client, me: User) -> None:
    DeploymentSetFactory(owner=me, color="#1c7a4a")
    assert 'fill="light-dark(#1c7a4a, #' in client.get("/sets/").content.decode()


def test_nobody_sees_the_sets_of_another_owner(client: Client, me: User) -> None:
    theirs = DeploymentSetFactory(name="Theirs")
    assert "Theirs" not in page(client, "/sets/")
    assert client.get(f"/sets/{theirs.pk}").status_code == 404


def test_without_sets_the_page_says_what_to_do(client: Client, me: User) -> None:
    text = page(client, "/sets/")
    assert "Create your first Deployment Set" in text
    assert "New set" in text


def test_sets_are_listed_page_by_page(client: Client, me: User) -> None:
    DeploymentSetFactory.create_batch(25, owner=me)
    first, second = page(client, "/sets/"), page(client, "/sets/?page=2")
    assert "1–24 of 25 sets Next" in first
    assert "25–25 of 25 sets Previous" in second
    for odd in ("0", "99", "-1", "x", "9" * 5000):
        assert "of 25 sets" in page(client, f"/sets/?page={odd}")


def test_a_set_shows_its_members_in_order(client: Client, me: User) -> None:
    inner = DeploymentSetFactory(owner=me, name="Backend", members=[ArtifactFactory()])
    group = ArtifactGroupFactory(name="Planning", artifacts=[ArtifactFactory(), ArtifactFactory()])
    skill = ArtifactFactory(name="release-notes", description="Writes notes.")
    outer = DeploymentSetFactory(owner=me, members=[inner, group, skill])
    text = page(client, f"/sets/{outer.pk}")
    shown = (
        "Members · 3 .* 1 set Backend 1 artifact, depth 1 .* 2 group Planning 2 artifacts .* "
        "3 skill release-notes Writes notes."
    )
    assert re.search(shown, text)


def test_a_set_shows_what_it_resolves_to_with_trails(client: Client, me: User) -> None:
    shared = ArtifactFactory(type="command", name="ship")
    data = DeploymentSetFactory(owner=me, name="Data access", members=[ArtifactFactory(name="sql-review"), shared])
    back = DeploymentSetFactory(owner=me, name="Backend", members=[data])
    outer = DeploymentSetFactory(owner=me, members=[back, shared, ArtifactFactory(type="rule", name="style")])
    text = page(client, f"/sets/{outer.pk}")
    assert "Resolves to 3 artifacts 1 duplicate removed" in text
    assert "sql-review Backend › Data access command ship Backend › Data access +1 more rule style direct" in text


def test_a_set_shows_where_it_stands(client: Client, me: User) -> None:
    inner = DeploymentSetFactory(owner=me, description="What it is for.")
    for number in range(7):
        DeploymentSetFactory(owner=me, name=f"Outer {number}", members=[inner])
    text = page(client, f"/sets/{inner.pk}")
    assert (
        "What it is for. + tag not deployed used by Outer 0 , Outer 1 , Outer 2 , Outer 3 , Outer 4 and 2 more" in text
    )


def test_a_set_links_to_the_first_projects_it_is_live_in(client: Client, me: User) -> None:
    deployment_set = DeploymentSetFactory(owner=me)
    deploy_to_projects(deployment_set, [me] * 6 + [UserFactory()])
    first, *_, last = Project.objects.owned_by(me).order_by("name")
    address = f"/sets/{deployment_set.pk}"
    assert re.search(f"live in 6 projects : {first.name} ,( [^,]+,){{3}} [^,]+ and 1 more", page(client, address))
    content = client.get(address).content.decode()
    assert f'<a href="/projects/{first.pk}">{first.name}</a>' in content
    assert last.name not in content


def test_a_missing_artifact_is_marked(client: Client, me: User) -> None:
    gone = ArtifactFactory(name="ship", gone_at=timezone.now())
    outer = DeploymentSetFactory(owner=me, members=[gone])
    assert page(client, f"/sets/{outer.pk}").count("ship missing from its collection") == 2


def test_looking_at_a_set_warns_nobody_of_what_is_missing(
    client: Client, me: User, caplog: pytest.LogCaptureFixture
) -> None:
    outer = DeploymentSetFactory(owner=me, members=[ArtifactFactory(gone_at=timezone.now())])
    for address in ("/sets/", f"/sets/{outer.pk}"):
        page(client, address)
    assert caplog.records == []


def test_what_a_set_stands_for_shows_what_is_flagged_and_why(client: Client, me: User) -> None:
    hidden = {"code": "bidi-control", "file": "a\u202e.md", "detail": "It holds <b>hidden</b> text."}
    secret = {"code": "literal-secret", "file": "", "detail": "env.TOKEN looks like a secret written out."}
    flagged = ArtifactFactory(name="pdf", flags=[hidden, secret])
    outer = DeploymentSetFactory(owner=me, members=[flagged, ArtifactFactory(name="plain")])
    text = page(client, f"/sets/{outer.pk}")
    reasons = ("a\ufffd.md: It holds &lt;b&gt;hidden&lt;/b&gt; text.", "env.TOKEN looks like a secret written out.")
    assert f"pdf direct flagged {reasons[0]} {reasons[1]} skill plain direct" in text
    assert f'title="{reasons[0]} {reasons[1]} "' in client.get(f"/sets/{outer.pk}").content.decode()


def test_an_empty_set_says_so(client: Client, me: User) -> None:
    text = page(client, f"/sets/{DeploymentSetFactory(owner=me).pk}")
    assert "This set is empty" in text
    assert "Add members" in text
    assert "Resolves to 0 artifacts" in text


def test_sets_in_a_circle_are_shown_without_counts(client: Client, me: User) -> None:
    first = DeploymentSetFactory(owner=me, name="First")
    second = DeploymentSetFactory(owner=me, name="Second", members=[first])
    DeploymentSetMember.objects.create(set=first, member_set=second, position=0)
    assert page(client, "/sets/").count("1 member cannot be resolved") == 2
    text = page(client, f"/sets/{first.pk}")
    assert "Cannot be resolved" in text
    assert "First › Second › First" in text


def test_markup_in_names_is_text(client: Client, me: User) -> None:
    hostile = "<script>alert(1)</script>"
    inner = DeploymentSetFactory(owner=me, name=hostile, members=[ArtifactFactory(name=hostile, description=hostile)])
    outer = DeploymentSetFactory(owner=me, name=hostile, description=hostile, members=[inner])
    for address in ("/sets/", f"/sets/{outer.pk}", f"/sets/{inner.pk}"):
        content = client.get(address).content.decode()
        assert "&lt;script&gt;alert(1)" in content
        assert "<script>alert" not in content


def test_queries_do_not_grow_with_sets_or_members(client: Client, me: User) -> None:
    def grow(number: int) -> DeploymentSet:
        for _ in range(number):
            inner = DeploymentSetFactory(owner=me, members=[ArtifactFactory(), ArtifactFactory()])
            group = ArtifactGroupFactory(artifacts=[ArtifactFactory()])
            outer = DeploymentSetFactory(owner=me, members=[inner, group, ArtifactFactory()])
            DeploymentSetTagFactory(set=outer)
            deploy_to_projects(outer, [me])
        members = [*DeploymentSet.objects.owned_by(me), *ArtifactFactory.create_batch(number)]
        big: DeploymentSet = DeploymentSetFactory(owner=me, members=members)
        DeploymentSetFactory.create_batch(number, owner=me, members=[big])
        return big

    def cost(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page(client, address)
        return len(queries)

    few = grow(2)
    before = cost("/sets/"), cost(f"/sets/{few.pk}")
    many = grow(4)
    assert (cost("/sets/"), cost(f"/sets/{many.pk}")) == before


def test_long_lists_in_a_set_are_paged_each_by_itself(client: Client, me: User) -> None:
    outer = DeploymentSetFactory(owner=me, members=ArtifactFactory.create_batch(51, files={}))
    text = page(client, f"/sets/{outer.pk}?members=2")
    assert "51–51 of 51 members Previous" in text
    assert "1–50 of 51 artifacts Next" in text
    assert 'href="?members=2&amp;resolved=2"' in client.get(f"/sets/{outer.pk}?members=2").content.decode()
