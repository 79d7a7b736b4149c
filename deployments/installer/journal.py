"""The database side of a run: that it has begun, the intent before anything moves, the records when all is done.

Three commits a run. Between the last two the disk changes and the database does not, so a run found
`running` with its folder's lock free was cut off, and its journal says how to take it back. One without a journal
has changed nothing.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from artifacts.manifests import Manifest
from artifacts.services.blobs import load_blobs, store_blobs
from deployments.installer.decisions import Claimant
from deployments.installer.ledger import RowsBefore
from deployments.installer.shared_files.history import SharedHistory
from deployments.models import JournalEntry, Run, RunItem
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Intent:
    """One change as it stands in the journal: a path, its states before and after (None: nothing there).

    `slot` is its place in the staging folder. `created_folders` are the parents that had to be made. `item` is
    the position of the run's item it is made for; a file that others share has a `history` instead.
    """

    slot: str
    path: str
    before: Manifest | None
    after: Manifest | None
    created_folders: tuple[str, ...] = ()
    item: int | None = None
    history: SharedHistory | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did, or would do, about one artifact under one profile.

    `places` are its paths in words for people: of a file that others share, which entries of it are meant. `warnings`
    say what is lost or to be looked at, `notes` what is written in another way.
    """

    artifact_uuid: UUID
    artifact_id: str
    artifact_type: str
    namespace: str
    profile_id: str
    platform: str
    status: RunItem.Status
    action: str
    reason: str
    warnings: tuple[str, ...]
    paths: tuple[str, ...]
    places: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def begin(
    *,
    project: Project,
    folder_key: str,
    kind: Run.Kind,
    claimant: Claimant | None,
    options: Mapping[str, Any],
    started_by: User,
    changes: int,
    notes: Sequence[str] = (),
) -> Run:
    """Commit that a run has begun, which is to make so many changes. The caller holds the folder's lock."""
    with transaction.atomic():
        run = Run(
            project=project,
            number=_next_number(project),
            kind=kind,
            state=Run.State.RUNNING,
            claimant=claimant.key if claimant else "",
            claimant_label=claimant.label if claimant else "",
            options=dict(options),
            folder_key=folder_key,
            started_by=started_by,
            started_at=timezone.now(),
            progress_total=changes,
            notes=list(notes),
        )
        run.save(force_insert=True)
    return run


def refuse(*, project: Project, kind: Run.Kind, claimant: Claimant, started_by: User, note: str) -> None:
    """Commit that a run could not begin, and why."""
    now = timezone.now()
    with transaction.atomic():
        Run(
            project=project,
            number=_next_number(project),
            kind=kind,
            state=Run.State.GIVEN_UP,
            claimant=claimant.key,
            claimant_label=claimant.label,
            started_by=started_by,
            started_at=now,
            finished_at=now,
            notes=[note],
        ).save(force_insert=True)


def intend(run: Run, intents: Sequence[Intent], contents: Mapping[str, bytes]) -> None:
    """Commit what `run` is about to do: its journal, and every byte before and after."""
    with transaction.atomic():
        _write(run, intents, contents, first_position=0)


def append(run: Run, intent: Intent, contents: Mapping[str, bytes]) -> None:
    """Commit one more change that `run` is about to make."""
    with transaction.atomic():
        newest = run.journal.aggregate(newest=Max("position"))["newest"]
        _write(run, [intent], contents, first_position=0 if newest is None else newest + 1)


def _write(run: Run, intents: Sequence[Intent], contents: Mapping[str, bytes], *, first_position: int) -> None:
    manifests = {
        manifest.sha256: manifest.encoded
        for intent in intents
        for manifest in (intent.before, intent.after)
        if manifest is not None
    }
    store_blobs({**contents, **manifests})
    JournalEntry.objects.bulk_create(
        JournalEntry(
            run=run,
            position=position,
            path=intent.path,
            slot=intent.slot,
            before_id=intent.before.sha256 if intent.before else None,
            after_id=intent.after.sha256 if intent.after else None,
            created_folders=list(intent.created_folders),
            item_position=intent.item,
            shared=intent.history.as_json() if intent.history else None,
        )
        for position, intent in enumerate(intents, start=first_position)
    )


