"""What ends the planning of one item."""

from deployments.installer.decisions import Action, Change, MergePreview


class NotPossibleError(Exception):
    """Ends the planning of one item with an action and a reason; `proposed` is what it kept from happening."""

    def __init__(
        self,
        action: Action,
        reason: str,
        *,
        proposed_changes: tuple[Change, ...] = (),
        proposed_merges: tuple[MergePreview, ...] = (),
    ) -> None:
        super().__init__(reason)
        self.action = action
        self.reason = reason
        self.proposed_changes = proposed_changes
        self.proposed_merges = proposed_merges
