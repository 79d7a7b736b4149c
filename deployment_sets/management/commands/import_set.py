"""`manage.py import_set`: make the sets of a document that `export_set` or somebody wrote."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import IntegrityError, transaction
from django.template.defaultfilters import pluralize

from accounts.exceptions import AccountError
from accounts.models import User
from accounts.text import printable
from artifacts.exceptions import ArtifactError
from deployment_sets.exceptions import DeploymentSetError, PortableDocumentError, UnmatchedError
from deployment_sets.portable.reading import MAX_BYTES, format_of, parse
from deployment_sets.services.importing import ImportedSets, import_sets
from deployments.management.project_command import (
    ProjectCommand,
    add_project,
    bad_argument,
    new_or_registered_project,
)


class Command(ProjectCommand):
    help = (
        "Make the sets of a TOML or JSON document, all of them or none. Every artifact in it has to be here: import "
        "its collections first. Exits with 0 when they are made, 1 when they cannot be, 2 for bad arguments."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the document; - for standard input")
        add_project(parser, "what takes the document's profiles, registered if it is new", required=False)
        parser.add_argument(
            "--update-profiles", action="store_true", help="change profiles that the project has with other contents"
        )
        parser.add_argument(
            "--artifact-metadata",
            action="store_true",
            help="also write the artifacts' target platforms and tags, for everybody on this server",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be made and keep nothing of it")
        super().add_arguments(parser)

    def carry_out(self, owner: User, options: Mapping[str, Any]) -> bool:
        text = _read(options["file"])
        try:
            with transaction.atomic():
                # A project that is registered for nothing, or in a dry run, leaves no trace either.
                imported = import_sets(
                    owner=owner,
                    document=parse(text, format_of(text)),
                    project=options["project"] and new_or_registered_project(owner, options["project"]),
                    update_profiles=options["update_profiles"],
                    artifact_metadata=options["artifact_metadata"],
                )
                transaction.set_rollback(options["dry_run"])
        except (PortableDocumentError, UnmatchedError) as error:
            self._write_problems(error.problems, options)
            raise CommandError("Nothing was imported.") from error
        except IntegrityError as error:
            raise CommandError(
                "Something that the document refers to went while it was imported. Nothing was imported; try again."
            ) from error
        except (DeploymentSetError, AccountError, ArtifactError) as error:
            raise CommandError(printable(str(error))) from error
        if options["format"] == "json":
            self.write_data(_data(imported))
        else:
            self.write_lines(_lines(imported, is_dry_run=options["dry_run"]))
        return True

    def _write_problems(self, problems: Mapping[str, Sequence[str]], options: Mapping[str, Any]) -> None:
        if options["format"] == "json":
            self.write_data({"problems": problems})
        else:
            self.write_lines(
                printable(f"{place}: {message}" if place else message)
                for place, messages in problems.items()
                for message in messages
            )


def _read(path: str) -> bytes:
    try:
        if path == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise bad_argument(f"{path} cannot be read: {error.strerror}.") from error


def _lines(imported: ImportedSets, *, is_dry_run: bool) -> Iterator[str]:
    for one in imported.sets:
        yield printable(f"set      {one.pk}  {one.name}" if not is_dry_run else f"set      {one.name}")
    for group in imported.created_groups:
        yield printable(f"group    {group.name}")
    for profile in imported.created_profiles:
        yield printable(f"profile  {profile.profile_id}")
    for profile in imported.updated_profiles:
        yield printable(f"profile  {profile.profile_id} (changed)")
    yield from map(printable, imported.notes)
    count = len(imported.sets)
    done = "would be made. Nothing was kept of this dry run" if is_dry_run else "made"
    yield f"{count} set{pluralize(count)} {done}."


def _data(imported: ImportedSets) -> dict[str, object]:
    return {
        "sets": [{"id": str(one.pk), "name": one.name} for one in imported.sets],
        "created_groups": [{"id": str(one.pk), "name": one.name} for one in imported.created_groups],
        "matched_groups": [{"id": str(one.pk), "name": one.name} for one in imported.matched_groups],
        "created_profiles": [one.profile_id for one in imported.created_profiles],
        "updated_profiles": [one.profile_id for one in imported.updated_profiles],
        "notes": imported.notes,
    }
