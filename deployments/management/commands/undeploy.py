"""`manage.py undeploy`: take artifacts out of a project, whoever wants them there."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from accounts.models import User
from deployments.installer.decisions import full_name
from deployments.management.project_command import (
    ProjectCommand,
    add_profiles,
    add_project,
    add_run_options,
    bad_argument,
    profile_ids_in,
    registered_project,
    run_options,
)
from deployments.queries import deployments_in
from deployments.services.runs import undeploy_artifacts
from projects.models import Project


class Command(ProjectCommand):
    help = "Take artifacts out of a project, together with every set's claim on them. What was edited since stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "artifacts",
            nargs="+",
            metavar="ARTIFACT",
            help="what lies there, as project_status names it: type:name, 'type:name (namespace)', or a uuid",
        )
        add_project(parser)
        add_profiles(parser, "only under this profile, be it deleted; under all of them if left out")
        add_run_options(parser)
        super().add_arguments(parser)

    def carry_out(self, owner: User, options: Mapping[str, Any]) -> bool:
        project = registered_project(owner, options["project"])
        report = undeploy_artifacts(
            project=project,
            by=owner,
            artifacts=_artifacts(project, options["artifacts"]),
            profile_ids=profile_ids_in(project, options["profile"]),
            options=run_options(options),
        )
        return self.write_report(report, options)


def _artifacts(project: Project, texts: list[str]) -> set[UUID]:
    names = {
        uuid: (str(uuid), label, full_name(label, namespace))
        for uuid, label, namespace in deployments_in(project).values_list("artifact_uuid", "label", "namespace")
    }
    return {_artifact(project, text, names) for text in texts}


def _artifact(project: Project, text: str, names: Mapping[UUID, tuple[str, ...]]) -> UUID:
    """The one of `names` that goes by `text`. Raises CommandError."""
    meant = [uuid for uuid, known in names.items() if text in known]
    if not meant:
        raise bad_argument(f"{text!r} is not deployed in {project.path}. project_status lists what is.")
    if len(meant) > 1:
        which = ", ".join(f"{names[uuid][-1]} is {uuid}" for uuid in meant)
        raise bad_argument(f"Several artifacts there are called {text!r}. Name one by its uuid: {which}.")
    return meant[0]
