"""Which artifacts go together: owner-scoped, nested, named sets."""

import uuid

from django.conf import settings
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.lengths import LONGEST_NAME, LONGEST_PROSE
from accounts.models import OwnedQuerySet
from accounts.tags import tag_validator
from accounts.text import storable_text
from artifacts.models import Artifact, ArtifactGroup

colour_validator = RegexValidator(r"\A#[0-9a-f]{6}\Z", "Write a colour as #rrggbb, in lower case.")


class DeploymentSet(models.Model):
    """A named bundle that stands for the artifacts of its members, resolved in order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="deployment_sets")
    name = models.CharField(max_length=LONGEST_NAME, validators=[storable_text])
    description = models.TextField(blank=True, validators=[MaxLengthValidator(LONGEST_PROSE), storable_text])
    color = models.CharField(max_length=7, blank=True, validators=[colour_validator])
    icon = models.CharField(max_length=64, blank=True, validators=[storable_text])
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OwnedQuerySet["DeploymentSet"].as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index("owner", Lower("name"), name="deployment_set_owner_name"),
            models.Index(fields=["owner", "-updated_at"], name="deployment_set_owner_updated"),
            models.Index(fields=["owner", "-created_at"], name="deployment_set_owner_created"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tags(self) -> list[str]:
        """The names of its tags, in order. A query unless `tag_rows` is prefetched."""
        return [tag.name for tag in self.tag_rows.all()]


class DeploymentSetTag(models.Model):
    """One tag on one set."""

    id = models.BigAutoField(primary_key=True)
    set = models.ForeignKey(DeploymentSet, on_delete=models.CASCADE, related_name="tag_rows")
    name = models.CharField(max_length=32, validators=[tag_validator])

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["set", "name"], name="deployment_set_tag_set_name")]
        indexes = [models.Index(fields=["name"], name="deployment_set_tag_name")]

    def __str__(self) -> str:
        return self.name


class DeploymentSetMember(models.Model):
    """A set's member: exactly one of an artifact, a group or another set.

    `position` is the index in the set, 0…n−1, always dense. Rows change only under the
    owner's lock (`deployment_sets.services.members`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    set = models.ForeignKey(DeploymentSet, on_delete=models.CASCADE, related_name="members", db_index=False)
    artifact = models.ForeignKey(Artifact, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    group = models.ForeignKey(ArtifactGroup, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    member_set = models.ForeignKey(
        DeploymentSet, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships", db_index=False
    )
    position = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["set", "position"]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(artifact__isnull=False, group__isnull=True, member_set__isnull=True)
                    | Q(artifact__isnull=True, group__isnull=False, member_set__isnull=True)
                    | Q(artifact__isnull=True, group__isnull=True, member_set__isnull=False)
                ),
                name="deployment_set_member_one_reference",
                violation_error_message="A member is exactly one of an artifact, a group or a set.",
            ),
            models.CheckConstraint(
                condition=Q(member_set__isnull=True) | ~Q(member_set=F("set")),
                name="deployment_set_member_not_itself",
                violation_error_message="A set cannot contain itself.",
            ),
            models.UniqueConstraint(fields=["set", "artifact"], name="deployment_set_member_artifact"),
            models.UniqueConstraint(fields=["set", "group"], name="deployment_set_member_group"),
            models.UniqueConstraint(fields=["set", "member_set"], name="deployment_set_member_set"),
        ]
        indexes = [
            models.Index(fields=["set"], name="deployment_set_member_set_id"),
            models.Index(fields=["member_set"], name="deployment_set_member_child"),
            models.Index(fields=["set", "position"], name="deployment_set_member_position"),
        ]

    def __str__(self) -> str:
        return str(self.artifact or self.group or self.member_set)
