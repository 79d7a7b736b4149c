"""Migrations run in both directions, with rows and without, and lose nothing on the way forward."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from factory.base import FactoryMetaClass

from tests import dumps, factories
from tests.dumps.rows import OUR_APPS, Dump, name_of, read_rows, state_of_database, write_rows

DUMPS = sorted(Path(dumps.__file__).parent.glob("*.json"))


@pytest.fixture
def migrated_back(transactional_db: None) -> Iterator[None]:
    """Whatever a test does to the tables, they are there again afterwards."""
    yield
    call_command("migrate", verbosity=0)


def our_tables() -> set[str]:
    prefixes = tuple(f"{app}_" for app in OUR_APPS)
    return {table for table in connection.introspection.table_names() if table.startswith(prefixes)}


def make_a_row_of_everything() -> None:
    for name, factory in vars(factories).items():
        if isinstance(factory, FactoryMetaClass) and name.endswith("Factory") and factory._meta.model:
            factory()


def migrate_to_zero() -> None:
    MigrationExecutor(connection).migrate([(app, None) for app in OUR_APPS])


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("with_rows", [False, True], ids=["empty", "with rows"])
def test_they_run_back_to_zero_and_forward_again(migrated_back: None, with_rows: bool) -> None:
    before = our_tables()
    if with_rows:
        make_a_row_of_everything()
    migrate_to_zero()
    assert our_tables() == set()
    call_command("migrate", verbosity=0)
    assert our_tables() == before
    make_a_row_of_everything()


@pytest.mark.parametrize("app", OUR_APPS)
def test_each_app_runs_back_to_zero_on_its_own(migrated_back: None, app: str) -> None:
    make_a_row_of_everything()
    call_command("migrate", app, "zero", verbosity=0)
    assert not {table for table in our_tables() if table.startswith(f"{app}_")}


def test_there_is_a_dump_of_every_app() -> None:
    assert DUMPS
    for file in DUMPS:
        dump: Dump = json.loads(file.read_text())
        assert set(dump["migrations"]) == set(OUR_APPS)
        assert file.name.startswith(name_of(dump["migrations"]).removesuffix("json"))


@pytest.mark.parametrize("file", DUMPS, ids=lambda file: file.stem)
def test_a_dump_migrates_forward_and_keeps_its_rows(migrated_back: None, file: Path) -> None:
    dump: Dump = json.loads(file.read_text())
    migrate_to_zero()
    MigrationExecutor(connection).migrate(list(dump["migrations"].items()))
    write_rows(dump)
    call_command("migrate", verbosity=0)
    after = read_rows(state_of_database())
    for label, rows in dump["rows"].items():
        assert rows, f"The dump holds no {label}: make one that does."
        columns = set(after[label][0]) & set(rows[0])
        assert columns
        assert [{name: row[name] for name in columns} for row in after[label]] == [
            {name: row[name] for name in columns} for row in rows
        ]


def test_a_dump_written_and_read_again_is_the_same(migrated_back: None) -> None:
    make_a_row_of_everything()
    migrations = state_of_database()
    dump: Dump = {"migrations": migrations, "rows": json.loads(json.dumps(read_rows(migrations)))}
    call_command("flush", interactive=False, verbosity=0)
    assert not any(read_rows(migrations).values())
    write_rows(dump)
    assert read_rows(migrations) == dump["rows"]
