"""What can go wrong before and while a source is read. Pure Python; `artifacts.exceptions` has the rest."""

from collections.abc import Sequence


class CollectionError(Exception):
    """Something about a collection or its import that cannot be done; the message says what to do.

    A subclass names the `field` that is to blame for it, if one is.
    """

    field = ""

    @property
    def problems(self) -> dict[str, list[str]]:
        """The message by the field it belongs to."""
        return {self.field: [str(self)]} if self.field else {}


class SourceError(CollectionError):
    """A source that may not be read, cannot be read, or is larger than an import takes. Nothing was changed."""

    field = "source"


class MappingError(CollectionError):
    """A mapping that does not have the form GLOB=TYPE."""

    field = "mappings"


class ContentError(Exception):
    """Files that make no artifact of the type they are sent for; `reasons` has a sentence for each thing wrong."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = list(reasons)
