"""`manage.py deploy_set`: land a set in a project from a script or a terminal."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from accounts.models import User
from deployment_sets.management.set_command import SetCommand, find_set
from deployment_sets.services.batch_deploy import batch_deploy
from deployments.management.project_command import (
    add_profiles,
    add_project,
    add_run_options,
    new_or_registered_project,
    profiles_chosen,
    run_options,
)
from deployments.services.reports import Report
from projects.exceptions import ProjectError
from projects.models import Project
from projects.queries import project_at


class Command(SetCommand):
    help = "Deploy a set into a project. Exits with 0 when all went well, 1 when something failed, 2 for bad arguments."

    def add_arguments(self, parser: CommandParser) -> None:
        add_project(parser, "the project's folder; registered if it is new")
        add_profiles(parser, "a profile of the project; all of them if left out")
        add_run_options(parser)
        parser.add_argument(
            "--prune", action="store_true", help="also remove what the set put there before and does not hold any more"
        )
        super().add_arguments(parser)

    def carry_out(self, owner: User, options: Mapping[str, Any]) -> bool:
        if options["dry_run"] and not _is_registered(owner, options["project"]):
            with transaction.atomic():
                # A dry run leaves no trace, not even a registered project.
                report = _deploy(owner, options)
                transaction.set_rollback(True)
        else:
            report = _deploy(owner, options)
        return self.write_report(report, options)


def _is_registered(owner: User, path: str) -> bool:
    try:
        project_at(owner, path)
    except (Project.DoesNotExist, ProjectError):
        return False
    return True


def _deploy(owner: User, options: Mapping[str, Any]) -> Report:
    deployment_set = find_set(owner, options["set"])
    project = new_or_registered_project(owner, options["project"])
    return batch_deploy(
        by=owner,
        deployment_set=deployment_set,
        project=project,
        profiles=profiles_chosen(project, options["profile"]),
        options=run_options(options),
        prune=options["prune"],
    )
