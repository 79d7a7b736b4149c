"""`manage.py import_collection`: import a folder or a git repository, and say what came of it."""

import logging
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from accounts.services.users import local_user
from accounts.text import printable
from artifacts.exceptions import CollectionError, ImportBusyError, ImportFailedError
from artifacts.importing.locations import seen_from_here
from artifacts.models import CollectionImport
from artifacts.report import as_sections
from artifacts.services.importing import import_collection

_BAR_WIDTH = 30
_NOTHING_LEFT = "This is forgotten, and nothing else in this source is recognised: nothing could be imported."


class Command(BaseCommand):
    help = "Import artifacts from a folder or a git URL; run it again to bring them up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="a folder, or the URL of a git repository")
        parser.add_argument("--name", default="", help="what to call the collection (default: the last part of SOURCE)")
        parser.add_argument("--ref", default="", help="branch, tag or commit of a git repository")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            dest="mappings",
            metavar="GLOB=TYPE",
            help="take files for artifacts of a type, as in 'tools/*.md=command'; may be repeated. It is added to the "
            "mappings kept with the collection, or changes the type of one; 'tools/*.md=' forgets one",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        given = {word: options[word] for word in ("source", "name", "ref", "mappings")}
        started_by = None if settings.AUTH_ENABLED else local_user()
        failure: ImportFailedError | None = None
        try:
            with ExitStack() as stack:
                bar = stack.enter_context(_Bar(self.stderr)) if sys.stderr.isatty() else None
                wanted = given | {"source": seen_from_here(given["source"])}
                done = import_collection(**wanted, started_by=started_by, progress=bar)
        except ImportFailedError as error:
            done, failure = error.collection_import, error
        except CollectionError as error:
            code = 1 if isinstance(error, ImportBusyError) else 2
            raise CommandError(printable(str(error)), returncode=code) from error
        self._write_report(done, _arguments(**given, nothing_kept=failure is not None))
        if failure is not None:
            raise CommandError(printable(str(failure)), returncode=1)
        if not done.report["by_type"]:
            raise CommandError(_NOTHING_LEFT, returncode=1)

    def _write_report(self, done: CollectionImport, arguments: Sequence[str]) -> None:
        for section in as_sections(done, arguments):
            self.stdout.write(self.style.MIGRATE_HEADING(printable(section.heading)))
            for line in section.lines:
                self.stdout.write(f"  {printable(line)}")


def _arguments(source: str, name: str, ref: str, mappings: Sequence[str], nothing_kept: bool) -> list[str]:
    """What another run has to be given; after a failed one, what this one would have kept as well."""
    arguments = [source, *(["--ref", ref] if ref else [])]
    if nothing_kept:
        arguments += ["--name", name] if name else []
        arguments += [word for mapping in mappings for word in ("--map", mapping)]
    return arguments


class _Bar:
    """A progress bar, drawn anew for each per cent. Log lines, and what follows, begin on lines of their own."""

    def __init__(self, output: OutputWrapper) -> None:
        self._output = output
        self._percent = -1
        self._line_is_open = False

    def __enter__(self) -> Self:
        for handler in logging.getLogger().handlers:
            handler.addFilter(self._before_a_log_line)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for handler in logging.getLogger().handlers:
            handler.removeFilter(self._before_a_log_line)
        self._end_line()

    def __call__(self, done: int, total: int) -> None:
        percent = 100 * done // total if total else 100
        if percent == self._percent:
            return
        self._percent, self._line_is_open = percent, True
        filled = _BAR_WIDTH * percent // 100
        bar = "#" * filled + "." * (_BAR_WIDTH - filled)
        self._output.write(f"\r[{bar}] {done}/{total}", style_func=str, ending="")

    def _before_a_log_line(self, record: logging.LogRecord) -> bool:
        self._end_line()
        return True

    def _end_line(self) -> None:
        if self._line_is_open:
            self._output.write("", style_func=str, ending="\n")
            self._line_is_open = False
