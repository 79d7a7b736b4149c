"""Taking back what a run left half done.

Works from the journal, the disk and the run's slots, one path at a time, newest first; each step is
atomic and looks first, so a recovery that dies is simply started again. A slot is the stronger witness: what
came out of a path is put back as it is, be it the recorded state or an edit made in the last moment.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from django.db.models import Q

from artifacts.manifests import Manifest
from artifacts.services.blobs import load_blobs
from deployments.installer.disk import DiskState, Kind, ProjectFolder, blocked, describe, look_at
from deployments.installer.exchange import Spot, exchange, place
from deployments.installer.journal import Intent, add_notes, close_recovered, intents_of
from deployments.installer.staging import Staging, keep_whole, leftovers
from deployments.models import Run

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recovered:
    """The runs that were taken back, newest first, and what was found of runs that are in no record."""

    runs: tuple[Run, ...]
    notes: tuple[str, ...]


def recover_folder(folder: ProjectFolder, folder_key: str) -> Recovered:
    """Take back every run of this folder that was cut off, and clear away what dead runs left.

    The caller holds the folder's lock. One query when there is nothing to do.
    """
    # Device numbers can change when a machine starts again, and a folder can be moved: either witness is enough.
    is_here = Q(folder_key=folder_key) | Q(project__path=str(folder.path))
    cut_off = list(Run.objects.filter(is_here, state=Run.State.RUNNING).order_by("-started_at"))
    for run in cut_off:
        with Staging(folder, run.id) as staging:
            staging.engage()
            intents = intents_of(run)
            take_back(folder, staging, run, intents)
            clear_away(staging, run, intents)
    return Recovered(tuple(cut_off), tuple(_clear_leftovers(folder)))


def take_back(folder: ProjectFolder, staging: Staging, run: Run, intents: Sequence[Intent]) -> None:
    """Return the paths of `run` to their states before it, and note the run as recovered."""
    notes = [note for intent in reversed(intents) for note in take_back_path(folder, staging, intent)]
    close_recovered(run, notes)
    logger.warning(
        "A run that was cut off has been taken back.",
        extra={"run_id": str(run.id), "project_id": str(run.project_id), "left_alone": len(notes)},
    )


def clear_away(staging: Staging, run: Run, intents: Sequence[Intent]) -> None:
    """Empty the slots of a run that is over, and drop its staging.

    They are looked at once more: a program that held a replaced folder open may have written to it since.
    What is not as recorded is moved aside, and the run's notes say where.
    """
    notes = [note for intent in intents for note in _discard(staging, intent)]
    if notes:
        add_notes(run, notes)
    staging.drop()


def _clear_leftovers(folder: ProjectFolder) -> Iterator[str]:
    """Clear away the staging of runs that died between their last commit and its removal, or before their first."""
    ids = leftovers(folder)
    known = {run.id: run for run in Run.objects.filter(pk__in=ids)} if ids else {}
    for run_id in ids:
        run = known.get(run_id)
        if run is None and (kept := keep_whole(folder, run_id)):
            logger.warning("A run in no record left files behind.", extra={"folder": str(folder.path), "kept": kept})
            yield f"A run that is in no record any more left files behind. They are kept in {kept}."
        with Staging(folder, run_id) as staging:
            if run is None:
                staging.drop()
            else:
                clear_away(staging, run, intents_of(run))


def _discard(staging: Staging, intent: Intent) -> Iterator[str]:
    for name in (intent.slot, staging.slot(intent.slot).parked.name):
        found = _look(staging.slot(name), intent.path)
        if found.manifest is not None and _is_recorded(found.manifest, intent):
            with suppress(OSError):
                staging.discard(name, found.manifest)
            found = _look(staging.slot(name), intent.path)
        # What is ours and could not be deleted is left to a later run.
        if found.kind is Kind.ABSENT or (found.manifest is not None and _is_recorded(found.manifest, intent)):
            continue
        try:
            yield f"What was at {intent.path} is kept in {staging.keep_aside(name)}."
        except OSError as error:
            yield describe(error, staging.path)


def _is_recorded(found: Manifest, intent: Intent) -> bool:
    """Whether nothing is in there but what the run has a record of, or what an interrupted clearing away left of it."""
    return any(manifest is not None and found.is_part_of(manifest) for manifest in (intent.before, intent.after))


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
        notes += _keep(staging, intent, spare_before=not notes)
    except OSError as error:
        notes.append(describe(error, staging.path))
    for created in reversed(intent.created_folders):
        folder.remove_empty_folder(created)
    return notes


def _undo(folder: ProjectFolder, staging: Staging, intent: Intent) -> Iterator[str]:
    slot = staging.slot(intent.slot)
    with folder.spot(intent.path) as target:
        _finish_links(slot, target)
        _finish_parked(slot, target)
        there, staged = _look(target, intent.path), _look(slot, intent.path)
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
    """Put the state before into the slot again, from the bytes the run kept."""
    if intent.before is not None:
        contents = load_blobs({file.sha256 for file in intent.before.files})
        staging.write_draft(intent.slot, intent.before, contents)


def _finish_links(slot: Spot, target: Spot) -> None:
    """End moves that were made by linking and died before the old name went: one file under two names."""
    for spare, name in ((slot, target), (slot.parked, target), (slot.parked, slot)):
        one, other = spare.stat(), name.stat()
        if one is not None and other is not None and os.path.samestat(one, other):
            os.unlink(spare.name, dir_fd=spare.folder)


def _finish_parked(slot: Spot, target: Spot) -> None:
    """End an exchange that went through a third name and died on the way; what was parked goes where nothing is."""
    if slot.parked.stat() is None:
        return
    if target.stat() is None:
        place(slot.parked, target)
    elif slot.stat() is None:
        place(slot.parked, slot)


def _keep(staging: Staging, intent: Intent, *, spare_before: bool) -> Iterator[str]:
    """Move aside what must not be dropped with the staging: bytes in no record, or that could not be put back."""
    spares = (intent.after, intent.before if spare_before else None)
    spare = {manifest.content_sha256 for manifest in spares if manifest}
    for name in (intent.slot, staging.slot(intent.slot).parked.name):
        state = _look(staging.slot(name), intent.path)
        if state.kind is not Kind.ABSENT and state.content_sha256 not in spare:
            yield f"What was at {intent.path} is kept in {staging.keep_aside(name)}."


def _look(spot: Spot, path: str) -> DiskState:
    """What lies at `spot`; what cannot be read is nothing we know."""
    try:
        return look_at(spot, path)
    except OSError as error:
        return blocked(describe(error, path))


def _is(state: DiskState, manifest: Manifest | None) -> bool:
    return manifest is not None and state.content_sha256 == manifest.content_sha256
