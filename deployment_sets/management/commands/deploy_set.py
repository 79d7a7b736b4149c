"""`manage.py deploy_set`: land a set in a project from a script or a terminal. Never asks anything."""

import json
import os
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from accounts.services import local_user
from accounts.text import printable
from deployment_sets.exceptions import DeploymentSetNotFoundError, DeploymentSetResolutionError
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import set_of
from deployment_sets.services.batch_deploy import batch_deploy
from deployments.exceptions import DeploymentError
from deployments.installer.decisions import Action, OnConflict
from deployments.models import RunItem
from deployments.report import as_data, as_lines
from deployments.services.reports import Report
from deployments.services.runs import RunOptions
from profiles.models import DeploymentProfile
from profiles.queries import profiles_of
from projects.exceptions import FolderBusyError, ProjectError, ProjectExistsError
from projects.models import Project
from projects.queries import projects_of
from projects.services import register_project

BAD_ARGUMENTS = 2
_MAX_NAMED = 5
_ABOUT_CONFLICTS = (
    "Conflicts were left as they are. --on-conflict overwrite replaces them (the run keeps a copy), "
    "--on-conflict skip passes over them."
)


class Command(BaseCommand):
    help = "Deploy a set into a project. Exits with 0 when all went well, 1 when something failed, 2 for bad arguments."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("set", metavar="SET", help="the set's id, or its name where only one set has it")
        parser.add_argument(
            "--project", required=True, metavar="PATH", help="the project's folder; registered if it is new"
        )
        parser.add_argument(
            "--profile",
            action="append",
            default=[],
            metavar="ID",
            help="a profile of the project; all of them if left out",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument(
            "--on-conflict",
            choices=[choice.value for choice in OnConflict],
            default=OnConflict.FAIL.value,
            help="what to do about files that are not, or no longer, as this tool left them",
        )
        parser.add_argument(
            "--prune", action="store_true", help="also remove what the set put there before and does not hold any more"
        )
        parser.add_argument("--atomic", action="store_true", help="on the first error take the whole run back")
        parser.add_argument("--user", metavar="NAME", help="whose set and project; needed where login is on")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = _owner(options["user"])
        deployment_set = _set(owner, options["set"])
        if options["dry_run"] and not _is_registered(owner, options["project"]):
            with transaction.atomic():
                # A dry run leaves no trace, not even a registered project.
                report = _deploy(owner, deployment_set, options)
                transaction.set_rollback(True)
        else:
            report = _deploy(owner, deployment_set, options)
        if options["format"] == "json":
            self.stdout.write(json.dumps(as_data(report), indent=2))
        else:
            for line in as_lines(report):
                self.stdout.write(line)
            if any(result.action == Action.CONFLICT for result in report.results):
                self.stdout.write(_ABOUT_CONFLICTS)
        if report.counts[RunItem.Status.ERROR]:
            raise SystemExit(1)


def _is_registered(owner: User, path: str) -> bool:
    return projects_of(owner).filter(path=os.path.realpath(path)).exists()


def _deploy(owner: User, deployment_set: DeploymentSet, options: dict[str, Any]) -> Report:
    project = _project(owner, options["project"])
    try:
        return batch_deploy(
            by=owner,
            deployment_set=deployment_set,
            project=project,
            profiles=_profiles(project, options["profile"]),
            options=RunOptions(
                on_conflict=OnConflict(options["on_conflict"]), atomic=options["atomic"], dry_run=options["dry_run"]
            ),
            prune=options["prune"],
        )
    except (DeploymentError, DeploymentSetResolutionError, FolderBusyError) as error:
        raise CommandError(printable(str(error))) from error


def _owner(name: str | None) -> User:
    if name is None:
        if settings.AUTH_ENABLED:
            raise CommandError("Login is on: say whose set it is with --user NAME.", returncode=BAD_ARGUMENTS)
        return local_user()
    try:
        return User.objects.get(username=name)
    except User.DoesNotExist:
        raise CommandError(f"There is no user {name!r}.", returncode=BAD_ARGUMENTS) from None


def _set(owner: User, text: str) -> DeploymentSet:
    try:
        return set_of(owner, UUID(text))
    except (ValueError, DeploymentSetNotFoundError):
        pass
    named = list(DeploymentSet.objects.owned_by(owner).filter(name=text).order_by("created_at")[: _MAX_NAMED + 1])
    if not named:
        raise CommandError(f"{owner.username} has no set with the id or name {text!r}.", returncode=BAD_ARGUMENTS)
    if len(named) > 1:
        ids = ", ".join(str(each.pk) for each in named[:_MAX_NAMED])
        raise CommandError(f"Several sets are called {text!r}. Name one by its id: {ids}.", returncode=BAD_ARGUMENTS)
    return named[0]


def _project(owner: User, path: str) -> Project:
    try:
        return register_project(owner=owner, path=path)
    except ProjectExistsError as error:
        return error.project
    except ProjectError as error:
        raise CommandError(str(error), returncode=BAD_ARGUMENTS) from error


def _profiles(project: Project, profile_ids: list[str]) -> list[DeploymentProfile]:
    known = {profile.profile_id: profile for profile in profiles_of(project)}
    if unknown := [profile_id for profile_id in profile_ids if profile_id not in known]:
        raise CommandError(
            f"The project has no profile {unknown[0]!r}. It has {', '.join(known) or 'none'}.", returncode=BAD_ARGUMENTS
        )
    chosen = [known[profile_id] for profile_id in dict.fromkeys(profile_ids)] or list(known.values())
    if not chosen:
        raise CommandError("The project has no profile to deploy under. Create one first.", returncode=BAD_ARGUMENTS)
    return chosen
