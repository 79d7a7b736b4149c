"""What the pages of projects and runs show: reads put together, each in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Min, Q

from deployments.models import Run, RunItem


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run, what it was about, the run that it took back and the one that took it back."""

    run: Run
    subject: str
    undone: Run | None = None
    undone_by: Run | None = None


def run_entries(runs: Sequence[Run]) -> list[RunEntry]:
    """An entry for each of a page of runs. Two queries."""
    subjects = _subjects(runs)
    related = _undone_and_undos(runs)
    by_number = {(run.project_id, run.number): run for run in related}
    undos = {(run.project_id, run.options.get("undone_run")): run for run in related if run.state == Run.State.DONE}
    return [
        RunEntry(
            run,
            run.claimant_label or subjects.get(run.pk, ""),
            undone=by_number.get((run.project_id, run.options.get("undone_run"))),
            undone_by=undos.get((run.project_id, run.number)) if run.state == Run.State.UNDONE else None,
        )
        for run in runs
    ]


def _subjects(runs: Sequence[Run]) -> dict[UUID, str]:
    """For each undeploy that nobody signed, the artifacts that it took out."""
    unsigned = [run.pk for run in runs if run.kind == Run.Kind.UNDEPLOY and not run.claimant]
    rows = RunItem.objects.filter(run__in=unsigned).order_by().values_list("run")
    named = rows.annotate(first=Min("artifact_label"), number=Count("artifact_uuid", distinct=True))
    return {run_id: first if number == 1 else f"{first} and {number - 1} more" for run_id, first, number in named}


def _undone_and_undos(runs: Sequence[Run]) -> list[Run]:
    """Of the runs' projects: those numbered as one that any of `runs` took back, and the undos of any of them."""
    taken_back = [run.options["undone_run"] for run in runs if "undone_run" in run.options]
    undone = [run.number for run in runs if run.state == Run.State.UNDONE]
    undos = Q(kind=Run.Kind.UNDO, state=Run.State.DONE, options__undone_run__in=undone)
    return list(Run.objects.filter(undos | Q(number__in=taken_back), project__in={run.project_id for run in runs}))
