"""`manage.py undeploy_set`: take out of a project what only this set wants there, be the set deleted or not."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from accounts.models import User
from deployment_sets.exceptions import NothingClaimedError
from deployment_sets.management.set_command import SetCommand, set_meant
from deployment_sets.services.batch_deploy import batch_undeploy, sets_claiming
from deployments.management.project_command import (
    add_profiles,
    add_project,
    add_run_options,
    bad_argument,
    profile_ids_in,
    registered_project,
    run_options,
)
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
        profile_ids = profile_ids_in(project, options["profile"])
        report = batch_undeploy(
            by=owner,
            set_id=_meant(owner, project, options["set"], profile_ids),
            project=project,
            profile_ids=profile_ids,
            options=run_options(options),
        )
        return self.write_report(report, options)


def _meant(owner: User, project: Project, text: str, profile_ids: Collection[str] | None) -> UUID:
    """The id of the set that is meant: of one there is, or else of one that claims something in the project.

    Raises CommandError, also for a set that claims nothing there.
    """
    claiming = sets_claiming(project, profile_ids)
    there = ", ".join(f"{name!r} is {set_id}" for set_id, name in claiming.items())
    claims = f"Sets that claim something there: {there}." if there else "No set claims anything there."
    if found := set_meant(owner, text):
        if found.pk not in claiming:
            raise bad_argument(f"{NothingClaimedError(found.name)} {claims}")
        return found.pk
    meant = [set_id for set_id, name in claiming.items() if text in (str(set_id), name)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise bad_argument(f"Several sets that claimed something there were called {text!r}: {there}.")
    raise bad_argument(f"{owner.username} has no set with the id or name {text!r}. {claims}")
