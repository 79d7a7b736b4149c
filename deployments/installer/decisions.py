"""What a plan is made of: what is wanted and what is not, and what is decided about each. Plain data."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from uuid import UUID

from artifacts.manifests import Manifest
from deployments.installer.disk import DiskState
from profiles.entries import EntryKey, Format, Value
from profiles.rendering import RenderedEntry, RenderedPath, Rendering, RenderWarning, Unsupported

# More than anybody reads of one artifact; a hostile one could give thousands.
MAX_WARNINGS = 50
_FIELDS_NAMED = 3

type DeploymentKey = tuple[UUID, str]
"""Which deployment, within a project: artifact and profile."""

type PlacementKey = tuple[str, str]
"""Which placement, within a project: folded path, and encoded entry ('' for a path of its own)."""

type MergePreview = tuple[str, bytes | None, bytes | None]
"""A shared file's path, and its bytes before and after (None: no file)."""


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
    """What to do about a path or an entry that holds somebody else's work."""

    FAIL = "fail"
    SKIP = "skip"
    OVERWRITE = "overwrite"


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who wants artifacts deployed: an opaque key, and what people call it."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The artifact is not there to be rendered, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unrenderable:
    """Rendering failed, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Target:
    """One artifact under one profile, by every name it has."""

    artifact_uuid: UUID
    label: str
    namespace: str
    artifact_type: str
    profile_id: str
    platform: str
    profile_root_dir: str

    @property
    def key(self) -> DeploymentKey:
        """Which deployment this is about."""
        return self.artifact_uuid, self.profile_id

    @property
    def full_name(self) -> str:
        """The artifact's name, with its namespace where it has one: two plugins may use one name."""
        return full_name(self.label, self.namespace)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One artifact under one profile, rendered."""

    target: Target
    version_id: UUID | None
    outcome: Rendering | Unsupported | Missing | Unrenderable
    flags: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[RenderedPath, ...]:
        """The paths it has to itself; none unless it rendered."""
        return self.outcome.paths if isinstance(self.outcome, Rendering) else ()

    @property
    def entries(self) -> tuple[RenderedEntry, ...]:
        """Its entries in files it shares; none unless it rendered."""
        return self.outcome.entries if isinstance(self.outcome, Rendering) else ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to look at in it, and what was lost on the way: a sentence once, for all fields that it is true of."""
        if not isinstance(self.outcome, Rendering):
            return ()
        return _at_most([*self.flags, *_sentences(each for each in self.outcome.warnings if each.is_loss)])

    @property
    def notes(self) -> tuple[str, ...]:
        """What is written there in another way and means the same, likewise."""
        if not isinstance(self.outcome, Rendering):
            return ()
        return _at_most(list(_sentences(each for each in self.outcome.warnings if not each.is_loss)))


@dataclass(frozen=True, slots=True)
class Unwanted:
    """A deployment that somebody no longer claims. Without a `claimant` every claim on it goes."""

    target: Target
    claimant: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One path that is to change: what lies there now, and what shall (None: nothing).

    With `exact`, what is written gets the modes of its manifest; else those that the umask grants.
    """

    path: str
    before: DiskState
    after: Manifest | None
    contents: Mapping[str, bytes] = field(repr=False, compare=False, default_factory=dict)
    exact: bool = False


@dataclass(frozen=True, slots=True)
class EntryEdit:
    """One entry that is to change in a shared file: to `value`, or with `remove` to be there no more.

    `seen` is what was at its place when this was decided, as canonical texts.
    """

    path: str
    format: Format
    key: EntryKey
    value: Value
    seen: tuple[str, ...]
    remove: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """A path that will be as wanted: by a change of this item or of an earlier one, or already."""

    path: str
    manifest: Manifest
    adopted: bool
    created_folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SettledEntry:
    """An entry that will be as wanted, likewise. Whether it is adopted, its file's merge knows.

    One that `is_common` may belong to several artifacts.
    """

    path: str
    format: Format
    key: EntryKey
    value: Value
    is_common: bool = False
    created_folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanItem:
    """What becomes of one artifact under one profile.

    `released` are placements its deployment no longer needs. `needs` are other items without which this one
    fails too: they put what it shares, or take over or leave what it leaves. `observed` is what on disk the
    decision rests on. `merges` are previews of shared files; `proposed` are changes that a conflict prevented.
    `taken_back` are entries of shared files that an undo is about.
    """

    target: Target
    action: Action
    reason: str = ""
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    version_id: UUID | None = None
    changes: tuple[Change, ...] = ()
    edits: tuple[EntryEdit, ...] = ()
    settled: tuple[Settled, ...] = ()
    settled_entries: tuple[SettledEntry, ...] = ()
    released: tuple[UUID, ...] = ()
    unwanted: Unwanted | None = None
    needs: frozenset[DeploymentKey] = frozenset()
    tolerated: bool = False
    observed: tuple[str, ...] = ()
    merges: tuple[MergePreview, ...] = field(default=(), repr=False)
    proposed: tuple[Change, ...] = ()
    taken_back: tuple[tuple[str, EntryKey], ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether this artifact fails if the plan is applied."""
        return self.action in (Action.MISSING, Action.REFUSED) or (
            self.action is Action.CONFLICT and not self.tolerated
        )

    @property
    def takes_effect(self) -> bool:
        """Whether the artifact is as decided once the plan is applied: placed, or released."""
        return self.action in (Action.CREATE, Action.UPDATE, Action.UNCHANGED, Action.REMOVE)

    @property
    def writes(self) -> bool:
        """Whether anything on disk changes for it."""
        return bool(self.changes or self.edits)


@dataclass(frozen=True)
class Plan:
    """What a run would do, artifact by artifact. `context` is for whom, where and under which choices, as text."""

    items: tuple[PlanItem, ...]
    context: tuple[str, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        """A hash of every decision and of every state on disk and in the records that it rests on."""
        decisions = [
            [
                str(item.target.artifact_uuid),
                item.target.profile_id,
                item.action,
                item.tolerated,
                item.unwanted is not None,
                item.reason,
                item.warnings,
                item.notes,
                str(item.version_id),
                [[settled.path, settled.manifest.sha256] for settled in item.settled],
                [
                    [change.path, change.before.content_sha256, change.after.sha256 if change.after else None]
                    for change in item.changes
                ],
                [[edit.path, repr(edit.key), repr(edit.value), edit.seen, edit.remove] for edit in item.edits],
                [str(placement_id) for placement_id in item.released],
                item.observed,
            ]
            for item in self.items
        ]
        return hashlib.sha256(json.dumps([self.context, decisions]).encode()).hexdigest()


def full_name(label: str, namespace: str) -> str:
    """`skill:pdf`, or `skill:pdf (documents)` for the one of the plugin `documents`."""
    return f"{label} ({namespace})" if namespace else label


def _sentences(warnings: Iterable[RenderWarning]) -> Iterator[str]:
    fields: dict[str, list[str]] = {}
    for warning in warnings:
        fields.setdefault(warning.message, []).append(warning.field)
    return (f"{_named(names)}: {message}" for message, names in fields.items())


def _at_most(said: Sequence[str]) -> tuple[str, ...]:
    more = len(said) - MAX_WARNINGS
    return (*said[:MAX_WARNINGS], *([f"And {more:,} more of the kind."] if more > 0 else []))


def _named(fields: Sequence[str]) -> str:
    more = len(fields) - _FIELDS_NAMED
    return f"{', '.join(fields[:_FIELDS_NAMED])}{f' and {more:,} more' if more > 0 else ''}"
