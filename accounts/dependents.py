"""What hangs on rows by foreign keys: counted in the database, never loaded, however much it is."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import CASCADE, PROTECT, RESTRICT, Count, Q, QuerySet, Subquery
from django.db.models.deletion import get_candidate_relations_to_delete
from django.db.models.functions import Coalesce


@dataclass(frozen=True, slots=True)
class Dependents:
    """What goes with rows that are deleted, by the plural name of its model, and some of what keeps them from it."""

    going: dict[str, int]
    keeping: list[str]


def number_of(rows: QuerySet[Any], outer: str) -> Coalesce:
    """How many of `rows` belong to the outer query's row. Unlike a join and GROUP BY, only for rows that are read."""
    counted = rows.order_by().values(outer).annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


@dataclass(frozen=True, slots=True)
class Reference:
    """That the rows of `model` refer to others by `field`; and what becomes of them when those are deleted."""

    model: type[models.Model]
    field: models.ForeignKey[Any, Any]
    on_delete: Any


def references_to(model: type[models.Model]) -> Iterator[Reference]:
    """By which fields rows refer to those of `model`, fields without a way back included."""
    for relation in get_candidate_relations_to_delete(model._meta):
        found: Any = relation
        yield Reference(found.related_model, found.field, found.on_delete)


def dependents_of(model: type[models.Model], rows: Sequence[models.Model], most_keeping: int) -> Dependents:
    """What deleting `rows` would come to. One query for each model that hangs on theirs, directly or not."""
    paths: dict[Any, dict[type[models.Model], list[str]]] = defaultdict(lambda: defaultdict(list))
    for child, path, on_delete in _paths(model):
        paths[on_delete][child].append(path)
    going = {
        str(child._meta.verbose_name_plural): child._base_manager.filter(_any_of(found, rows)).count()
        for child, found in paths[CASCADE].items()
    }
    keeping: list[str] = []
    for on_delete in (PROTECT, RESTRICT):
        for child, found in paths[on_delete].items():
            held = child._base_manager.filter(_any_of(found, rows))
            keeping += [f"{child._meta.verbose_name} “{row}”" for row in held[: most_keeping - len(keeping)]]
    return Dependents({name: count for name, count in going.items() if count}, keeping)


def _paths(model: type[models.Model], way: str = "") -> Iterator[tuple[type[models.Model], str, Any]]:
    """The models below `model`, each with the lookup that leads back up, and what becomes of its rows."""
    for reference in references_to(model):
        path = f"{reference.field.name}{way}"
        yield reference.model, path, reference.on_delete
        if reference.on_delete is CASCADE:
            yield from _paths(reference.model, f"__{path}")


def _any_of(paths: Sequence[str], rows: Sequence[models.Model]) -> Q:
    keys = [row.pk for row in rows]
    found = Q()
    for path in paths:
        found |= Q(**{f"{path}__in": keys})
    return found
