"""What can be deployed: collections, their artifacts and versions, and groups of artifacts.

Collections, artifacts and groups are shared by everyone who may sign in; they have no owner.
"""

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from accounts.lengths import LONGEST_NAME, LONGEST_PROSE
from accounts.tags import tag_validator
from accounts.text import storable_text
from artifacts.fields import PlatformListField
from artifacts.importing.limits import LONGEST_DESCRIPTION
from profiles.enums import Platform, artifact_type_choices


class Blob(models.Model):
    """Immutable bytes under the SHA-256 of themselves: file contents and manifests."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.PositiveBigIntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return self.sha256[:12]


class Collection(models.Model):
    """Where artifacts come from: a folder or a git repository, imported and importable again.

    One more, of the kind `OWN`, holds what was made here file by file (`artifacts.services.artifacts`).
    """

    class Kind(models.TextChoices):
        FOLDER = "folder", "Folder"
        GIT = "git", "Git repository"
        OWN = "own", "Made here"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=LONGEST_NAME, unique=True, validators=[storable_text])
    kind = models.CharField(max_length=16, choices=Kind)
    source = models.CharField(max_length=1024, validators=[storable_text])
    ref = models.CharField(max_length=255, blank=True, validators=[storable_text])
    mappings = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "ref"],
                name="collection_source_ref",
                violation_error_message="This source is a collection already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class CollectionImport(models.Model):
    """One import of a collection: how far it is, and what came of each file."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="imports")
    state = models.CharField(max_length=16, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    revision = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    report = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["collection", "-started_at"], name="import_collection_started")]

    def __str__(self) -> str:
        return f"{self.collection} {self.started_at:%Y-%m-%d %H:%M}"


class Artifact(models.Model):
    """One deployable thing. Its `uuid` never changes; what it holds does, version by version."""

    uuid = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="artifacts")
    type = models.CharField(max_length=16, choices=artifact_type_choices)
    namespace = models.CharField(max_length=LONGEST_NAME, blank=True, validators=[storable_text])
    name = models.CharField(max_length=LONGEST_NAME, validators=[storable_text])
    description = models.TextField(blank=True, validators=[MaxLengthValidator(LONGEST_DESCRIPTION), storable_text])
    target_platforms = PlatformListField(null=True, blank=True)
    flags = models.JSONField(default=list, blank=True)
    source_path = models.CharField(max_length=1024, blank=True, validators=[storable_text])
    plugin_path = models.CharField(max_length=1024, blank=True, validators=[storable_text])
    version = models.ForeignKey("Version", on_delete=models.RESTRICT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["type", "name", "namespace", "uuid"]
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "type", "namespace", "name"],
                name="artifact_collection_type_namespace_name",
                violation_error_message="This collection has an artifact of this type and name already.",
            ),
            models.CheckConstraint(
                condition=Q(target_platforms__isnull=True) | ~Q(target_platforms=[]),
                name="artifact_target_platforms_not_empty",
                violation_error_message="Name at least one platform, or leave the list out for all of them.",
            ),
        ]
        indexes = [models.Index(fields=["type", "name"], name="artifact_type_name")]

    def __str__(self) -> str:
        return self.artifact_id

    @property
    def artifact_id(self) -> str:
        """How people write it: `skill:pdf`."""
        return f"{self.type}:{self.name}"

    @property
    def tags(self) -> list[str]:
        """The names of its tags, in order. A query unless `tag_rows` is prefetched."""
        return [tag.name for tag in self.tag_rows.all()]

    def clean(self) -> None:
        """Refuse a list of target platforms that is empty, unknown or repeats itself."""
        if self.target_platforms is None:
            return
        known = [platform.value for platform in Platform]
        targets = self.target_platforms
        if not isinstance(targets, list) or not targets:
            message = "Name at least one platform, or leave the list out for all of them."
        elif unknown := [target for target in targets if target not in known]:
            message = f"{unknown[0]!r} is not a known platform; write some of {', '.join(known)}."
        elif len(set(targets)) != len(targets):
            message = "A platform stands here twice."
        else:
            return
        raise ValidationError({"target_platforms": message})


class ArtifactTag(models.Model):
    """One tag on one artifact. Imports leave tags alone."""

    id = models.BigAutoField(primary_key=True)
    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE, related_name="tag_rows", db_index=False)
    name = models.CharField(max_length=32, validators=[tag_validator])

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["artifact", "name"], name="artifact_tag_artifact_name")]
        indexes = [models.Index(fields=["name"], name="artifact_tag_name")]

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """The immutable content of an artifact at one moment, behind one hash (see `artifacts.manifests`)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE, related_name="versions")
    manifest = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["artifact", "manifest"], name="version_artifact_manifest"),
        ]

    def __str__(self) -> str:
        return self.manifest_id[:12]


class ArtifactGroup(models.Model):
    """A named, ordered bag of artifacts. One with a collection is kept by its import and not edited."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=LONGEST_NAME, validators=[storable_text])
    description = models.TextField(blank=True, validators=[MaxLengthValidator(LONGEST_PROSE), storable_text])
    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, null=True, blank=True, related_name="groups")
    artifacts = models.ManyToManyField(Artifact, through="GroupMembership", related_name="groups")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    gone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "group"
        constraints = [
            models.UniqueConstraint(
                fields=["collection", "name"],
                name="artifact_group_collection_name",
                violation_error_message="This collection has a group of this name already.",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(collection__isnull=True),
                name="artifact_group_name",
                violation_error_message="There is a group of this name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMembership(models.Model):
    """An artifact's place in a group: `position` is its index, 0…n−1, always dense."""

    id = models.BigAutoField(primary_key=True)
    group = models.ForeignKey(ArtifactGroup, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    artifact = models.ForeignKey(Artifact, on_delete=models.CASCADE, related_name="memberships")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ["group", "position"]
        constraints = [
            models.UniqueConstraint(fields=["group", "artifact"], name="group_membership_group_artifact"),
        ]
        indexes = [models.Index(fields=["group", "position"], name="group_membership_position")]

    def __str__(self) -> str:
        return f"{self.group} · {self.artifact}"
