"""How a project wants each platform laid out."""

import uuid

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_slug
from django.db import models

from accounts.text import storable_text
from profiles.enums import ArtifactType, Platform, platform_choices
from profiles.layout import LayoutError, check_layout
from profiles.rendering import ProfileLayout
from projects.models import Project

MAX_PROFILES = 100
LONGEST_PROFILE_ID = 64
LONGEST_DESCRIPTION = 2_000


class DeploymentProfile(models.Model):
    """One platform's layout in one project. All paths are relative to the project."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="profiles")
    profile_id = models.CharField(max_length=LONGEST_PROFILE_ID, validators=[validate_slug])
    platform = models.CharField(max_length=32, choices=platform_choices)
    root_dir = models.CharField(max_length=255, validators=[storable_text])
    artifact_path_map = models.JSONField(default=dict)
    project_config_filenames = models.JSONField(default=list, blank=True)
    context_path_prefixes = models.JSONField(default=list, blank=True)
    supported_artifact_types = models.JSONField(default=list, blank=True)
    description = models.TextField(blank=True, validators=[storable_text, MaxLengthValidator(LONGEST_DESCRIPTION)])
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["project", "created_at", "profile_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "profile_id"],
                name="deployment_profile_project_profile_id",
                violation_error_message="This project has a profile with this id already.",
            )
        ]

    def __str__(self) -> str:
        return self.profile_id

    def clean(self) -> None:
        """Refuse layouts that could not be deployed; every problem is tied to its field."""
        try:
            check_layout(
                platform=self.platform,
                root_dir=self.root_dir,
                artifact_path_map=self.artifact_path_map,
                project_config_filenames=self.project_config_filenames,
                context_path_prefixes=self.context_path_prefixes,
                supported_artifact_types=self.supported_artifact_types,
            )
        except LayoutError as error:
            raise ValidationError(dict(error.problems)) from error

    @property
    def layout(self) -> ProfileLayout:
        """This profile as the plain data that platform modules render with."""
        return ProfileLayout(
            platform=Platform(self.platform),
            root_dir=self.root_dir,
            artifact_path_map={ArtifactType(kind): folder for kind, folder in self.artifact_path_map.items()},
            project_config_filenames=tuple(self.project_config_filenames),
            context_path_prefixes=tuple(self.context_path_prefixes),
            supported_artifact_types=tuple(ArtifactType(kind) for kind in self.supported_artifact_types),
        )
