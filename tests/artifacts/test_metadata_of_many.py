"""What people say of many artifacts, changed at once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from artifacts.exceptions import ArtifactsError
from artifacts.models import Artifact
from artifacts.services.artifacts import ArtifactMetadata, update_artifacts
from tests.factories import ArtifactFactory, ArtifactTagFactory


def said_of(artifact: Artifact) -> tuple[str, list[str] | None, list[str]]:
    row = Artifact.objects.get(pk=artifact.pk)
    return row.description, row.target_platforms, row.tags


@pytest.fixture
def artifacts(db: None) -> list[Artifact]:
    """Three, each tagged a and b, and for Codex."""
    made: list[Artifact] = [ArtifactFactory(description="Before.", target_platforms=["codex"]) for _ in range(3)]
    for artifact in made:
        for name in "ab":
            ArtifactTagFactory(artifact=artifact, name=name)
    return made


def test_each_changes_in_what_is_sent_for_it_and_in_nothing_else(artifacts: list[Artifact]) -> None:
    first, second, third = artifacts
    long_ago = timezone.now() - timedelta(days=1)
    Artifact.objects.update(updated_at=long_ago)
    update_artifacts(
        changes={
            first.pk: {"tags": ["c", "b", "c"], "target_platforms": ["cursor", "codex"]},
            second.pk: {"description": "After.", "target_platforms": None, "tags": None},
            uuid4(): {"tags": ["lost"]},
        }
    )
    assert said_of(first) == ("Before.", ["cursor", "codex"], ["b", "c"])
    assert said_of(second) == ("After.", None, [])
    assert said_of(third) == ("Before.", ["codex"], ["a", "b"])
    touched = Artifact.objects.filter(updated_at__gt=long_ago)
    assert set(touched) == {first, second}


def test_a_mistake_in_some_is_told_of_each_and_none_is_changed(artifacts: list[Artifact]) -> None:
    first, second, third = artifacts
    with pytest.raises(ArtifactsError) as caught:
        update_artifacts(
            changes={
                first.pk: {"tags": ["fine"]},
                second.pk: {"tags": ["Not fine"], "target_platforms": []},
                third.pk: {"description": "x\x00"},
            }
        )
    found = {uuid: set(problems) for uuid, problems in caught.value.by_artifact.items()}
    assert found == {second.pk: {"tags", "target_platforms"}, third.pk: {"description"}}
    assert said_of(first) == ("Before.", ["codex"], ["a", "b"])


def test_a_dry_run_only_tells_of_mistakes(artifacts: list[Artifact]) -> None:
    first, second, _ = artifacts
    with CaptureQueriesContext(connection) as queries:
        update_artifacts(changes={first.pk: {"tags": [], "description": "After."}}, dry_run=True)
    assert [query["sql"].split()[0] for query in queries if "artifacts_" in query["sql"]] == ["SELECT"]
    assert not any("FOR NO KEY UPDATE" in query["sql"] for query in queries)
    with pytest.raises(ArtifactsError):
        update_artifacts(changes={second.pk: {"tags": ["Not fine"]}}, dry_run=True)


def test_many_take_no_more_queries_than_a_few(artifacts: list[Artifact]) -> None:
    def queries(chosen: list[Artifact], word: str) -> int:
        said = ArtifactMetadata(description=word, target_platforms=["other"], tags=[word])
        with CaptureQueriesContext(connection) as captured:
            update_artifacts(changes={each.pk: said for each in chosen})
        assert {tuple(said_of(each)[2]) for each in chosen} == {(word,)}
        return len(captured)

    assert queries([*artifacts, *ArtifactFactory.create_batch(9)], "many") == queries(artifacts[:2], "few")
