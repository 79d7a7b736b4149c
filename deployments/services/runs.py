"""Deploying artifacts into a project and taking them out again: the way in for what changes a project's folder."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from artifacts.services.blobs import store_blobs
from deployments.exceptions import StalePlanError
from deployments.installer.apply import Assignment, Progress, Record, apply_plan
from deployments.installer.bookkeeping import Bookkeeping, EntriesByPath, Signature
from deployments.installer.decisions import Claimant, OnConflict, Plan, PlanItem, Unwanted, Wanted
from deployments.installer.disk import ProjectFolder
from deployments.installer.journal import add_notes
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
    wanted = rendered_artifacts(artifacts, profiles)
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

    return carry_out(
        project=project,
        kind=Run.Kind.DEPLOY,
        claimant=claimant,
        by=by,
        options=options,
        intend=intend,
        progress=progress,
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

    def intend(situation: Situation) -> Intention:
        key = claimant.key if claimant else None
        unwanted = [
            each
            for each in claimed_by(situation.ledger, key)
            if (artifacts is None or each.target.artifact_uuid in artifacts)
            and (profile_ids is None or each.target.profile_id in profile_ids)
        ]
        return _intention(situation, [], unwanted, Signature(claimant, by.pk, timezone.now()))

    return carry_out(
        project=project,
        kind=Run.Kind.UNDEPLOY,
        claimant=claimant,
        by=by,
        options=options,
        intend=intend,
        progress=progress,
    )


def undeploy_artifacts(
    *,
    project: Project,
    by: User,
    artifacts: Collection[UUID] | None = None,
    profile_ids: Collection[str] | None = None,
    options: RunOptions = DEFAULT_OPTIONS,
) -> Report:
    """Undeploy artifacts, or all of them, whoever claims them; and say so in the log. Raises as `deploy` does."""
    fields: dict[str, object] = {
        "project_id": str(project.pk),
        "profile_id": ",".join(profile_ids or ()),
        "dry_run": options.dry_run,
    }
    with logged(logger, "Undeploying artifacts", fields):
        report = undeploy(project=project, by=by, artifacts=artifacts, profile_ids=profile_ids, options=options)
        fields.update(report.counts)
    return report


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


def carry_out(
    *,
    project: Project,
    kind: Run.Kind,
    claimant: Claimant | None,
    by: User,
    options: RunOptions,
    intend: MakeIntention,
    progress: Progress | None = None,
) -> Report:
    """Make a plan and, unless this is a dry run, apply it under the folder's lock. Raises as `deploy` does."""
    chosen: dict[str, object] = {"on_conflict": options.on_conflict.value, "atomic": options.atomic}

    def in_context(intention: Intention) -> Plan:
        """The plan, told apart from one that looks alike for somebody else, elsewhere or under other choices."""
        also = {**chosen, **intention.options}
        who = claimant.key if claimant else ""
        context = (project.path, kind.value, who, *(f"{name}={value}" for name, value in sorted(also.items())))
        return replace(intention.plan, context=context)

    if options.dry_run:
        with ProjectFolder(path_of(project)) as folder:
            intention = intend(situation_of(project, folder, options.on_conflict))
            plan = in_context(intention)
            diffs = diffs_of(plan, folder) if options.diffs else ()
            return Report(kind, None, tuple(planned(plan, atomic=options.atomic)), plan.fingerprint, diffs)
    with held(project) as (folder, folder_key):
        recovered = recover_folder(folder, folder_key)
        situation = situation_of(project, folder, options.on_conflict)
        intention = intend(situation)
        plan = in_context(intention)
        if options.fingerprint is not None and options.fingerprint != plan.fingerprint:
            raise StalePlanError
        diffs = diffs_of(plan, folder) if options.diffs else ()
        assignment = Assignment(
            folder=folder,
            folder_key=folder_key,
            project=project,
            kind=kind,
            claimant=claimant,
            options={**chosen, **intention.options},
            by=by,
            atomic=options.atomic,
            modes=intention.modes,
            progress=progress,
        )
        run, results = apply_plan(assignment, situation.ledger, plan, intention.shared, intention.record)
        if recovered.notes:
            add_notes(run, recovered.notes)
        return Report(kind, run, tuple(results), plan.fingerprint, diffs)
