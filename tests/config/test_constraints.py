"""What the database itself refuses, whatever path a row takes to it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from accounts.models import User
from tests.factories import (
    ArtifactFactory,
    ArtifactGroupFactory,
    ArtifactTagFactory,
    BlobFactory,
    ClaimFactory,
    CollectionFactory,
    DeploymentFactory,
    DeploymentPlacementFactory,
    DeploymentProfileFactory,
    GroupMembershipFactory,
    JournalEntryFactory,
    PlacementFactory,
    ProjectFactory,
    RunFactory,
    RunItemFactory,
    VersionFactory,
)

UNIQUE: list[tuple[Callable[..., Any], list[str]]] = [
    (ProjectFactory, ["owner", "path"]),
    (DeploymentProfileFactory, ["project", "profile_id"]),
    (CollectionFactory, ["name"]),
    (CollectionFactory, ["source", "ref"]),
    (ArtifactFactory, ["collection", "type", "namespace", "name"]),
    (ArtifactTagFactory, ["artifact", "name"]),
    (VersionFactory, ["artifact", "manifest"]),
    (ArtifactGroupFactory, ["name"]),
    (GroupMembershipFactory, ["group", "artifact"]),
    (PlacementFactory, ["project", "folded_path", "entry"]),
    (DeploymentFactory, ["project", "artifact_uuid", "deployment_profile_id"]),
    (DeploymentPlacementFactory, ["deployment", "placement"]),
    (ClaimFactory, ["deployment", "claimant"]),
    (RunFactory, ["project", "number"]),
    (RunItemFactory, ["run", "position"]),
    (JournalEntryFactory, ["run", "position"]),
]


def _named(value: object) -> str:
    return "-".join(value) if isinstance(value, list) else getattr(value, "__name__", str(value))


@pytest.mark.django_db
@pytest.mark.parametrize(("factory", "fields"), UNIQUE, ids=_named)
def test_a_second_row_of_the_same_identity_is_refused(factory: Callable[..., Any], fields: list[str]) -> None:
    first = factory()
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(**{field: getattr(first, field) for field in fields})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("factory", "fields"), [(factory, fields) for factory, fields in UNIQUE if len(fields) > 1], ids=_named
)
def test_a_row_that_differs_in_one_part_is_taken(factory: Callable[..., Any], fields: list[str]) -> None:
    first = factory()
    for different in fields:
        same = {field: getattr(first, field) for field in fields if field != different}
        if different in ("namespace", "ref", "entry"):
            same[different] = "another"
        if different == "type":
            same[different] = "command"
        if factory is DeploymentFactory and different == "artifact_uuid":
            same["artifact"] = ArtifactFactory()
        if different == "deployment_profile_id":
            same[different] = "another"
        factory(**same)


@pytest.mark.django_db
def test_an_imported_group_takes_no_name_from_others() -> None:
    collection = CollectionFactory()
    ArtifactGroupFactory(name="Planning")
    ArtifactGroupFactory(name="Planning", collection=collection)
    ArtifactGroupFactory(name="Planning", collection=CollectionFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        ArtifactGroupFactory(name="Planning", collection=collection)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("factory", "fields"),
    [
        (ProjectFactory, ["owner", "path"]),
        (DeploymentProfileFactory, ["project", "profile_id"]),
        (CollectionFactory, ["source", "ref"]),
        (ArtifactFactory, ["collection", "type", "namespace", "name"]),
        (ArtifactGroupFactory, ["name"]),
    ],
    ids=_named,
)
def test_forms_are_told_before_the_database_is(factory: Any, fields: list[str]) -> None:
    first = factory()
    second = factory.build(**{field: getattr(first, field) for field in fields})
    with pytest.raises(ValidationError, match="already"):
        second.validate_constraints()


@pytest.mark.django_db
def test_owners_and_their_projects_cannot_be_pulled_away() -> None:
    project = ProjectFactory()
    with pytest.raises(models.ProtectedError):
        project.owner.delete()
    assert User.objects.filter(pk=project.owner.pk).exists()


@pytest.mark.django_db
def test_bytes_that_a_version_or_a_placement_needs_cannot_be_pulled_away() -> None:
    placement = PlacementFactory()
    for blob in (placement.state, placement.version.manifest):
        with pytest.raises(models.ProtectedError):
            blob.delete()
    BlobFactory().delete()


@pytest.mark.django_db
def test_deployments_and_runs_outlive_their_artifact() -> None:
    artifact = ArtifactFactory()
    deployment = DeploymentFactory(artifact=artifact)
    item = RunItemFactory(artifact=artifact)
    placement = PlacementFactory(artifact=artifact, project=deployment.project)
    artifact.delete()
    for row in (deployment, item, placement):
        row.refresh_from_db()
    assert placement.version is None


@pytest.mark.django_db
def test_deleting_a_project_takes_all_that_hangs_on_it() -> None:
    project = ProjectFactory()
    DeploymentProfileFactory(project=project)
    pair = DeploymentPlacementFactory(project=project)
    ClaimFactory(deployment=pair.deployment)
    run = RunFactory(project=project)
    RunItemFactory(run=run)
    JournalEntryFactory(run=run)
    project.delete()
    for row in (pair, pair.deployment, pair.placement, run):
        assert not type(row)._default_manager.filter(pk=row.pk).exists()
