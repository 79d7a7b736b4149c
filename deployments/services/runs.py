"""Deploying artifacts into a project and taking them out again: the way in for what changes a project's folder.

A run is a row before it is work. `carry_out` does both; whoever wants to answer before the work is done takes them in
two steps, as `deployments/services/background.py` does: `begin` checks, plans and holds the folder, `finish` does the
work, in any thread.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from artifacts.services.blobs import store_blobs
from deployments.exceptions import StalePlanError
from deployments.installer.apply import Assignment, Progress, Record, apply_plan, number_of_changes
from deployments.installer.bookkeeping import Bookkeeping, EntriesByPath, Signature
from deployments.installer.decisions import Claimant, DeploymentKey, OnConflict, Plan, PlanItem, Unwanted, Wanted
from deployments.installer.diffs import FileDiff
from deployments.installer.disk import ProjectFolder
from deployments.installer.journal import begin as begin_run
from deployments.installer.ledger import Ledger
from deployments.installer.merging import SharedChange, edits_by_file
from deployments.installer.plan import Situation, make_plan
from deployments.installer.recover import recover_folder
from deployments.models import Run
from deployments.services.folders import held, path_of
from deployments.services.logs import logged
from deployments.services.rendering import rendered_artifacts
from deployments.services.reports import Report, diffs_of, planned
from deployments.services.situations import situation_of
from profiles.models import DeploymentProfile
from projects.models import Project

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run goes about it.

    `on_conflict` says what becomes of somebody else's work. With `atomic` the first error takes the whole run back.
    With `dry_run` nothing is locked, written or recorded. With `diffs` the report says what changes inside
    files. A `fingerprint` is that of a plan seen before: only exactly that one is applied.
    """

    on_conflict: OnConflict = OnConflict.FAIL
    atomic: bool = False
    dry_run: bool = False
    diffs: bool = False
    fingerprint: str | None = None


DEFAULT_OPTIONS = RunOptions()


@dataclass(frozen=True, slots=True)
class Intention:
    """A plan, what it has in mind for shared files, and how it is recorded once it is carried out.

    `options` are kept with the run; `modes` are those of folders that may have to be made again.
    """

    plan: Plan
    shared: Sequence[SharedChange]
    record: Record
    options: Mapping[str, object] = field(default_factory=dict)
    modes: Mapping[str, int] = field(default_factory=dict)


type MakeIntention = Callable[[Situation], Intention]


@dataclass(frozen=True, slots=True)
class Job:
    """What a run is to do: where, in whose name, for whom and how. `intend` plans it, once the folder is held.

    The log calls it `name`, with `fields` besides.
    """

    name: str
    project: Project
    kind: Run.Kind
    claimant: Claimant | None
    by: User
    options: RunOptions
    intend: MakeIntention
    fields: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PendingRun:
    """A run that has its row, holds its folder and knows what it will do. `finish` ends all three.

    `held` lets go of the folder and ends the entry in the log, whose `fields` can still be added to.
    """

    run: Run
    assignment: Assignment
    ledger: Ledger
    plan: Plan
    intention: Intention
    diffs: tuple[tuple[FileDiff, ...], ...]
    fields: dict[str, object]
    held: ExitStack


