"""From a document to sets of an owner: all of it, or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.access import demand_permission
from accounts.models import User
from accounts.services.users import lock_owner
from accounts.tags import sorted_tags
from accounts.validation import Problems
from artifacts.exceptions import ArtifactError, ArtifactsError, GroupExistsError
from artifacts.models import Artifact, ArtifactGroup, Collection
from artifacts.services.artifacts import ArtifactMetadata, update_artifacts
from artifacts.services.groups import GroupDraft, create_groups, draft_group
from deployment_sets.exceptions import (
    DeploymentSetValidationError,
    PortableDocumentError,
    ProfilesDifferError,
    UnmatchedError,
)
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployment_sets.portable.checks import check_document, check_nestings
from deployment_sets.portable.document import PortableArtifact, PortableDocument, PortableGroup
from deployment_sets.queries import reference_to
from deployment_sets.services.free_names import FreeNames, SetNames
from deployment_sets.services.graph import load_graph
from deployment_sets.services.matching import Matches, artifacts_of, groups_called, matches_of, same_group
from deployment_sets.services.resolution import Member, MemberKind
from deployment_sets.services.sets import SetDraft, create_sets, draft_set
from profiles.exceptions import ProfileError
from profiles.models import DeploymentProfile
from profiles.portable import portable_profile
from profiles.queries import profiles_of
from profiles.services import create_profile, update_profile
from projects.models import Project

_BATCH = 1_000
_ATTEMPTS = 5


@dataclass(slots=True)
class ImportedSets:
    """What came of an import. `sets` are in the order of the document, so the first is the one that was exported.

    `notes` are sentences about what is not quite as in the document: new names, other metadata, groups made anew.
    """

    sets: list[DeploymentSet] = field(default_factory=list)
    created_groups: list[ArtifactGroup] = field(default_factory=list)
    matched_groups: list[ArtifactGroup] = field(default_factory=list)
    created_profiles: list[DeploymentProfile] = field(default_factory=list)
    updated_profiles: list[DeploymentProfile] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def root(self) -> DeploymentSet:
        """The set the document is about."""
        return self.sets[0]


def import_sets(
    *,
    owner: User,
    document: PortableDocument,
    project: Project | None = None,
    update_profiles: bool = False,
    artifact_metadata: bool = False,
    dry_run: bool = False,
) -> ImportedSets:
    """Make the sets of `document` for the owner. All of it or nothing, in one transaction.

    Sets are always new ones; one whose name the owner has given already is called "X (imported)". Groups are those
    here with the same name and artifacts, or new ones. Profiles go into `project`, which is the owner's, and are left
    out without one; those that are there and differ are refused, or changed with `update_profiles`. Metadata of
    artifacts is compared, and written with `artifact_metadata`. With `dry_run` nothing is kept of all this.

    A constant number of queries, one for every thousand rows that are made, and one more now and then for every 500
    artifacts that change. What can be is read and checked before the owner's lock is held, and a dry run locks nothing
    but to try profiles out.

    Raises UnmatchedError with all that is not here, PortableDocumentError for what cannot be stored,
    DeploymentSetCycleError and DeploymentSetDepthError, ProfilesDifferError, MissingPermissionError when a group or
    metadata would have to be written by somebody who may not, GroupExistsError when others keep making groups of the
    same names meanwhile, and Project.DoesNotExist.
    """
    check_document(document)
    if project is not None and project.owner_id != owner.pk:
        raise Project.DoesNotExist("The owner has no such project.")

    def attempt() -> ImportedSets:
        matches = matches_of(document, owner)
        if matches.unmatched:
            raise UnmatchedError(matches.unmatched)
        one = _Import(owner, document, matches, artifact_metadata=artifact_metadata)
        if dry_run:
            one.settle()
            one.try_out(project, update_profiles=update_profiles)
            return one.done
        with transaction.atomic():
            lock_owner(owner)
            one.settle()
            one.store(project, update_profiles=update_profiles)
        return one.done

    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt()
        except (IntegrityError, GroupExistsError):
            # What was found before the lock was held may have gone before the commit, or a group have come.
            continue
    return attempt()


class _Import:
    """One import under way, with everything found that has to be here.

    What can be read and checked beforehand is, when it is made: a large document would hold the lock for long.
    """

    def __init__(self, owner: User, document: PortableDocument, matches: Matches, *, artifact_metadata: bool) -> None:
        self.done = ImportedSets(notes=list(matches.notes))
        self._owner = owner
        self._document = document
        self._matches = matches
        self._metadata = self._compare_artifacts(write=artifact_metadata)
        self._group_drafts: list[GroupDraft] = []
        groups = self._groups()
        self._set_drafts = self._draft_sets()
        self._members = self._members_of_sets(groups)
        self._member_rows = [
            DeploymentSetMember(set_id=set_id, position=position, **reference_to(member))
            for set_id, held in self._members.items()
            for position, member in enumerate(held)
        ]

    def settle(self) -> None:
        """Name the sets, and look what lies below them: what only the owner's lock keeps as it is. Reads only."""
        names = SetNames(self._owner)
        for row in self.done.sets:
            wanted, row.name = row.name, names.free(row.name)
            if row.name != wanted:
                self._note(f"You had a set {wanted!r} already; that of the document is called {row.name!r}.")
        self._check_nestings()

    def store(self, project: Project | None, *, update_profiles: bool) -> None:
        """Write all of it, for whoever holds the owner's lock."""
        self._write_metadata()
        create_groups(drafts=self._group_drafts)
        create_sets(owner=self._owner, drafts=self._set_drafts)
        DeploymentSetMember.objects.bulk_create(self._member_rows, batch_size=_BATCH)
        self._take_profiles(project, update=update_profiles)

    def try_out(self, project: Project | None, *, update_profiles: bool) -> None:
        """Find out what `store` would, and keep nothing: only profiles have to be written for that."""
        self._write_metadata(dry_run=True)
        if project is None or not self._document.profiles:
            self._take_profiles(project, update=update_profiles)
            return
        with transaction.atomic():
            self._take_profiles(project, update=update_profiles)
            transaction.set_rollback(True)

    def _note(self, sentence: str) -> None:
        self.done.notes.append(sentence)

    def _compare_artifacts(self, *, write: bool) -> dict[UUID, ArtifactMetadata]:
        """What is to be written, by the uuid here."""
        found = self._matches.artifacts
        differing = {
            found[one.uuid].pk: differences
            for one in self._document.artifacts
            if (differences := _differences(one, found[one.uuid]))
        }
        if write:
            if differing:
                demand_permission(self._owner, "artifacts.change_artifact")
            return differing
        for one in self._document.artifacts:
            if (uuid := found[one.uuid].pk) in differing:
                fields = " and ".join(key.replace("_", " ") for key in differing[uuid])
                self._note(f"{one.label} differs here from the document in its {fields}.")
        return {}

    def _write_metadata(self, *, dry_run: bool = False) -> None:
        try:
            update_artifacts(changes=self._metadata, dry_run=dry_run)
        except ArtifactsError as error:
            raise PortableDocumentError(
                [
                    problem
                    for index, one in enumerate(self._document.artifacts)
                    for problem in _placed(
                        f"artifacts.{index}", error.by_artifact.get(self._matches.artifacts[one.uuid].pk, {})
                    )
                ]
            ) from error

    def _groups(self) -> dict[UUID, ArtifactGroup]:
        """The group here for each of the document: found, or drafted."""
        finder = _Groups(self._document, self._matches)
        groups = dict(self._matches.groups)
        for index, one in enumerate(self._document.groups):
            found = finder.found(one)
            if found is not None:
                self.done.matched_groups.append(found)
            else:
                demand_permission(self._owner, "artifacts.add_artifactgroup")
                found = self._draft_group(index, one, finder)
                self.done.created_groups.append(found)
            groups[one.id] = found
        return groups

    def _draft_group(self, index: int, one: PortableGroup, finder: "_Groups") -> ArtifactGroup:
        if one.collection is not None:
            self._note(
                f"The group {one.name!r} that the import of {one.collection!r} kept is not, or not the same, here: "
                "a group of your own takes its place."
            )
        name = finder.free_name(one.name)
        if name != one.name:
            self._note(f"There is another group {one.name!r} here; that of the document is called {name!r}.")
        artifacts = [self._matches.artifacts[uuid] for uuid in one.artifacts]
        with _problems_at(f"groups.{index}"):
            draft = draft_group(name=name, description=one.description, artifacts=artifacts)
        self._group_drafts.append(draft)
        return draft.row

    def _draft_sets(self) -> list[SetDraft]:
        drafts = []
        for index, one in enumerate(self._document.sets):
            with _problems_at(f"sets.{index}"):
                drafts.append(
                    draft_set(
                        owner=self._owner,
                        name=one.name,
                        description=one.description,
                        color=one.color,
                        icon=one.icon,
                        tags=one.tags,
                    )
                )
        self.done.sets.extend(draft.row for draft in drafts)
        return drafts

    def _members_of_sets(self, groups: Mapping[UUID, ArtifactGroup]) -> dict[UUID, list[Member]]:
        """The members that each new set is to have here, in order."""
        drafted = zip(self._document.sets, self.done.sets, strict=True)
        sets = {**self._matches.sets, **{one.id: row for one, row in drafted}}
        rows = {
            MemberKind.ARTIFACT: {uuid: artifact.pk for uuid, artifact in self._matches.artifacts.items()},
            MemberKind.GROUP: {group_id: group.pk for group_id, group in groups.items()},
            MemberKind.SET: {set_id: row.pk for set_id, row in sets.items()},
        }
        members = {
            sets[one.id].pk: [
                Member(member.kind, rows[member.kind][member.target_id])
                for member in (each.member for each in one.members)
            ]
            for one in self._document.sets
        }
        _demand_each_once(self._document, list(members.values()))
        return members

    def _check_nestings(self) -> None:
        """Refuse what would be too deep together with the sets that were here before."""
        before = list(self._matches.sets.values())
        graph = load_graph(before)
        names = {**graph.names, **{row.pk: row.name for row in [*self.done.sets, *before]}}
        nestings = {set_id: list(graph.nested_sets(set_id)) for set_id in graph.members}
        for set_id, held in self._members.items():
            nestings[set_id] = [member.target_id for member in held if member.kind is MemberKind.SET]
        check_nestings(nestings, names)

    def _take_profiles(self, project: Project | None, *, update: bool) -> None:
        if project is not None:
            self._make_profiles(project, update=update)
        elif self._document.profiles:
            self._note("The profiles of the document are left out, for no project was named to take them.")

    def _make_profiles(self, project: Project, *, update: bool) -> None:
        here = {profile.profile_id: profile for profile in profiles_of(project)}
        differing = []
        for index, wanted in enumerate(self._document.profiles):
            found = here.get(wanted["profile_id"])
            with _problems_at(f"profiles.{index}"):
                if found is None:
                    self.done.created_profiles.append(create_profile(project=project, **wanted))
                elif portable_profile(found) != wanted and update:
                    changes: dict[str, Any] = {key: value for key, value in wanted.items() if key != "profile_id"}
                    self.done.updated_profiles.append(update_profile(profile=found, **changes))
                elif portable_profile(found) != wanted:
                    differing.append(wanted["profile_id"])
        if differing:
            raise ProfilesDifferError(differing)


