"""In what order lists of named things come, the same choices everywhere."""

from typing import Literal

from django.db.models import OrderBy
from django.db.models.functions import Lower

type Sort = Literal["name", "-name", "created", "-created", "updated", "-updated"]
"""By what a list is sorted; with a hyphen the other way around."""


def ordering(sort: Sort) -> OrderBy | str:
    """What `order_by` takes for `sort`: names without regard to case. Many rows may be alike in it."""
    descending = sort.startswith("-")
    key = sort.removeprefix("-")
    if key == "name":
        return OrderBy(Lower("name"), descending=descending)
    return f"{'-' if descending else ''}{key}_at"
