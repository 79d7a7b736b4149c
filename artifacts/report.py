"""An import's report as text for a terminal."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from artifacts.models import CollectionImport

_MOST_LINES = 40
OUTCOMES = (
    ("added", "Added", ""),
    ("updated", "Updated", ""),
    ("returned", "Returned", "gone before, and the same artifacts again"),
    ("kept", "Kept", "their files are there but cannot be read this time, so they stay as they were"),
    ("gone", "Gone", "no longer found; sets that hold them show them as missing"),
)
"""What can become of an artifact besides that it is as it was: the word of the report, a heading, and what it means."""

_RENAMED = "; one that was renamed is here under its old name, and under Added by its new one"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the lines below it."""

    heading: str
    lines: list[str]


def as_sections(done: CollectionImport, arguments: Sequence[str]) -> Iterator[Section]:
    """The parts of the report that have something to say; none when the source could not be looked through.

    `arguments` are those with which the command proposed at the end begins. Lists are cut at 40 lines.
    """
    report = done.report
    if not report:
        return
    outcome = "" if done.state == CollectionImport.State.DONE else ": nothing imported"
    yield Section(f"Collection {done.collection.name}{outcome}", list(_summary(done)))
    yield from _outcomes(report)
    counts = report["counts"]
    about = f"{_number(counts['refusals'], 'remark')} on {_number(counts['refused_files'], 'file')}"
    refusals = [f"{row['file']}: {row['reason']}" for row in report["not_imported"]]
    yield from _list("Not imported, in whole or in part", about, refusals, counts["refusals"])
    notes = [f"{row['file']}: {row['message']}" for row in report["notes"]]
    yield from _list("Notes", str(counts["notes"]), notes, counts["notes"])
    flags = [f"{row['file']} ({row['artifact']}): {row['detail']}" for row in report["flags"]]
    yield from _list("Look at these before you deploy", str(counts["flags"]), flags, counts["flags"])
    if report["suggestions"]:
        yield Section("Other Markdown that could be artifacts", list(_proposals(report["suggestions"], arguments)))


def _summary(done: CollectionImport) -> Iterator[str]:
    report, collection = done.report, done.collection
    counts, files = report["counts"], report["files"]
    yield f"from {collection.source}" + (f" at {done.revision[:12]}" if done.revision else "")
    yield f"{_types(report['by_type']) or 'no artifacts'}; {_number(counts['groups'], 'group')}"
    if done.state == CollectionImport.State.DONE:
        words = ("added", "updated", "returned", "unchanged", "kept", "gone")
        yield "Artifacts: " + ", ".join(f"{counts[word]} {word}" for word in words)
    yield (
        f"{_number(files['total'], 'file')}: {files['in_artifacts']} in artifacts, "
        f"{_number(files['manifests'], 'manifest')}, {files['not_imported']} not imported, "
        f"{files['suggested']} suggested, {files['other']} other"
    )
    if done.state == CollectionImport.State.DONE and collection.mappings:
        yield f"Mappings kept with it: {', '.join(collection.mappings)}"
    if done.state == CollectionImport.State.DONE and not report["changed"]:
        yield "Nothing has changed since the last import."


def _outcomes(report: Mapping[str, Any]) -> Iterator[Section]:
    counts = report["counts"]
    for outcome, heading, meaning in OUTCOMES:
        if outcome == "gone" and counts["added"]:
            meaning += _RENAMED
        rows = [_label(row) for row in report["artifacts"] if row["outcome"] == outcome]
        about = f"{counts[outcome]}: {meaning}" if meaning else str(counts[outcome])
        yield from _list(heading, about, rows, counts[outcome])


def _list(heading: str, about: str, lines: Sequence[str], number: int) -> Iterator[Section]:
    """A list of `number` lines, of which the report has kept `lines`."""
    if number:
        shown = list(lines[:_MOST_LINES])
        if number > len(shown):
            shown.append(f"and {number - len(shown)} more")
        yield Section(f"{heading} ({about})", shown)


def _proposals(suggestions: Sequence[Mapping[str, Any]], arguments: Sequence[str]) -> Iterator[str]:
    for row in suggestions:
        yield f"--map {shlex.quote(row['mapping'])}  ({_number(row['count'], 'file')}) {row['reason']}"
    yield "To take them, with the types changed where they are wrong:"
    mappings = [word for row in suggestions for word in ("--map", row["mapping"])]
    yield "manage.py import_collection " + shlex.join([*arguments, *mappings])


def _types(by_type: Mapping[str, int]) -> str:
    names = {"mcp": "MCP server"}
    return ", ".join(_number(number, names.get(kind, kind)) for kind, number in sorted(by_type.items()))


def _number(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _label(row: Mapping[str, str]) -> str:
    return f"{row['type']}:{row['name']}" + (f" ({row['namespace']})" if row["namespace"] else "")
