"""An id as part of an address."""

from uuid import UUID

from pydantic import TypeAdapter

_UUID = TypeAdapter(UUID)


class IdConverter:
    """A UUID in each form that a body may have it in; Django's own converter knows lower case only.

    What is none leads to no operation: 404.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> UUID:
        """The id. Raises ValueError."""
        return _UUID.validate_python(value)

    def to_url(self, value: UUID | str) -> str:
        """The id as an answer has it."""
        return str(value)
