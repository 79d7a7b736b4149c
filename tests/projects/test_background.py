"""Work in a thread of its own."""

import threading
from io import StringIO

import pytest
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.models import User
from projects.background import run_in_background
from tests.factories import UserFactory


def test_it_is_done_while_the_caller_goes_on() -> None:
    may_end = threading.Event()
    thread = run_in_background(may_end.wait, name="waiting")
    assert thread.is_alive()
    assert thread.name == "waiting"
    may_end.set()
    thread.join(5)
    assert not thread.is_alive()


def test_the_process_waits_for_it() -> None:
    thread = run_in_background(lambda: None, name="quick")
    thread.join()
    assert not thread.daemon


@pytest.mark.django_db(transaction=True)
def test_it_closes_its_connections_and_not_those_of_the_caller() -> None:
    used: list[BaseDatabaseWrapper] = []

    def work() -> None:
        UserFactory(username="made-in-the-background")
        used.append(connections["default"])

    connection.ensure_connection()
    run_in_background(work, name="making a user").join()
    assert used[0] is not connections["default"]
    assert used[0].connection is None
    assert connection.connection is not None
    assert User.objects.filter(username="made-in-the-background").exists()


@pytest.mark.parametrize("error", [ValueError("broken"), SystemExit("broken")])
def test_what_it_raises_is_in_the_log(error: BaseException, server_log: StringIO) -> None:
    def work() -> None:
        raise error

    run_in_background(work, name="breaking").join()
    assert "breaking ended with an error" in server_log.getvalue()
    assert "broken" in server_log.getvalue()
