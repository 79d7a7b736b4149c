"""Lists that are narrowed while one types: only what is found is answered then, and only that is looked up."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.services.users import local_user
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    DeploymentFactory,
    DeploymentSetFactory,
    ProjectFactory,
    RunFactory,
)


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("/sets/?name=found", "results"),
        ("/sets/{set}?search=found", "resolved-list"),
        ("/artifacts/?search=found", "results"),
        ("/collections/?name={collection}", "results"),
        ("/groups/?name=found", "results"),
        ("/projects/?words=found", "results"),
        ("/projects/{project}?words=found", "deployed-results"),
        ("/runs/?state=done", "results"),
    ],
)
def test_what_is_found_is_answered_alone(client: Client, db: None, address: str, region: str) -> None:
    owner = local_user()
    artifacts = [ArtifactFactory(name=f"{word}-{number}") for word in ("found", "other") for number in range(8)]
    ArtifactGroupFactory(name="found", artifacts=artifacts)
    made = DeploymentSetFactory(owner=owner, name="found", members=artifacts)
    project = ProjectFactory(owner=owner, name="found")
    DeploymentFactory(project=project, artifact=artifacts[0])
    RunFactory(project=project)
    path = address.format(set=made.pk, project=project.pk, collection=artifacts[0].collection.name)
    with CaptureQueriesContext(connection) as for_all:
        whole = client.get(path, headers={"HX-Request": "true", "HX-Target": "page"}).text
    with CaptureQueriesContext(connection) as for_piece:
        piece = client.get(path, headers={"HX-Request": "true", "HX-Target": region}).text
    assert piece.lstrip().startswith(f'<div id="{region}"')
    assert "data-announce" in piece
    assert len(piece) < len(whole) / 2
    assert len(for_piece) < len(for_all)
