"""Every side effect of a run as a numbered step, before which a test can kill the process or make the step fail.

What a step has done when the process dies is on the disk or in the database, and nothing between
two steps is: dying right after one step is dying right before the next.
"""

import os
import signal
import traceback
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest import mock

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from deployments.installer import exchange

CREATING = ("mkdir", "write", "link", "symlink", "open")
ON_DISK = (*CREATING, "unlink", "rename", "renameat2", "rmdir", "fchmod", "chmod")
IN_DATABASE = ("statement", "commit")

type Tell = Callable[[str], None]


class Interrupted(BaseException):
    """What a test raises in the middle of a run; like a keyboard's interrupt, nothing may swallow it."""


@contextmanager
def around_each_step(before: Tell, after: Tell) -> Iterator[None]:
    """Within the block, `before` and `after` are called around every side effect, with the name of what happens.

    Reads are none, nor is anything that a process does to itself.
    """

    def step[**P, T](name: str, function: Callable[P, T]) -> Callable[P, T]:
        @wraps(function)
        def wrapped(*arguments: P.args, **options: P.kwargs) -> T:
            before(name)
            result = function(*arguments, **options)
            after(name)
            return result

        return wrapped

    plain_open = os.open
    creating_open = step("open", os.open)

    def open_(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
        return (creating_open if flags & os.O_CREAT else plain_open)(path, flags, *arguments, **options)

    def statement(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        reads = sql.lstrip().upper().startswith("SELECT")
        return (execute if reads else step("statement", execute))(sql, *arguments)

    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(os, "open", open_))
        for name in ON_DISK:
            if name not in ("open", "renameat2"):
                patches.enter_context(mock.patch.object(os, name, step(name, getattr(os, name))))
        if exchange._system_rename is not None:
            renamed = step("renameat2", exchange._system_rename)
            patches.enter_context(mock.patch.object(exchange, "_system_rename", renamed))
        committed = step("commit", BaseDatabaseWrapper._commit)  # type: ignore[attr-defined]
        patches.enter_context(mock.patch.object(BaseDatabaseWrapper, "_commit", committed))
        patches.enter_context(connection.execute_wrapper(statement))
        yield


def _nothing(_: str) -> None:
    pass


def _at(step: int, act: Tell, names: Collection[str], *, from_then_on: bool = False) -> Tell:
    met = 0

    def tell(name: str) -> None:
        nonlocal met
        if not names or name in names:
            met += 1
            if met == step + 1 or (from_then_on and met > step):
                act(name)

    return tell


@contextmanager
def disturbed_before(
    step: int, act: Tell, *, names: Collection[str] = (), from_then_on: bool = False
) -> Iterator[None]:
    """Within the block, `act` is called before step number `step`, or before that and all further ones.

    With `names`, only steps of these names count.
    """
    with around_each_step(_at(step, act, names, from_then_on=from_then_on), _nothing):
        yield


@contextmanager
def disturbed_after(step: int, act: Tell, *, names: Collection[str] = ()) -> Iterator[None]:
    """As `disturbed_before`, but `act` is called when the step has been made."""
    with around_each_step(_nothing, _at(step, act, names)):
        yield


def die(*_: object) -> None:
    """Kill this process as nothing in it can prevent or notice."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed_before(step: int, job: Callable[[], object]) -> bool:
    """Run `job` in a child process that dies by SIGKILL before its step number `step`.

    False when the job was over before it came to that step. The child sees what is committed.
    """

    def killed_job() -> None:
        with disturbed_before(step, die):
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
