"""Deploying artifacts into a project: the way in for everything that changes a project's folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from accounts.models import User
from artifacts.queries import LoadedArtifact, load_artifacts
from deployments.exceptions import ProjectFolderError
from deployments.installer import records
from deployments.installer.apply import Assignment, Progress, apply_plan, result_of
from deployments.installer.decisions import Missing, OnConflict, Plan, Unrenderable, Wanted
from deployments.installer.disk import DiskReader, ProjectFolder, describe
from deployments.installer.journal import Claimant, Result, add_notes
from deployments.installer.plan import make_plan
from deployments.installer.recover import Recovered, recover_folder
from deployments.models import Run, RunItem
from profiles.models import DeploymentProfile
from profiles.platforms import module_for
from profiles.rendering import ProfileLayout, Rendering, Unsupported
from projects.exceptions import FolderBusyError, PathError
from projects.locks import folder_lock
from projects.models import Project
from projects.services import folder_of

LOCK_WAIT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class RequestedArtifact:
    """An artifact somebody wants deployed, and what to call it should it be gone altogether."""

    uuid: UUID
    label: str


@dataclass(frozen=True, slots=True)
class DeployReport:
    """What a deploy did, or with `run` None would do, artifact by artifact."""

    run: Run | None
    results: tuple[Result, ...]
    fingerprint: str

    @property
    def notes(self) -> tuple[str, ...]:
        """What the run as a whole has to say, such as where it kept bytes that it could not put back."""
        return tuple(self.run.notes) if self.run else ()

    @property
    def counts(self) -> dict[str, int]:
        """How many results have each status, and each action."""
        totals = {status.value: 0 for status in RunItem.Status}
        for result in self.results:
            totals[result.status] += 1
        return totals


def deploy(
    *,
    project: Project,
    profiles: Sequence[DeploymentProfile],
    artifacts: Sequence[RequestedArtifact],
    claimant: Claimant,
    by: User,
    on_conflict: OnConflict = OnConflict.FAIL,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> DeployReport:
    """Deploy `artifacts` into `project` under each of `profiles`, in the name of `claimant`.

    One artifact's failure is a result and stops no other. A run that was cut off before is taken
    back first. With `dry_run` nothing is locked, written or recorded.

    Raises FolderBusyError when another run is at work in the folder, ProjectFolderError when the
    folder cannot be worked in; nothing has been written then.
    """
    wanted = _wanted(artifacts, profiles)
    if dry_run:
        with ProjectFolder(_folder_of(project)) as folder:
            plan = _plan(project, folder, wanted, on_conflict)
        return DeployReport(None, tuple(result_of(item) for item in plan.items), plan.fingerprint)
    with _held(project) as (folder, folder_key):
        recovered = recover_folder(folder, folder_key)
        plan = _plan(project, folder, wanted, on_conflict)
        assignment = Assignment(folder, folder_key, project, claimant, on_conflict, by, progress)
        run, results = apply_plan(assignment, plan)
        if recovered.notes:
            add_notes(run, recovered.notes)
    return DeployReport(run, tuple(results), plan.fingerprint)


def recover_project(*, project: Project) -> Recovered:
    """Take back what a run that was cut off left half done in the project's folder, and tidy up after it.

    Raises FolderBusyError and ProjectFolderError as `deploy` does.
    """
    with _held(project) as (folder, folder_key):
        return recover_folder(folder, folder_key)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What became of one project whose last run was cut off."""

    project: Project
    outcome: str
    notes: tuple[str, ...] = ()
    is_whole: bool = True


def recover_all() -> Iterator[Recovery]:
    """Make every project whole whose run was cut off, one after the other; those that had such a run.

    Visits every registered folder, since a run may have died before its first row was written.
    """
    for project in Project.objects.order_by("path", "pk").iterator():
        try:
            recovered = recover_project(project=project)
        except FolderBusyError as error:
            yield Recovery(project, str(error), is_whole=False)
        except ProjectFolderError as error:
            if project.runs.filter(state=Run.State.RUNNING).exists():
                yield Recovery(project, str(error), is_whole=False)
        else:
            for run in recovered.runs:
                yield Recovery(run.project, f"Run {run.number} was cut off and has been taken back.", tuple(run.notes))
            for note in recovered.notes:
                yield Recovery(project, note)


def _folder_of(project: Project) -> Path:
    try:
        return folder_of(project)
    except PathError as error:
        raise ProjectFolderError(str(error)) from error


@contextmanager
def _held(project: Project) -> Iterator[tuple[ProjectFolder, str]]:
    """The project's folder, open and locked against every other run and against being forgotten."""
    path = _folder_of(project)
    try:
        with (
            ProjectFolder(path) as folder,
            folder_lock(path, LOCK_WAIT_SECONDS, descriptor=folder.descriptor) as lock,
        ):
            if not Project.objects.filter(pk=project.pk).exists():
                raise ProjectFolderError(f"The project in {path} has been deleted meanwhile. Nothing was written.")
            yield folder, lock.key
    except OSError as error:
        raise ProjectFolderError(describe(error, str(path))) from error


def _plan(project: Project, folder: ProjectFolder, wanted: Sequence[Wanted], on_conflict: OnConflict) -> Plan:
    recorded = records.load(project)
    return make_plan(
        wanted, recorded.placements, recorded.previous, DiskReader(folder).look, records.state, on_conflict
    )


def _wanted(artifacts: Sequence[RequestedArtifact], profiles: Sequence[DeploymentProfile]) -> list[Wanted]:
    """Every artifact under every profile, rendered, in the order that decides who lands first."""
    loaded = load_artifacts([artifact.uuid for artifact in artifacts])
    layouts = [(profile, profile.layout) for profile in profiles]
    return [
        _rendered(requested, loaded.get(requested.uuid), profile.profile_id, layout)
        for requested in artifacts
        for profile, layout in layouts
    ]


def _rendered(
    requested: RequestedArtifact, artifact: LoadedArtifact | None, profile_id: str, layout: ProfileLayout
) -> Wanted:
    return Wanted(
        artifact_uuid=requested.uuid,
        label=artifact.label if artifact else requested.label,
        namespace=artifact.namespace if artifact else "",
        artifact_type=artifact.type.value if artifact else requested.label.partition(":")[0],
        profile_id=profile_id,
        platform=layout.platform.value,
        profile_root_dir=layout.root_dir,
        version_id=artifact.version_id if artifact else None,
        outcome=_render(artifact, layout),
        flags=artifact.flags if artifact else (),
    )


def _render(artifact: LoadedArtifact | None, layout: ProfileLayout) -> Rendering | Unsupported | Missing | Unrenderable:
    if artifact is None or artifact.content is None:
        return Missing("It does not exist any more. Remove it from the set.")
    if artifact.gone:
        return Missing("It is gone from its collection. Import the collection again, or remove it from the set.")
    if artifact.target_platforms is not None and layout.platform not in artifact.target_platforms:
        targets = ", ".join(platform.label for platform in artifact.target_platforms)
        return Unsupported(f"It is meant for {targets} only.")
    if artifact.type not in layout.supported_artifact_types:
        return Unsupported(f"The profile does not take artifacts of type {artifact.type.value}.")
    module = module_for(layout.platform)
    render = module.renders.get(artifact.type) if module else None
    if render is None:
        return Unsupported(f"{layout.platform.label} has no place for artifacts of type {artifact.type.value} yet.")
    try:
        return render(artifact.content, layout)
    except PathError as error:
        return Unrenderable(str(error))
