"""What can be wrong with a set. Every error says what happened, to what, and the way out. Pure Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from deployments.exceptions import DeploymentError

MAX_DEPTH = 20

_WRITTEN_NAMES = 24
# By which a caller names a member of each kind.
_FIELDS = {"artifact": "artifact_uuid", "group": "group_id", "set": "member_set_id"}
_TOLD_PROBLEMS = 50


class DeploymentSetError(Exception):
    """Something about deployment sets that a caller has to be told."""


class DeploymentSetsSwitchedOffError(DeploymentSetError):
    """Sets are switched off on this server."""

    def __init__(self) -> None:
        super().__init__(
            "Deployment sets are switched off on this server (DEPLOYMENT_SETS_ENABLED is false). What was made stays, "
            "and is there again once they are switched on."
        )


class DeploymentSetNotFoundError(DeploymentSetError):
    """The owner has no such set."""

    def __init__(self, set_id: UUID) -> None:
        super().__init__(f"There is no deployment set with the id {set_id}.")
        self.set_id = set_id


class DeploymentSetValidationError(DeploymentSetError):
    """Fields of a set that cannot be stored; `problems` has the messages of each field."""

    def __init__(self, problems: Mapping[str, Sequence[str]]) -> None:
        super().__init__(" ".join(message for messages in problems.values() for message in messages))
        self.problems = {field: list(messages) for field, messages in problems.items()}


class MemberNotFoundError(DeploymentSetError):
    """The set has no such member; a member is only known through its own set."""

    def __init__(self, set_id: UUID, member_id: UUID) -> None:
        super().__init__(f"The deployment set {set_id} has no member with the id {member_id}.")
        self.set_id = set_id
        self.member_id = member_id


class MemberReferenceError(DeploymentSetError):
    """A member was described by no reference, or by more than one."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.problems = {"": [message]}


class UnknownReferenceError(DeploymentSetError):
    """A member was to refer to something that is not there for this owner."""

    def __init__(self, kind: str, target_id: UUID) -> None:
        super().__init__(f"There is no {kind} with the id {target_id}.")
        self.kind = kind
        self.target_id = target_id
        self.problems = {_FIELDS[kind]: [str(self)]}


class UnknownMemberSetError(UnknownReferenceError):
    """A set that was to be a member is not there for this owner."""

    def __init__(self, set_id: UUID) -> None:
        super().__init__("set", set_id)


class AlreadyMemberError(DeploymentSetError):
    """What was to be added is a member already."""

    def __init__(self, kind: str, target_id: UUID, name: str, set_name: str) -> None:
        super().__init__(f"The {kind} “{name}” is a member of “{set_name}” already.")
        self.kind = kind
        self.target_id = target_id
        self.problems = {_FIELDS[kind]: [str(self)]}


class PositionError(DeploymentSetError):
    """A position that the set does not have."""

    def __init__(self, position: int, last: int) -> None:
        super().__init__(f"There is no position {position} in this set; write a number from 0 to {last}.")
        self.problems = {"position": [str(self)]}
        self.position = position
        self.last = last


class _PathError(DeploymentSetError):
    """An error about a path of nested sets, by id and by name."""

    def __init__(self, message: str, ids: Sequence[UUID], names: Sequence[str]) -> None:
        super().__init__(message)
        self.path_ids = tuple(ids)
        self.path_names = tuple(names)


class DeploymentSetResolutionError(_PathError):
    """A set that cannot be resolved: nested too deep (the path is one longest), or in a circle."""

    def __init__(self, ids: Sequence[UUID], names: Sequence[str], *, circular: bool) -> None:
        if circular:
            message = (
                f"“{names[0]}” cannot be resolved: its sets contain each other in a circle, {written_path(names)}. "
                "Remove one of these members."
            )
        else:
            message = (
                f"“{names[0]}” cannot be resolved: its sets are nested {len(ids)} deep, and at most {MAX_DEPTH} are "
                f"allowed. The longest path is {written_path(names)}. Remove one of these members."
            )
        super().__init__(message, ids, names)
        self.circular = circular


