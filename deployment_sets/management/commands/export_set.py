"""`manage.py export_set`: a set, with all it needs to be made again elsewhere, as one file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.models import User
from accounts.text import printable
from deployment_sets.exceptions import PortableDocumentError
from deployment_sets.management.output_file import write_file
from deployment_sets.management.set_command import SetCommand, find_set
from deployment_sets.portable.writing import as_json, as_toml
from deployment_sets.services.exporting import export_set
from deployments.management.project_command import (
    add_profiles,
    add_project,
    bad_argument,
    profiles_chosen,
    registered_project,
)
from profiles.models import DeploymentProfile

_WRITERS = {"toml": as_toml, "json": as_json}


class Command(SetCommand):
    help = (
        "Write a set as one TOML or JSON document: with its nested sets and groups, the profiles asked for, and what "
        "artifacts are in it. import_set makes it again, here or on another server."
    )
    formats = tuple(_WRITERS)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", default="-", metavar="FILE", help="where to (default: -, standard output)")
        parser.add_argument("--overwrite", action="store_true", help="replace FILE if it is there")
        add_project(parser, "the project whose profiles go along", required=False)
        add_profiles(parser, "a profile of that project; all of them if left out")
        parser.add_argument("--without-sets", action="store_true", help="only refer to nested sets")
        parser.add_argument("--without-groups", action="store_true", help="only refer to groups")
        super().add_arguments(parser)

    def carry_out(self, owner: User, options: Mapping[str, Any]) -> bool:
        deployment_set = find_set(owner, options["set"])
        try:
            document = export_set(
                owner=owner,
                set_id=deployment_set.pk,
                profiles=_profiles(owner, options),
                nested_sets=not options["without_sets"],
                groups=not options["without_groups"],
            )
            text = _WRITERS[options["format"]](document)
        except PortableDocumentError as error:
            raise CommandError(printable(str(error))) from error
        if options["output"] == "-":
            self.stdout.write(text, ending="")
        else:
            _write(Path(options["output"]), text, overwrite=options["overwrite"])
        return True


def _profiles(owner: User, options: Mapping[str, Any]) -> list[DeploymentProfile]:
    if options["project"] is not None:
        return profiles_chosen(registered_project(owner, options["project"]), options["profile"])
    if options["profile"]:
        raise bad_argument("A profile is one of a project: say which with --project PATH.")
    return []


def _write(path: Path, text: str, *, overwrite: bool) -> None:
    try:
        write_file(path, text, overwrite=overwrite)
    except FileExistsError:
        way_out = "It is no plain file; name another." if overwrite else "Name another file, or say --overwrite."
        raise bad_argument(f"{path} is there already. {way_out}") from None
    except OSError as error:
        raise bad_argument(f"{path} cannot be written: {error.strerror}.") from error
