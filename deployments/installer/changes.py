"""Making one change on disk, from a slot that holds it, and saying what went wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from artifacts.manifests import Manifest
from deployments.installer.decisions import Action
from deployments.installer.disk import ChangedError, ProjectFolder, describe, look_at
from deployments.installer.exchange import Spot, exchange, place
from deployments.installer.journal import Intent
from deployments.installer.staging import Staging


@dataclass(frozen=True, slots=True)
class Failure:
    """What stopped an item: a change on disk that the plan did not see, or something no choice would help."""

    action: Action
    reason: str

    @classmethod
    def at(cls, path: str, error: OSError, notes: Sequence[str] = ()) -> "Failure":
        """The failure that `error` at `path` comes to."""
        action = Action.CONFLICT if isinstance(error, ChangedError) else Action.REFUSED
        return cls(action, " ".join([describe(error, path), *notes]))


def make_change(folder: ProjectFolder, staging: Staging, intent: Intent, modes: Mapping[str, int]) -> None:
    """Bring about what `intent` says, in one atomic step. Folders that are missing are made, with `modes`.

    Raises ChangedError, perhaps after the step, when the path was not what the intent says it was before.
    """
    slot = staging.slot(intent.slot)
    with folder.spot(intent.path, make_folders=intent.before is None, modes=modes) as target:
        try:
            if intent.before is None:
                place(slot, target)
            elif intent.after is None:
                place(target, slot)
            else:
                exchange(slot, target)
        except (FileExistsError, FileNotFoundError) as error:
            raise ChangedError(intent.path) from error
        if intent.before is not None:
            _check_what_came_out(slot, intent.before, intent.path)


def _check_what_came_out(slot: Spot, before: Manifest, path: str) -> None:
    if look_at(slot, path).content_sha256 != before.content_sha256:
        raise ChangedError(path)
