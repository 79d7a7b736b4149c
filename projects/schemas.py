"""What the API takes and gives about projects."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from accounts.endpoints.paging import Page, PageQuery
from accounts.endpoints.types import LEFT_OUT, Body, Flag, Line, Name, StorableText
from accounts.ordering import Sort
from projects.models import Project

FolderPath = Annotated[StorableText, Field(min_length=1, max_length=4096, examples=["/srv/projects/shop"])]


class ProjectCreate(Body):
    """A folder to register as a project."""

    path: FolderPath = Field(description="Absolute; an existing folder inside PROJECT_ROOTS.")
    name: Line = Field("", description="The folder's own name if left out.", examples=["Shop"])
    create_folder: Flag = Field(False, description="Make the folder where it is missing.")


class ProjectUpdate(Body):
    """What is to change about a project: only what is sent. Its folder stays."""

    name: Name = Field(LEFT_OUT, examples=["Shop"])

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(exclude_unset=True)


class ProjectReference(Schema):
    """A project by id, name and folder."""

    id: UUID
    name: str = Field(examples=["Shop"])
    path: str = Field(examples=["/srv/projects/shop"])


class ProjectRead(Schema):
    """A folder that artifacts are deployed into."""

    id: UUID
    name: str = Field(examples=["Shop"])
    path: str = Field(description="Absolute, with symlinks resolved.", examples=["/srv/projects/shop"])
    owner_id: str = Field(description="The owner's user name.", examples=["local-user"])
    folder_is_missing: bool = Field(description="There is no folder at `path` now.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Project, without_folder: Collection[UUID]) -> "ProjectRead":
        """The schema of a project whose owner came along; `without_folder` are ids of those whose folder is gone."""
        return cls(
            id=row.pk,
            name=row.name,
            path=row.path,
            owner_id=row.owner.username,
            folder_is_missing=row.pk in without_folder,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class ProjectListQuery(PageQuery):
    """Which projects, and in what order."""

    name: Line = Field("", description="Only projects whose name contains this, in whatever case.")
    sort: Sort = Field("name", description="By what; with a hyphen the other way around.")


class ProjectListResponse(Page[ProjectRead]):
    """Some of the caller's projects."""
