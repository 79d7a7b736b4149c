"""Doing something between two queries, as somebody else might."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def just_before_reading(table: str, job: Callable[[], object]) -> Iterator[None]:
    """Do `job` before the first query that reads `table`, and fail if none comes."""
    is_done = False

    def meddle(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        nonlocal is_done
        if not is_done and sql.startswith("SELECT") and f'FROM "{table}" ' in f"{sql} ".split("WHERE")[0]:
            is_done = True
            job()
        return execute(sql, *given)

    with connection.execute_wrapper(meddle):
        yield
    assert is_done, f"Nobody read {table}."
