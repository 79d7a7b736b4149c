"""What a plan is made of: what is wanted and what is recorded, and what is decided about each. Plain data."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from artifacts.manifests import Manifest
from deployments.installer.disk import DiskState
from profiles.rendering import RenderedPath, Rendering, Unsupported


class Action(StrEnum):
    """What becomes of an artifact under a profile.

    `refused` is what no choice about conflicts would change: a name that cannot be a file name, a
    symlink in the way, a path another artifact of the same run has.
    """

    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    UNSUPPORTED = "unsupported"
    MISSING = "missing"
    REMOVE = "remove"
    REFUSED = "refused"


class OnConflict(StrEnum):
    """What to do about a path that holds somebody else's bytes."""

    FAIL = "fail"
    SKIP = "skip"
    OVERWRITE = "overwrite"


@dataclass(frozen=True, slots=True)
class Missing:
    """The artifact is not there to be rendered, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unrenderable:
    """Rendering failed, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """One artifact under one profile, rendered."""

    artifact_uuid: UUID
    label: str
    namespace: str
    artifact_type: str
    profile_id: str
    platform: str
    profile_root_dir: str
    version_id: UUID | None
    outcome: Rendering | Unsupported | Missing | Unrenderable
    flags: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[UUID, str]:
        """Which deployment this is about, within a project."""
        return self.artifact_uuid, self.profile_id

    @property
    def placements(self) -> tuple[RenderedPath, ...]:
        """Where it goes; nowhere unless it rendered."""
        return self.outcome.paths if isinstance(self.outcome, Rendering) else ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to look at in it, and what was lost on the way."""
        if not isinstance(self.outcome, Rendering):
            return ()
        return (*self.flags, *(warning.message for warning in self.outcome.warnings))

    @property
    def full_name(self) -> str:
        """The artifact's name, with its namespace where it has one: two plugins may use one name."""
        return full_name(self.label, self.namespace)


@dataclass(frozen=True, slots=True)
class Holder:
    """A deployment that needs a placement, and the labels of who claims it."""

    artifact_uuid: UUID
    full_name: str
    profile_id: str
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlacementRecord:
    """A placement as recorded: `state_sha256` is the hash of the content we left there."""

    id: UUID
    path: str
    artifact_uuid: UUID
    version_id: UUID | None
    state_sha256: str
    adopted: bool
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One path that is to change: what lies there now, and what shall (None: nothing)."""

    path: str
    before: DiskState
    after: Manifest | None
    contents: Mapping[str, bytes] = field(repr=False, compare=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settled:
    """A placement that will be as wanted: by a change of this item or of an earlier one, or already."""

    path: str
    manifest: Manifest
    adopted: bool


@dataclass(frozen=True, slots=True)
class PlanItem:
    """What becomes of one artifact under one profile."""

    wanted: Wanted
    action: Action
    reason: str = ""
    changes: tuple[Change, ...] = ()
    settled: tuple[Settled, ...] = ()
    released: tuple[UUID, ...] = ()
    tolerated: bool = False

    @property
    def is_error(self) -> bool:
        """Whether this artifact fails if the plan is applied."""
        return self.action in (Action.MISSING, Action.REFUSED) or (
            self.action is Action.CONFLICT and not self.tolerated
        )

    @property
    def is_placed(self) -> bool:
        """Whether the artifact is there once the plan is applied."""
        return self.action in (Action.CREATE, Action.UPDATE, Action.UNCHANGED)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths this is about."""
        return tuple(placement.path for placement in self.wanted.placements)


@dataclass(frozen=True)
class Plan:
    """What a run would do, artifact by artifact."""

    items: tuple[PlanItem, ...]

    @cached_property
    def fingerprint(self) -> str:
        """A hash of every decision and of every state it rests on."""
        decisions = [
            [
                str(item.wanted.artifact_uuid),
                item.wanted.profile_id,
                item.action,
                [[settled.path, settled.manifest.sha256] for settled in item.settled],
                [
                    [change.path, change.before.content_sha256, change.after.sha256 if change.after else None]
                    for change in item.changes
                ],
            ]
            for item in self.items
        ]
        return hashlib.sha256(json.dumps(decisions).encode()).hexdigest()


def full_name(label: str, namespace: str) -> str:
    """`skill:pdf`, or `skill:pdf (documents)` for the one of the plugin `documents`."""
    return f"{label} ({namespace})" if namespace else label
