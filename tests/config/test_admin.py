"""The admin: every model is there, bounded; and what is written there goes through the services."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection, models
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.services.users import local_user
from artifacts.exceptions import GroupError
from artifacts.models import Artifact, ArtifactGroup, Collection
from artifacts.services.groups import copy_group
from deployment_sets.models import DeploymentSet
from profiles.models import DeploymentProfile
from projects.exceptions import FolderBusyError
from projects.models import Project
from tests import factories
from tests.admin_pages import address, messages_of, send
from tests.config.fresh_process import PROJECT
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    ClaimFactory,
    CollectionFactory,
    CollectionImportFactory,
    DeploymentFactory,
    DeploymentPlacementFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    GroupMembershipFactory,
    JournalEntryFactory,
    PlacementFactory,
    ProjectFactory,
    RunFactory,
    RunItemFactory,
    UserFactory,
    VersionFactory,
)

OUR_APPS = ["accounts", "artifacts", "deployment_sets", "deployments", "profiles", "projects"]
OUR_MODELS = [model for app in OUR_APPS for model in apps.get_app_config(app).get_models()]
FACTORIES: dict[type[models.Model], Callable[..., Any]] = {
    factory._meta.model: factory
    for name, factory in vars(factories).items()
    if name.endswith("Factory") and factory._meta.model
}
READ_ONLY = [
    model
    for app in ("artifacts", "deployments")
    for model in apps.get_app_config(app).get_models()
    if model not in (Artifact, ArtifactGroup, Collection)
]


@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model.__name__)
def test_every_model_is_registered_and_has_a_factory(model: type[models.Model]) -> None:
    assert admin.site.is_registered(model)
    assert model in FACTORIES


@pytest.mark.django_db
@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model.__name__)
def test_every_model_can_be_listed_searched_and_read(client: Client, model: type[models.Model]) -> None:
    row = FACTORIES[model]()
    assert client.get(address(model, "changelist")).status_code == 200
    for words in ("shop", "00000000-0000-0000-0000-000000000000", "%", "'"):
        assert client.get(address(model, "changelist"), {"q": words}).status_code == 200
    assert admin.site.get_model_admin(model).get_search_fields(mock.Mock())
    assert client.get(address(model, "change", row.pk)).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model.__name__)
def test_twice_the_rows_take_as_many_queries(client: Client, model: type[models.Model]) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(address(model, "changelist")).status_code == 200
        return len(captured)

    for _ in range(3):
        FACTORIES[model]()
    queries()
    before = queries()
    for _ in range(3):
        FACTORIES[model]()
    assert queries() == before


MANY = 100


def much_of_everything(owner: User) -> list[models.Model]:
    """Rows on which many others hang: a project, a profile, a group, a set, an artifact, a collection, a run."""
    project = ProjectFactory(owner=owner)
    profile, group, run = DeploymentProfileFactory(project=project), ArtifactGroupFactory(), RunFactory(project=project)
    collection = CollectionFactory()
    artifacts = [ArtifactFactory(collection=collection, files={}) for _ in range(MANY)]
    one = DeploymentSetFactory(owner=owner, members=artifacts)
    held = ArtifactFactory()
    for position, artifact in enumerate(artifacts):
        GroupMembershipFactory(group=group, artifact=artifact, position=position)
        deployment = DeploymentFactory(project=project, artifact=artifact)
        ClaimFactory(deployment=deployment)
        placement = PlacementFactory(project=project, artifact=held, path=artifact.name)
        DeploymentPlacementFactory(deployment=deployment, placement=placement)
        RunItemFactory(run=run, artifact=artifact, position=position)
        JournalEntryFactory(run=run, position=position)
        RunFactory(project=project)
        VersionFactory(artifact=held)
        CollectionImportFactory(collection=collection)
        DeploymentSetFactory(owner=owner)
    return [project, profile, group, one, held, collection, run, owner]


@pytest.mark.django_db
def test_a_rows_pages_stay_small_however_much_hangs_on_it(client: Client, owner: User) -> None:
    for row in much_of_everything(owner):
        for page in ("change", "delete", "history"):
            with CaptureQueriesContext(connection) as captured:
                content = client.get(address(type(row), page, row.pk)).content
            assert len(captured) < 40, (row, page)
            assert len(content) < 130_000, (row, page)


@pytest.mark.django_db
@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model.__name__)
def test_rows_that_only_imports_and_runs_write_are_read_only(client: Client, model: type[models.Model]) -> None:
    row = FACTORIES[model]()
    assert client.post(address(model, "add"), {}).status_code == 403
    assert client.post(address(model, "change", row.pk), {}).status_code == 403
    assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    client.post(
        address(model, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    )
    assert model._default_manager.filter(pk=row.pk).exists()


def test_a_project_is_registered_with_its_profile(client: Client, owner: User, project_folder: Path) -> None:
    send(client, address(Project, "add"), {"owner": owner.pk, "path": str(project_folder), "name": ""})
    project = Project.objects.get(path=str(project_folder))
    assert (project.owner, project.name) == (owner, "project")
    assert project.profiles.get().profile_id == "claude_code"


def test_a_projects_folder_is_made_on_request(client: Client, owner: User, project_folder: Path) -> None:
    new = project_folder / "new"
    form = {"owner": owner.pk, "path": str(new), "name": "New"}
    page = send(client, address(Project, "add"), form)
    assert "does not exist" in page.content.decode()
    assert not Project.objects.exists()
    send(client, address(Project, "add"), form | {"create_folder": "on"})
    assert new.is_dir()
    assert Project.objects.get().name == "New"


def test_a_refusal_is_shown_at_its_field_with_what_was_typed(client: Client, owner: User) -> None:
    page = send(client, address(Project, "add"), {"owner": owner.pk, "path": "~/shop", "name": "Shop"})
    assert page.status_code == 200
    form = page.context["adminform"].form
    assert list(form.errors) == ["path"]
    assert form["name"].value() == "Shop"


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["x", "9" * 60, "-1", "00000000-0000-0000-0000-000000000000", ""])
@pytest.mark.parametrize(("model", "field"), [(Project, "owner"), (DeploymentProfile, "project")])
def test_a_key_of_no_row_fills_nothing_in(client: Client, model: type[models.Model], field: str, value: str) -> None:
    filled_in = client.get(address(model, "add"), {field: value})
    refused = client.post(address(model, "add"), {field: value})
    for page in (filled_in, refused):
        assert page.status_code == 200
        assert " selected>" not in str(page.context["adminform"].form[field])
    assert field in refused.context["adminform"].form.errors


@pytest.mark.django_db
def test_the_address_can_still_fill_in_a_row(client: Client, project: Project) -> None:
    page = client.get(address(DeploymentProfile, "add"), {"project": str(project.pk), "profile_id": "web"})
    form = page.context["adminform"].form
    assert f'<option value="{project.pk}" selected>' in str(form["project"])
    assert form["profile_id"].value() == "web"


@pytest.mark.django_db
@pytest.mark.parametrize("model", OUR_MODELS, ids=lambda model: model.__name__)
def test_an_address_or_a_form_that_makes_no_sense_breaks_nothing(client: Client, model: type[models.Model]) -> None:
    FACTORIES[model]()
    page = address(model, "changelist")
    for lookup in ("pk__in", "pk__exact", "pk__gt"):
        for value in ("x", "9" * 60):
            assert client.get(page, {lookup: value}).status_code in (200, 302, 400)
    for action in ("delete_selected", "nothing"):
        assert client.post(page, {"action": action, "_selected_action": ["x"]}).status_code in (200, 302, 400)


def test_a_project_can_be_renamed_and_nothing_else(client: Client, project: Project, other_owner: User) -> None:
    before = project.path
    send(client, address(Project, "change", project.pk), {"name": "Shop", "path": "/", "owner": other_owner.pk})
    project.refresh_from_db()
    assert (project.name, project.path) == ("Shop", before)
    assert project.owner != other_owner
    page = send(client, address(Project, "change", project.pk), {"name": ""})
    assert list(page.context["adminform"].form.errors) == ["name"]


def test_projects_are_forgotten_through_the_service(client: Client, project: Project) -> None:
    with mock.patch("projects.admin.delete_project", side_effect=FolderBusyError("Another run is at work.")):
        for page in (
            client.post(address(Project, "delete", project.pk), {"post": "yes"}, follow=True),
            client.post(
                address(Project, "changelist"),
                {"action": "delete_selected", "_selected_action": [project.pk], "post": "yes"},
                follow=True,
            ),
        ):
            assert "Another run is at work." in messages_of(page)
    DeploymentPlacementFactory(project=project)
    client.post(address(Project, "delete", project.pk), {"post": "yes"})
    assert not Project.objects.exists()


def test_deleting_several_deletes_all_of_them_or_none(client: Client, owner: User, tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    fine, busy = (ProjectFactory(owner=owner, name=folder.name, path=str(folder)) for folder in folders)
    form = {"action": "delete_selected", "_selected_action": [fine.pk, busy.pk], "post": "yes"}
    RunFactory(project=busy, state="running")
    page = client.post(address(Project, "changelist"), form, follow=True)
    assert "was cut off" in messages_of(page)
    assert set(Project.objects.all()) == {fine, busy}
    assert not LogEntry.objects.exists()
    busy.runs.update(state="done")
    client.post(address(Project, "changelist"), form)
    assert not Project.objects.exists()
    assert LogEntry.objects.count() == 2


def test_copying_several_groups_copies_all_of_them_or_none(client: Client, db: None) -> None:
    groups = [ArtifactGroupFactory(name=name, collection=CollectionFactory()) for name in ("Plans", "Reviews")]
    form = {"action": "copy", "_selected_action": [group.pk for group in groups]}

    def copy_once(*, group: ArtifactGroup) -> ArtifactGroup:
        if ArtifactGroup.objects.filter(collection=None).exists():
            raise GroupError({"": ["One is enough."]})
        return copy_group(group=group)

    with mock.patch("artifacts.admin.copy_group", copy_once):
        page = client.post(address(ArtifactGroup, "changelist"), form, follow=True)
    assert "One is enough." in messages_of(page)
    assert set(ArtifactGroup.objects.all()) == set(groups)


@pytest.mark.parametrize(
    ("model", "lookup"),
    [(Project, "owner"), (DeploymentProfile, "project__owner"), (DeploymentSet, "owner")],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_belongs_to_somebody_can_be_listed_by_owner(
    client: Client, owner: User, other_owner: User, model: type[models.Model], lookup: str
) -> None:
    theirs, _ = (FACTORIES[model](**{lookup: one}) for one in (owner, other_owner))
    UserFactory(username="owns-nothing")
    page = client.get(address(model, "changelist"), {f"{lookup}__id__exact": str(owner.pk)})
    assert list(page.context["cl"].result_list) == [theirs]
    assert "other-owner" in page.content.decode()
    assert "owns-nothing" not in page.content.decode()


def test_a_profile_left_empty_takes_the_defaults(client: Client, db: None) -> None:
    project = ProjectFactory()
    add = address(DeploymentProfile, "add")
    page = client.get(add)
    form = {name: page.context["adminform"].form[name].value() or "" for name in page.context["adminform"].form.fields}
    client.post(add, form | {"project": project.pk, "profile_id": "web", "platform": "other", "_save": "1"})
    profile = DeploymentProfile.objects.get()
    assert profile.root_dir == "agents"
    assert profile.artifact_path_map["skill"] == "agents/skills"
    assert profile.supported_artifact_types == ["skill", "command", "agent", "rule"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("root_dir", "../out"),
        ("artifact_path_map", '{"skill": "/etc"}'),
        ("artifact_path_map", '{"spell": "x"}'),
        ("artifact_path_map", "{"),
        ("artifact_path_map", r'{"\ud800": "x"}'),
        ("context_path_prefixes", '[".."]'),
        ("context_path_prefixes", r'["\ud800"]'),
        ("context_path_prefixes", '["a\0"]'),
        ("project_config_filenames", "[NaN]"),
        ("project_config_filenames", r'"\ud800"'),
        pytest.param("project_config_filenames", "[" * 100_000, id="nested too deep"),
        pytest.param("project_config_filenames", f"[{'9' * 5000}]", id="too many digits"),
        ("supported_artifact_types", '"skill"'),
    ],
)
def test_a_profile_that_cannot_be_used_is_refused(client: Client, project: Project, field: str, value: str) -> None:
    profile = project.profiles.get()
    for page in (
        client.post(
            address(DeploymentProfile, "add"),
            {"project": project.pk, "profile_id": "web", "platform": "claude_code", field: value},
        ),
        client.post(
            address(DeploymentProfile, "change", profile.pk),
            {"platform": "claude_code", "root_dir": ".claude", field: value},
        ),
    ):
        assert page.status_code == 200
        form = page.context["adminform"].form
        assert list(form.errors) == [field]
        assert form[field].value() == value
    assert DeploymentProfile.objects.get().layout == profile.layout


def test_a_profile_keeps_its_project_and_id(client: Client, project: Project) -> None:
    profile = project.profiles.get()
    client.post(
        address(DeploymentProfile, "change", profile.pk),
        {
            "project": ProjectFactory().pk,
            "profile_id": "renamed",
            "platform": "claude_code",
            "root_dir": "web",
            "artifact_path_map": "",
            "_save": "1",
        },
    )
    profile.refresh_from_db()
    assert (profile.project, profile.profile_id) == (project, "claude_code")
    assert profile.artifact_path_map["skill"] == "web/skills"


def test_a_profile_id_that_is_taken_is_refused(client: Client, project: Project) -> None:
    page = client.post(
        address(DeploymentProfile, "add"), {"project": project.pk, "profile_id": "claude_code", "platform": "other"}
    )
    assert list(page.context["adminform"].form.errors) == ["profile_id"]


def test_a_profile_can_be_deleted(client: Client, db: None) -> None:
    profile = DeploymentProfileFactory()
    client.post(address(DeploymentProfile, "delete", profile.pk), {"post": "yes"})
    assert not DeploymentProfile.objects.exists()


def test_an_artifacts_platforms_and_description_can_be_changed_and_nothing_else(client: Client, db: None) -> None:
    artifact = ArtifactFactory(name="pdf")
    change = address(Artifact, "change", artifact.pk)
    assert "The next import writes here again" in client.get(change).content.decode()
    client.post(change, {"target_platforms": ["codex"], "description": "Reads.", "name": "docx", "_save": "1"})
    artifact.refresh_from_db()
    assert (artifact.target_platforms, artifact.description, artifact.name) == (["codex"], "Reads.", "pdf")
    client.post(change, {"description": "Reads.", "_save": "1"})
    artifact.refresh_from_db()
    assert artifact.target_platforms is None
    assert client.post(address(Artifact, "delete", artifact.pk), {"post": "yes"}).status_code == 403
    assert client.get(address(Artifact, "add")).status_code == 403


def test_a_group_is_made_changed_and_deleted(client: Client, db: None) -> None:
    send(client, address(ArtifactGroup, "add"), {"name": "Planning"})
    group = ArtifactGroup.objects.get()
    send(client, address(ArtifactGroup, "change", group.pk), {"name": "Plans", "description": "Words"})
    group.refresh_from_db()
    assert (group.name, group.description) == ("Plans", "Words")
    GroupMembershipFactory(group=group)
    page = send(client, address(ArtifactGroup, "add"), {"name": "Plans"})
    assert list(page.context["adminform"].form.errors) == ["name"]
    client.post(address(ArtifactGroup, "delete", group.pk), {"post": "yes"})
    assert not ArtifactGroup.objects.exists()


def test_an_imported_group_can_be_read_and_copied(client: Client, db: None) -> None:
    group = ArtifactGroupFactory(name="Imported", collection=CollectionFactory(), artifacts=[ArtifactFactory()])
    assert client.get(address(ArtifactGroup, "change", group.pk)).status_code == 200
    assert client.post(address(ArtifactGroup, "change", group.pk), {"name": "Mine"}).status_code == 403
    page = client.post(address(ArtifactGroup, "delete", group.pk), {"post": "yes"}, follow=True)
    assert "Copy it" in messages_of(page)
    client.post(address(ArtifactGroup, "changelist"), {"action": "copy", "_selected_action": [group.pk]})
    assert ArtifactGroup.objects.get(collection=None).memberships.count() == 1
    assert ArtifactGroup.objects.get(collection__isnull=False).name == "Imported"


def test_the_local_user_cannot_be_given_a_password_or_removed(client: Client, db: None) -> None:
    user = local_user()
    client.post(
        address(User, "changelist"), {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
    )
    assert client.post(address(User, "change", user.pk), {"username": "renamed"}).status_code == 403
    assert client.post(address(User, "delete", user.pk), {"post": "yes"}).status_code == 403
    password = {"password1": "a-long-phrase", "password2": "a-long-phrase", "usable_password": "true"}
    assert client.post(reverse("admin:auth_user_password_change", args=[user.pk]), password).status_code == 403
    user.refresh_from_db()
    assert not user.has_usable_password()


def test_the_docs_say_what_can_be_written_in_the_admin_and_nothing_else(rf: RequestFactory, db: None) -> None:
    text = (PROJECT / "docs" / "admin.md").read_text()
    documented = {
        tuple(cell.strip() for cell in row)
        for row in re.findall(r"^\| ([^|]+) \|([^|]*)\|([^|]*)\|$", text, re.MULTILINE)
        if row[0] not in ("table", "---")
    }
    request = rf.get("/admin/")
    request.user = local_user()
    found = {}
    for model, model_admin in admin.site._registry.items():
        can_change = model_admin.has_change_permission(request)
        actions = [str(action.description) for action in model_admin.get_actions(request).values() if action]
        if can_change or actions:
            name = str(model._meta.verbose_name_plural)
            named = f"{name} ({model._meta.app_config.verbose_name})" if name == "groups" else name
            found[named] = can_change, {words for words in actions if not words.startswith("Delete")}
            assert any(words.startswith("Delete") for words in actions) == ("delete" in _row(documented, named)[2])
    assert {row[0] for row in documented} == found.keys()
    for named, (can_change, done_to_several) in found.items():
        _, on_page, in_list = _row(documented, named)
        assert bool(on_page) == can_change, named
        assert {
            words for words in in_list.split("; ") if not words.startswith("delete") and words
        } == done_to_several, named


def _row(table: set[tuple[str, ...]], name: str) -> tuple[str, ...]:
    return next(row for row in table if row[0] == name)
