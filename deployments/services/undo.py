"""Taking back the last run of a project; repeated, it walks back."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from accounts.models import User
from artifacts.services.blobs import load_blobs
from deployments.exceptions import NothingToUndoError, OtherRunToUndoError
from deployments.installer.apply import Progress
from deployments.installer.bookkeeping import EntriesByPath, note_entries
from deployments.installer.decisions import DeploymentKey, PlanItem, Target
from deployments.installer.journal import Intent, intents_of
from deployments.installer.ledger import Ledger, RowsBefore
from deployments.installer.plan import Situation
from deployments.installer.undo import Undone, UndoPlanner
from deployments.models import Run, RunItem
from deployments.services.garbage import kept_runs, undoable_runs
from deployments.services.reports import Report
from deployments.services.runs import DEFAULT_OPTIONS, Intention, Job, RunOptions, carry_out
from projects.models import Project


def last_undoable(project: Project) -> Run:
    """The run that an undo would take back: the last one that changed anything and is not undone.

    Raises NothingToUndoError when there is none, or when what is needed for it is no longer kept.
    """
    run = undoable_runs().filter(project=project).order_by("-number").first()
    if run is None:
        raise NothingToUndoError("There is no run to undo: none has changed anything, or all are undone.")
    # Where nobody has collected yet it is the same as where somebody has.
    if run.rows_before is None or not kept_runs().filter(pk=run.pk).exists():
        raise NothingToUndoError(f"Run {run.number} cannot be undone: what it replaced is no longer kept.")
    return run


def undo(
    *,
    project: Project,
    by: User,
    run_id: UUID | None = None,
    options: RunOptions = DEFAULT_OPTIONS,
    progress: Progress | None = None,
) -> Report:
    """Bring files, folders, modes and records back to how they were before the last run that is not undone.

    It happens as a whole or not at all. What was edited since is a conflict: by default nothing is undone then; with
    `skip` it stays as it is, and with `overwrite` the edit goes, kept by the run of the undo. With `run_id` it happens
    only if that is the run.

    Raises NothingToUndoError, OtherRunToUndoError, and what `deploy` raises.
    """
    return carry_out(job=undoing(project=project, by=by, run_id=run_id, options=options), progress=progress)


def undoing(*, project: Project, by: User, run_id: UUID | None = None, options: RunOptions = DEFAULT_OPTIONS) -> Job:
    """What `undo` does, to be carried out. Raises NothingToUndoError."""
    last_undoable(project)
    return Job(
        name="Undoing a run",
        project=project,
        kind=Run.Kind.UNDO,
        claimant=None,
        by=by,
        options=replace(options, atomic=True),
        intend=lambda situation: _intention(project, situation, run_id),
    )


def _intention(project: Project, situation: Situation, run_id: UUID | None) -> Intention:
    run = last_undoable(project)
    if run_id not in (None, run.pk):
        raise OtherRunToUndoError(run.number, run.pk)
    items = list(run.items.order_by("position"))
    intents = intents_of(run)
    rows = RowsBefore.from_json(run.rows_before or {})
    recorded = _recorded_anew(rows, situation.ledger)
    touched = sorted(
        {position for intent in intents for position in _positions(intent)}
        | {position for position, item in enumerate(items) if _key(item) in recorded}
    )
    numbers = {position: number for number, position in enumerate(touched)}
    undone = [_undone(items[position]) for position in touched]
    planner = UndoPlanner(situation.look, situation.read, _kept(intents), situation.on_conflict)
    plan, shared = planner.plan(undone, [_renumbered(intent, numbers) for intent in intents])

    def record(items: Sequence[PlanItem], entries: EntriesByPath) -> Ledger:
        run.state = Run.State.UNDONE
        run.save(update_fields=["state"])
        ledger = situation.ledger.restored(rows)
        note_entries(ledger, entries)
        return ledger

    return Intention(
        plan,
        shared,
        record,
        options={"undone_run": run.number},
        modes=dict(run.left_folders),
    )


def _recorded_anew(rows: RowsBefore, ledger: Ledger) -> set[DeploymentKey]:
    """The deployments of which other things will be recorded than now, once `rows` are as they were."""
    ids = rows.deployments.keys() | {deployment for deployment, _ in (*rows.links, *rows.claims)}
    found = {each: rows.deployments.get(each) or ledger.deployments.get(each) for each in ids}
    return {row.target.key for row in found.values() if row is not None}


def _key(item: RunItem) -> DeploymentKey:
    return item.artifact_uuid, item.deployment_profile_id


def _positions(intent: Intent) -> set[int]:
    positions = set() if intent.item is None else {intent.item}
    return positions | set(intent.history.items.values() if intent.history else ())


def _renumbered(intent: Intent, numbers: dict[int, int]) -> Intent:
    history = intent.history
    if history is not None:
        history = replace(history, items={key: numbers[position] for key, position in history.items.items()})
    return replace(intent, item=None if intent.item is None else numbers[intent.item], history=history)


def _kept(intents: Sequence[Intent]) -> dict[str, bytes]:
    """The bytes before the run, by hash. Holds them all: as many as a run may replace."""
    return load_blobs({file.sha256 for intent in intents if intent.before for file in intent.before.files})


def _undone(item: RunItem) -> Undone:
    target = Target(
        artifact_uuid=item.artifact_uuid,
        label=item.artifact_label,
        namespace=item.artifact_namespace,
        artifact_type=item.artifact_type,
        profile_id=item.deployment_profile_id,
        platform=item.platform,
        profile_root_dir="",
    )
    return Undone(target, tuple(item.paths))
