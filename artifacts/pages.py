"""What the pages of artifacts show: reads put together, each in a constant number of queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils.safestring import SafeString

from artifacts.models import Artifact, ArtifactGroup, Collection, CollectionImport, Version
from artifacts.queries import (
    ArtifactFile,
    CollectionCounts,
    collection_counts,
    file_of,
    files_of,
    latest_imports,
    member_counts,
    versions_of,
)
from artifacts.reading.files import Place, Reading, is_markdown_path, read
from artifacts.report import OUTCOMES
from profiles.enums import ArtifactType

FILES_PER_PAGE = 200
VERSIONS_SHOWN = 10
# Whole files of these types are one Markdown document each, and have no path to tell it by.
_DOCUMENTS = (ArtifactType.COMMAND, ArtifactType.AGENT, ArtifactType.RULE)
REPORT_ROWS_AT_FIRST = 20
REPORT_ROWS_PER_PAGE = 100
# The lists of a report in the order in which somebody wants to know: word, heading, what it means, how it is looked at.
_PARTS = (
    ("flags", "Look at these before you deploy", "hidden characters, or what looks like a secret", "attention"),
    ("not_imported", "Not imported", "in whole or in part; everything else was", "attention"),
    *((word, heading, meaning, "bad" if word == "gone" else "") for word, heading, meaning in OUTCOMES),
    ("notes", "Notes", "imported all the same", ""),
)
_COUNTED = {"not_imported": "refusals"}
_FIRST_FILES = ("SKILL.md", "hooks.json", "hooks/hooks.json")


@dataclass(frozen=True, slots=True)
class OpenFile:
    """The file of an artifact that is being read. `lines` are numbered in the page, `html` is safe."""

    file: ArtifactFile
    name: str
    reading: Reading
    html: SafeString
    fields: Sequence[tuple[SafeString, SafeString]]
    lines: Sequence[SafeString]


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of an artifact's files: folders in it, then files, by name."""

    name: str
    folders: dict[str, "Folder"] = field(default_factory=dict)
    files: list[ArtifactFile] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Files:
    """The files of an artifact: a page of them as a tree, and the one that is open, if there is any."""

    page: Page[ArtifactFile]
    tree: Folder
    open: OpenFile | None


@dataclass(frozen=True, slots=True)
class NumberedVersion:
    """What an artifact held since some moment: its first version has the number 1."""

    number: int
    version: Version
    is_current: bool


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A line of an import's report: about a file, or about an artifact, which has a type and can be opened."""

    text: str
    file: str = ""
    type: str = ""
    uuid: str = ""


@dataclass(frozen=True, slots=True)
class ReportPart:
    """One list of a report: `count` rows, some of which are `shown`. `word` names it in addresses."""

    word: str
    heading: str
    meaning: str
    tone: str
    count: int
    shown: Page[ReportRow]


@dataclass(frozen=True, slots=True)
class SuggestedMapping:
    """Files that could be artifacts of some type, and the mapping that makes them so."""

    mapping: str
    type: str
    count: int
    files: Sequence[str]
    reason: str


