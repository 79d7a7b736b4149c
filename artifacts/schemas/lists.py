"""What the lists of this app are asked alike."""

from typing import Any

from pydantic import Field

from accounts.endpoints.paging import PageQuery
from accounts.ordering import Sort


class SortedQuery(PageQuery):
    """Which rows of a list, and in what order."""

    sort: Sort = Field("name", description="By what; with a hyphen the other way around.")

    @property
    def filters(self) -> dict[str, Any]:
        """All but which part of the list."""
        return self.model_dump(exclude={"limit", "offset"})
