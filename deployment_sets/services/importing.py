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
from artifacts.services.groups import create_group, numbered_names
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
from deployment_sets.services.graph import load_graph
from deployment_sets.services.matching import Matches, artifacts_of, groups_called, matches_of, same_group
from deployment_sets.services.resolution import Member, MemberKind
from deployment_sets.services.sets import create_set
from profiles.exceptions import ProfileError
from profiles.models import DeploymentProfile
from profiles.portable import portable_profile
from profiles.queries import profiles_of
from profiles.services import create_profile, update_profile
from projects.models import Project

_MARK = "imported"
_BATCH = 500


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

    A constant number of queries, one more now and then for every 500 artifacts that change, and some for every set
    and every new group.

    Raises UnmatchedError with all that is not here, PortableDocumentError for what cannot be stored,
    DeploymentSetCycleError and DeploymentSetDepthError, ProfilesDifferError, MissingPermissionError when a group or
    metadata would have to be written by somebody who may not, GroupExistsError when others keep making groups of the
    same names meanwhile, and Project.DoesNotExist.
    """
    check_document(document)
    if project is not None and project.owner_id != owner.pk:
        raise Project.DoesNotExist("The owner has no such project.")

    def attempt() -> ImportedSets:
        with transaction.atomic():
            lock_owner(owner)
            matches = matches_of(document, owner)
            if matches.unmatched:
                raise UnmatchedError(matches.unmatched)
            done = _Import(owner, document, matches).carried_out(
                project, update_profiles=update_profiles, artifact_metadata=artifact_metadata, dry_run=dry_run
            )
            transaction.set_rollback(dry_run)
            return done

    try:
        return attempt()
    except (IntegrityError, GroupExistsError):
        # Artifacts and groups are everybody's: what was found may have gone before the commit, or a group have come.
        return attempt()


class _Import:
    """One import under way: under the owner's lock, with everything found that has to be here."""

    def __init__(self, owner: User, document: PortableDocument, matches: Matches) -> None:
        self._owner = owner
        self._document = document
        self._matches = matches
        self._done = ImportedSets(notes=list(matches.notes))

    def carried_out(
        self, project: Project | None, *, update_profiles: bool, artifact_metadata: bool, dry_run: bool
    ) -> ImportedSets:
        self._compare_artifacts(write=artifact_metadata, dry_run=dry_run)
        groups = self._groups()
        self._make_sets(groups)
        if project is not None:
            self._make_profiles(project, update=update_profiles)
        elif self._document.profiles:
            self._note("The profiles of the document are left out, for no project was named to take them.")
        return self._done

    def _note(self, sentence: str) -> None:
        self._done.notes.append(sentence)

    def _compare_artifacts(self, *, write: bool, dry_run: bool) -> None:
        found = [self._matches.artifacts[one.uuid] for one in self._document.artifacts]
        differing = {
            here.pk: differences
            for one, here in zip(self._document.artifacts, found, strict=True)
            if (differences := _differences(one, here))
        }
        if not write:
            for one, here in zip(self._document.artifacts, found, strict=True):
                if here.pk in differing:
                    fields = " and ".join(key.replace("_", " ") for key in differing[here.pk])
                    self._note(f"{one.label} differs here from the document in its {fields}.")
            return
        if differing:
            demand_permission(self._owner, "artifacts.change_artifact")
        try:
            update_artifacts(changes=differing, dry_run=dry_run)
        except ArtifactsError as error:
            raise PortableDocumentError(
                [
                    problem
                    for index, here in enumerate(found)
                    for problem in _placed(f"artifacts.{index}", error.by_artifact.get(here.pk, {}))
                ]
            ) from error

    def _groups(self) -> dict[UUID, ArtifactGroup]:
        """The group here for each of the document: found, or made."""
        finder = _Groups(self._document, self._matches)
        groups = dict(self._matches.groups)
        for index, one in enumerate(self._document.groups):
            found = finder.found(one)
            if found is not None:
                self._done.matched_groups.append(found)
            else:
                demand_permission(self._owner, "artifacts.add_artifactgroup")
                found = self._make_group(index, one, finder)
                self._done.created_groups.append(found)
            groups[one.id] = found
        return groups

    def _make_group(self, index: int, one: PortableGroup, finder: "_Groups") -> ArtifactGroup:
        if one.collection is not None:
            self._note(
                f"The group {one.name!r} that the import of {one.collection!r} kept is not, or not the same, here: "
                "a group of your own takes its place."
            )
        name = finder.free_name(one.name)
        if name != one.name:
            self._note(f"There is another group {one.name!r} here; that of the document is now {name!r}.")
        artifacts = [self._matches.artifacts[uuid] for uuid in one.artifacts]
        with _problems_at(f"groups.{index}"):
            return create_group(name=name, description=one.description, artifacts=artifacts)

    def _make_sets(self, groups: Mapping[UUID, ArtifactGroup]) -> None:
        names = _SetNames(self._owner)
        sets = dict(self._matches.sets)
        for index, one in enumerate(self._document.sets):
            with _problems_at(f"sets.{index}"):
                sets[one.id] = create_set(
                    owner=self._owner,
                    name=names.free(one.name),
                    description=one.description,
                    color=one.color,
                    icon=one.icon,
                    tags=one.tags,
                )
            self._done.sets.append(sets[one.id])
            if sets[one.id].name != one.name:
                self._note(f"You had a set {one.name!r} already; that of the document is now {sets[one.id].name!r}.")
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
        self._check_nestings(members)
        DeploymentSetMember.objects.bulk_create(
            (
                DeploymentSetMember(set_id=set_id, position=position, **reference_to(member))
                for set_id, held in members.items()
                for position, member in enumerate(held)
            ),
            batch_size=_BATCH,
        )

    def _check_nestings(self, members: Mapping[UUID, Sequence[Member]]) -> None:
        """Refuse what would be too deep together with the sets that were here before."""
        before = list(self._matches.sets.values())
        graph = load_graph(before)
        names = {**graph.names, **{row.pk: row.name for row in [*self._done.sets, *before]}}
        nestings = {set_id: list(graph.nested_sets(set_id)) for set_id in graph.members}
        for set_id, held in members.items():
            nestings[set_id] = [member.target_id for member in held if member.kind is MemberKind.SET]
        check_nestings(nestings, names)

    def _make_profiles(self, project: Project, *, update: bool) -> None:
        here = {profile.profile_id: profile for profile in profiles_of(project)}
        differing = []
        for index, wanted in enumerate(self._document.profiles):
            found = here.get(wanted["profile_id"])
            with _problems_at(f"profiles.{index}"):
                if found is None:
                    self._done.created_profiles.append(create_profile(project=project, **wanted))
                elif portable_profile(found) != wanted and update:
                    changes: dict[str, Any] = {key: value for key, value in wanted.items() if key != "profile_id"}
                    self._done.updated_profiles.append(update_profile(profile=found, **changes))
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
        self._own_names = set(ArtifactGroup.objects.filter(collection__isnull=True).values_list("name", flat=True))

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
        free = _free(name, self._own_names)
        self._own_names.add(free)
        return free


class _SetNames:
    """The names the owner gave before. Sets of one document may be called alike."""

    def __init__(self, owner: User) -> None:
        self._taken = set(DeploymentSet.objects.owned_by(owner).values_list("name", flat=True))

    def free(self, name: str) -> str:
        """`name`, or one like it that none of the owner's sets had before."""
        return _free(name, self._taken)


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(candidate for candidate in numbered_names(name, _MARK) if candidate not in taken)


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
    except GroupExistsError:
        raise
    except (DeploymentSetValidationError, ArtifactError, ProfileError) as error:
        raise PortableDocumentError(list(_placed(place, error.problems))) from error


def _placed(place: str, problems: Problems) -> Iterator[tuple[str, str]]:
    """What stands against something, each by its place in the document."""
    for key, messages in problems.items():
        for message in messages:
            yield (f"{place}.{key}" if key else place), message
