"""What a document of sets refers to, found among what is here. Reads only.

An artifact is found by its uuid, or else by where it comes from, its type, namespace and name.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from artifacts.models import Artifact, ArtifactGroup, Collection, GroupMembership
from deployment_sets.exceptions import Unmatched
from deployment_sets.models import DeploymentSet
from deployment_sets.portable.document import (
    PortableArtifact,
    PortableCollection,
    PortableDocument,
    PortableGroup,
    PortableReference,
)

_LONGEST_WORD = 100
_TOLD_REFS = 3

type _Place = tuple[str, str, str, str]
"""Source, type, namespace and name."""


@dataclass(slots=True)
class Matches:
    """What was found, by the ids of the document; what was not; and what somebody should know about it."""

    artifacts: dict[UUID, Artifact] = field(default_factory=dict)
    groups: dict[UUID, ArtifactGroup] = field(default_factory=dict)
    sets: dict[UUID, DeploymentSet] = field(default_factory=dict)
    unmatched: list[Unmatched] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def matches_of(document: PortableDocument, owner: User) -> Matches:
    """What the artifacts and the references of `document` are here. A constant number of queries."""
    matches = Matches()
    collections = {one.name: one for one in document.collections}
    _match_artifacts(document.artifacts, collections, matches)
    references = {f"references.{index}": one for index, one in enumerate(document.references)}
    _match_sets({place: one for place, one in references.items() if one.kind == "set"}, owner, matches)
    _match_groups({place: one for place, one in references.items() if one.kind == "group"}, collections, matches)
    return matches


def same_group(
    group: PortableGroup | PortableReference,
    collections: Mapping[str, PortableCollection],
    here: Iterable[ArtifactGroup],
) -> ArtifactGroup | None:
    """The group of `here`, all of the same name, that comes from where `group` comes from, if there is one."""
    if group.collection is None:
        return next((each for each in here if each.collection is None), None)
    collection = collections[group.collection]
    from_there = [each for each in here if each.collection and each.collection.source == collection.source]
    return _of_ref(from_there, collection.ref)


def groups_called(names: Iterable[str]) -> dict[str, list[ArtifactGroup]]:
    """Groups with their collections, by name. One query."""
    found: defaultdict[str, list[ArtifactGroup]] = defaultdict(list)
    for group in ArtifactGroup.objects.filter(name__in=set(names)).select_related("collection"):
        found[group.name].append(group)
    return found


def artifacts_of(groups: Iterable[ArtifactGroup]) -> dict[UUID, list[UUID]]:
    """The artifacts of each of `groups`, in order. One query."""
    found: dict[UUID, list[UUID]] = {group.pk: [] for group in groups}
    memberships = GroupMembership.objects.filter(group__in=list(found)).order_by("group_id", "position")
    for group_id, artifact_id in memberships.values_list("group_id", "artifact_id"):
        found[group_id].append(artifact_id)
    return found


def _match_artifacts(
    wanted: Sequence[PortableArtifact], collections: Mapping[str, PortableCollection], matches: Matches
) -> None:
    by_uuid = _artifacts().in_bulk([one.uuid for one in wanted])
    # Nothing else than its name and its place can change about an artifact: of another type, it is another one.
    known = {
        one.uuid: by_uuid[one.uuid] for one in wanted if one.uuid in by_uuid and by_uuid[one.uuid].type == one.type
    }
    places = _places([one for one in wanted if one.uuid not in known], collections)
    taken: dict[UUID, PortableArtifact] = {}
    for index, one in enumerate(wanted):
        place = f"artifacts.{index}"
        collection = collections[one.collection]
        found = known.get(one.uuid) or _of_ref(places.get(_place(one, collection), []), collection.ref)
        if found is None:
            reason = _why_not(one, collection, by_uuid, places)
            matches.unmatched.append(Unmatched(place, _short(one.label), one.uuid, reason))
        elif (other := taken.setdefault(found.pk, one)) is not one:
            reason = f"It is the same here as {_short(other.label)} ({other.uuid})."
            matches.unmatched.append(Unmatched(place, _short(one.label), one.uuid, reason))
        else:
            matches.artifacts[one.uuid] = found
            matches.notes.extend(_notes_on(one, collection, found))


def _places(
    wanted: Sequence[PortableArtifact], collections: Mapping[str, PortableCollection]
) -> dict[_Place, list[Artifact]]:
    """Artifacts that come from where the wanted ones do, by their place. One query."""
    found: defaultdict[_Place, list[Artifact]] = defaultdict(list)
    rows = _artifacts().filter(
        name__in={one.name for one in wanted},
        collection__source__in={collections[one.collection].source for one in wanted},
    )
    for row in rows:
        found[row.collection.source, row.type, row.namespace, row.name].append(row)
    return found


def _artifacts() -> QuerySet[Artifact]:
    return Artifact.objects.select_related("collection").prefetch_related("tag_rows")


def _place(one: PortableArtifact, collection: PortableCollection) -> _Place:
    return collection.source, one.type.value, one.namespace, one.name


def _of_ref[T: (Artifact, ArtifactGroup)](rows: Sequence[T], ref: str) -> T | None:
    """The one that comes from `ref`; from another ref only while there is no choice."""
    for row in rows:
        if row.collection is not None and row.collection.ref == ref:
            return row
    return rows[0] if len(rows) == 1 else None


def _why_not(
    one: PortableArtifact,
    collection: PortableCollection,
    by_uuid: Mapping[UUID, Artifact],
    places: Mapping[_Place, Sequence[Artifact]],
) -> str:
    if one.uuid in by_uuid:
        return f"Its uuid {one.uuid} is that of {_short(by_uuid[one.uuid].artifact_id)} here."
    source, ref = _short(collection.source), _short(collection.ref)
    if several := places.get(_place(one, collection)):
        refs = ", ".join(repr(_short(row.collection.ref)) for row in several[:_TOLD_REFS])
        more = f" and {len(several) - _TOLD_REFS} more" if len(several) > _TOLD_REFS else ""
        return f"{source} is imported at {refs}{more} and not at {ref!r}; nothing says which is meant."
    if collection.kind == Collection.Kind.OWN:
        return (
            f"No artifact has the uuid {one.uuid}. It was made on the other server and imported from nowhere: make one "
            "of this type and name here first."
        )
    plugin = f" of the plugin {_short(one.namespace)}" if one.namespace else ""
    at = f" at {ref}" if ref else ""
    return f"No artifact has the uuid {one.uuid}, and none of this name{plugin} comes from {source}{at}."


def _short(word: str) -> str:
    """`word`, cut to what is enough to recognize it: a document may miss thousands."""
    return word if len(word) <= _LONGEST_WORD else f"{word[: _LONGEST_WORD - 1]}…"


def _notes_on(one: PortableArtifact, collection: PortableCollection, found: Artifact) -> Iterator[str]:
    here = (found.collection.source, found.collection.ref, found.namespace, found.name)
    if here != (collection.source, collection.ref, one.namespace, one.name):
        at = f" at {found.collection.ref}" if found.collection.ref else ""
        plugin = f" of the plugin {found.namespace}" if found.namespace else ""
        yield f"{one.label} is {found.artifact_id}{plugin} here, from {found.collection.source}{at}."
    if found.gone_at is not None:
        yield f"{one.label} is gone from its collection here, and cannot be deployed until it is back."


def _match_sets(references: Mapping[str, PortableReference], owner: User, matches: Matches) -> None:
    own = DeploymentSet.objects.owned_by(owner)
    by_id = own.in_bulk([one.id for one in references.values()])
    by_name: defaultdict[str, list[DeploymentSet]] = defaultdict(list)
    for row in own.filter(name__in={one.name for one in references.values()}):
        by_name[row.name].append(row)
    for place, one in references.items():
        called_so = by_name[one.name]
        found = by_id.get(one.id) or (called_so[0] if len(called_so) == 1 else None)
        if found is not None:
            matches.sets[one.id] = found
        else:
            reason = "Several of your sets have this name." if called_so else "You have no set of this id or name."
            matches.unmatched.append(Unmatched(place, f"the set {_short(one.name)}", one.id, reason))


def _match_groups(
    references: Mapping[str, PortableReference], collections: Mapping[str, PortableCollection], matches: Matches
) -> None:
    by_id = ArtifactGroup.objects.in_bulk([one.id for one in references.values()])
    by_name = groups_called(one.name for one in references.values())
    for place, one in references.items():
        found = by_id.get(one.id) or same_group(one, collections, by_name[one.name])
        if found is not None:
            matches.groups[one.id] = found
        else:
            reason = "There is no group of this id, nor of this name and from the same place."
            matches.unmatched.append(Unmatched(place, f"the group {_short(one.name)}", one.id, reason))
