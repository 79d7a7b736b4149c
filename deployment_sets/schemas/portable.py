"""What the API takes and gives about sets as documents."""

from typing import Annotated, Any, Literal, Self
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, PlainValidator, model_validator

from accounts.endpoints.types import Body, Filters, Flag, Line, StorableText
from deployment_sets.portable.document import PortableDocument
from deployment_sets.portable.reading import MAX_BYTES, document_of, parse
from deployment_sets.schemas.sets import SetReference
from deployment_sets.services.importing import ImportedSets

EXAMPLE: dict[str, Any] = {
    "format": 1,
    "sets": [{"id": "0f8fad5b-d9cb-469f-a165-70867728950e", "name": "Full-stack"}],
}


def _as_it_came(data: object) -> object:
    """Left to `deployment_sets.portable.reading`, the one reader of documents, whatever they are written in."""
    return data


AnyDocument = Annotated[object, PlainValidator(_as_it_came, json_schema_input_type=PortableDocument)]


class ExportQuery(Filters):
    """What goes along, and in which form."""

    format: Literal["json", "toml"] = "json"
    nested_sets: bool = Field(True, description="With the sets it holds; else these are only referred to.")
    groups: bool = Field(True, description="With the groups it holds; else these are only referred to.")
    project_id: UUID | None = Field(None, description="The project whose profiles go along.")
    profile_id: Annotated[list[Line], Field(max_length=100)] = Field(
        [], description="Which of that project's profiles; all if left out."
    )

    @model_validator(mode="after")
    def name_the_project(self) -> Self:
        """A profile's id means nothing without its project."""
        if self.profile_id and self.project_id is None:
            raise ValueError("A profile is one of a project: name that as project_id.")
        return self


class DeploymentSetImport(Body):
    """A document that was exported, as JSON in `document` or as TOML text in `toml`; and what to do with it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"document": EXAMPLE, "dry_run": True}]})

    document: AnyDocument | None = Field(
        None, description="As it was exported. Errors name places in it: `sets.0.name`."
    )
    toml: Annotated[StorableText, Field(max_length=MAX_BYTES)] | None = Field(
        None, description="The same as TOML text."
    )
    project_id: UUID | None = Field(None, description="The project that takes the profiles; left out, they are too.")
    update_profiles: Flag = Field(False, description="Change profiles of that project that say something else.")
    artifact_metadata: Flag = Field(False, description="Write platforms and tags of artifacts as they are in it.")
    dry_run: Flag = Field(False, description="Only say what would be made; nothing is kept.")

    @model_validator(mode="after")
    def be_one_document(self) -> Self:
        """There is one way to say what is to be imported."""
        if (self.document is None) == (self.toml is None):
            raise ValueError("Send exactly one of document (JSON) and toml (text).")
        return self

    @property
    def one_document(self) -> PortableDocument:
        """The document that was sent. Raises as `parse` does."""
        return document_of(self.document) if self.toml is None else parse(self.toml, "toml")


class ImportedSetsRead(Schema):
    """What was made, or with `dry_run` would be. The first set is the one that was exported."""

    sets: list[SetReference]
    created_groups: list[str] = Field(examples=[["planning"]])
    matched_groups: list[str] = Field(examples=[[]])
    created_profiles: list[str] = Field(examples=[["claude_code"]])
    updated_profiles: list[str] = Field(examples=[[]])
    notes: list[str] = Field(description="What is not quite as in the document.", examples=[[]])

    @classmethod
    def of(cls, done: ImportedSets) -> Self:
        """The schema of what came of an import."""
        return cls(
            sets=[SetReference.from_orm(row) for row in done.sets],
            created_groups=[group.name for group in done.created_groups],
            matched_groups=[group.name for group in done.matched_groups],
            created_profiles=[profile.profile_id for profile in done.created_profiles],
            updated_profiles=[profile.profile_id for profile in done.updated_profiles],
            notes=done.notes,
        )
