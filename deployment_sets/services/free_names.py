"""What is called like something that is here already, and is imported beside it."""

from collections.abc import Iterable, Iterator

from accounts.models import User
from artifacts.services.groups import numbered_names
from deployment_sets.models import DeploymentSet

_MARK = "imported"


class FreeNames:
    """Names that are taken. However many are asked for, none is tried twice."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._candidates: dict[str, Iterator[str]] = {}

    def free(self, name: str) -> str:
        """`name`, or one like it that is not taken and was not given before."""
        if name not in self._taken:
            return name
        candidates = self._candidates.setdefault(name, numbered_names(name, _MARK))
        return next(candidate for candidate in candidates if candidate not in self._taken)

    def take(self, name: str) -> str:
        """As `free`, and it is taken then."""
        free = self.free(name)
        self._taken.add(free)
        return free


class SetNames:
    """The names the owner gave before. Sets of one document may be called alike."""

    def __init__(self, owner: User) -> None:
        self._names = FreeNames(DeploymentSet.objects.owned_by(owner).values_list("name", flat=True))
        self._given: dict[str, str] = {}

    def free(self, name: str) -> str:
        """`name`, or one like it that none of the owner's sets had before."""
        if name not in self._given:
            self._given[name] = self._names.free(name)
        return self._given[name]
