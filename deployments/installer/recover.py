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
from uuid import uuid4

from django.db.models import Q

from artifacts.manifests import Manifest
from artifacts.services.blobs import load_blobs
from deployments.installer.changes import make_change
from deployments.installer.disk import (
    ChangedError,
    DiskReader,
    DiskState,
    Kind,
    ProjectFolder,
    blocked,
    describe,
    look_at,
)
from deployments.installer.exchange import Spot, exchange, place
from deployments.installer.journal import Intent, add_notes, append, close_recovered, forget_creations, intents_of
from deployments.installer.shared_files.history import SharedHistory
from deployments.installer.shared_files.merge import Merged
from deployments.installer.staging import RETIRED_SUFFIX, Staging, Witness, keep_whole, leftovers, witness_of
from deployments.models import Run
from profiles.entries import EntryError

logger = logging.getLogger(__name__)

NOTHING_CHANGED = "It was cut off before it had changed anything."

# How often a run tries to change a file that somebody else is changing too.
MERGE_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Recovered:
    """The runs that were taken back, newest first, and what was found of runs that are in no record."""

    runs: tuple[Run, ...]
    notes: tuple[str, ...]


def recover_folder(folder: ProjectFolder, folder_key: str) -> Recovered:
    """Take back every run of this folder that was cut off, and clear away what dead runs left.

    The caller holds the folder's lock. One query when there is nothing to do.
    """
    # Device numbers can change when a machine starts again, and a folder can be moved: either witness is enough
    # where the run's staging lies. Without it this may be another folder, at that place or with that number.
    is_here = Q(folder_key=folder_key) | Q(project__path=str(folder.path))
    cut_off = Run.objects.filter(is_here, state=Run.State.RUNNING).select_related("project").order_by("-started_at")
    taken_back = []
    for run in cut_off:
        is_its_path = run.project.path == str(folder.path)
        witness = witness_of(folder, run.id)
        if witness is not Witness.NONE or (is_its_path and run.folder_key == folder_key):
            _take_back_run(folder, run, witness)
        elif is_its_path:
            close_recovered(run, ["The folder is not the one in which the run was cut off. Nothing was changed in it."])
        else:
            continue
        taken_back.append(run)
    return Recovered(tuple(taken_back), tuple(_clear_leftovers(folder, folder_key)))


def _take_back_run(folder: ProjectFolder, run: Run, witness: Witness) -> None:
    if witness is Witness.NEW:
        with Staging(folder, run.id) as staging:
            close_recovered(run, [NOTHING_CHANGED])
            staging.drop()
        return
    if witness is Witness.NONE and not run.journal.exists():
        close_recovered(run, [NOTHING_CHANGED])
        return
    if witness is Witness.NONE:
        # Somebody else may have put there what the run created: only what it changed or removed is sure to be its.
        forget_creations(run)
    with Staging(folder, run.id, engaged=True) as staging:
        intents = intents_of(run)
        take_back(folder, staging, run, intents)
        clear_away(folder, staging, run, intents)


def take_back(
    folder: ProjectFolder, staging: Staging, run: Run, intents: list[Intent], notes: Sequence[str] = ()
) -> None:
    """Return the paths of `run` to their states before it, and note the run as recovered, with `notes` on why."""
    left = take_back_paths(folder, staging, run, intents)
    close_recovered(run, [*notes, *left])
    logger.warning(
        "A run that was cut off has been taken back.",
        extra={"run_id": str(run.id), "project_id": str(run.project_id), "left_alone": len(left)},
    )


def take_back_paths(folder: ProjectFolder, staging: Staging, run: Run, intents: list[Intent]) -> list[str]:
    """Return the paths of `run` to their states before it; a sentence for whatever had to be left as it is.

    From a shared file that was edited since, only what is ours goes: a further change, added to `intents`.
    """
    notes: list[str] = []
    backwards = intents[::-1]
    shared = [intent for intent in backwards if intent.item is None]
    # What entries name comes back before them, and goes after them.
    for intent in backwards:
        if intent.item is not None and intent.after is None:
            notes += take_back_path(folder, staging, intent)
    taken_back = [(intent, *_take_back_path(folder, staging, intent)) for intent in shared]
    for intent, left, kept in taken_back:
        notes += kept
        if left and not _take_back_entries(folder, staging, run, intent, intents, notes):
            notes += left
    for intent in backwards:
        if intent.item is not None and intent.after is not None:
            notes += take_back_path(folder, staging, intent)
    return notes


