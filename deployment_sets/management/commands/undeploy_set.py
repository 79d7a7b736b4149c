"""`manage.py undeploy_set`: take out of a project what only this set wants there, be the set deleted or not."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from accounts.models import User
from deployment_sets.management.set_command import SetCommand, set_meant
from deployment_sets.services.batch_deploy import batch_undeploy, set_id_of
from deployments.management.project_command import (
    add_profiles,
    add_project,
    add_run_options,
    bad_argument,
    profile_ids_in,
    registered_project,
    run_options,
)
from deployments.queries import claimants_in
from projects.models import Project


class Command(SetCommand):
    help = (
        "Give up a set's claims in a project and remove what nobody else claims there. What was edited since stays. "
        "A set that is deleted goes by the id or the name it had."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_project(parser)
        add_profiles(parser, "only under this profile, be it deleted; under all of them if left out")
        add_run_options(parser)
        super().add_arguments(parser)

    def carry_out(self, owner: User, options: Mapping[str, Any]) -> bool:
        project = registered_project(owner, options["project"])
        set_id, name = _claimant(owner, project, options["set"])
        report = batch_undeploy(
            by=owner,
            set_id=set_id,
            name=name,
            project=project,
            profile_ids=profile_ids_in(project, options["profile"]),
            options=run_options(options),
        )
        return self.write_report(report, options)


def _claimant(owner: User, project: Project, text: str) -> tuple[UUID, str]:
    """Id and name of the set that is meant: one there is, or else one that claims something in the project."""
    if found := set_meant(owner, text):
        return found.pk, found.name
    claiming = {set_id: claimant.label for claimant in claimants_in(project) if (set_id := set_id_of(claimant))}
    meant = [(set_id, name) for set_id, name in claiming.items() if text in (str(set_id), name)]
    if len(meant) == 1:
        return meant[0]
    there = ", ".join(f"{name!r} is {set_id}" for set_id, name in claiming.items())
    if meant:
        raise bad_argument(f"Several sets that claimed something there were called {text!r}: {there}.")
    claims = f"Sets that claim something there: {there}." if there else "No set claims anything there."
    raise bad_argument(f"{owner.username} has no set with the id or name {text!r}. {claims}")