def deploy(
    *,
    project: Project,
    profiles: Sequence[DeploymentProfile],
    artifacts: Sequence[UUID],
    claimant: Claimant,
    by: User,
    options: RunOptions = DEFAULT_OPTIONS,
    prune: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Deploy `artifacts` into `project` under each of `profiles`, in the name of `claimant`.

    With `prune` the claimant also gives up what it claimed under these profiles and is not among `artifacts`.
    One artifact's failure is a result and stops no other. A run that was cut off before is taken
    back first.

    Raises FolderBusyError when another run is at work in the folder, ProjectFolderError when the folder cannot be
    worked in, StalePlanError when the plan is not the one that `options` name; nothing has been written then.
    """
    job = deploying(
        project=project,
        profiles=profiles,
        artifacts=artifacts,
        claimant=claimant,
        by=by,
        options=options,
        prune=prune,
    )
    return carry_out(job=job, progress=progress)


def deploying(
    *,
    project: Project,
    profiles: Sequence[DeploymentProfile],
    artifacts: Sequence[UUID],
    claimant: Claimant,
    by: User,
    options: RunOptions = DEFAULT_OPTIONS,
    prune: bool = False,
    only: Collection[DeploymentKey] | None = None,
    name: str = "Deploying artifacts",
    fields: Mapping[str, object] | None = None,
) -> Job:
    """What `deploy` does, to be carried out; of it, if given, `only` some pairs of artifact and profile.

    Some of it alone never prunes.
    """
    wanted = rendered_artifacts(artifacts, profiles)
    prune = prune and only is None
    if only is not None:
        wanted = [each for each in wanted if each.target.key in only]
    targeted = {profile.profile_id for profile in profiles}
    kept = set(artifacts)

    def intend(situation: Situation) -> Intention:
        unwanted = [
            each
            for each in claimed_by(situation.ledger, claimant.key)
            if prune and each.target.profile_id in targeted and each.target.artifact_uuid not in kept
        ]
        signature = Signature(claimant, by.pk, timezone.now())
        return replace(_intention(situation, wanted, unwanted, signature), options={"prune": prune})

    return Job(
        name,
        project,
        Run.Kind.DEPLOY,
        claimant,
        by,
        options,
        intend,
        {"profile_id": ",".join(profile.profile_id for profile in profiles), **(fields or {})},
    )


def undeploy(
    *,
    project: Project,
    by: User,
    claimant: Claimant | None = None,
    artifacts: Collection[UUID] | None = None,
    profile_ids: Collection[str] | None = None,
    options: RunOptions = DEFAULT_OPTIONS,
    progress: Progress | None = None,
) -> Report:
    """Give up claims in `project`, and remove what nobody claims then.

    With a `claimant` its claims go, else everybody's; with `artifacts` and `profile_ids` only those on these. What was
    edited since stays, as a conflict. What was there before any deploy stays and is forgotten. Neither the
    set nor the profile nor the artifact need exist any more.

    Raises as `deploy` does.
    """
    job = undeploying(
        project=project,
        by=by,
        claimant=claimant,
        artifacts=artifacts,
        profile_ids=profile_ids,
        options=options,
    )
    return carry_out(job=job, progress=progress)


def undeploying(
    *,
    project: Project,
    by: User,
    claimant: Claimant | None = None,
    artifacts: Collection[UUID] | None = None,
    profile_ids: Collection[str] | None = None,
    only: Collection[DeploymentKey] | None = None,
    options: RunOptions = DEFAULT_OPTIONS,
    name: str = "Undeploying artifacts",
    fields: Mapping[str, object] | None = None,
) -> Job:
    """What `undeploy` does, to be carried out; of it, if given, `only` some pairs of artifact and profile."""

    def intend(situation: Situation) -> Intention:
        key = claimant.key if claimant else None
        unwanted = [
            each
            for each in claimed_by(situation.ledger, key)
            if (artifacts is None or each.target.artifact_uuid in artifacts)
            and (profile_ids is None or each.target.profile_id in profile_ids)
            and (only is None or each.target.key in only)
        ]
        return _intention(situation, [], unwanted, Signature(claimant, by.pk, timezone.now()))

    return Job(
        name,
        project,
        Run.Kind.UNDEPLOY,
        claimant,
        by,
        options,
        intend,
        {"profile_id": ",".join(profile_ids or ()), **(fields or {})},
    )


def undeploy_artifacts(
    *,
    project: Project,
    by: User,
    artifacts: Collection[UUID] | None = None,
    profile_ids: Collection[str] | None = None,
    options: RunOptions = DEFAULT_OPTIONS,
) -> Report:
    """Undeploy artifacts, or all of them, whoever claims them. Raises as `deploy` does."""
    return undeploy(project=project, by=by, artifacts=artifacts, profile_ids=profile_ids, options=options)


def claimed_by(ledger: Ledger, claimant: str | None) -> list[Unwanted]:
    """The deployments that `claimant` claims, or all of them, by name; as if they were not wanted any more."""
    claimed = {deployment for deployment, key in ledger.claims if claimant is None or key == claimant}
    everything = claimed if claimant is not None else ledger.deployments.keys()
    targets = [ledger.deployments[deployment].target for deployment in everything]
    targets.sort(key=lambda target: (target.label, target.namespace, target.profile_id, target.artifact_uuid))
    return [Unwanted(target, claimant) for target in targets]


def _intention(
    situation: Situation, wanted: Sequence[Wanted], unwanted: Sequence[Unwanted], signature: Signature
) -> Intention:
    plan = make_plan(situation, wanted, unwanted)

    def record(items: Sequence[PlanItem], entries: EntriesByPath) -> Ledger:
        bookkeeping = Bookkeeping(situation.ledger, signature)
        bookkeeping.record(items, entries)
        store_blobs(bookkeeping.states)
        return bookkeeping.ledger

    return Intention(plan, edits_by_file(plan.items, situation.recorded_entries), record)


def carry_out(*, job: Job, progress: Progress | None = None) -> Report:
    """Make a plan and, unless this is a dry run, apply it under the folder's lock. Raises as `deploy` does."""
    if job.options.dry_run:
        return _tried_out(job)
    return finish(pending=begin(job=job), progress=progress)


def _tried_out(job: Job) -> Report:
    options, fields = job.options, _fields_of(job)
    with logged(logger, job.name, fields), ProjectFolder(path_of(job.project)) as folder:
        intention = job.intend(situation_of(job.project, folder, options.on_conflict))
        plan = _in_context(job, intention)
        diffs = diffs_of(plan, folder) if options.diffs else ()
        report = Report(job.kind, None, tuple(planned(plan, atomic=options.atomic)), plan.fingerprint, diffs)
        fields.update(report.counts)
    return report


def begin(*, job: Job, wait_seconds: float | None = None) -> PendingRun:
    """Hold the folder, take back what was cut off there, plan, and record that the run has begun.

    Waits so long for another run to end, by default as long as a command does. Raises as `deploy` does; nothing is
    recorded then. Else the folder is held until `finish`, which has to follow.
    """
    project, options, fields = job.project, job.options, _fields_of(job)
    with ExitStack() as stack:
        stack.enter_context(logged(logger, job.name, fields))
        folder, folder_key = stack.enter_context(held(project, wait_seconds))
        recovered = recover_folder(folder, folder_key)
        situation = situation_of(project, folder, options.on_conflict)
        intention = job.intend(situation)
        plan = _in_context(job, intention)
        if options.fingerprint is not None and options.fingerprint != plan.fingerprint:
            raise StalePlanError
        diffs = diffs_of(plan, folder) if options.diffs else ()
        run = begin_run(
            project=project,
            folder_key=folder_key,
            kind=job.kind,
            claimant=job.claimant,
            options={**_choices(options), **intention.options},
            started_by=job.by,
            changes=number_of_changes(plan, intention.shared),
            notes=recovered.notes,
        )
        fields["run_id"] = str(run.pk)
        assignment = Assignment(folder, run, atomic=options.atomic, modes=intention.modes)
        return PendingRun(run, assignment, situation.ledger, plan, intention, diffs, fields, stack.pop_all())


def finish(*, pending: PendingRun, progress: Progress | None = None) -> Report:
    """Carry out a run that has begun, and let go of its folder. Raises ProjectFolderError and FolderBusyError.

    Whatever it raises, the run's row says what happened, unless the database does not answer.
    """
    intention, plan = pending.intention, pending.plan
    with pending.held:
        assignment = replace(pending.assignment, progress=progress)
        results = apply_plan(assignment, pending.ledger, plan, intention.shared, intention.record)
        report = Report(Run.Kind(pending.run.kind), pending.run, tuple(results), plan.fingerprint, pending.diffs)
        pending.fields.update(report.counts)
    return report


def _fields_of(job: Job) -> dict[str, object]:
    return {**job.fields, "project_id": str(job.project.pk), "dry_run": job.options.dry_run}


def _choices(options: RunOptions) -> dict[str, object]:
    return {"on_conflict": options.on_conflict.value, "atomic": options.atomic}


def _in_context(job: Job, intention: Intention) -> Plan:
    """The plan, told apart from one that looks alike for somebody else, elsewhere or under other choices."""
    also = {**_choices(job.options), **intention.options}
    who = job.claimant.key if job.claimant else ""
    context = (job.project.path, job.kind.value, who, *(f"{name}={value}" for name, value in sorted(also.items())))
    return replace(intention.plan, context=context)
