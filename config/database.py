"""What to say when a command meets a database that is not ready."""

from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor


def way_out(error: DatabaseError) -> str | None:
    """What a person should do about `error`; None where it is a fault of the code, not of the database."""
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
