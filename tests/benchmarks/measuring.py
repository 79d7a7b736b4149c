"""What the benchmarks share: a database of their own, a clock, a line of a report."""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def empty_database() -> Iterator[None]:
    """Django on a SQLite file of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="deployment-sets-bench-") as folder:
        os.environ |= {
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{Path(folder) / 'bench.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", verbosity=0)
        yield
        connections.close_all()


def best[T](action: Callable[[], T], runs: int = 50) -> float:
    """The shortest of several runs, in seconds: what the code costs when nothing interferes."""
    durations = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        durations.append(time.perf_counter() - start)
    return min(durations)


def say(what: str, seconds: float, note: str = "") -> None:
    """One line of the report."""
    sys.stdout.write(f"{what:<58} {seconds * 1000:9.3f} ms  {note}\n")


def ratio(seconds: float, floor: float, name: str) -> str:
    """How many times the floor."""
    return f"{seconds / floor:.1f} × {name}"
