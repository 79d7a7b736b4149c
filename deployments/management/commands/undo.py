"""`manage.py undo`: take back the last run of a project; repeated, it walks back."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from accounts.models import User
from accounts.text import printable
from deployments.management.project_command import (
    ProjectCommand,
    add_project,
    add_run_options,
    is_fine,
    registered_project,
    report_lines,
    run_options,
)
from deployments.models import Run
from deployments.pages import run_entries
from deployments.report import as_data
from deployments.services.reports import Report
from deployments.services.undo import last_undoable, undo
from projects.models import Project


class Command(ProjectCommand):
    help = "Bring a project back to how it was before its last run: all of it, or nothing. Repeated, it walks back."

    def add_arguments(self, parser: CommandParser) -> None:
        add_project(parser)
        add_run_options(parser, atomic=False)
        super().add_arguments(parser)

    def carry_out(self, owner: User, options: Mapping[str, Any]) -> bool:
        project = registered_project(owner, options["project"])
        report = undo(project=project, by=owner, options=run_options(options))
        undone = _undone(project, report)
        if options["format"] == "json":
            self.write_data(as_data(report) | {"undone_run_number": undone.number})
        else:
            self.write_lines([printable(_told(undone)), *report_lines(report)])
        return is_fine(report)


def _undone(project: Project, report: Report) -> Run:
    """Which run was taken back, or would be."""
    if report.run is None:
        return last_undoable(project)
    undone: Run = project.runs.get(number=report.run.options["undone_run"])
    return undone


def _told(run: Run) -> str:
    (entry,) = run_entries([run])
    name = f" of {repr(entry.subject) if run.claimant else entry.subject}" if entry.subject else ""
    who = f" by {run.started_by}" if run.started_by else ""
    return f"Undo of run {run.number}: the {run.kind}{name}{who}, {run.started_at:%Y-%m-%d %H:%M} UTC"
