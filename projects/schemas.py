"""What the API takes and gives about projects."""

from uuid import UUID

from ninja import Schema
from pydantic import Field

from projects.models import Project


class ProjectReference(Schema):
    """A project by id, name and folder."""

    id: UUID
    name: str = Field(examples=["Shop"])
    path: str = Field(examples=["/srv/projects/shop"])

    @classmethod
    def of(cls, row: Project) -> "ProjectReference":
        """The schema of a project, no more than where it is."""
        return cls(id=row.pk, name=row.name, path=row.path)
