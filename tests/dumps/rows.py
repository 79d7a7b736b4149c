"""The rows of our apps as JSON that both databases read, at whatever state of the migrations they are.

A dump is `{"migrations": {app: name of its last migration}, "rows": {"app.model": [{column: value}]}}`.
Bytes are base64, times ISO 8601, UUIDs and everything else what JSON has. Rows that tie users to
Django's own groups and permissions are left out: those belong to no app of ours.
"""

from collections.abc import Iterator
from typing import Any, TypedDict

from django.apps.registry import Apps
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

OUR_APPS = ("accounts", "artifacts", "deployment_sets", "deployments", "profiles", "projects")

type Row = dict[str, Any]


class Dump(TypedDict):
    """See above."""

    migrations: dict[str, str]
    rows: dict[str, list[Row]]


def name_of(migrations: dict[str, str]) -> str:
    """A file name that says which state a dump was taken at: every app with the number of its last migration."""
    return ".".join(f"{app}-{name.split('_')[0]}" for app, name in sorted(migrations.items())) + ".json"


def state_of_database() -> dict[str, str]:
    """The last migration that is applied, for each of our apps."""
    loader = MigrationExecutor(connection).loader
    return {app: max(name for label, name in loader.applied_migrations if label == app) for app in OUR_APPS}


def models_at(migrations: dict[str, str]) -> Iterator[type[models.Model]]:
    """Our models as they were at this state."""
    targets = [(app, name) for app, name in migrations.items() if name]
    apps: Apps = MigrationExecutor(connection).loader.project_state(targets).apps
    for app in OUR_APPS:
        for model in apps.get_app_config(app).get_models(include_auto_created=True):
            if all(target in OUR_APPS for target in _apps_referred_to(model)):
                yield model


def read_rows(migrations: dict[str, str]) -> dict[str, list[Row]]:
    """All rows of our apps, in order of their keys, as they are at this state."""
    return {
        model._meta.label_lower: [_row(instance) for instance in model._default_manager.order_by("pk")]
        for model in models_at(migrations)
    }


def write_rows(dump: Dump) -> None:
    """Store the rows of `dump` as they are, into empty tables at its state. Times and ids are kept."""
    found = {model._meta.label_lower: model for model in models_at(dump["migrations"])}
    with transaction.atomic():
        for label, rows in dump["rows"].items():
            fields = {field.attname: field for field in found[label]._meta.concrete_fields}
            for row in rows:
                values = {name: None if value is None else fields[name].to_python(value) for name, value in row.items()}
                found[label](**values).save_base(raw=True, force_insert=True)


def _apps_referred_to(model: type[models.Model]) -> Iterator[str]:
    for field in model._meta.concrete_fields:
        if field.related_model is not None and not isinstance(field.related_model, str):
            yield field.related_model._meta.app_label


def _row(instance: models.Model) -> Row:
    return {field.attname: _value(field, instance) for field in instance._meta.concrete_fields}


def _value(field: "models.Field[Any, Any]", instance: models.Model) -> Any:
    value = field.value_from_object(instance)
    if value is None or isinstance(value, str | int | float | list | dict):
        return value
    return field.value_to_string(instance)
