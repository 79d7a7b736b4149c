"""Several processes at once, for tests of what concurrent callers do to each other.

Use with `@pytest.mark.django_db(transaction=True)`: what a test made must be committed before
other processes see it.
"""

import multiprocessing
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from django.db import connections

_FORK = multiprocessing.get_context("fork")
_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Outcome[T]:
    """What a job came to: its value, or the type and text of what it raised."""

    value: T | None
    error: type[BaseException] | None = None
    message: str = ""


def run_together[T](jobs: Sequence[Callable[[], T]]) -> list[Outcome[T]]:
    """Run each of `jobs` in a child process of its own, all let go at the same moment.

    Children see everything the test made, by fork, and open database connections of their own.
    Values travel by pickle. Raises RuntimeError when a child dies or takes two minutes.
    """
    connections.close_all()
    start = _FORK.Barrier(len(jobs))
    children = []
    for job in jobs:
        here, there = _FORK.Pipe(duplex=False)
        child = _FORK.Process(target=_run, args=(job, start, there))
        with warnings.catch_warnings():
            # Under pytest-xdist a second thread reads its channel; no child touches that.
            warnings.simplefilter("ignore", DeprecationWarning)
            child.start()
        there.close()
        children.append((child, here))
    try:
        return [_outcome(here) for _, here in children]
    finally:
        for child, here in children:
            child.join(timeout=5)
            if child.is_alive():
                child.kill()
                child.join()
            here.close()


def _outcome[T](here: "Connection[object, Outcome[T]]") -> Outcome[T]:
    try:
        if not here.poll(_SECONDS):
            raise RuntimeError(f"A child process is not done after {_SECONDS} seconds.")
        return here.recv()
    except EOFError:
        raise RuntimeError("A child process died without a result.") from None


def _run[T](job: Callable[[], T], start: Barrier, there: "Connection[Outcome[T], object]") -> None:
    try:
        connections["default"].ensure_connection()
        start.wait(timeout=_SECONDS)
        outcome = Outcome(job())
    except BaseException as error:  # noqa: BLE001 - whatever it is, the test is to see it
        outcome = Outcome(None, type(error), str(error))
    finally:
        connections.close_all()
        sys.stdout.flush()
    there.send(outcome)
    there.close()
