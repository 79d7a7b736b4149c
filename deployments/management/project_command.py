"""What the commands have in common that plan runs and tell of them: their arguments, their words, their exit codes."""

import json
import logging
import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services.users import local_user
from accounts.text import printable, storable_text
from deployments.exceptions import DeploymentError
from deployments.installer.decisions import Action, OnConflict
from deployments.models import RunItem
from deployments.queries import demand_known_profiles
from deployments.report import as_data, as_lines
from deployments.services.reports import Report
from deployments.services.runs import RunOptions
from profiles.exceptions import ProfileError
from profiles.models import DeploymentProfile
from profiles.queries import profiles_to_deploy_under
from projects.exceptions import FolderBusyError, ProjectError, ProjectExistsError
from projects.models import Project
from projects.queries import project_at
from projects.services import register_project

_ABOUT_CONFLICTS = (
    "Conflicts are left as they are. --on-conflict overwrite goes ahead with them (the run keeps a copy of what it "
    "replaces), --on-conflict skip passes over them."
)


class ProjectCommand(BaseCommand):
    """A command about one owner's projects. It never asks anything.

    It exits with 0 when all went well, with 1 when something failed, and with 2 for bad arguments. A
    subclass says in `carry_out` what it does, and declares what arguments it takes besides `--user` and `--format`.
    """

    formats: Sequence[str] = ("text", "json")
    """What it can write; the first is what it does write unless another is asked for."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", metavar="NAME", help="whose project it is; needed where login is on")
        parser.add_argument("--format", choices=self.formats, default=self.formats[0])

    def handle(self, *args: Any, **options: Any) -> None:
        _demand_storable(options)
        try:
            with warnings_only(options["verbosity"]):
                all_went_well = self.carry_out(_owner(options["user"]), options)
        except (DeploymentError, FolderBusyError) as error:
            raise CommandError(printable(str(error))) from error
        if not all_went_well:
            raise SystemExit(1)

    def carry_out(self, owner: User, options: Mapping[str, Any]) -> bool:
        """Do what the command is for; whether all went well.

        DeploymentError and FolderBusyError may be raised: they are told, and end the command with 1.
        """
        raise NotImplementedError

    def write_report(self, report: Report, options: Mapping[str, Any]) -> bool:
        """Print what a run did or would do, and what may be done next; whether nothing failed."""
        if options["format"] == "json":
            self.write_data(as_data(report))
        else:
            self.write_lines(report_lines(report))
        return is_fine(report)

    def write_lines(self, lines: Iterable[str]) -> None:
        """Print lines that are safe for a terminal."""
        for line in lines:
            self.stdout.write(line)

    def write_data(self, data: object) -> None:
        """Print JSON. What has no UTF-8 is escaped."""
        self.stdout.write(json.dumps(data, indent=2))


@contextmanager
def warnings_only(verbosity: int) -> Iterator[None]:
    """Keeps off the terminal what the log says in passing of a run: the command tells it anyway, or `-v 2` does.

    Other handlers of the log get all of it.
    """
    terminal = logging.getHandlerByName("stderr")
    if terminal is None or verbosity > 1:
        yield
        return
    terminal.addFilter(_is_warning)
    try:
        yield
    finally:
        terminal.removeFilter(_is_warning)


def _is_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING


def report_lines(report: Report, *arguments: str) -> Iterator[str]:
    """A report's lines, and what may be done next; `arguments` are those that say which of several plans it was."""
    yield from as_lines(report)
    if any(result.action == Action.CONFLICT and result.status == RunItem.Status.ERROR for result in report.results):
        yield _ABOUT_CONFLICTS
    if report.run is None:
        yield "To do exactly this and nothing else, put in place of --dry-run:"
        yield printable(f"  {shlex.join([*arguments, '--fingerprint', report.fingerprint])}")


def is_fine(report: Report) -> bool:
    """Whether nothing failed, or would."""
    return not report.counts[RunItem.Status.ERROR]


