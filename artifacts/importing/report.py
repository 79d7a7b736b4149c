"""The report of an import: plain JSON that accounts for every file. Pure Python.

`docs/collections.md` explains it to people. Lists are cut at `MOST_ROWS`; `counts` and `files` are exact.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from artifacts.importing.contents import Loaded
from artifacts.importing.discovery import Discovery, taken_files
from artifacts.importing.survey import Found

MOST_ROWS = 2000
_MOST_SUGGESTED_FILES = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one artifact: `added`, `updated`, `returned`, `unchanged`, `gone` or `kept`."""

    outcome: str
    type: str
    namespace: str
    name: str
    path: str
    uuid: str


@dataclass
class Changes:
    """What an import did to the rows of a collection."""

    outcomes: list[Outcome] = field(default_factory=list)
    groups: list[dict[str, str]] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        """The number of artifacts with this outcome."""
        return sum(1 for each in self.outcomes if each.outcome == outcome)

    @property
    def is_empty(self) -> bool:
        """Whether the import changed nothing."""
        quiet = {"unchanged", "kept"}
        return all(each.outcome in quiet for each in self.outcomes) and all(
            group["outcome"] in quiet for group in self.groups
        )


def build_report(discovery: Discovery, loaded: Sequence[Loaded], changes: Changes) -> dict[str, object]:
    """The report as it is kept. `loaded` are the finds whose content could be read."""
    imported = [each.found for each in loaded]
    files, others = _files(discovery, imported)
    flags = [row for each in loaded for row in _flags(each)]
    notes = [asdict(note) for note in discovery.survey.notes]
    refusals = [asdict(refusal) for refusal in discovery.survey.refusals]
    report: dict[str, object] = {
        "counts": {
            **{word: changes.count(word) for word in ("added", "updated", "returned", "unchanged", "kept", "gone")},
            "refusals": len(refusals),
            "refused_files": len({refusal["file"] for refusal in refusals}),
            "notes": len(notes),
            "flags": len(flags),
            "groups": len(discovery.groups),
        },
        "by_type": _by_type(imported),
        "changed": not changes.is_empty,
        "files": files,
        "suggestions": [
            {
                "mapping": suggestion.mapping,
                "count": len(suggestion.files),
                "files": list(suggestion.files[:_MOST_SUGGESTED_FILES]),
                "reason": suggestion.reason,
            }
            for suggestion in discovery.suggestions
        ],
    }
    lists: dict[str, Sequence[object]] = {
        "artifacts": [asdict(outcome) for outcome in changes.outcomes],
        "groups": changes.groups,
        "not_imported": refusals,
        "notes": notes,
        "flags": flags,
        "manifests": sorted(discovery.survey.manifests),
        "other_files": others,
        "ignored": discovery.survey.listing.ignored,
    }
    report["left_out"] = {name: len(rows) - MOST_ROWS for name, rows in lists.items() if len(rows) > MOST_ROWS}
    return report | {name: list(rows[:MOST_ROWS]) for name, rows in lists.items()}


def _files(discovery: Discovery, imported: Sequence[Found]) -> tuple[dict[str, int], list[str]]:
    """How many files there are of each kind, each file counted once, and those nothing is said about."""
    survey = discovery.survey
    skipped = {skipped.path for skipped in survey.listing.skipped}
    taken = taken_files(imported)
    refused = {refusal.file for refusal in survey.refusals} | taken_files(survey.found)
    suggested = {path for suggestion in discovery.suggestions for path in suggestion.files}
    counts = dict.fromkeys(("in_artifacts", "manifests", "not_imported", "suggested", "other"), 0)
    others = []
    for path in survey.files:
        if path in taken:
            counts["in_artifacts"] += 1
        elif path in refused:
            counts["not_imported"] += 1
        elif path in survey.manifests:
            counts["manifests"] += 1
        elif path in suggested:
            counts["suggested"] += 1
        else:
            counts["other"] += 1
            others.append(path)
    counts["not_imported"] += len(skipped)
    return {"total": len(survey.files) + len(skipped), **counts}, others


def _flags(loaded: Loaded) -> list[dict[str, str]]:
    """The flags of an artifact, each with the file of the collection that it is about."""
    sources = {file.path: file.source for file in loaded.found.files}
    label = loaded.found.label
    return [{"artifact": label, **flag, "file": sources[flag["file"]]} for flag in loaded.flags]


def _by_type(imported: Sequence[Found]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for found in imported:
        counts[found.type.value] = counts.get(found.type.value, 0) + 1
    return counts
