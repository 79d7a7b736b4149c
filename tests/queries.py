"""How many statements a request needs, and that twice as many rows need no more."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


def statements(request: Callable[[], Any]) -> list[str]:
    """What `request`, which must succeed, asks the database."""
    with CaptureQueriesContext(connection) as queries:
        answer = request()
    assert answer.status_code == 200, answer.content
    return [query["sql"] for query in queries.captured_queries]


def assert_no_more_for_twice_as_many(make: Callable[[int], object], request: Callable[[], Any]) -> None:
    """`request` needs as many statements for six of what `make` makes so many of as for three."""
    make(3)
    some = statements(request)
    make(3)
    assert len(statements(request)) == len(some)
