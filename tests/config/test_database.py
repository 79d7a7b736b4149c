from pathlib import Path

import pytest
from django.db import DatabaseError

from config.database import way_out
from tests.config.fresh_process import manage


def test_a_command_on_a_new_database_says_to_migrate(tmp_path: Path) -> None:
    done = manage("recover", DATA_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "The database is not up to date: no such table" in done.stderr
    assert "Run `manage.py migrate` first" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_without_a_database_says_what_to_correct(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/not/there/db.sqlite3"
    done = manage("recover", DATA_DIR=str(tmp_path), DATABASE_URL=url)
    assert done.returncode == 1
    assert "The database does not answer: unable to open database file" in done.stderr
    assert "correct the setting DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.django_db
def test_a_fault_of_the_code_is_not_explained_away() -> None:
    assert way_out(DatabaseError("syntax error")) is None
