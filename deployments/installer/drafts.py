"""One item of a plan while it is decided about, and what follows for the items that need it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from deployments.installer.decisions import (
    Action,
    Change,
    DeploymentKey,
    EntryEdit,
    MergePreview,
    OnConflict,
    PlanItem,
    Settled,
    SettledEntry,
)
from deployments.installer.disk import Kind
from deployments.installer.obstacles import NotPossibleError


@dataclass
class Draft:
    """What is decided about `item` so far. What is new goes in before what is old goes out."""

    item: PlanItem
    failure: NotPossibleError | None = None
    additions: list[Change] = field(default_factory=list)
    removals: list[Change] = field(default_factory=list)
    edits: list[EntryEdit] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    settled_entries: list[SettledEntry] = field(default_factory=list)
    released: list[UUID] = field(default_factory=list)
    needs: set[DeploymentKey] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)
    observed: list[str] = field(default_factory=list)
    merges: list[MergePreview] = field(default_factory=list)
    # Items before it that put there what it shares.
    shares: "list[Draft]" = field(default_factory=list)

    @property
    def goes_on(self) -> bool:
        """Whether it takes effect, as far as is decided."""
        return self.failure is None and self.item.takes_effect

    def decided(self, on_conflict: OnConflict) -> PlanItem:
        """The item as it is decided now."""
        item = replace(self.item, observed=tuple(self.observed))
        if self.failure is not None:
            return replace(
                item,
                action=self.failure.action,
                reason=self.failure.reason,
                tolerated=self.failure.action is Action.CONFLICT and on_conflict is OnConflict.SKIP,
                proposed=self.failure.proposed_changes,
                merges=self.failure.proposed_merges,
            )
        if not item.takes_effect:
            return item
        return replace(
            item,
            action=item.action if item.unwanted else self._action(),
            reason=" ".join(dict.fromkeys(filter(None, [item.reason, *self.reasons]))),
            changes=(*self.additions, *self.removals),
            edits=tuple(self.edits),
            merges=tuple(self.merges),
            settled=tuple(self.settled),
            settled_entries=tuple(self.settled_entries),
            released=tuple(self.released),
            needs=frozenset(self.needs - {item.target.key}),
        )

    def _action(self) -> Action:
        if not (self.additions or self.removals or self.edits):
            return next(
                (action for each in self.shares if (action := each._action()) is not Action.UNCHANGED), Action.UNCHANGED
            )
        is_new = not self.removals and all(change.before.kind is Kind.ABSENT for change in self.additions)
        return Action.CREATE if is_new and not any(edit.remove or edit.seen for edit in self.edits) else Action.UPDATE


def without_what_needs_failures(items: Sequence[PlanItem]) -> Iterator[PlanItem]:
    """`items`, where what needs one that will not take effect does not take effect either."""
    by_key = {item.target.key: item for item in items}
    while True:
        stopped = {
            key: next(by_key[need] for need in item.needs if not by_key[need].takes_effect)
            for key, item in by_key.items()
            if item.takes_effect and any(not by_key[need].takes_effect for need in item.needs)
        }
        if not stopped:
            return (by_key[item.target.key] for item in items)
        for key, obstacle in stopped.items():
            item = by_key[key]
            by_key[key] = PlanItem(
                item.target,
                obstacle.action,
                f"{obstacle.target.full_name} under the profile {obstacle.target.profile_id} stands in its way: "
                f"{obstacle.reason}",
                warnings=item.warnings,
                notes=item.notes,
                paths=item.paths,
                tolerated=obstacle.tolerated,
                observed=item.observed,
            )
