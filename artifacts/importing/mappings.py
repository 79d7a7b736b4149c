"""`GLOB=TYPE`: what a person says about files that no layout explains. Pure Python."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from artifacts.importing.exceptions import MappingError
from artifacts.importing.sources import path_problem
from profiles.enums import ArtifactType

_MOST = 50
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Mapping:
    """Files whose path matches `glob` are artifacts of `type`.

    `*`, `?` and `[…]` stay within a folder, `**` stands for any number of folders. For skills the
    glob names the SKILL.md files.
    """

    glob: str
    type: ArtifactType

    def __str__(self) -> str:
        return f"{self.glob}={self.type}"

    def matches(self, path: str) -> bool:
        """Whether the file at `path` (from the top of the collection) is meant."""
        return _matches(self.glob.split("/"), path.split("/"))


def changed_mappings(kept: Iterable[str], changes: Iterable[str]) -> tuple[Mapping, ...]:
    """The mappings `kept` with a collection after `changes`: GLOB=TYPE adds one, GLOB= forgets one.

    A glob that is kept already takes its new type where it stands; others follow at the end. Raises
    MappingError, also for a glob to forget that is not kept.
    """
    types: dict[str, ArtifactType] = {}
    for glob, kind in map(_parsed, [*kept, *changes]):
        if kind is not None:
            types[glob] = kind
        elif types.pop(glob, None) is None:
            known = ", ".join(map(repr, types)) or "none"
            raise MappingError(f"There is no mapping of {glob!r} to forget. Kept with the collection: {known}.")
    if len(types) > _MOST:
        raise MappingError(f"These are {len(types)} mappings; a collection keeps at most {_MOST}.")
    return tuple(Mapping(glob, kind) for glob, kind in types.items())


def _parsed(text: str) -> tuple[str, ArtifactType | None]:
    """The glob in its plain form, and its type; None where the type is left empty."""
    glob, separator, kind = text.rpartition("=")
    glob, kind = glob.strip().removeprefix("./"), kind.strip()
    known = [member.value for member in ArtifactType]
    if not separator or not glob:
        raise MappingError(f"The mapping {text[:80]!r} is not of the form GLOB=TYPE, as in 'tools/*.md=command'.")
    if kind and kind not in known:
        raise MappingError(f"The mapping {text[:80]!r} names no artifact type; write one of {', '.join(known)}.")
    if len(glob) > _LONGEST or path_problem(glob) or glob.endswith("/"):
        raise MappingError(f"The pattern {glob[:80]!r} is no path below the top of the collection.")
    return "/".join(part for part in glob.split("/") if part not in ("", ".")), ArtifactType(kind) if kind else None


def _matches(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    """Follows every way through `parts` at once, so that many `**` cost no more than their number."""
    places = {0}
    for piece in pattern:
        if not places:
            return False
        if piece == "**":
            places = set(range(min(places), len(parts) + 1))
        else:
            places = {place + 1 for place in places if place < len(parts) and fnmatchcase(parts[place], piece)}
    return len(parts) in places


def as_texts(mappings: Sequence[Mapping]) -> list[str]:
    """As they are written and kept."""
    return [str(mapping) for mapping in mappings]
