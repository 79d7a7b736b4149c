"""Two who have the page of one row open in the admin: the later is told, and overwrites nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.test import Client

from accounts.models import User
from artifacts.models import Artifact, ArtifactGroup
from deployment_sets.models import DeploymentSet
from profiles.models import DeploymentProfile
from projects.models import Project
from tests.admin_pages import address, as_shown, problems_on, send
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    ProjectFactory,
)

ROWS: dict[type[models.Model], Callable[[], Any]] = {
    DeploymentSet: DeploymentSetFactory,
    DeploymentProfile: DeploymentProfileFactory,
    ArtifactGroup: ArtifactGroupFactory,
    Artifact: ArtifactFactory,
    Project: ProjectFactory,
}


@pytest.mark.parametrize(
    ("model", "first", "second"),
    [
        (DeploymentSet, {"description": "Said meanwhile"}, {"color": "#aabbcc"}),
        (DeploymentProfile, {"description": "Said meanwhile"}, {"root_dir": "web"}),
        (ArtifactGroup, {"description": "Said meanwhile"}, {"name": "Renamed"}),
        (Artifact, {"description": "Said meanwhile"}, {"tags": "pdf"}),
        (Project, {"name": "Said meanwhile"}, {"name": "Renamed"}),
    ],
)
def test_the_later_save_is_refused_with_what_was_typed_and_works_on_the_page_opened_again(
    client: Client, owner: User, model: type[models.Model], first: dict[str, str], second: dict[str, str]
) -> None:
    page = address(model, "change", ROWS[model]().pk)
    opened_earlier = client.get(page)
    assert str(opened_earlier.context["adminform"].form["edition"]) in opened_earlier.content.decode()
    send(client, page, first)
    before = as_shown(client.get(page))
    assert before.items() >= first.items()
    told = client.post(page, as_shown(opened_earlier) | second)
    assert [message.endswith("Read it again, and decide anew.") for message in problems_on(told)] == [True]
    assert as_shown(told).items() >= second.items()
    assert as_shown(client.get(page)) == before
    assert send(client, page, second).redirect_chain
    assert as_shown(client.get(page)).items() >= second.items()


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_a_page_that_is_saved_twice_as_it_was_opened_once_is_no_conflict(
    client: Client, owner: User, model: type[models.Model]
) -> None:
    page = address(model, "change", ROWS[model]().pk)
    shown = as_shown(client.get(page))
    for _ in range(2):
        assert client.post(page, shown).status_code == 302


@pytest.mark.parametrize("model", [DeploymentSet, DeploymentProfile], ids=lambda model: model.__name__)
def test_a_change_between_the_look_and_the_lock_is_seen_by_the_service(
    client: Client, owner: User, monkeypatch: pytest.MonkeyPatch, model: type[models.Model]
) -> None:
    row = ROWS[model]()

    def somebody_else(*_: object) -> None:
        model._default_manager.filter(pk=row.pk).update(description="Said meanwhile")

    monkeypatch.setattr("accounts.administration.demand_edition", somebody_else)
    told = send(client, address(model, "change", row.pk), {"description": "Mine"})
    assert [message.endswith("Read it again, and decide anew.") for message in problems_on(told)] == [True]