def bad_argument(message: str) -> CommandError:
    """What to raise for an argument that means nothing here: the command exits with 2."""
    return CommandError(printable(message), returncode=2)


def add_project(parser: CommandParser, help: str = "the project's folder", *, required: bool = True) -> None:
    """Declare `--project`. A relative path begins in the folder that the command is called from."""
    parser.add_argument("--project", required=required, type=_path_from_here, metavar="PATH", help=help)


def add_profiles(parser: CommandParser, help: str) -> None:
    """Declare `--profile`, which may be given several times."""
    parser.add_argument("--profile", action="append", default=[], metavar="ID", help=help)


def add_run_options(parser: CommandParser, *, atomic: bool = True) -> None:
    """Declare what `run_options` reads. Without `atomic` the command has no choice about it."""
    which_plan = parser.add_mutually_exclusive_group()
    which_plan.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    which_plan.add_argument(
        "--fingerprint",
        metavar="HASH",
        help="do exactly what a dry run has shown, or nothing if that is not the plan any more",
    )
    parser.add_argument("--diff", action="store_true", help="show what changes inside files")
    parser.add_argument(
        "--on-conflict",
        choices=[choice.value for choice in OnConflict],
        default=OnConflict.FAIL.value,
        help="what to do about files that are not, or no longer, as this tool left them",
    )
    if atomic:
        parser.add_argument("--atomic", action="store_true", help="on the first error take the whole run back")


def run_options(options: Mapping[str, Any]) -> RunOptions:
    """What was declared by `add_run_options`."""
    return RunOptions(
        on_conflict=OnConflict(options["on_conflict"]),
        atomic=options.get("atomic", False),
        dry_run=options["dry_run"],
        diffs=options["diff"],
        fingerprint=options["fingerprint"],
    )


def registered_project(owner: User, path: str) -> Project:
    """The owner's project in that folder. Raises CommandError."""
    try:
        return project_at(owner, path)
    except ProjectError as error:
        raise bad_argument(str(error)) from error
    except Project.DoesNotExist:
        raise bad_argument(f"{owner.username} has no project in {path}.") from None


def new_or_registered_project(owner: User, path: str) -> Project:
    """The owner's project in that folder, registered now if it was not. Raises CommandError."""
    try:
        return register_project(owner=owner, path=path)
    except ProjectExistsError as error:
        return error.project
    except ProjectError as error:
        raise bad_argument(str(error)) from error


def profiles_chosen(project: Project, profile_ids: Collection[str]) -> list[DeploymentProfile]:
    """The project's profiles of these ids, all that it has if there are none. Raises CommandError."""
    try:
        return profiles_to_deploy_under(project, list(profile_ids) or None)
    except ProfileError as error:
        raise bad_argument(str(error)) from error


def profile_ids_in(project: Project, wanted: Collection[str]) -> list[str] | None:
    """Those of `wanted`, which the project has or once deployed under; None for all. Raises CommandError."""
    try:
        demand_known_profiles(project, wanted)
    except ProfileError as error:
        raise bad_argument(str(error)) from error
    return list(dict.fromkeys(wanted)) or None


def _path_from_here(text: str) -> str:
    """A relative path in full. Nothing is no path: it is what an unset variable of a script leaves."""
    return text if not text or text.startswith("~") else str(Path.cwd() / text)


def _owner(name: str | None) -> User:
    if name is None:
        if settings.AUTH_ENABLED:
            raise bad_argument("Login is on: say who you are with --user NAME.")
        return local_user()
    try:
        return User.objects.get(username=name)
    except User.DoesNotExist:
        raise bad_argument(f"There is no user {name!r}.") from None


def _demand_storable(options: Mapping[str, Any]) -> None:
    """Raise CommandError for text that cannot even be looked up."""
    for option in options.values():
        for text in option if isinstance(option, list) else [option]:
            if isinstance(text, str):
                try:
                    storable_text(text)
                except ValidationError as error:
                    raise bad_argument(f"{text!r} cannot be an argument. {error.messages[0]}") from error