def _take_back_entries(
    folder: ProjectFolder, staging: Staging, run: Run, intent: Intent, intents: list[Intent], notes: list[str]
) -> bool:
    """Take our entries back in a file that holds somebody's edits too; whether it holds them no more.

    It is one more change of the run, in its journal first: should this die as well, it is taken back in turn.
    Tried again when somebody else was quicker.
    """
    for _ in range(MERGE_ATTEMPTS):
        state, data = DiskReader(folder).read(intent.path)
        if intent.history is None or state.manifest is None or data is None:
            return False
        try:
            merged = _without_entries(intent, intent.history, data)
        except EntryError:
            return False
        if merged.problems:
            return False
        if merged.data == data:
            return True
        further, contents = _further(intent, state.manifest, data, merged.data)
        intents.append(further)
        append(run, further, contents)
        try:
            if further.after is not None:
                staging.write_draft(further.slot, further.after, contents)
            make_change(folder, staging, further, {})
        except OSError as error:
            notes += take_back_path(folder, staging, further)
            if not isinstance(error, ChangedError):
                return False
        else:
            return True
    return False


def _further(intent: Intent, before: Manifest, data: bytes, wanted: bytes | None) -> tuple[Intent, dict[str, bytes]]:
    """One more change of the file of `intent`, from `data` to `wanted`, and the bytes before and after by hash."""
    (file,) = before.files
    contents = {file.sha256: data}
    after = None
    if wanted is not None:
        after = Manifest.of_file(wanted, file.mode)
        contents[after.files[0].sha256] = wanted
    return Intent(f"{intent.slot}-{uuid4().hex[:8]}", intent.path, before, after), contents


def _without_entries(intent: Intent, history: SharedHistory, data: bytes) -> Merged:
    """`data` with the entries that are still as the run left them as they were before it. Raises EntryError."""
    earlier = None
    if intent.before is not None:
        (file,) = intent.before.files
        earlier = load_blobs({file.sha256})[file.sha256]
    return history.taken_back(data, earlier, set(history.changed) - set(history.edited_since(data)))


def clear_away(folder: ProjectFolder, staging: Staging, run: Run, intents: Sequence[Intent]) -> None:
    """Empty the slots of a run that is over, remove the folders it left empty, and drop its staging.

    They are looked at once more: a program that held a replaced folder open may have written to it since.
    What is not as recorded is moved aside, and the run's notes say where.
    """
    notes = [note for intent in intents for note in _discard(staging, intent)]
    if notes:
        add_notes(run, notes)
    remove_left_folders(folder, run)
    staging.drop()


def remove_left_folders(folder: ProjectFolder, run: Run) -> None:
    """Remove the folders that were once made for what `run` took away, where nothing else is in them."""
    for path, _ in sorted(run.left_folders, reverse=True):
        folder.remove_empty_folder(path)


def _clear_leftovers(folder: ProjectFolder, folder_key: str) -> Iterator[str]:
    """Clear away the staging of runs that died between their last commit and its removal, or before their first.

    That of a run of another folder came with a copy of it, and is kept as what is in no record.
    """
    ids = leftovers(folder)
    runs = Run.objects.filter(pk__in=ids).exclude(state=Run.State.RUNNING).select_related("project") if ids else ()
    known = {run.id: run for run in runs if run.folder_key == folder_key or run.project.path == str(folder.path)}
    for run_id in ids:
        run = known.get(run_id)
        if run is None and (kept := keep_whole(folder, run_id)):
            logger.warning(
                "A run of no record here left files behind.", extra={"folder": str(folder.path), "kept": kept}
            )
            yield f"A run that is in no record of this folder left files behind. They are kept in {kept}."
        with Staging(folder, run_id) as staging:
            if run is None:
                staging.drop()
            else:
                clear_away(folder, staging, run, intents_of(run))


def _discard(staging: Staging, intent: Intent) -> Iterator[str]:
    for name in (intent.slot, staging.slot(intent.slot).parked.name, f"{intent.slot}{RETIRED_SUFFIX}"):
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
    left, kept = _take_back_path(folder, staging, intent)
    return [*left, *kept]


def _take_back_path(folder: ProjectFolder, staging: Staging, intent: Intent) -> tuple[list[str], list[str]]:
    """As `take_back_path`: what was left as it is, and what was moved aside."""
    left: list[str] = []
    kept: list[str] = []
    try:
        left += _undo(folder, staging, intent)
    except FileNotFoundError:
        # A folder on the way was never made, or is gone with all that was in it.
        if intent.before is not None:
            left.append(f"{intent.path} is gone, with the folder it was in.")
    except OSError as error:
        left.append(describe(error, intent.path))
    try:
        # What a shared file was before is in the journal, and its own edits were never out of it.
        kept += _keep(staging, intent, spare_before=not left or intent.item is None)
    except OSError as error:
        kept.append(describe(error, staging.path))
    for created in reversed(intent.created_folders):
        folder.remove_empty_folder(created)
    return left, kept


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