class _Groups:
    """The groups here that have the names of the document's."""

    def __init__(self, document: PortableDocument, matches: Matches) -> None:
        self._collections = {one.name: one for one in document.collections}
        self._artifacts = matches.artifacts
        self._called = groups_called(one.name for one in document.groups)
        self._held = artifacts_of(group for groups in self._called.values() for group in groups)
        own = ArtifactGroup.objects.filter(collection__isnull=True)
        self._own_names = FreeNames(own.values_list("name", flat=True))

    def found(self, one: PortableGroup) -> ArtifactGroup | None:
        """The one with the same name and the same artifacts, if there is: from the same collection, or people's own."""
        artifacts = [self._artifacts[uuid].pk for uuid in one.artifacts]
        called_so = self._called.get(one.name, [])
        for candidate in (one, one.model_copy(update={"collection": None})):
            group = same_group(candidate, self._collections, called_so)
            if group is not None and self._held[group.pk] == artifacts:
                return group
        return None

    def free_name(self, name: str) -> str:
        """`name`, or one like it that no group of people's own has. It is taken then."""
        return self._own_names.take(name)


def _differences(one: PortableArtifact, found: Artifact) -> ArtifactMetadata:
    """What people say of the artifact in the document, and not here.

    What an imported one is described as is for its collection to say, and no difference.
    """
    differences = ArtifactMetadata()
    platforms = None if one.target_platforms is None else [platform.value for platform in one.target_platforms]
    if platforms != found.target_platforms:
        differences["target_platforms"] = platforms
    if sorted_tags(one.tags) != sorted_tags(found.tags):
        differences["tags"] = one.tags
    if one.description != found.description and found.collection.kind == Collection.Kind.OWN:
        differences["description"] = one.description
    return differences


def _demand_each_once(document: PortableDocument, members: Sequence[Sequence[Member]]) -> None:
    """Two references of the document may turn out to be one thing here, which a set holds only once."""
    problems = []
    for index, held in enumerate(members):
        seen: dict[Member, int] = {}
        for position, member in enumerate(held):
            if (first := seen.setdefault(member, position)) != position:
                problems.append(
                    (
                        f"sets.{index}.members.{position}",
                        f"This is the same {member.kind} here as the member {first}.",
                    )
                )
    if problems:
        raise PortableDocumentError(problems)


@contextmanager
def _problems_at(place: str) -> Iterator[None]:
    """Tells what cannot be stored by its place in the document."""
    try:
        yield
    except (DeploymentSetValidationError, ArtifactError, ProfileError) as error:
        raise PortableDocumentError(list(_placed(place, error.problems))) from error


def _placed(place: str, problems: Problems) -> Iterator[tuple[str, str]]:
    """What stands against something, each by its place in the document."""
    for key, messages in problems.items():
        for message in messages:
            yield (f"{place}.{key}" if key else place), message
