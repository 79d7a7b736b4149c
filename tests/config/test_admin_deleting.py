"""What the admin says before it deletes, and where it does not even ask."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.test import Client

from accounts.models import ApiToken, User
from artifacts.models import ArtifactGroup, Collection
from projects.models import Project
from tests.admin_pages import address, messages_of
from tests.factories import (
    ApiTokenFactory,
    ArtifactFactory,
    ArtifactGroupFactory,
    CollectionFactory,
    CollectionImportFactory,
    DeploymentFactory,
    DeploymentSetFactory,
    ProjectFactory,
)

type Ask = Callable[..., Any]


@pytest.fixture(params=["on its page", "for chosen rows"])
def ask(request: pytest.FixtureRequest, client: Client) -> Ask:
    """The page that asks whether to delete the row; or, sent `post="yes"`, what comes of it."""

    def asked(row: models.Model, **more: str) -> Any:
        if request.param == "for chosen rows":
            form = {"action": "delete_selected", "_selected_action": [row.pk], **more}
            return client.post(address(type(row), "changelist"), form, follow=True)
        page = address(type(row), "delete", row.pk)
        return client.post(page, more, follow=True) if more else client.get(page, follow=True)

    return asked


def test_a_group_says_which_sets_of_whom_it_is_taken_out_of(ask: Ask, owner: User, other_owner: User) -> None:
    group = ArtifactGroupFactory(name="Letters")
    for number in range(21):
        DeploymentSetFactory(owner=owner, name=f"Set {number:02}", members=[group])
    DeploymentSetFactory(owner=other_owner, name="A first one", members=[group])
    said = ask(group).content.decode()
    assert "Letters, also taken out of “A first one” of other-owner, “Set 00” of owner, “Set 01” of owner" in said
    assert "“Set 18” of owner and 2 more" in said
    ask(group, post="yes")
    assert not ArtifactGroup.objects.exists()


def test_an_imported_group_is_refused_before_anybody_is_asked(ask: Ask, db: None) -> None:
    group = ArtifactGroupFactory(name="Imported", collection=CollectionFactory())
    page = ask(group)
    assert "Copy it" in messages_of(page)
    assert "Are you sure" not in page.content.decode()


def test_a_collection_from_which_nothing_came_is_deleted_with_its_imports(ask: Ask, db: None) -> None:
    collection = CollectionImportFactory().collection
    assert "Are you sure" in ask(collection).content.decode()
    ask(collection, post="yes")
    assert not Collection.objects.exists()


def test_a_collection_with_artifacts_is_refused_before_anybody_is_asked(ask: Ask, db: None) -> None:
    collection = ArtifactFactory(files={}).collection
    page = ask(collection)
    assert "has artifacts, which sets may hold; it stays" in messages_of(page)
    assert "Are you sure" not in page.content.decode()


def test_tokens_are_told_apart(ask: Ask, owner: User) -> None:
    token = ApiTokenFactory(owner=owner, name="Nightly")
    assert f"“Nightly” ({token.prefix}…) of owner" in ask(token).content.decode()
    assert str(token) == f"Nightly ({token.prefix}…)"
    ask(token, post="yes")
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize(
    ("deployments", "words"), [(0, ""), (1, "1 deployment stays on disk"), (2, "2 deployments stay on disk")]
)
def test_a_project_says_what_stays_in_its_folder(ask: Ask, db: None, deployments: int, words: str) -> None:
    project: Project = ProjectFactory(name="Shop")
    for _ in range(deployments):
        DeploymentFactory(project=project)
    said = ask(project).content.decode()
    assert words in said
    assert ("can no longer be undeployed" in said) == bool(deployments)
