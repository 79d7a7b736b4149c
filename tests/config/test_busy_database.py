"""What commands and pages do while another process holds SQLite's one write lock."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError
from django.test import RequestFactory

from config.database import is_busy
from config.views import server_error
from tests.config.fresh_process import PROJECT, environment, manage

# It starts processes of its own, with a database of their own.
pytestmark = pytest.mark.any_database

IMPATIENT = "tests.config.impatient_settings"
BUSY = "The database is busy: another process keeps writing to it. Try again when that is done, or end it."
REQUESTS = """
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False, headers={"host": "localhost"})
page = client.get("/projects/")
print(page.status_code)
answer = client.post("/admin/auth/group/add/", {"name": "Planning"})
print(answer.status_code, "The database is busy" in answer.content.decode(), "Traceback" in answer.content.decode())
"""


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    folder.chmod(0o700)
    done = manage("migrate", DATA_DIR=str(folder))
    assert done.returncode == 0, done.stderr
    page = requests_in(folder)
    assert page.stdout == "200\n302 False False\n", page.stderr
    return folder


@pytest.fixture
def locked(migrated: Path) -> Iterator[Path]:
    """A data folder in whose database somebody else is writing."""
    with closing(sqlite3.connect(migrated / "db.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield migrated
        other.execute("ROLLBACK")


def requests_in(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", REQUESTS],
        cwd=PROJECT,
        env=environment(DATA_DIR=str(folder), DJANGO_SETTINGS_MODULE=IMPATIENT),
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("arguments", [["check"], ["recover"]])
def test_a_command_that_only_reads_does_not_mind(locked: Path, arguments: list[str]) -> None:
    done = manage(*arguments, DATA_DIR=str(locked), DJANGO_SETTINGS_MODULE=IMPATIENT)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("arguments", [["import_collection", "examples/collection"], ["clearsessions"]])
def test_a_command_that_writes_says_in_one_line_what_to_do(locked: Path, arguments: list[str]) -> None:
    done = manage(
        *arguments, DATA_DIR=str(locked), DJANGO_SETTINGS_MODULE=IMPATIENT, IMPORT_ROOTS=str(PROJECT / "examples")
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == BUSY


def test_a_page_that_only_reads_is_there_and_one_that_writes_says_to_try_again(locked: Path) -> None:
    done = requests_in(locked)
    assert done.stdout == "200\n503 True False\n", done.stderr


def test_another_fault_of_the_database_is_not_taken_for_a_busy_one() -> None:
    error = OperationalError("no such table")
    error.__cause__ = sqlite3.OperationalError("no such table")
    assert not is_busy(error)
    try:
        raise error
    except OperationalError:
        assert server_error(RequestFactory().get("/")).status_code == 500


@pytest.mark.parametrize(
    ("cause", "is_lost_to_others"),
    [
        (psycopg.errors.DeadlockDetected(), True),
        (psycopg.errors.LockNotAvailable(), True),
        (psycopg.errors.SerializationFailure(), True),
        (psycopg.errors.UniqueViolation(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_postgresql_gave_up_for_others_counts_as_busy(cause: psycopg.Error, is_lost_to_others: bool) -> None:
    error = OperationalError("as Django tells it")
    error.__cause__ = cause
    assert is_busy(error) is is_lost_to_others
