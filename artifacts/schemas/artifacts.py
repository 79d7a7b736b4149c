"""What the API takes and gives about artifacts and their files."""

import binascii
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Annotated, Any, Self, cast
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, PrivateAttr, StringConstraints, model_validator

from accounts.endpoints.paging import Page
from accounts.endpoints.types import LEFT_OUT, Body, Filters, Flag, Line, Name, StorableText, Tags
from artifacts.importing.inline import LIMITS, InlineFile
from artifacts.importing.limits import LONGEST_DESCRIPTION
from artifacts.models import Artifact, Version
from artifacts.schemas.collections import CollectionReference
from artifacts.schemas.lists import SortedQuery
from artifacts.services.artifacts import ArtifactChanges
from profiles.enums import ArtifactType, Platform
from profiles.rendering import ContentFile
from projects.paths import MAX_PATH_BYTES

FilePath = Annotated[StorableText, StringConstraints(max_length=MAX_PATH_BYTES)]
Description = Annotated[StorableText, StringConstraints(max_length=LONGEST_DESCRIPTION)]
Platforms = Annotated[
    list[Platform],
    Field(max_length=100, json_schema_extra={"minItems": 1, "uniqueItems": True}, examples=[["claude_code", "codex"]]),
]


class FileContent(Body):
    """A file that is sent: exactly one of `text` and `base64`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"text": "Look at the staged changes, and commit them.\n"}],
            "oneOf": [
                {"required": [sent], "properties": {sent: {"type": "string"}, other: {"type": "null"}}}
                for sent, other in (("text", "base64"), ("base64", "text"))
            ],
        }
    )

    text: StorableText | None = None
    base64: Annotated[StorableText, Field(json_schema_extra={"contentEncoding": "base64"})] | None = None
    executable: Flag = False
    _data: bytes = PrivateAttr(b"")

    @model_validator(mode="after")
    def be_one_of_both(self) -> Self:
        """Refuse none, both, and what is no base64."""
        if (self.text is None) == (self.base64 is None):
            raise ValueError("Send either 'text' or 'base64'.")
        try:
            self._data = (
                b64decode(self.base64, validate=True) if self.base64 is not None else (self.text or "").encode()
            )
        except binascii.Error as error:
            raise ValueError(f"This is not base64: {error}.") from error
        return self

    @property
    def data(self) -> bytes:
        """The bytes that are meant."""
        return self._data


def _spelled_out(sent: object) -> object:
    return {"text": sent} if isinstance(sent, str) else sent


SentFile = Annotated[FileContent, BeforeValidator(_spelled_out, json_schema_input_type=FileContent | StorableText)]
"""A file as it may be sent; a string alone is its text."""

Files = Annotated[
    dict[FilePath, SentFile],
    Field(
        description="All the files, by path: a string is the text of one. The path of a single file does not matter, "
        "and may be empty.",
        max_length=LIMITS.files,
        json_schema_extra={"minProperties": 1},
        examples=[{"commit.md": {"text": "Look at the staged changes, and commit them.\n"}}],
    ),
]


class ArtifactCreate(Body):
    """A new artifact, of files. Type, namespace and name stay."""

    type: ArtifactType = Field(examples=["command"])
    namespace: Line = Field("", examples=[""])
    name: Name = Field(examples=["commit"])
    description: Description | None = Field(None, description="As the files say, if left out.")
    target_platforms: Platforms | None = Field(None, description="Only there; everywhere if null.")
    tags: Tags | None = None
    files: Files

    @property
    def values(self) -> dict[str, Any]:
        """What to make it of."""
        return {**self.model_dump(exclude={"files"}), "files": _inline_files(self.files)}


class ArtifactUpdate(Body):
    """What is to change about an artifact: only what is sent. `files` replaces all of them, where it was made here."""

    description: Description | None = Field(None, description="Null: as the files say; of an imported one, nothing.")
    target_platforms: Platforms | None = Field(None, description="Only there; everywhere if null.")
    tags: Tags | None = None
    files: Files = LEFT_OUT

    @property
    def changes(self) -> ArtifactChanges:
        """What was sent."""
        changes: dict[str, Any] = self.model_dump(exclude_unset=True, exclude={"files"})
        if "files" in self.model_fields_set:
            changes["files"] = _inline_files(self.files)
        return cast(ArtifactChanges, changes)


class FlagRead(Schema):
    """Something to look at before the artifact is deployed."""

    code: str = Field(examples=["bidi-control"])
    file: str = Field(description="Inside the artifact; empty where one file is the whole.", examples=["SKILL.md"])
    detail: str = Field(examples=["Line 3 holds characters that turn the direction of what is read."])


class VersionRead(Schema):
    """What an artifact holds, by the hash of all of it."""

    id: UUID
    sha256: str = Field(examples=["9f2c" * 16])
    created_at: datetime

    @classmethod
    def of(cls, row: Version) -> "VersionRead":
        """The schema of a version."""
        return cls(id=row.pk, sha256=row.manifest_id, created_at=row.created_at)


class ArtifactRead(Schema):
    """An artifact, without its files."""

    uuid: UUID
    artifact_id: str = Field(examples=["skill:pdf"])
    type: ArtifactType
    namespace: str = Field(description="The plugin it came in, if any.", examples=[""])
    name: str = Field(examples=["pdf"])
    description: str = Field(examples=["Reads and fills in PDF files."])
    target_platforms: list[Platform] | None = Field(description="Only there; everywhere if null.")
    tags: list[str] = Field(examples=[["office"]])
    flags: list[FlagRead]
    collection: CollectionReference
    source_path: str = Field(description="Where it lies in its collection.", examples=["skills/pdf"])
    plugin_path: str = Field(description="Where its plugin lies, if it has one.", examples=[""])
    version: VersionRead | None
    missing: bool = Field(description="Its collection does not have it any more; deploying it is an error.")
    gone_at: datetime | None = Field(description="Since when it is missing.", examples=[None])
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Artifact) -> "ArtifactRead":
        """The schema of an artifact whose collection, version and tags came along."""
        targets = row.target_platforms
        return cls(
            uuid=row.uuid,
            artifact_id=row.artifact_id,
            type=ArtifactType(row.type),
            namespace=row.namespace,
            name=row.name,
            description=row.description,
            target_platforms=None if targets is None else [Platform(target) for target in targets],
            tags=row.tags,
            flags=[FlagRead(**flag) for flag in row.flags],
            collection=CollectionReference.from_orm(row.collection),
            source_path=row.source_path,
            plugin_path=row.plugin_path,
            version=None if row.version is None else VersionRead.of(row.version),
            missing=row.gone_at is not None,
            gone_at=row.gone_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class ArtifactListQuery(SortedQuery):
    """Which artifacts, and in what order."""

    type: ArtifactType | None = None
    platform: Platform | None = Field(None, description="Only what may be deployed there.")
    collection: UUID | None = Field(None, description="Only those of the collection with this id.")
    namespace: Line | None = Field(None, description="Only those of this plugin; of none, if empty.")
    tag: Line = Field("", description="Only those with this tag.")
    search: Line = Field("", description="A part of the name, in whatever case; a `type:name`; or a uuid.")
    gone: bool | None = Field(None, description="Only those that are missing, or only those that are not.")


class ArtifactListResponse(Page[ArtifactRead]):
    """Some artifacts."""


class ArtifactTagRead(Schema):
    """A tag, and how many artifacts carry it."""

    name: str = Field(examples=["office"])
    artifact_count: int = Field(ge=1, examples=[4])


class ArtifactTagListResponse(Page[ArtifactTagRead]):
    """The tags that artifacts carry, by name."""


class ArtifactFileRead(Schema):
    """A file of an artifact, without its bytes."""

    path: str = Field(description="Inside the artifact; empty where one file is the whole.", examples=["SKILL.md"])
    size: int = Field(ge=0, description="In bytes.", examples=[1024])
    executable: bool
    sha256: str = Field(examples=["9f2c" * 16])


class ArtifactFileListResponse(Page[ArtifactFileRead]):
    """Some files of an artifact, by path."""


class ArtifactFileQuery(Filters):
    """Which file."""

    path: FilePath = Field("", description="Inside the artifact; empty where one file is the whole.")


class ArtifactFileContent(ArtifactFileRead):
    """A file of an artifact: as text where it is some, else in base64. The other of both is null."""

    text: str | None = Field(examples=["Look at the staged changes, and commit them.\n"])
    base64: str | None = Field(examples=[None])

    @classmethod
    def of_content(cls, file: ContentFile) -> "ArtifactFileContent":
        """The schema of a file with its bytes."""
        text = _as_text(file.data)
        return cls(
            path=file.path,
            size=len(file.data),
            executable=file.executable,
            sha256=file.sha256,
            text=text,
            base64=b64encode(file.data).decode() if text is None else None,
        )


def _inline_files(files: dict[str, FileContent]) -> dict[str, InlineFile]:
    """The files that are meant, by path."""
    return {path: InlineFile(file.data, file.executable) for path, file in files.items()}


def _as_text(data: bytes) -> str | None:
    """The text that could be sent to get these bytes again."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if "\x00" in text else text
