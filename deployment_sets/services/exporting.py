"""From a set in the database to a document that can be read elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from uuid import UUID

from django.db.models import Model

from accounts.models import User
from accounts.tags import sorted_tags
from artifacts.models import Artifact, ArtifactGroup, Collection
from deployment_sets.models import DeploymentSet
from deployment_sets.portable.checks import check_document
from deployment_sets.portable.document import (
    FORMAT,
    PortableArtifact,
    PortableCollection,
    PortableDocument,
    PortableGroup,
    PortableMember,
    PortableReference,
    PortableSet,
)
from deployment_sets.portable.reading import problems_told
from deployment_sets.queries import set_of
from deployment_sets.services.graph import load_graph
from deployment_sets.services.resolution import Member, MemberKind, SetGraph, resolve
from profiles.enums import ArtifactType, Platform
from profiles.models import DeploymentProfile
from profiles.portable import portable_profile


def export_set(
    *,
    owner: User,
    set_id: UUID,
    profiles: Sequence[DeploymentProfile] = (),
    nested_sets: bool = True,
    groups: bool = True,
) -> PortableDocument:
    """The owner's set with all it needs to be made again elsewhere: its artifacts' metadata too, not their content.

    Without `nested_sets`, or `groups`, these are only referred to, and have to be there already where it is imported.
    `profiles` are of the owner's projects. A constant number of queries.

    Raises DeploymentSetNotFoundError, DeploymentSetResolutionError when the set does not resolve,
    DeploymentProfile.DoesNotExist, and PortableDocumentError when there is more than one document may hold, or two
    profiles have the same id.
    """
    root = set_of(owner, set_id)
    graph = load_graph([root])
    resolve(root.pk, graph)
    there = _There.found(owner, root.pk, graph)
    walk = _Walk(graph, there, nested_sets=nested_sets, groups=groups)
    walk.enter(root.pk)
    with problems_told():
        document = _document(walk, there, _owned(owner, profiles))
    check_document(document)
    return document


@dataclass(frozen=True, slots=True)
class _There:
    """The rows of what a graph names, as far as they are there and the owner may know."""

    sets: Mapping[UUID, DeploymentSet]
    groups: Mapping[UUID, ArtifactGroup]
    artifacts: Mapping[UUID, Artifact]

    @classmethod
    def found(cls, owner: User, root: UUID, graph: SetGraph) -> "_There":
        ids: dict[MemberKind, set[UUID]] = {kind: set() for kind in MemberKind}
        for member in chain.from_iterable(graph.members.values()):
            ids[member.kind].add(member.target_id)
        ids[MemberKind.SET].add(root)
        ids[MemberKind.ARTIFACT].update(chain.from_iterable(graph.groups.values()))
        return cls(
            DeploymentSet.objects.owned_by(owner).prefetch_related("tag_rows").in_bulk(ids[MemberKind.SET]),
            ArtifactGroup.objects.select_related("collection").in_bulk(ids[MemberKind.GROUP]),
            Artifact.objects.select_related("collection")
            .prefetch_related("tag_rows")
            .in_bulk(ids[MemberKind.ARTIFACT]),
        )

    def has(self, member: Member) -> bool:
        """Whether what `member` refers to is among them."""
        rows: Mapping[MemberKind, Mapping[UUID, Model]] = {
            MemberKind.SET: self.sets,
            MemberKind.GROUP: self.groups,
            MemberKind.ARTIFACT: self.artifacts,
        }
        return member.target_id in rows[member.kind]


@dataclass(slots=True)
class _Walk:
    """What a document is made of, each once, in the order in which a walk from the set meets it."""

    graph: SetGraph
    there: _There
    nested_sets: bool
    groups: bool
    members_of_sets: dict[UUID, list[Member]] = field(default_factory=dict)
    artifacts_of_groups: dict[UUID, list[UUID]] = field(default_factory=dict)
    references: dict[Member, None] = field(default_factory=dict)
    artifacts: dict[UUID, None] = field(default_factory=dict)

    def enter(self, set_id: UUID) -> None:
        """Take a set along, with all below it."""
        members = [member for member in self.graph.members.get(set_id, ()) if self.there.has(member)]
        self.members_of_sets[set_id] = members
        for member in members:
            if member.kind is MemberKind.ARTIFACT:
                self.artifacts[member.target_id] = None
            elif member.kind is MemberKind.GROUP and self.groups:
                self._take(member.target_id)
            elif member.kind is MemberKind.SET and self.nested_sets:
                if member.target_id not in self.members_of_sets:
                    self.enter(member.target_id)
            else:
                self.references[member] = None

    def _take(self, group_id: UUID) -> None:
        artifacts = [uuid for uuid in self.graph.groups.get(group_id, ()) if uuid in self.there.artifacts]
        self.artifacts_of_groups[group_id] = artifacts
        self.artifacts.update(dict.fromkeys(artifacts))


def _document(walk: _Walk, there: _There, profiles: Iterable[DeploymentProfile]) -> PortableDocument:
    artifacts = [there.artifacts[uuid] for uuid in walk.artifacts]
    held_groups = [there.groups[group_id] for group_id in walk.artifacts_of_groups]
    referred_groups = [there.groups[one.target_id] for one in walk.references if one.kind is MemberKind.GROUP]
    sources = [*(one.collection for one in artifacts), *(one.collection for one in [*held_groups, *referred_groups])]
    collections = {one.pk: one for one in sources if one is not None}
    return PortableDocument(
        format=FORMAT,
        sets=tuple(_portable_set(there.sets[set_id], members) for set_id, members in walk.members_of_sets.items()),
        references=tuple(_reference(member, there) for member in walk.references),
        groups=tuple(_portable_group(group, walk.artifacts_of_groups[group.pk]) for group in held_groups),
        collections=tuple(_portable_collection(collection) for collection in collections.values()),
        artifacts=tuple(_portable_artifact(artifact) for artifact in artifacts),
        profiles=tuple(portable_profile(profile) for profile in profiles),
    )


def _portable_set(row: DeploymentSet, members: Sequence[Member]) -> PortableSet:
    return PortableSet(
        id=row.pk,
        name=row.name,
        description=row.description,
        color=row.color,
        icon=row.icon,
        tags=tuple(sorted_tags(row.tags)),
        members=tuple(PortableMember.of(member) for member in members),
    )


def _reference(member: Member, there: _There) -> PortableReference:
    if member.kind is MemberKind.SET:
        return PortableReference(kind="set", id=member.target_id, name=there.sets[member.target_id].name)
    group = there.groups[member.target_id]
    return PortableReference(kind="group", id=group.pk, name=group.name, collection=_name_of(group.collection))


def _portable_group(row: ArtifactGroup, artifacts: Sequence[UUID]) -> PortableGroup:
    return PortableGroup(
        id=row.pk,
        name=row.name,
        description=row.description,
        collection=_name_of(row.collection),
        artifacts=tuple(artifacts),
    )


def _name_of(collection: Collection | None) -> str | None:
    return None if collection is None else collection.name


def _portable_collection(row: Collection) -> PortableCollection:
    return PortableCollection(name=row.name, kind=row.kind, source=row.source, ref=row.ref)


def _portable_artifact(row: Artifact) -> PortableArtifact:
    targets = row.target_platforms
    return PortableArtifact(
        uuid=row.pk,
        collection=row.collection.name,
        type=ArtifactType(row.type),
        namespace=row.namespace,
        name=row.name,
        description=row.description,
        tags=tuple(sorted_tags(row.tags)),
        target_platforms=None if targets is None else tuple(Platform(target) for target in targets),
    )


def _owned(owner: User, profiles: Sequence[DeploymentProfile]) -> list[DeploymentProfile]:
    if not profiles:
        return []
    own = set(
        DeploymentProfile.objects.filter(pk__in=[profile.pk for profile in profiles], project__owner=owner).values_list(
            "pk", flat=True
        )
    )
    if any(profile.pk not in own for profile in profiles):
        raise DeploymentProfile.DoesNotExist("The owner has no such profile.")
    return list(profiles)
