"""`manage.py bring_up_to_date`: deploy a set again wherever it is live, and remove there what it no longer holds."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from accounts.models import User
from accounts.text import printable
from deployment_sets.management.set_command import SetCommand, find_set
from deployment_sets.services.live import bring_up_to_date
from deployments.management.project_command import (
    add_project,
    add_run_options,
    bad_argument,
    is_fine,
    registered_project,
    report_lines,
    run_options,
)
from deployments.report import as_data
from deployments.services.reports import Report
from projects.models import Project


class Command(SetCommand):
    help = (
        "Deploy a set again in every project it is live in, under the profiles it is live under, and remove there what "
        "it no longer holds. One project's trouble stops no other."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_project(parser, "only the project in this folder", required=False)
        add_run_options(parser)
        super().add_arguments(parser)

    def carry_out(self, owner: User, options: Mapping[str, Any]) -> bool:
        deployment_set = find_set(owner, options["set"])
        project = registered_project(owner, options["project"]) if options["project"] is not None else None
        if project is None and options["fingerprint"] is not None:
            raise bad_argument("A fingerprint is of one project's plan: say which with --project PATH.")
        done = bring_up_to_date(by=owner, deployment_set=deployment_set, project=project, options=run_options(options))
        outcomes: list[tuple[Project, Report | str]] = []
        for each, outcome in done:
            outcomes.append((each, outcome if isinstance(outcome, Report) else str(outcome)))
            if options["format"] == "text":
                self._write_outcome(*outcomes[-1])
        if options["format"] == "json":
            self.write_data({"set_id": str(deployment_set.pk), "projects": [_data(*each) for each in outcomes]})
        elif not outcomes:
            self.stdout.write("It is live nowhere." if project is None else "It is not live there.")
        return all(isinstance(outcome, Report) and is_fine(outcome) for _, outcome in outcomes)

    def _write_outcome(self, project: Project, outcome: Report | str) -> None:
        self.stdout.write(printable(f"{project.name} in {project.path}"))
        if isinstance(outcome, str):
            self.stdout.write(f"  Not done: {printable(outcome)}")
        else:
            self.write_lines(f"  {line}" for line in report_lines(outcome, "--project", project.path))


def _data(project: Project, outcome: Report | str) -> dict[str, object]:
    return {
        "project_id": str(project.pk),
        "project": project.path,
        "report": as_data(outcome) if isinstance(outcome, Report) else None,
        "error": outcome if isinstance(outcome, str) else None,
    }
