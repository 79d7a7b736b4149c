"""`manage.py project_status`: how what lies in a project compares with its disk, and with what it would be today."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from accounts.models import User
from deployments.management.project_command import ProjectCommand, add_project, registered_project
from deployments.report import status_data, status_lines, status_sentence
from deployments.services.status import statuses


class Command(ProjectCommand):
    help = (
        "Say of each deployment in a project how it is: in_sync, modified (on disk), outdated (there is a newer "
        "version), modified_outdated or deleted (from disk). Exits with 0 whatever it finds, with 1 if it cannot look."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_project(parser)
        parser.add_argument("--diff", action="store_true", help="show what was edited inside files")
        super().add_arguments(parser)

    def carry_out(self, owner: User, options: Mapping[str, Any]) -> bool:
        project = registered_project(owner, options["project"])
        found = statuses(project=project, diffs=options["diff"])
        if options["format"] == "json":
            self.write_data({"project_id": str(project.pk), "deployments": [status_data(each) for each in found]})
        else:
            self.write_lines(status_lines(found))
            self.stdout.write(status_sentence(found) if found else "Nothing is deployed there.")
        return True
