"""Where an artifact may go: null means everywhere, a list means only there, an empty list means a mistake."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from artifacts.exceptions import ArtifactError
from artifacts.models import Artifact
from artifacts.queries import deployable_on
from artifacts.services.artifacts import update_artifact
from profiles.enums import Platform
from tests.factories import ArtifactFactory

REFUSED: list[object] = [[], ["vim"], ["codex", "codex"], "codex", {"codex": 1}, [None], [["codex"]], 1, False]


@pytest.fixture
def artifact(db: None) -> Artifact:
    return ArtifactFactory(name="pdf")


def stored(artifact: Artifact) -> object:
    return Artifact.objects.get(pk=artifact.pk).target_platforms


@pytest.mark.parametrize(
    "targets", [None, ["codex"], ["cursor", "claude_code"], [platform.value for platform in Platform]]
)
def test_null_and_lists_are_kept_as_they_are(artifact: Artifact, targets: list[str] | None) -> None:
    update_artifact(artifact=artifact, target_platforms=targets)
    assert stored(artifact) == targets


def test_members_of_the_enum_are_taken_too(artifact: Artifact) -> None:
    update_artifact(artifact=artifact, target_platforms=[Platform.CODEX])
    assert stored(artifact) == ["codex"]


def test_a_list_can_be_taken_back(artifact: Artifact) -> None:
    update_artifact(artifact=artifact, target_platforms=["codex"])
    update_artifact(artifact=artifact, target_platforms=None)
    assert stored(artifact) is None


@pytest.mark.parametrize("targets", [[], ["vim"], ["codex", "codex"], ["CODEX"]])
def test_the_service_refuses_what_is_no_choice(artifact: Artifact, targets: list[str]) -> None:
    with pytest.raises(ArtifactError) as caught:
        update_artifact(artifact=artifact, target_platforms=targets)
    assert list(caught.value.problems) == ["target_platforms"]
    assert stored(artifact) is None


@pytest.mark.parametrize("targets", REFUSED, ids=repr)
def test_the_model_refuses_what_is_no_choice(artifact: Artifact, targets: object) -> None:
    artifact.target_platforms = targets
    with pytest.raises(ValidationError) as caught:
        artifact.full_clean()
    assert "target_platforms" in caught.value.message_dict


def test_the_database_refuses_an_empty_list(artifact: Artifact) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Artifact.objects.filter(pk=artifact.pk).update(target_platforms=[])


def test_the_database_refuses_an_empty_list_in_raw_sql(artifact: Artifact) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE artifacts_artifact SET target_platforms = '[]'")


@pytest.mark.parametrize("platform", Platform)
def test_the_filter_finds_what_is_listed_and_what_has_no_list(db: None, platform: Platform) -> None:
    for other in Platform:
        ArtifactFactory(name=f"only-{other.value}", target_platforms=[other.value])
    ArtifactFactory(name="everywhere")
    ArtifactFactory(name="two", target_platforms=["codex", "gemini"])
    found = set(Artifact.objects.filter(deployable_on(platform)).values_list("name", flat=True))
    expected = {"everywhere", f"only-{platform.value}"}
    if platform in (Platform.CODEX, Platform.GEMINI):
        expected.add("two")
    assert found == expected


def test_the_filter_knows_no_parts_of_names(db: None) -> None:
    ArtifactFactory(target_platforms=["claude_code"])
    assert not Artifact.objects.filter(target_platforms__includes="claude").exists()
    assert not Artifact.objects.filter(target_platforms__includes="claude_code'; --").exists()
    assert not Artifact.objects.filter(target_platforms__includes="%").exists()


def test_the_filter_can_be_negated(db: None) -> None:
    ArtifactFactory(name="everywhere")
    ArtifactFactory(name="codex", target_platforms=["codex"])
    ArtifactFactory(name="gemini", target_platforms=["gemini"])
    assert list(Artifact.objects.exclude(deployable_on(Platform.CODEX)).values_list("name", flat=True)) == ["gemini"]


def test_a_description_changes_through_the_same_service(artifact: Artifact) -> None:
    update_artifact(artifact=artifact, description="Reads documents.")
    artifact.refresh_from_db()
    assert artifact.description == "Reads documents."
    with pytest.raises(ArtifactError):
        update_artifact(artifact=artifact, description="a\x00")
