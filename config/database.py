"""What to say when a database is not ready."""

import sqlite3
from contextlib import closing, suppress

from django.db import DatabaseError, OperationalError, connection
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

# Of PostgreSQL: not serializable, a deadlock, a lock not to be had.
# https://www.postgresql.org/docs/15/errcodes-appendix.html
_LOST_TO_OTHERS = {"40001", "40P01", "55P03"}


def way_out(error: DatabaseError) -> str | None:
    """What a person should do about `error`; None where it is a fault of the code, not of the database."""
    if is_busy(error):
        return "The database is busy: another process keeps writing to it. Try again when that is done, or end it."
    try:
        executor = MigrationExecutor(connection)
        is_behind = bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except OperationalError as unreachable:
        return (
            f"The database does not answer: {str(unreachable).strip()}\nStart it, or correct the setting DATABASE_URL."
        )
    if is_behind:
        return f"The database is not up to date: {error}.\nRun `manage.py migrate` first; `make serve` does so itself."
    return None


def is_busy(error: DatabaseError) -> bool:
    """Whether the database gave up because of what others were writing: the same may well work a moment later."""
    code: int = getattr(error.__cause__, "sqlite_errorcode", 0)
    # The lowest byte names the kind of error, the others say more about it: https://sqlite.org/rescode.html
    return code & 0xFF == sqlite3.SQLITE_BUSY or getattr(error.__cause__, "sqlstate", None) in _LOST_TO_OTHERS


def know_json() -> None:
    """Answer Django's question whether SQLite knows JSON, from a database in memory.

    Django would ask in a transaction, which here takes the write lock: while another process
    holds that, the checks before every command would say that SQLite knows no JSON.
    """
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(":memory:")) as memory:
        memory.execute("SELECT JSON('{}')")
        DatabaseWrapper.features_class.supports_json_field = True  # type: ignore[assignment, method-assign]
