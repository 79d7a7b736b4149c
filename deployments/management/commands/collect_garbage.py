"""`manage.py collect_garbage`: delete the bytes that nothing refers to any more."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.template.defaultfilters import pluralize

from deployments.management.project_command import warnings_only
from deployments.services.garbage import KEPT_RUNS, Collected, collect_garbage


class Command(BaseCommand):
    help = (
        "Remove from the database what no version, no placement and no run that can be undone needs any more. "
        f"The last {KEPT_RUNS} runs of each project can be undone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        with warnings_only(options["verbosity"]):
            collected = collect_garbage(dry_run=options["dry_run"])
        self.stdout.write(_told(collected, "Would delete" if options["dry_run"] else "Deleted"))


def _told(collected: Collected, what_is_done: str) -> str:
    parts = []
    if collected.journals:
        parts.append(f"what {collected.journals} run{pluralize(collected.journals)} too old to be undone had kept")
    if collected.blobs:
        parts.append(f"{collected.blobs} blob{pluralize(collected.blobs)} ({collected.bytes:,} bytes)")
    return f"{what_is_done} {' and '.join(parts)}." if parts else "There is nothing to collect."
