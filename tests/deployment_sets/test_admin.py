"""Sets in the admin, which changes nothing behind the services' backs."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.administration import SteadyAdmin
from accounts.models import User
from accounts.services.users import local_user
from deployment_sets.exceptions import DeploymentSetNotFoundError
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.queries import members_of
from deployment_sets.services.batch_deploy import batch_deploy
from deployment_sets.services.members import add_member
from deployment_sets.services.sets import clone_set, create_set
from projects.models import Project
from tests.admin_pages import messages_of, send
from tests.factories import ArtifactFactory, DeploymentSetFactory

LIST = reverse("admin:deployment_sets_deploymentset_changelist")
ADD = reverse("admin:deployment_sets_deploymentset_add")


def change_page(one: DeploymentSet) -> str:
    return reverse("admin:deployment_sets_deploymentset_change", args=[one.pk])


def test_a_set_made_in_the_admin_belongs_to_whoever_made_it(client: Client, db: None) -> None:
    send(client, ADD, {"name": " Web ", "color": "#AABBCC", "tags": "api, web"})
    made = DeploymentSet.objects.get()
    assert (made.name, made.color, made.tags, made.owner) == ("Web", "#aabbcc", ["api", "web"], local_user())


def test_a_change_in_the_admin_leaves_the_owner_and_the_other_fields(client: Client, owner: User) -> None:
    one = create_set(owner=owner, name="Web", description="About", tags=["api"])
    send(client, change_page(one), {"name": "Renamed", "owner": "x"})
    one.refresh_from_db()
    assert (one.name, one.description, one.tags, one.owner) == ("Renamed", "About", ["api"], owner)


def test_what_the_service_refuses_is_said_at_its_field(client: Client, owner: User) -> None:
    one = create_set(owner=owner, name="Web")
    answer = send(client, change_page(one), {"color": "red", "tags": "Not-A-Tag"})
    assert answer.status_code == 200
    assert b"Write a colour as #rrggbb" in answer.content
    assert b"A tag has 1 to 32 characters" in answer.content


@pytest.mark.parametrize("by_action", [False, True])
def test_deleting_in_the_admin_says_where_the_set_is_used_and_closes_the_gap(
    client: Client, owner: User, by_action: bool
) -> None:
    doomed = DeploymentSetFactory(owner=owner, name="Doomed", members=[ArtifactFactory(files={})])
    outer = DeploymentSetFactory(owner=owner, name="Outer", members=[doomed, ArtifactFactory(name="x", files={})])
    if by_action:
        page, data = LIST, {"action": "delete_selected", "_selected_action": str(doomed.pk)}
        confirmation = client.post(page, data)
    else:
        page, data = reverse("admin:deployment_sets_deploymentset_delete", args=[doomed.pk]), {}
        confirmation = client.get(page)
    assert "also taken out of “Outer”" in confirmation.content.decode()
    client.post(page, {**data, "post": "yes"})
    assert list(DeploymentSet.objects.all()) == [outer]
    assert [(row.name, row.position) for row in members_of(outer)] == [("x", 0)]


def test_the_list_of_all_members_is_to_be_read_only(client: Client, owner: User) -> None:
    one = DeploymentSetFactory(owner=owner, members=[ArtifactFactory(files={})])
    member = DeploymentSetMember.objects.get()
    assert client.get(change_page(one)).status_code == 200
    for action in ("change", "delete"):
        page = reverse(f"admin:deployment_sets_deploymentsetmember_{action}", args=[member.pk])
        assert client.post(page, {"position": 7}).status_code == 403
    assert client.get(reverse("admin:deployment_sets_deploymentsetmember_add")).status_code == 403


def test_a_sets_page_leads_to_the_list_of_its_members(client: Client, owner: User) -> None:
    two = [ArtifactFactory(name=name, files={}) for name in ("in-the-set", "another")]
    one = DeploymentSetFactory(owner=owner, members=two)
    DeploymentSetFactory(owner=owner, members=[ArtifactFactory(name="elsewhere", files={})])
    page = client.get(change_page(one)).content.decode()
    found = re.search(r'<a href="([^"]+)">Deployment set members \(set\): 2</a>', page)
    assert found
    members = client.get(found[1]).content.decode()
    assert "in-the-set" in members
    assert "elsewhere" not in members


@pytest.mark.parametrize("model", ["deploymentset", "deploymentsetmember", "deploymentsettag"])
def test_admin_lists_take_as_many_queries_for_twice_the_rows(client: Client, owner: User, model: str) -> None:
    page = reverse(f"admin:deployment_sets_{model}_changelist")

    def grow() -> None:
        for number in range(3):
            nested = create_set(owner=owner, name="Nested", tags=["a", f"tag-{number}"])
            DeploymentSetFactory(owner=owner, members=[ArtifactFactory(files={}), nested])

    def queries(action: Callable[[], object]) -> int:
        with CaptureQueriesContext(connection) as captured:
            action()
        return len(captured)

    grow()
    client.get(page)
    before = queries(lambda: client.get(page, {"q": ""}))
    grow()
    assert queries(lambda: client.get(page, {"q": ""})) == before


def test_sets_are_found_in_the_admin_by_name_and_tag(client: Client, owner: User) -> None:
    create_set(owner=owner, name="Web", tags=["find-me"])
    create_set(owner=owner, name="Other")
    for search in ("we", "find-me"):
        content = client.get(LIST, {"q": search}).content.decode()
        assert "Web" in content
        assert ">Other<" not in content


def test_a_set_is_brought_up_to_date_where_it_is_live_and_what_came_of_it_is_said(
    client: Client, project: Project
) -> None:
    one = DeploymentSetFactory(owner=project.owner, name="Web", members=[ArtifactFactory(name="pdf")])
    batch_deploy(by=project.owner, deployment_set=one, project=project, profiles=[project.profiles.get()])
    add_member(owner=project.owner, set_id=one.pk, artifact_uuid=ArtifactFactory(name="docx").pk)
    nowhere = DeploymentSetFactory(owner=project.owner, name="Nowhere")
    form = {"action": "bring_up_to_date", "_selected_action": [one.pk, nowhere.pk]}
    page = client.post(LIST, form, follow=True)
    assert "“Web” in “Project”: 1 succeeded, 1 skipped, 0 failed. This was run 2." in messages_of(page)
    assert "“Nowhere” is live nowhere." in messages_of(page)
    assert (Path(project.path) / ".claude" / "skills" / "docx" / "SKILL.md").exists()
    assert project.runs.latest("number").started_by == project.owner
    assert LogEntry.objects.get().object_id == str(one.pk)


def test_sets_are_cloned_for_their_owners_all_or_none(
    client: Client, owner: User, other_owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [create_set(owner=one, name="Web", tags=["api"]) for one in (owner, other_owner)]
    form = {"action": "clone", "_selected_action": [one.pk for one in both]}

    def clone_once(*, owner: User, set_id: UUID) -> DeploymentSet:
        if DeploymentSet.objects.count() > 2:
            raise DeploymentSetNotFoundError(set_id)
        return clone_set(owner=owner, set_id=set_id)

    with monkeypatch.context() as patch:
        patch.setattr("deployment_sets.admin.clone_set", clone_once)
        assert "There is no deployment set" in messages_of(client.post(LIST, form, follow=True))
    assert DeploymentSet.objects.count() == 2
    client.post(LIST, form)
    copies = DeploymentSet.objects.filter(name="Web (copy)")
    assert {(copy.owner, *copy.tags) for copy in copies} == {(owner, "api"), (other_owner, "api")}


def test_the_list_says_what_a_set_stands_for_and_shows_one_that_cannot_be_resolved(client: Client, owner: User) -> None:
    artifacts = [ArtifactFactory(files={}) for _ in range(3)]
    inner = DeploymentSetFactory(owner=owner, name="Inner", members=artifacts)
    DeploymentSetFactory(owner=owner, name="Outer", members=[inner, artifacts[0]])
    rows = re.sub(r"\s+", " ", client.get(LIST).content.decode())
    counts = '<td class="field-member_count">{}</td><td class="field-resolved_count">{}</td><td class="field-depth">{}'
    assert counts.format(2, 3, 2) in rows
    DeploymentSetMember.objects.create(set=inner, member_set=DeploymentSet.objects.get(name="Outer"), position=3)
    circular = client.get(LIST)
    assert counts.format(4, "-", "-") in re.sub(r"\s+", " ", circular.content.decode())
    assert "contain each other in a circle" in client.get(change_page(inner)).content.decode()


def test_so_many_rows_that_a_request_would_not_end_are_not_dealt_with_at_once(
    client: Client, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SteadyAdmin, "most_at_once", 2)
    sets = [create_set(owner=owner, name="Web") for _ in range(3)]
    for form in (
        {"_selected_action": [one.pk for one in sets]},
        {"_selected_action": sets[0].pk, "select_across": "1"},
    ):
        answer = client.post(LIST, {"action": "delete_selected", "post": "yes", **form}, follow=True)
        assert "At most 2 rows" in messages_of(answer)
    assert DeploymentSet.objects.count() == 3
