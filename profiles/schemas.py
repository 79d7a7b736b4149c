"""What the API takes and gives about profiles."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.urls.converters import SlugConverter
from ninja import Schema
from pydantic import ConfigDict, Field

from accounts.endpoints.paging import Page
from accounts.endpoints.types import Body, Line, StorableText
from profiles.enums import ArtifactType, Platform
from profiles.layout import MAX_ENTRIES
from profiles.models import LONGEST_DESCRIPTION, LONGEST_PROFILE_ID, DeploymentProfile
from projects.paths import MAX_PATH_BYTES

_DEFAULT = "The platform's default if left out."

ProfileId = Annotated[
    Line,
    Field(
        description="Letters, digits, hyphens and underscores.",
        max_length=LONGEST_PROFILE_ID,
        # Django's own rule of a slug, which is what the model asks for.
        json_schema_extra={"pattern": f"^{SlugConverter.regex}$"},
        examples=["web"],
    ),
]
Folder = Annotated[StorableText, Field(max_length=MAX_PATH_BYTES)]
Folders = Annotated[list[Folder], Field(max_length=MAX_ENTRIES, json_schema_extra={"uniqueItems": True})]
PathMap = Annotated[dict[ArtifactType, Folder], Field(examples=[{"skill": "tools/skills"}])]
Types = Annotated[
    list[ArtifactType],
    Field(
        max_length=MAX_ENTRIES, json_schema_extra={"minItems": 1, "uniqueItems": True}, examples=[["skill", "command"]]
    ),
]


class DeploymentProfileUpdate(Body):
    """All that makes a profile, but its id, which stays. What is left out is the platform's default again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"platform": "claude_code", "root_dir": ".claude"}]})

    platform: Platform
    root_dir: Line | None = Field(
        None, description=f"The platform's own folder, relative to the project. {_DEFAULT}", examples=[".claude"]
    )
    artifact_path_map: PathMap | None = Field(
        None,
        description="In which folder each type goes, relative to the project. "
        "Types that are left out go where the platform's default has them, below `root_dir`.",
    )
    project_config_filenames: Folders | None = Field(
        None,
        description=f"Instruction files that rules are merged into where there is no folder for them. {_DEFAULT}",
        examples=[["CLAUDE.md"]],
    )
    context_path_prefixes: Folders | None = Field(
        None, description=f"Folders that files of rules may go to. {_DEFAULT}", examples=[[".claude/rules"]]
    )
    supported_artifact_types: Types | None = Field(
        None, description=f"Artifacts of other types are skipped. {_DEFAULT}"
    )
    description: Annotated[StorableText, Field(max_length=LONGEST_DESCRIPTION)] | None = Field(
        None, examples=["For the people who write pages"]
    )

    @property
    def fields(self) -> dict[str, Any]:
        """All of them as plain data; None for what was left out."""
        return self.model_dump(mode="json")


class DeploymentProfileCreate(DeploymentProfileUpdate):
    """A new profile: an id of its own in the project, and how a platform is laid out there."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"profile_id": "web", "platform": "claude_code"}]})

    profile_id: ProfileId


class DeploymentProfileRead(Schema):
    """How a project wants one platform laid out. All folders are relative to the project."""

    id: UUID
    project_id: UUID
    profile_id: str = Field(examples=["web"])
    platform: Platform
    root_dir: str = Field(examples=[".claude"])
    artifact_path_map: dict[ArtifactType, str] = Field(examples=[{"skill": ".claude/skills"}])
    project_config_filenames: list[str] = Field(examples=[["CLAUDE.md"]])
    context_path_prefixes: list[str] = Field(examples=[[".claude/rules"]])
    supported_artifact_types: list[ArtifactType] = Field(examples=[["skill", "command"]])
    description: str = Field(examples=["For the people who write pages"])
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: DeploymentProfile) -> "DeploymentProfileRead":
        """The schema of a profile."""
        layout = row.layout
        return cls(
            id=row.pk,
            project_id=row.project_id,
            profile_id=row.profile_id,
            platform=layout.platform,
            root_dir=layout.root_dir,
            artifact_path_map=dict(layout.artifact_path_map),
            project_config_filenames=list(layout.project_config_filenames),
            context_path_prefixes=list(layout.context_path_prefixes),
            supported_artifact_types=list(layout.supported_artifact_types),
            description=row.description,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class DeploymentProfileListResponse(Page[DeploymentProfileRead]):
    """Some of a project's profiles, oldest first."""
