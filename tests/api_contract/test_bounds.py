"""What may be sent is what may be kept: the API and the models have the same bounds for the same texts."""

from collections.abc import Iterator

import pytest
from django.core.validators import MaxLengthValidator
from django.db import models

from artifacts.models import Artifact, ArtifactGroup
from deployment_sets.models import DeploymentSet
from profiles.models import DeploymentProfile
from projects.models import Project
from tests.api_contract.document import DOCUMENT, Json

KEPT: dict[str, type[models.Model]] = {
    "Artifact": Artifact,
    "DeploymentProfile": DeploymentProfile,
    "DeploymentSet": DeploymentSet,
    "Group": ArtifactGroup,
    "Project": Project,
}
SENT = [(f"{stem}{verb}", model) for stem, model in KEPT.items() for verb in ("Create", "Update")]
# The first two are bound by a pattern, and a path is kept as what it leads to.
OTHERWISE_BOUND = {"color", "profile_id", "path"}


def sent_texts(schema: Json) -> Iterator[tuple[str, int | None]]:
    """The fields that take text, and how long it may be."""
    for name, field in schema["properties"].items():
        for each in field.get("anyOf", [field]):
            if each.get("type") == "string" and "format" not in each:
                yield name, each.get("maxLength")


def kept_bound(field: "models.Field[str, str]") -> int | None:
    return min(
        (int(each.limit_value) for each in field.validators if isinstance(each, MaxLengthValidator)), default=None
    )


@pytest.mark.parametrize(("body", "model"), SENT)
def test_a_text_may_be_as_long_when_it_is_sent_as_when_it_is_kept(body: str, model: type[models.Model]) -> None:
    fields = {field.name: field for field in model._meta.fields}
    compared = {
        name: (sent, kept_bound(fields[name]))
        for name, sent in sent_texts(DOCUMENT["components"]["schemas"][body])
        if name in fields and name not in OTHERWISE_BOUND
    }
    assert compared
    assert {name: bounds for name, bounds in compared.items() if None in bounds or bounds[0] != bounds[1]} == {}
