"""`manage.py import_collection`: import a folder or a git repository, and say what came of it."""

import shlex
import sys
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from artifacts.exceptions import CollectionError, ImportBusyError, ImportFailedError
from artifacts.models import CollectionImport
from artifacts.services.importing import Progress, import_collection

_BAR_WIDTH = 30
_MOST_LINES = 40
_FILE_WORDS = (
    ("in_artifacts", "in artifacts"),
    ("manifests", "manifests"),
    ("not_imported", "not imported"),
    ("suggested", "suggested"),
    ("other", "other"),
)


class Command(BaseCommand):
    help = "Import artifacts from a folder or a git URL; run it again to bring them up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="a folder, or the URL of a git repository")
        parser.add_argument("--name", default="", help="what to call the collection (default: the last part of SOURCE)")
        parser.add_argument("--ref", default="", help="branch, tag or commit of a git repository")
        parser.add_argument(
            "--map",
            action="append",
            dest="mappings",
            metavar="GLOB=TYPE",
            help="take files for artifacts of a type, as in 'tools/*.md=command'; may be repeated, and is kept",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        progress = self._bar() if sys.stderr.isatty() else None
        failure = ""
        try:
            done = import_collection(
                source=options["source"],
                name=options["name"],
                ref=options["ref"],
                mappings=options["mappings"],
                progress=progress,
            )
        except ImportFailedError as error:
            done, failure = error.collection_import, str(error)
        except CollectionError as error:
            raise CommandError(str(error), returncode=1 if isinstance(error, ImportBusyError) else 2) from error
        self._write_report(done)
        if failure:
            raise CommandError(failure, returncode=1)
        if not done.report["by_type"] and not done.report["counts"]["kept"]:
            raise CommandError("No artifact was recognised in this source.", returncode=1)

    def _bar(self) -> Progress:
        def draw(done: int, total: int) -> None:
            filled = _BAR_WIDTH * done // total if total else _BAR_WIDTH
            bar = "#" * filled + "." * (_BAR_WIDTH - filled)
            self.stderr.write(f"\r[{bar}] {done}/{total}", ending="\n" if done == total else "")

        return draw

    def _write_report(self, done: CollectionImport) -> None:
        report = done.report
        if not report:
            return
        collection = done.collection
        self.stdout.write(self.style.MIGRATE_HEADING(f"Collection {collection.name}"))
        self.stdout.write(f"  from {collection.source}" + (f" at {done.revision[:12]}" if done.revision else ""))
        self.stdout.write(f"  {_joined(report['by_type']) or 'no artifacts'}; {report['counts']['groups']} groups")
        words = ("added", "updated", "returned", "unchanged", "kept", "gone", "not_imported")
        self.stdout.write("  " + ", ".join(f"{report['counts'][word]} {word.replace('_', ' ')}" for word in words))
        if not report["changed"] and report["by_type"]:
            self.stdout.write("  Nothing has changed since the last import.")
        files = report["files"]
        self.stdout.write(
            f"  {files['total']} files: " + ", ".join(f"{files[key]} {word}" for key, word in _FILE_WORDS)
        )
        self._list("Gone", [_label(row) for row in report["artifacts"] if row["outcome"] == "gone"])
        self._list("Not imported", [f"{row['file']}: {row['reason']}" for row in report["not_imported"]])
        self._list("Notes", [f"{row['file']}: {row['message']}" for row in report["notes"]])
        self._suggest(collection.source, report["suggestions"], collection.mappings)

    def _list(self, heading: str, lines: Sequence[str]) -> None:
        if not lines:
            return
        self.stdout.write(self.style.MIGRATE_LABEL(f"{heading} ({len(lines)})"))
        for line in lines[:_MOST_LINES]:
            self.stdout.write(f"  {line}")
        if len(lines) > _MOST_LINES:
            self.stdout.write(f"  and {len(lines) - _MOST_LINES} more; the kept report has them all")

    def _suggest(self, source: str, suggestions: Sequence[Mapping[str, Any]], mappings: Sequence[str]) -> None:
        if not suggestions:
            return
        self.stdout.write(self.style.MIGRATE_LABEL("Other Markdown that could be artifacts"))
        for row in suggestions:
            files = f"{row['count']} files" if row["count"] != 1 else "1 file"
            self.stdout.write(f"  --map {shlex.quote(row['mapping'])}  ({files}) {row['reason']}")
        wanted = [*mappings, *(row["mapping"] for row in suggestions)]
        self.stdout.write("To take them, with the types changed where they are wrong:")
        options = " ".join(f"--map {shlex.quote(mapping)}" for mapping in wanted)
        self.stdout.write(f"  manage.py import_collection {shlex.quote(source)} {options}")


def _joined(by_type: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {kind}{'s' if number != 1 else ''}" for kind, number in sorted(by_type.items()))


def _label(row: Mapping[str, str]) -> str:
    return f"{row['type']}:{row['name']}" + (f" ({row['namespace']})" if row["namespace"] else "")
