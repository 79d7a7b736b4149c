"""`manage.py undeploy_set`: take out of a project what only this set wants there, be the set deleted or not."""

from collections.abc import Collection, Mapping
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
        profile_ids = profile_ids_in(project, options["profile"])
        set_id, name = _claimant(owner, project, options["set"], profile_ids)
        report = batch_undeploy(
            by=owner,
            set_id=set_id,
            name=name,
            project=project,
            profile_ids=profile_ids,
            options=run_options(options),
        )
        return self.write_report(report, options)


def _claimant(owner: User, project: Project, text: str, profile_ids: Collection[str] | None) -> tuple[UUID, str]:
    """Id and name of the set that is meant: one there is, or else one that claims something in the project.

    Raises CommandError, also for a set that claims nothing there.
    """
    claiming = _claiming(project, profile_ids)
    there = ", ".join(f"{name!r} is {set_id}" for set_id, name in claiming.items())
    claims = f"Sets that claim something there: {there}." if there else "No set claims anything there."
    if found := set_meant(owner, text):
        if found.pk not in claiming:
            raise bad_argument(f"The set {found.name!r} claims nothing there: nothing is removed. {claims}")
        return found.pk, found.name
    meant = [(set_id, name) for set_id, name in claiming.items() if text in (str(set_id), name)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise bad_argument(f"Several sets that claimed something there were called {text!r}: {there}.")
    raise bad_argument(f"{owner.username} has no set with the id or name {text!r}. {claims}")


def _claiming(project: Project, profile_ids: Collection[str] | None) -> dict[UUID, str]:
    """The sets that claim anything in the project, under any of these profiles, by id."""
    claimants = claimants_in(project, profile_ids)
    return {set_id: claimant.label for claimant in claimants if (set_id := set_id_of(claimant))}
