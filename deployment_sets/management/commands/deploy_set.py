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
    bad_argument,
    run_options,
)
from deployments.services.reports import Report
from profiles.exceptions import ProfileError
from profiles.models import DeploymentProfile
from profiles.queries import profiles_to_deploy_under
from projects.exceptions import ProjectError, ProjectExistsError
from projects.models import Project
from projects.queries import project_at
from projects.services import register_project


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
    project = _project(owner, options["project"])
    return batch_deploy(
        by=owner,
        deployment_set=deployment_set,
        project=project,
        profiles=_profiles(project, options["profile"]),
        options=run_options(options),
        prune=options["prune"],
    )


def _project(owner: User, path: str) -> Project:
    try:
        return register_project(owner=owner, path=path)
    except ProjectExistsError as error:
        return error.project
    except ProjectError as error:
        raise bad_argument(str(error)) from error


def _profiles(project: Project, profile_ids: list[str]) -> list[DeploymentProfile]:
    try:
        return profiles_to_deploy_under(project, profile_ids or None)
    except ProfileError as error:
        raise bad_argument(str(error)) from error
