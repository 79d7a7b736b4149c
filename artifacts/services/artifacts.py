"""Writes about an artifact itself. What it holds changes by importing only."""

from collections.abc import Sequence

from django.db import transaction

from accounts.validation import problems_with
from artifacts.exceptions import ArtifactError
from artifacts.models import Artifact


def set_target_platforms(*, artifact: Artifact, target_platforms: Sequence[str] | None) -> Artifact:
    """Say where the artifact may be deployed: only to these platforms, or (None) to every one.

    Raises ArtifactError for an empty list, an unknown platform or one named twice.
    """
    artifact.target_platforms = None if target_platforms is None else [str(platform) for platform in target_platforms]
    return _saved(artifact, "target_platforms")


def describe_artifact(*, artifact: Artifact, description: str) -> Artifact:
    """Change what people read about the artifact, until its collection says otherwise. Raises ArtifactError."""
    artifact.description = description
    return _saved(artifact, "description")


def _saved(artifact: Artifact, field: str) -> Artifact:
    if problems := problems_with(artifact):
        raise ArtifactError(problems)
    with transaction.atomic():
        artifact.save(update_fields=[field, "updated_at"])
    return artifact
