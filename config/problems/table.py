"""Which exception is which kind of problem: the one table."""

from collections.abc import Mapping

from accounts.editions import EditedMeanwhileError
from accounts.endpoints.callers import CsrfError
from accounts.exceptions import MissingPermissionError, PasswordError, TokenError, TokenNotFoundError
from artifacts.exceptions import (
    AlreadyInGroupError,
    ArtifactError,
    ArtifactExistsError,
    ArtifactGoneError,
    CollectionError,
    CollectionExistsError,
    CollectionInUseError,
    CollectionNameTakenError,
    FileNotInArtifactError,
    GroupExistsError,
    ImportBusyError,
    ImportedArtifactError,
    ImportedGroupError,
    ImportFailedError,
    NotImportedError,
    NotInGroupError,
)
from artifacts.models import Artifact, ArtifactGroup, Collection, CollectionImport, GroupMembership
from config.problems.kinds import Kind
from deployment_sets.exceptions import (
    AlreadyMemberError,
    DeploymentSetCycleError,
    DeploymentSetDepthError,
    DeploymentSetNotFoundError,
    DeploymentSetResolutionError,
    DeploymentSetsSwitchedOffError,
    DeploymentSetValidationError,
    MemberNotFoundError,
    MemberReferenceError,
    PortableDocumentError,
    PositionError,
    ProfilesDifferError,
    UnknownMemberSetError,
    UnknownReferenceError,
    UnmatchedError,
)
from deployments.exceptions import DeploymentError, StalePlanError
from deployments.models import Deployment, Run
from profiles.exceptions import ProfileError, ProfileExistsError
from profiles.models import DeploymentProfile
from projects.exceptions import BusyError, ProjectError, ProjectExistsError, ProjectInUseError
from projects.models import Project

# An exception counts as the first of its classes that stands here.
KINDS: Mapping[type[Exception], Kind] = {
    CsrfError: Kind.FORBIDDEN,
    MissingPermissionError: Kind.FORBIDDEN,
    TokenNotFoundError: Kind.NOT_FOUND,
    TokenError: Kind.INVALID,
    PasswordError: Kind.INVALID,
    EditedMeanwhileError: Kind.EDITED,
    ArtifactError: Kind.INVALID,
    ArtifactExistsError: Kind.CONFLICT,
    ArtifactGoneError: Kind.CONFLICT,
    ImportedArtifactError: Kind.CONFLICT,
    FileNotInArtifactError: Kind.NOT_FOUND,
    GroupExistsError: Kind.CONFLICT,
    ImportedGroupError: Kind.CONFLICT,
    AlreadyInGroupError: Kind.CONFLICT,
    NotInGroupError: Kind.NOT_FOUND,
    CollectionError: Kind.INVALID,
    CollectionExistsError: Kind.CONFLICT,
    CollectionInUseError: Kind.CONFLICT,
    CollectionNameTakenError: Kind.CONFLICT,
    NotImportedError: Kind.CONFLICT,
    ImportBusyError: Kind.BUSY,
    ImportFailedError: Kind.IMPORT_FAILED,
    ProjectError: Kind.INVALID,
    ProjectExistsError: Kind.CONFLICT,
    ProjectInUseError: Kind.CONFLICT,
    BusyError: Kind.BUSY,
    ProfileError: Kind.INVALID,
    ProfileExistsError: Kind.CONFLICT,
    DeploymentError: Kind.CONFLICT,
    StalePlanError: Kind.STALE_PLAN,
    DeploymentSetsSwitchedOffError: Kind.SWITCHED_OFF,
    DeploymentSetNotFoundError: Kind.NOT_FOUND,
    MemberNotFoundError: Kind.NOT_FOUND,
    DeploymentSetValidationError: Kind.INVALID,
    PortableDocumentError: Kind.INVALID,
    ProfilesDifferError: Kind.CONFLICT,
    UnmatchedError: Kind.INVALID,
    MemberReferenceError: Kind.INVALID,
    UnknownReferenceError: Kind.INVALID,
    UnknownMemberSetError: Kind.NOT_FOUND,
    AlreadyMemberError: Kind.CONFLICT,
    PositionError: Kind.INVALID,
    DeploymentSetCycleError: Kind.CIRCULAR,
    DeploymentSetDepthError: Kind.TOO_DEEP,
    DeploymentSetResolutionError: Kind.UNRESOLVABLE,
}

# Django says of these only that no row matches.
MISSING_ROWS: Mapping[type[Exception], str] = {
    Artifact.DoesNotExist: "There is no such artifact.",
    ArtifactGroup.DoesNotExist: "There is no such group.",
    GroupMembership.DoesNotExist: "The artifact is not in this group any more.",
    Collection.DoesNotExist: "There is no such collection.",
    CollectionImport.DoesNotExist: "There is no such import.",
    Project.DoesNotExist: "There is no such project.",
    DeploymentProfile.DoesNotExist: "This project has no such profile.",
    Deployment.DoesNotExist: "This project has no such deployment.",
    Run.DoesNotExist: "There is no such run.",
}

# What these say names ids, which nobody has seen on a page.
PAGE_SENTENCES: Mapping[type[Exception], str] = {
    **MISSING_ROWS,
    TokenNotFoundError: "This token was deleted already.",
    DeploymentSetNotFoundError: "There is no such set any more.",
    MemberNotFoundError: "This member was removed already.",
}


def first[T](table: Mapping[type[Exception], T], error: Exception) -> T | None:
    """What `table` says of the first class of `error` that stands in it; None when none does."""
    return next((table[each] for each in type(error).__mro__ if each in table), None)
