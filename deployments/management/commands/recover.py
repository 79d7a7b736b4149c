"""`manage.py recover`: make every project whole whose run was cut off."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.text import printable
from deployments.services.recovery import recover_all


class Command(BaseCommand):
    help = "Take back what runs that were cut off left half done, in every project."

    def handle(self, *args: Any, **options: Any) -> None:
        recoveries = list(recover_all())
        for recovery in recoveries:
            self.stdout.write(printable(f"{recovery.project.path}: {recovery.outcome}"))
            for note in recovery.notes:
                self.stdout.write(f"  {printable(note)}")
        if not recoveries:
            self.stdout.write("No run was cut off.")
        if any(not recovery.is_whole for recovery in recoveries):
            raise SystemExit(1)
