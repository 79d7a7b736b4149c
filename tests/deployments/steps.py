"""Every side effect of a run as a numbered step, before which a test can kill the process or make the step fail.

What a step has done when the process dies is on the disk or in the database, and nothing between
two steps is: dying right after one step is dying right before the next.
"""

import os
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest import mock

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from deployments.installer import exchange

_DISK = ("mkdir", "write", "link", "unlink", "rename", "rmdir", "symlink", "fchmod", "chmod")


class Interrupted(BaseException):
    """What a step raises that a test interrupts; like a keyboard's, nothing in between may swallow it."""


@contextmanager
def before_each_step(tell: Callable[[str], None]) -> Iterator[None]:
    """Within the block, `tell` is called before every side effect with the name of what is about to happen.

    Reads are none, nor is anything that a process does to itself.
    """

    def told[**P, T](name: str, function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def step(*arguments: P.args, **options: P.kwargs) -> T:
            tell(name)
            return function(*arguments, **options)

        return step

    plain_open = os.open

    def open_(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
        if flags & os.O_CREAT:
            tell("open")
        return plain_open(path, flags, *arguments, **options)

    def statement(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if not sql.lstrip().upper().startswith("SELECT"):
            tell("statement")
        return execute(sql, *arguments)

    with ExitStack() as patches:
        for name in _DISK:
            patches.enter_context(mock.patch.object(os, name, told(name, getattr(os, name))))
        patches.enter_context(mock.patch.object(os, "open", open_))
        if exchange._system_rename is not None:
            renamed = told("renameat2", exchange._system_rename)
            patches.enter_context(mock.patch.object(exchange, "_system_rename", renamed))
        patches.enter_context(
            mock.patch.object(BaseDatabaseWrapper, "_commit", told("commit", BaseDatabaseWrapper._commit))  # type: ignore[attr-defined]
        )
        patches.enter_context(connection.execute_wrapper(statement))
        yield


@contextmanager
def stopped_before(step: int, act: Callable[[str], None], *, only: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """Within the block, `act` is called before step number `step`, once. Yields the names of the steps met.

    With `only`, steps of other names are not counted.
    """
    met: list[str] = []

    def tell(name: str) -> None:
        if only and name not in only:
            return
        met.append(name)
        if len(met) == step + 1:
            act(name)

    with before_each_step(tell):
        yield met


def die(*_: object) -> None:
    """Kill this process as nothing in it can prevent or notice."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed_before(step: int, job: Callable[[], object]) -> bool:
    """Run `job` in a child process that dies by SIGKILL before its step number `step`.

    False when the job was over before it came to that step. The child sees what is committed.
    """

    def killed_job() -> None:
        with stopped_before(step, die):
            job()

    status = run_in_child(killed_job)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return True
    assert status == 0, "The child failed by itself; its traceback is on stderr."
    return False


def run_in_child(job: Callable[[], object]) -> int:
    """Run `job` in a child process and wait for it; its wait status, 0 when the job just ended."""
    return os.waitpid(start_child(job), 0)[1]


def start_child(job: Callable[[], object]) -> int:
    """Start `job` in a child process with database connections of its own; its process id."""
    connections.close_all()
    with warnings.catch_warnings():
        # Under pytest-xdist a second thread reads its channel; no child touches that.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    try:
        job()
        os._exit(0)
    except BaseException:  # noqa: BLE001 - nothing may get back into the parent's test run
        traceback.print_exc()
    finally:
        os._exit(1)
