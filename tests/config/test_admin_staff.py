"""With logins on, staff see and do in the admin what their permissions say, and act for the owner of each thing."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import ApiToken, User
from artifacts.models import ArtifactGroup, Collection, CollectionImport
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.queries import members_of
from deployments.models import Run
from projects.models import Project
from tests.admin_pages import address, as_shown, messages_of, send
from tests.factories import (
    ApiTokenFactory,
    ArtifactFactory,
    ArtifactGroupFactory,
    CollectionFactory,
    DeploymentSetFactory,
    ProjectFactory,
    UserFactory,
)


@pytest.fixture
def staff(settings: Settings, client: Client, db: None) -> User:
    """A member of staff without any permission, logged in."""
    settings.AUTH_ENABLED = True
    person = UserFactory(username="staff", is_staff=True)
    client.force_login(person)
    return person


def allow(person: User, *codenames: str) -> None:
    person.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def inlines_on(page: Any) -> list[tuple[str, bool, bool, bool]]:
    """Each with whether its rows may be added, changed and deleted."""
    return [
        (
            inline.formset.model.__name__,
            inline.has_add_permission,
            inline.has_change_permission,
            inline.has_delete_permission,
        )
        for inline in page.context["inline_admin_formsets"]
    ]


def run_action(client: Client, model: Any, action: str, *rows: Any, **more: str) -> Any:
    form = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    return client.post(address(model, "changelist"), form, follow=True)


def test_whoever_is_not_staff_does_not_get_in(client: Client, staff: User) -> None:
    client.force_login(UserFactory())
    assert client.get(address(DeploymentSet, "changelist")).status_code == 302


def test_staff_see_the_models_they_may_see_and_no_other(client: Client, staff: User) -> None:
    allow(staff, "view_deploymentset")
    one = DeploymentSetFactory(members=[ArtifactFactory(files={})])
    assert client.get(address(DeploymentSet, "changelist")).status_code == 200
    assert client.get(address(Project, "changelist")).status_code == 403
    page = client.get(address(DeploymentSet, "change", one.pk))
    assert inlines_on(page) == []
    assert page.context["related_lists"] == []
    for forbidden in (address(DeploymentSet, "add"), address(DeploymentSet, "delete", one.pk)):
        assert client.get(forbidden).status_code == 403
    assert client.post(address(DeploymentSet, "change", one.pk), {"name": "x"}).status_code == 403
    for action in ("clone", "bring_up_to_date", "delete_selected"):
        run_action(client, DeploymentSet, action, one, post="yes")
    assert DeploymentSet.objects.get() == one
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("permissions", "expected"),
    [
        (["view"], [("DeploymentSetMember", False, False, False)]),
        (["add"], [("DeploymentSetMember", True, False, False)]),
        (["change"], [("DeploymentSetMember", False, True, False)]),
        (["delete"], [("DeploymentSetMember", False, False, True)]),
        (
            ["add", "change", "delete"],
            [("DeploymentSetMember", False, True, True), ("DeploymentSetMember", True, False, False)],
        ),
    ],
)
def test_members_follow_the_permissions_for_members(
    client: Client, staff: User, permissions: list[str], expected: Any
) -> None:
    allow(staff, "change_deploymentset", *(f"{permission}_deploymentsetmember" for permission in permissions))
    one = DeploymentSetFactory(members=[ArtifactFactory(files={})])
    assert inlines_on(client.get(address(DeploymentSet, "change", one.pk))) == expected


def test_a_form_beyond_ones_permissions_changes_nothing(client: Client, staff: User) -> None:
    allow(staff, "change_deploymentset", "view_deploymentsetmember")
    one = DeploymentSetFactory(members=[ArtifactFactory(name=name, files={}) for name in "abc"])
    rows = list(one.members.order_by("position"))
    forged = {f"members-{row.position}-id": str(row.pk) for row in rows} | {
        "members-TOTAL_FORMS": "4",
        "members-INITIAL_FORMS": "3",
        "members-0-position": "2",
        "members-1-DELETE": "on",
        "members-3-artifact": str(ArtifactFactory(files={}).pk),
        "new_members-TOTAL_FORMS": "1",
        "new_members-INITIAL_FORMS": "0",
        "new_members-0-artifact": str(ArtifactFactory(files={}).pk),
    }
    page = address(DeploymentSet, "change", one.pk)
    client.post(page, as_shown(client.get(page)) | forged)
    assert [row.name for row in members_of(one)] == list("abc")


def test_only_who_may_write_a_set_may_add_members(client: Client, staff: User) -> None:
    allow(staff, "view_deploymentset", "add_deploymentsetmember", "view_artifact")
    one = DeploymentSetFactory()
    page = address(DeploymentSet, "change", one.pk)
    assert inlines_on(client.get(page)) == []
    form = {"new_members-TOTAL_FORMS": "1", "new_members-INITIAL_FORMS": "0", "name": one.name}
    form["new_members-0-artifact"] = str(ArtifactFactory(files={}).pk)
    assert client.post(page, form).status_code == 403
    assert not DeploymentSetMember.objects.exists()


def test_an_owners_set_changes_as_its_owners(client: Client, staff: User, owner: User) -> None:
    allow(staff, "change_deploymentset", "add_deploymentset", "add_deploymentsetmember", "view_artifact")
    mine = DeploymentSetFactory(owner=staff, name="Of staff")
    theirs = DeploymentSetFactory(owner=owner, name="Of owner")
    one = DeploymentSetFactory(owner=owner, name="Web")
    page = address(DeploymentSet, "change", one.pk)
    send(client, page, {"new_members-0-member_set": mine.pk})
    assert members_of(one) == []
    send(client, page, {"new_members-0-member_set": theirs.pk})
    assert [row.name for row in members_of(one)] == ["Of owner"]
    answer = run_action(client, DeploymentSet, "clone", one)
    assert "“Web (copy)” is a copy of “Web”, and belongs to owner." in messages_of(answer)
    copy = DeploymentSet.objects.get(name="Web (copy)")
    assert (copy.owner, [row.name for row in members_of(copy)]) == (owner, ["Of owner"])


def test_runs_are_started_by_who_may_and_as_the_owner(
    client: Client, staff: User, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[User, DeploymentSet]] = []

    def bring(*, by: User, deployment_set: DeploymentSet) -> list[Any]:
        asked.append((by, deployment_set))
        return []

    monkeypatch.setattr("deployment_sets.admin.bring_up_to_date", bring)
    allow(staff, "change_deploymentset")
    one = DeploymentSetFactory(owner=owner, name="Web")
    run_action(client, DeploymentSet, "bring_up_to_date", one)
    assert asked == []
    allow(staff, "add_run")
    assert "“Web” is live nowhere." in messages_of(run_action(client, DeploymentSet, "bring_up_to_date", one))
    assert asked == [(owner, one)]


def test_collections_and_groups_follow_their_own_permissions(client: Client, staff: User) -> None:
    allow(staff, "view_collection", "view_artifactgroup")
    collection, group = CollectionFactory(), ArtifactGroupFactory()
    for model, action, row in ((Collection, "import_again", collection), (ArtifactGroup, "copy", group)):
        run_action(client, model, action, row)
    assert (CollectionImport.objects.count(), ArtifactGroup.objects.count()) == (0, 1)
    allow(staff, "change_collection", "add_artifactgroup")
    assert f"“{collection.name}”:" in messages_of(run_action(client, Collection, "import_again", collection))
    run_action(client, ArtifactGroup, "copy", group)
    assert ArtifactGroup.objects.count() == 2


def test_tokens_are_revoked_by_who_may_delete_them_and_never_shown(client: Client, staff: User, owner: User) -> None:
    allow(staff, "view_apitoken")
    token = ApiTokenFactory(owner=owner)
    page = client.get(address(ApiToken, "change", token.pk)).content.decode()
    assert token.digest not in page
    run_action(client, ApiToken, "delete_selected", token, post="yes")
    assert ApiToken.objects.exists()
    allow(staff, "delete_apitoken")
    run_action(client, ApiToken, "delete_selected", token, post="yes")
    assert not ApiToken.objects.exists()


def test_a_user_with_things_of_their_own_stays_and_the_page_says_why(client: Client, staff: User, owner: User) -> None:
    allow(staff, "view_user", "delete_user")
    DeploymentSetFactory(owner=owner, name="Web")
    ProjectFactory(owner=owner, name="Shop")
    page = client.post(address(User, "delete", owner.pk), {"post": "yes"})
    assert "deployment set “Web”" in page.content.decode()
    assert "project “Shop”" in page.content.decode()
    assert User.objects.filter(pk=owner.pk).exists()


def test_nobody_gives_themselves_or_others_rights_but_a_superuser(client: Client, staff: User) -> None:
    allow(staff, "view_user", "change_user", "add_user", "view_group", "change_group")
    superuser = UserFactory(username="superuser", is_superuser=True, is_staff=True)
    form = {"username": "staff", "first_name": "Ada", "is_active": "on", "is_staff": "on", "is_superuser": "on"}
    client.post(address(User, "change", staff.pk), {**form, "date_joined_0": "2030-01-01", "date_joined_1": "00:00:00"})
    assert User.objects.get(pk=staff.pk).first_name == "Ada"
    assert not User.objects.get(pk=staff.pk).is_superuser
    assert client.post(address(User, "change", superuser.pk), {"username": "x"}).status_code == 403
    assert client.get(f"{address(User, 'change', superuser.pk).removesuffix('change/')}password/").status_code == 403
    role = Group.objects.create(name="role")
    assert client.post(address(Group, "change", role.pk), {"name": "more"}).status_code == 403