def finish(
    run: Run,
    results: Sequence[Result],
    *,
    state: Run.State = Run.State.DONE,
    dropped_slots: AbstractSet[str] = frozenset(),
    rows_before: RowsBefore | None = None,
    left_folders: Mapping[str, int] | None = None,
) -> None:
    """Note the run as over, within the caller's transaction; changes that were not made leave the journal."""
    if dropped_slots:
        run.journal.filter(slot__in=dropped_slots).delete()
    RunItem.objects.bulk_create(
        RunItem(
            run=run,
            position=position,
            artifact_uuid=result.artifact_uuid,
            artifact_label=result.artifact_id,
            artifact_namespace=result.namespace,
            deployment_profile_id=result.profile_id,
            platform=result.platform,
            status=result.status,
            action=result.action,
            reason=result.reason,
            warnings=list(result.warnings),
            notes=list(result.notes),
            paths=list(result.paths),
        )
        for position, result in enumerate(results)
    )
    run.state = state
    run.progress_done = run.progress_total
    run.finished_at = timezone.now()
    run.rows_before = None if rows_before is None else rows_before.as_json() if rows_before else {}
    run.left_folders = [[path, mode] for path, mode in (left_folders or {}).items()]
    run.save(update_fields=["state", "progress_done", "finished_at", "rows_before", "left_folders"])


def is_over(run: Run) -> bool:
    """Whether `run` is over and its records are committed.

    Asks over a new connection: one that was interrupted in its commit may still see what is not committed.
    """
    if not connection.in_atomic_block:
        connection.close()
    return Run.objects.filter(pk=run.pk).exclude(state=Run.State.RUNNING).exists()


def note_progress(run: Run, done: int) -> None:
    """Let other processes see how far the run is."""
    Run.objects.filter(pk=run.pk).update(progress_done=done)


def close_recovered(run: Run, notes: Sequence[str]) -> None:
    """Note that a run which was cut off has been taken back, and what had to be left."""
    _close(run, Run.State.RECOVERED, notes)


def close_unbegun(run: Run, note: str) -> None:
    """Note that a run could not make its first change, and why."""
    _close(run, Run.State.GIVEN_UP, [note])


def _close(run: Run, state: Run.State, notes: Sequence[str]) -> None:
    run.state = state
    run.notes = [*run.notes, *notes]
    run.finished_at = timezone.now()
    run.save(update_fields=["state", "notes", "finished_at"])


def forget_creations(run: Run) -> None:
    """Strike from the journal what `run` put where nothing was."""
    run.journal.filter(before=None).delete()


def add_notes(run: Run, notes: Sequence[str]) -> None:
    """Add to what the run has to say."""
    run.notes = [*run.notes, *notes]
    run.save(update_fields=["notes"])


def intents_of(run: Run) -> list[Intent]:
    """The journal of `run`, in the order it was written. Two queries and one for every 500 manifests."""
    entries = list(run.journal.order_by("position"))
    hashes = {key for entry in entries for key in (entry.before_id, entry.after_id) if key is not None}
    manifests = {key: Manifest.decode(data) for key, data in load_blobs(hashes).items()}
    return [
        Intent(
            slot=entry.slot,
            path=entry.path,
            before=manifests[entry.before_id] if entry.before_id else None,
            after=manifests[entry.after_id] if entry.after_id else None,
            created_folders=tuple(entry.created_folders),
            item=entry.item_position,
            history=SharedHistory.from_json(entry.shared) if entry.shared else None,
        )
        for entry in entries
    ]


def _next_number(project: Project) -> int:
    newest = project.runs.aggregate(newest=Max("number"))["newest"]
    return int(newest or 0) + 1
