"""What can go wrong before and while a source is read. Pure Python; `artifacts.exceptions` has the rest."""


class CollectionError(Exception):
    """Something about a collection or its import that cannot be done; the message says what to do."""


class SourceError(CollectionError):
    """A source that may not be read, cannot be read, or is larger than an import takes. Nothing was changed."""


class MappingError(CollectionError):
    """A mapping that does not have the form GLOB=TYPE."""
