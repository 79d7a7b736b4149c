"""What a run did, or would do."""

from dataclasses import dataclass

from deployments.installer.decisions import Plan
from deployments.installer.diffs import Allowance, FileDiff, diff_bytes, diff_states
from deployments.installer.disk import ProjectFolder
from deployments.installer.journal import Result
from deployments.installer.results import result_of, results_given_up
from deployments.models import Run, RunItem


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, or with `run` None would do, artifact by artifact. `diffs`, when asked for, go with `results`."""

    kind: Run.Kind
    run: Run | None
    results: tuple[Result, ...]
    fingerprint: str
    diffs: tuple[tuple[FileDiff, ...], ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the run as a whole has to say, such as where it kept bytes that it could not put back."""
        return tuple(self.run.notes) if self.run else ()

    @property
    def counts(self) -> dict[str, int]:
        """How many results have each status."""
        totals = {status.value: 0 for status in RunItem.Status}
        for result in self.results:
            totals[result.status] += 1
        return totals


def planned(plan: Plan, *, atomic: bool) -> list[Result]:
    """What the plan would come to."""
    results = [result_of(item) for item in plan.items]
    return results_given_up(results) if atomic and any(item.is_error for item in plan.items) else results


def diffs_of(plan: Plan, folder: ProjectFolder) -> tuple[tuple[FileDiff, ...], ...]:
    """What each item of the plan changes, or would if it were not for a conflict. Reads the files that change."""
    allowance = Allowance()
    return tuple(
        (
            *(
                diff
                for change in (*item.changes, *item.proposed)
                for diff in diff_states(
                    change.path,
                    change.before.manifest,
                    change.after,
                    folder.contents(change.path, change.before.manifest, change.contents),
                    allowance,
                )
            ),
            *(diff for merge in item.merges if (diff := diff_bytes(*merge, allowance)) is not None),
        )
        for item in plan.items
    )