@dataclass(frozen=True, slots=True)
class CollectionEntry:
    """A collection in a list: what it has, and how its last import went."""

    collection: Collection
    counts: CollectionCounts
    last_import: CollectionImport | None


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A group in a list, and how many artifacts it holds."""

    group: ArtifactGroup
    artifact_count: int


def files_to_read(artifact: Artifact, path: str | None, *, page: str | None, as_text: bool) -> Files:
    """The files of an artifact, with the one at `path` open, or that which says most about it.

    Raises FileNotInArtifactError. Five queries, and one for every 500 files more.
    """
    files = files_of(artifact)
    by_path = {file.path: file for file in files}
    path = _first_path(by_path) if path is None else path
    shown = Paginator(files, FILES_PER_PAGE).get_page(page)
    return Files(shown, _tree(shown.object_list), _opened(artifact, path, by_path, as_text) if by_path else None)


def numbered_versions(artifact: Artifact) -> tuple[list[NumberedVersion], int]:
    """The last versions of an artifact, and how many there are. Two queries."""
    versions = versions_of(artifact)
    total = versions.count()
    return [
        NumberedVersion(total - index, version, version.pk == artifact.version_id)
        for index, version in enumerate(versions[:VERSIONS_SHOWN])
    ], total


def collection_entries(collections: Sequence[Collection]) -> list[CollectionEntry]:
    """An entry for each of a page of collections. Three queries."""
    counts, last = collection_counts(collections), latest_imports(collections)
    return [CollectionEntry(each, counts[each.pk], last.get(each.pk)) for each in collections]


def group_entries(groups: Sequence[ArtifactGroup]) -> list[GroupEntry]:
    """An entry for each of a page of groups. One query."""
    counts = member_counts(groups)
    return [GroupEntry(group, counts.get(group.pk, 0)) for group in groups]


def report_parts(row: CollectionImport, *, part: str = "", page: str | None = None) -> list[ReportPart]:
    """The lists of a report that have something in them, from the beginning of each; or one of them, page by page."""
    if not row.report:
        return []
    rows = {word: list(_report_rows(row.report, word)) for word, *_ in _PARTS}
    wanted = part if any(word == part for word, *_ in _PARTS) else ""
    return [
        ReportPart(
            word,
            heading,
            meaning,
            tone,
            row.report["counts"][_COUNTED.get(word, word)],
            Paginator(rows[word], REPORT_ROWS_PER_PAGE if wanted else REPORT_ROWS_AT_FIRST).get_page(page),
        )
        for word, heading, meaning, tone in _PARTS
        if rows[word] and wanted in ("", word)
    ]


def suggested_mappings(row: CollectionImport) -> list[SuggestedMapping]:
    """What an import's report proposes beyond what was imported."""
    return [
        SuggestedMapping(
            each["mapping"], each["mapping"].rpartition("=")[2], each["count"], each["files"], each["reason"]
        )
        for each in row.report.get("suggestions", ())
    ]


def _report_rows(report: Mapping[str, Any], word: str) -> Iterator[ReportRow]:
    match word:
        case "not_imported":
            yield from (ReportRow(each["reason"], each["file"]) for each in report[word])
        case "notes":
            yield from (ReportRow(each["message"], each["file"]) for each in report[word])
        case "flags":
            yield from (ReportRow(f"{each['artifact']}: {each['detail']}", each["file"]) for each in report[word])
        case _:
            for each in report["artifacts"]:
                if each["outcome"] == word:
                    plugin = f" ({each['namespace']})" if each["namespace"] else ""
                    yield ReportRow(each["name"] + plugin, each["path"], each["type"], each["uuid"])


def example_source() -> str:
    """The folder of the collection that comes with this application; empty where it may not be imported."""
    folder = settings.BASE_DIR / "examples" / "collection"
    is_allowed = any(folder.is_relative_to(root) for root in settings.IMPORT_ROOTS)
    return str(folder) if is_allowed and folder.is_dir() else ""


def file_address(artifact_uuid: UUID, path: str) -> str:
    """The page on which a file of an artifact is read."""
    return f"{reverse('artifacts:artifact', args=[artifact_uuid])}?{urlencode({'file': path})}"


def _first_path(files: Mapping[str, ArtifactFile]) -> str:
    return next((path for path in _FIRST_FILES if path in files), next(iter(files), ""))


def _opened(artifact: Artifact, path: str, files: Mapping[str, ArtifactFile], as_text: bool) -> OpenFile:
    content = file_of(artifact, path)
    is_markdown = is_markdown_path(path) if path else artifact.type in _DOCUMENTS
    place = Place(path, files.keys(), lambda sibling: file_address(artifact.pk, sibling))
    reading = read(content.data, place, is_markdown=is_markdown, as_text=as_text)
    return OpenFile(
        file=files[path],
        name=path or _whole_name(artifact),
        reading=reading,
        html=SafeString(reading.html),
        fields=[(SafeString(each.name), SafeString(each.value)) for each in reading.fields],
        lines=[SafeString(line) for line in reading.lines],
    )


def _whole_name(artifact: Artifact) -> str:
    return artifact.source_path.rpartition("/")[2] or artifact.name


def _tree(files: Iterable[ArtifactFile]) -> Folder:
    top = Folder("")
    for file in files:
        *folders, _ = file.path.split("/")
        folder = top
        for name in folders:
            folder = folder.folders.setdefault(name, Folder(name))
        folder.files.append(file)
    return top