class DeploymentSetDepthError(DeploymentSetResolutionError):
    """A member with which a set could not be resolved any more; the path is one longest, through that member."""

    def __init__(self, ids: Sequence[UUID], names: Sequence[str]) -> None:
        super().__init__(ids, names, circular=False)
        self.args = (
            f"This would nest sets {len(ids)} deep, and at most {MAX_DEPTH} are allowed: {written_path(names)}.",
        )


class DeploymentSetCycleError(_PathError):
    """A member that would make a set contain itself; the path begins and ends with that set."""

    def __init__(self, ids: Sequence[UUID], names: Sequence[str]) -> None:
        super().__init__(f"This would create a circular reference: {written_path(names)}.", ids, names)


class PortableDocumentError(DeploymentSetError):
    """A document of sets that cannot be read, written or imported; `problems` has messages by place, the first many."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        told = [f"{place}: {message}" if place else message for place, message in problems[:_TOLD_PROBLEMS]]
        if len(problems) > _TOLD_PROBLEMS:
            told.append(f"There are {len(problems) - _TOLD_PROBLEMS} more problems.")
        super().__init__(" ".join(told))
        self.problems: dict[str, list[str]] = {}
        for place, message in problems[:_TOLD_PROBLEMS]:
            self.problems.setdefault(place, []).append(message)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Something a document of sets refers to that is not here: where it does, what is meant, and why not."""

    place: str
    name: str
    id: UUID
    reason: str


class UnmatchedError(DeploymentSetError):
    """A document of sets refers to what is not here; `unmatched` is all of it. Nothing was imported."""

    def __init__(self, unmatched: Sequence[Unmatched]) -> None:
        self.unmatched = tuple(unmatched)
        self.problems = {each.place: [f"{each.name}: {each.reason}"] for each in unmatched}
        told = " ".join(f"{each.name}: {each.reason}" for each in unmatched[:_TOLD_PROBLEMS])
        more = f" There are {len(unmatched) - _TOLD_PROBLEMS} more." if len(unmatched) > _TOLD_PROBLEMS else ""
        super().__init__(f"Nothing was imported, for not all that the document refers to is here. {told}{more}")


class ProfilesDifferError(DeploymentSetError):
    """The project has profiles of these ids that say something else than the document. Nothing was imported."""

    def __init__(self, profile_ids: Sequence[str]) -> None:
        super().__init__(
            f"Nothing was imported, for the project has other profiles of the same id: {', '.join(profile_ids)}. "
            "Have them updated to what the document says, or leave the profiles out."
        )
        self.profile_ids = tuple(profile_ids)
        self.problems = {"profiles": [f"The project has another profile {each!r}." for each in profile_ids]}


def written_path(names: Sequence[str]) -> str:
    """`names` as people read a path, with the middle of a very long one left out."""
    if len(names) > _WRITTEN_NAMES:
        half = _WRITTEN_NAMES // 2
        names = [*names[:half], f"… {len(names) - 2 * half} more …", *names[-half:]]
    return " › ".join(names)


class NoProfileLeftError(DeploymentError):
    """A project has none of the profiles any more under which the set is live there."""

    def __init__(self, profile_ids: Sequence[str]) -> None:
        names = ", ".join(profile_ids)
        super().__init__(
            f"None of the profiles it is live under exists any more: {names}. "
            "Undeploy the set there, or make a profile of that name again."
            if names
            else "The set is not live there any more: there is nothing to bring up to date."
        )


class NothingClaimedError(DeploymentError):
    """A set was to be taken out of a project in which it claims nothing."""

    def __init__(self, name: str) -> None:
        super().__init__(f"The set “{name}” claims nothing there: nothing is removed.")
