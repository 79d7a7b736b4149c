"""What the commands about a set have in common: which set is meant, and what is wrong with it."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from accounts.models import User
from accounts.text import printable
from deployment_sets.exceptions import DeploymentSetNotFoundError, DeploymentSetResolutionError
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import set_of
from deployments.management.project_command import ProjectCommand, bad_argument

_MAX_NAMED = 5


class SetCommand(ProjectCommand):
    """A command about one set of one owner; it exits with 1 when the set does not resolve."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("set", metavar="SET", help="the set's id, or its name where only one set has it")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        except DeploymentSetResolutionError as error:
            raise CommandError(printable(str(error))) from error


def find_set(owner: User, text: str) -> DeploymentSet:
    """The owner's set that is meant by an id or a name. Raises CommandError."""
    found = set_meant(owner, text)
    if found is None:
        raise bad_argument(f"{owner.username} has no set with the id or name {text!r}.")
    return found


def set_meant(owner: User, text: str) -> DeploymentSet | None:
    """The owner's set that is meant by an id or a name, if there is one. Raises CommandError for several."""
    try:
        return set_of(owner, UUID(text))
    except (ValueError, DeploymentSetNotFoundError):
        pass
    named = list(DeploymentSet.objects.owned_by(owner).filter(name=text).order_by("created_at")[: _MAX_NAMED + 1])
    if len(named) > 1:
        ids = ", ".join(str(each.pk) for each in named[:_MAX_NAMED])
        raise bad_argument(f"Several sets are called {text!r}. Name one by its id: {ids}.")
    return named[0] if named else None
