"""What the API takes and gives about collections and their imports."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self, cast
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from accounts.endpoints.paging import Page
from accounts.endpoints.types import LEFT_OUT, Body, Line, Name, StorableText
from artifacts.models import Collection, CollectionImport
from artifacts.queries import CollectionCounts
from artifacts.schemas.lists import SortedQuery

type CollectionKind = Literal["folder", "git", "own"]
type ImportState = Literal["running", "done", "failed"]

Mappings = Annotated[list[StorableText], Field(max_length=100, examples=[["tools/*.md=command"]])]


class CollectionReference(Schema):
    """A collection by id and name."""

    id: UUID
    name: str = Field(examples=["Examples"])
    kind: CollectionKind = Field(description="`own` is the one of what was made here.")


class CollectionCreate(Body):
    """Where to import from for the first time."""

    source: Annotated[StorableText, StringConstraints(strip_whitespace=True, min_length=1, max_length=1024)] = Field(
        description="The whole path of a folder on the server, inside IMPORT_ROOTS; or the URL of a git repository.",
        examples=["https://github.com/somebody/skills.git"],
    )
    ref: Line = Field("", description="Of a repository: a branch, tag or commit.", examples=["main"])
    name: Name | None = Field(None, description="The last part of the source, if left out.", examples=["Their skills"])
    mappings: Mappings | None = Field(None, description="GLOB=TYPE: what no layout explains.")


class CollectionUpdate(Body):
    """What is to change about a collection: only what is sent. Its mappings change with an import."""

    name: Name = Field(LEFT_OUT, examples=["Their skills"])

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(exclude_unset=True)


class CollectionImportRequest(Body):
    """What is to be different from now on, if the import succeeds."""

    name: Name | None = Field(None, examples=["Their skills"])
    mappings: Mappings | None = Field(
        None, description="Added to those that are kept: GLOB=TYPE, or GLOB= to forget one."
    )


class CollectionRead(Schema):
    """A collection, and how much it holds."""

    id: UUID
    name: str = Field(examples=["Their skills"])
    kind: CollectionKind = Field(description="`own` is the one of what was made here.", examples=["git"])
    source: str = Field(examples=["https://github.com/somebody/skills.git"])
    ref: str = Field(examples=["main"])
    mappings: list[str] = Field(examples=[["tools/*.md=command"]])
    artifact_count: int = Field(ge=0, description="Without those that are gone.", examples=[40])
    gone_count: int = Field(ge=0, description="How many artifacts are gone from it.")
    group_count: int = Field(ge=0)
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Collection, counts: CollectionCounts, **more: Any) -> Self:
        """The schema of a collection."""
        return cls(
            id=row.pk,
            name=row.name,
            kind=cast(CollectionKind, row.kind),
            source=row.source,
            ref=row.ref,
            mappings=row.mappings,
            artifact_count=counts.artifacts,
            gone_count=counts.gone,
            group_count=counts.groups,
            created_at=row.created_at,
            updated_at=row.updated_at,
            **more,
        )


class CollectionListQuery(SortedQuery):
    """Which collections, and in what order."""

    kind: CollectionKind | None = None
    name: Line = Field("", description="Only those whose name contains this, in whatever case.")


class CollectionListResponse(Page[CollectionRead]):
    """Some collections."""


class CollectionImportSummary(Schema):
    """How an import went. What is imported changes only when it is done."""

    id: UUID
    collection_id: UUID
    state: ImportState = Field(examples=["done"])
    error: str = Field(description="Why it failed, and what to do.", examples=[""])
    revision: str = Field(description="The commit that was read, of a repository.", examples=["0b5c" * 10])
    progress_done: int = Field(ge=0, description="How many artifacts were read.", examples=[40])
    progress_total: int = Field(ge=0, examples=[40])
    counts: dict[str, int] = Field(
        description="What came of the artifacts; empty if none could be looked for.",
        examples=[{"added": 40, "updated": 0, "unchanged": 0, "gone": 0}],
    )
    started_at: datetime
    finished_at: datetime | None

    @classmethod
    def of_counted(cls, row: CollectionImport) -> "CollectionImportSummary":
        """The schema of an import out of a list, whose counts were read with it."""
        return cls.of(row, getattr(row, "counts"))  # noqa: B009 - annotated

    @classmethod
    def of(cls, row: CollectionImport, counts: dict[str, int] | None, **more: Any) -> Self:
        """The schema of an import; `counts` are those of its report."""
        return cls(
            id=row.pk,
            collection_id=row.collection_id,
            state=cast(ImportState, row.state),
            error=row.error,
            revision=row.revision,
            progress_done=row.progress_done,
            progress_total=row.progress_total,
            counts=counts or {},
            started_at=row.started_at,
            finished_at=row.finished_at,
            **more,
        )


class CollectionImportRead(CollectionImportSummary):
    """An import with its report, which accounts for every file. docs/collections.md explains it."""

    report: dict[str, Any] = Field(
        description="Empty if the source could not be looked through.",
        examples=[{"by_type": {"skill": 38, "command": 2}, "changed": True, "suggestions": []}],
    )

    @classmethod
    def of_row(cls, row: CollectionImport) -> "CollectionImportRead":
        """The schema of an import with its report."""
        return cls.of(row, row.report.get("counts"), report=row.report)


class CollectionImportListResponse(Page[CollectionImportSummary]):
    """Some imports of a collection, newest first."""


class CollectionImported(CollectionRead):
    """A new collection, and what came of its first import."""

    last_import: CollectionImportRead
