"""A list of platforms in one column, filterable alike on SQLite and PostgreSQL."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup
from django.db.models.sql.compiler import SQLCompiler


class PlatformListField(models.JSONField):
    """A JSON list of platforms, or null for "everywhere".

    `filter(target_platforms__includes="codex")` finds the rows whose list names it.
    """


@PlatformListField.register_lookup
class Includes(Lookup):
    """The list contains this value."""

    lookup_name = "includes"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return "%s", (str(value),)

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, column_parameters = self.process_lhs(compiler, connection)
        value, parameters = self.process_rhs(compiler, connection)
        return (
            f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value = {value})",
            (*column_parameters, *parameters),
        )

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, column_parameters = self.process_lhs(compiler, connection)
        value, parameters = self.process_rhs(compiler, connection)
        return f"{column} @> to_jsonb({value}::text)", (*column_parameters, *parameters)
