"""Taking back what a run left half done.

Works from the journal, the disk and the run's slots, one path at a time, newest first; each step is
atomic and looks first, so a recovery that dies is simply started again. A slot is the stronger witness: what
came out of a path is put back as it is, be it the recorded state or an edit made in the last moment.
"""

import logging
import os
from collections.abc import Iterator

from artifacts.manifests import Manifest
from artifacts.services.blobs import load_blobs
from deployments.installer.disk import DiskState, Kind, ProjectFolder, describe, look_at
from deployments.installer.exchange import Spot, exchange, place
from deployments.installer.journal import Intent, close_recovered, intents_of
from deployments.installer.staging import Staging, sweep
from deployments.models import Run

logger = logging.getLogger(__name__)


def recover_folder(folder: ProjectFolder, folder_key: str) -> list[Run]:
    """Take back every run of this folder that was cut off; those taken back, newest first.

    The caller holds the folder's lock. One query when there is nothing to do.
    """
    cut_off = list(Run.objects.filter(folder_key=folder_key, state=Run.State.RUNNING).order_by("-started_at"))
    for run in cut_off:
        with Staging(folder, run.id) as staging:
            take_back(folder, staging, run)
            staging.drop()
    sweep(folder)
    return cut_off


def take_back(folder: ProjectFolder, staging: Staging, run: Run) -> None:
    """Return the paths of `run` to their states before it, and note the run as recovered."""
    notes = [note for intent in reversed(intents_of(run)) for note in take_back_path(folder, staging, intent)]
    close_recovered(run, notes)
    logger.warning(
        "A run that was cut off has been taken back.",
        extra={"run_id": str(run.id), "project_id": str(run.project_id), "left_alone": len(notes)},
    )


def take_back_path(folder: ProjectFolder, staging: Staging, intent: Intent) -> list[str]:
    """Undo one change, begun or not; a sentence for whatever had to be left as it is. Raises nothing."""
    notes: list[str] = []
    try:
        notes += _undo(folder, staging, intent)
    except FileNotFoundError:
        # A folder on the way was never made, or is gone with all that was in it.
        if intent.before is not None:
            notes.append(f"{intent.path} is gone, with the folder it was in.")
    except OSError as error:
        notes.append(describe(error, intent.path))
    try:
        notes += _keep_unknown(staging, intent)
    except OSError as error:
        notes.append(describe(error, staging.path))
    for created in reversed(intent.created_folders):
        folder.remove_empty_folder(created)
    return notes


def _undo(folder: ProjectFolder, staging: Staging, intent: Intent) -> Iterator[str]:
    slot = staging.slot(intent.slot)
    with folder.spot(intent.path) as target:
        _finish_link(slot, target)
        _finish_parked(slot, target, intent.after)
        there, staged = look_at(target, intent.path), look_at(slot, intent.path)
        if intent.before is None:
            yield from _undo_creation(intent, slot, target, there, staged)
        elif intent.after is None:
            yield from _undo_removal(staging, intent, target, there, staged)
        else:
            yield from _undo_replacement(staging, intent, target, there, staged)


def _undo_creation(intent: Intent, slot: Spot, target: Spot, there: DiskState, staged: DiskState) -> Iterator[str]:
    if staged.kind is not Kind.ABSENT:
        return  # Never put in place; whatever is there is not from this run.
    if _is(there, intent.after):
        place(target, slot)
    elif there.kind is not Kind.ABSENT:
        yield f"{intent.path} was edited after it was written. It was left as it is."


def _undo_removal(staging: Staging, intent: Intent, target: Spot, there: DiskState, staged: DiskState) -> Iterator[str]:
    if there.kind is not Kind.ABSENT:
        if not _is(there, intent.before):
            yield f"{intent.path} holds something new. It was left as it is."
        return
    if staged.kind is Kind.ABSENT:
        _restage(staging, intent)
    place(staging.slot(intent.slot), target)


def _undo_replacement(
    staging: Staging, intent: Intent, target: Spot, there: DiskState, staged: DiskState
) -> Iterator[str]:
    if _is(staged, intent.after) or _is(there, intent.before):
        return  # Not exchanged, or exchanged back already.
    if not _is(there, intent.after):
        yield f"{intent.path} was changed again after it was written. It was left as it is."
        return
    if staged.kind is Kind.ABSENT:
        _restage(staging, intent)
    exchange(staging.slot(intent.slot), target)


def _restage(staging: Staging, intent: Intent) -> None:
    """Write the state before into the slot again, from the bytes the run kept."""
    if intent.before is not None:
        contents = load_blobs({file.sha256 for file in intent.before.files})
        staging.write(intent.slot, intent.before, contents, exact_modes=True)


def _finish_link(slot: Spot, target: Spot) -> None:
    """End a move that was made by linking and died before the old name went: one file under both names."""
    staged, there = slot.stat(), target.stat()
    if staged is not None and there is not None and os.path.samestat(staged, there):
        os.unlink(slot.name, dir_fd=slot.folder)


def _finish_parked(slot: Spot, target: Spot, after: Manifest | None) -> None:
    """End an exchange that went through a third name and died on the way; what was parked goes back."""
    if slot.parked.stat() is None:
        return
    if slot.stat() is None and after is not None and _is(look_at(target, target.name), after):
        place(target, slot)
    if target.stat() is None:
        place(slot.parked, target)
    elif slot.stat() is None:
        place(slot.parked, slot)


def _keep_unknown(staging: Staging, intent: Intent) -> Iterator[str]:
    """Move a slot aside whose bytes are in no record, before the staging is dropped."""
    known = {manifest.content_sha256 for manifest in (intent.before, intent.after) if manifest}
    for name in (intent.slot, staging.slot(intent.slot).parked.name):
        state = look_at(staging.slot(name), intent.path)
        if state.kind is not Kind.ABSENT and state.content_sha256 not in known:
            yield f"An edit of {intent.path} made during the run is kept in {staging.keep_aside(name)}."


def _is(state: DiskState, manifest: Manifest | None) -> bool:
    return manifest is not None and state.content_sha256 == manifest.content_sha256
