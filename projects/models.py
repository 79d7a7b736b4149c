"""Folders that artifacts are deployed into."""

import uuid

from django.conf import settings
from django.db import models

from accounts.lengths import LONGEST_NAME
from accounts.models import OwnedQuerySet
from accounts.text import storable_text


class Project(models.Model):
    """A folder on disk, registered by one owner. `path` is absolute with symlinks resolved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(max_length=LONGEST_NAME, validators=[storable_text])
    path = models.CharField(max_length=1024, validators=[storable_text])
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OwnedQuerySet["Project"].as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "path"],
                name="project_owner_path",
                violation_error_message="This folder is registered already.",
            )
        ]

    def __str__(self) -> str:
        return self.name
