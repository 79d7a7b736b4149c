"""What narrows the lists of artifacts and groups: an address, read with patience."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.http import QueryDict

from accounts.text import uuid_in
from artifacts.models import Collection
from artifacts.queries import artifact_tags, list_collections
from profiles.enums import ArtifactType, Platform, platform_choices

CHOICES_SHOWN = 100

SORTS: Sequence[tuple[str, str]] = [
    ("name", "Name"),
    ("-updated", "Recently changed"),
    ("-created", "Newest"),
    ("created", "Oldest"),
]
STATES: Sequence[tuple[str, str]] = [
    ("", "Present"),
    ("flagged", "Flagged"),
    ("missing", "Missing"),
    ("all", "Present or missing"),
]


class ArtifactFilter:
    """Which artifacts an address asks for. What it names and there is not, it does not ask for."""

    types = [(kind.value, kind.label) for kind in ArtifactType]
    platforms = platform_choices()
    states = STATES
    sorts = SORTS

    def __init__(self, query: QueryDict) -> None:
        self.search = query.get("search", "")
        self.type = _one_of(query.get("type", ""), [value for value, _ in self.types])
        self.platform = _one_of(query.get("platform", ""), [value for value, _ in self.platforms])
        self.state = _one_of(query.get("state", ""), [value for value, _ in STATES])
        self.sort = _one_of(query.get("sort", ""), [value for value, _ in SORTS]) or SORTS[0][0]
        self.tag = query.get("tag", "")
        self.collection = query.get("collection", "") if uuid_in(query.get("collection", "")) else ""

    @property
    def is_narrowed(self) -> bool:
        """Whether some artifacts may be left out that a plain list shows."""
        return any((self.search.strip(), self.type, self.platform, self.state, self.tag, self.collection))

    @property
    def chosen(self) -> dict[str, Any]:
        """What `list_artifacts` takes, but for the order."""
        return {
            "search": self.search,
            "type": ArtifactType(self.type) if self.type else None,
            "platform": Platform(self.platform) if self.platform else None,
            "collection": uuid_in(self.collection),
            "tag": self.tag,
            "gone": {"missing": True, "all": None}.get(self.state, False),
            "flagged": self.state == "flagged",
        }

    @cached_property
    def collections(self) -> list[tuple[str, str]]:
        """The collections to choose from, the chosen one among them. One query, or two."""
        found = list(list_collections()[:CHOICES_SHOWN])
        if self.collection and self.collection not in {str(each.pk) for each in found}:
            found += Collection.objects.filter(pk=self.collection)
        return [(str(each.pk), each.name) for each in found]

    @cached_property
    def tags(self) -> list[str]:
        """The tags to choose from, the chosen one among them. One query."""
        names = [name for name, _ in artifact_tags()[:CHOICES_SHOWN]]
        return names if not self.tag or self.tag in names else [*names, self.tag]


class GroupFilter:
    """Which groups an address asks for."""

    sorts = SORTS
    kinds: Sequence[tuple[str, str]] = [("", "all"), ("own", "editable"), ("imported", "imported")]

    def __init__(self, query: QueryDict) -> None:
        self.name = query.get("name", "")
        self.kind = _one_of(query.get("kind", ""), [value for value, _ in self.kinds])
        self.sort = _one_of(query.get("sort", ""), [value for value, _ in SORTS]) or SORTS[0][0]

    @property
    def is_narrowed(self) -> bool:
        """Whether some groups may be left out that a plain list shows."""
        return bool(self.name.strip() or self.kind)

    @property
    def chosen(self) -> dict[str, Any]:
        """What `list_groups` takes, but for the order."""
        return {"name": self.name, "editable": {"own": True, "imported": False}.get(self.kind), "gone": False}


def _one_of(value: str, known: Sequence[str]) -> str:
    return value if value in known else ""
