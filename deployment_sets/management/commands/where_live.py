"""`manage.py where_live`: the projects and profiles a set is deployed in, and whether it is up to date there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.management.base import CommandParser
from django.template.defaultfilters import pluralize

from accounts.models import User
from accounts.text import printable
from deployment_sets.management.set_command import SetCommand, find_set
from deployment_sets.services.live import Live, where_live
from deployments.report import status_data, status_lines


class Command(SetCommand):
    help = (
        "Say in which projects and under which profiles a set is deployed: up to date, or stale and in what. With "
        "--disk also what drifted: was edited or deleted there. Exits with 1 when a folder cannot be looked at."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--disk", action="store_true", help="compare every file that was deployed with the disk")
        super().add_arguments(parser)

    def carry_out(self, owner: User, options: Mapping[str, Any]) -> bool:
        deployment_set = find_set(owner, options["set"])
        live = where_live(deployment_set=deployment_set, on_disk=options["disk"])
        if options["format"] == "json":
            self.write_data({"set_id": str(deployment_set.pk), "live": [_data(each) for each in live]})
        else:
            self.write_lines(_lines(live))
        return not any(each.problem for each in live)


def _lines(live: Sequence[Live]) -> Iterator[str]:
    path_width = max((len(each.project.path) for each in live), default=0)
    profile_width = max((len(each.profile_id) for each in live), default=0)
    for each in live:
        standing = f"stale: {', '.join(each.behind)}" if each.is_stale else "up to date"
        if each.is_undeployed:
            standing = "left when it was undeployed, because edited"
        amount = f"{each.deployment_count} artifact{pluralize(each.deployment_count)}"
        yield printable(
            f"{each.project.path:<{path_width}}  {each.profile_id:<{profile_width}}  {amount}, {standing.rstrip('.')}"
        )
        if each.problem:
            yield f"  Nobody could look: {printable(each.problem)}"
        elif each.drifted:
            yield from (f"  {line}" for line in status_lines(each.drifted))
    yield _totals(live)


def _totals(live: Sequence[Live]) -> str:
    if not live:
        return "It is live nowhere."
    stale = sum(each.is_stale for each in live)
    words = f"Live in {len(live)} place{pluralize(len(live))}, {stale} stale"
    if any(each.drifted is not None for each in live):
        words += f", {sum(bool(each.drifted) for each in live)} drifted"
    return f"{words}." + (" bring_up_to_date deploys it there again." if stale else "")


def _data(live: Live) -> dict[str, object]:
    return {
        "project_id": str(live.project.pk),
        "project": live.project.path,
        "profile_id": live.profile_id,
        "deployment_count": live.deployment_count,
        "is_stale": live.is_stale,
        "behind": list(live.behind),
        "is_undeployed": live.is_undeployed,
        "drifted": None if live.drifted is None else [status_data(status) for status in live.drifted],
        "problem": live.problem,
    }
