"""How lists are cut: the same way everywhere."""

from collections.abc import Sequence

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import Field

from accounts.endpoints.types import MAX_INDEX, MOST_ROWS, Filters


class PageQuery(Filters):
    """Which rows of a list: at most `limit`, from the one at `offset` on."""

    limit: int = Field(50, ge=1, le=MOST_ROWS, description="How many rows at the most.")
    offset: int = Field(0, ge=0, le=MAX_INDEX, description="How many rows to leave out before them.")


class Page[T](Schema):
    """Some rows of a list, and how many there are in all."""

    items: list[T]
    total: int = Field(ge=0, examples=[1])


def cut[T: Model](rows: QuerySet[T], query: PageQuery) -> tuple[Sequence[T], int]:
    """The rows that `query` asks for, and the number of all. Two queries."""
    return list(rows[query.offset : query.offset + query.limit]), rows.count()
