"""What a deploy has left in a project, in the terms of what a reader lists."""

import json
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePath

import yaml

from accounts.models import User
from artifacts.models import Artifact
from artifacts.services.blobs import load_blobs
from deployment_sets.services.batch_deploy import batch_deploy
from deployments.models import Deployment, Placement
from deployments.services.reports import Report
from profiles.entries import Element, Member, Section, decode_key
from profiles.enums import ArtifactType, Platform
from projects.models import Project
from tests.factories import DeploymentSetFactory
from tests.readers import codex, gemini
from tests.readers.programs import Home, Loaded

READERS: Mapping[Platform, Callable[[Home], Loaded]] = {Platform.CODEX: codex.load, Platform.GEMINI: gemini.load}

_INSTRUCTIONS = {Platform.CODEX: "AGENTS.md", Platform.GEMINI: "GEMINI.md"}


def deploy_everything(owner: User, project: Project) -> Report:
    """Deploy every artifact there is to the project, under all its profiles."""
    everything = DeploymentSetFactory(owner=owner, members=list(Artifact.objects.all()))
    profiles = list(project.profiles.all())
    return batch_deploy(by=owner, deployment_set=everything, project=project, profiles=profiles)


def left_out(project: Project, report: Report) -> dict[tuple[str, str], str]:
    """Why artifacts are not in the project, by their name and the profile's."""
    there = set(Deployment.objects.filter(project=project).values_list("artifact_uuid", "deployment_profile_id"))
    return {
        (result.artifact_id, result.profile_id): result.reason
        for result in report.results
        if (result.artifact_uuid, result.profile_id) not in there
    }


def loaded(project: Project, folder: Path) -> dict[Platform, Loaded]:
    """What each reader takes in, in a home of its own below `folder`."""
    taken_in = {}
    for platform, load in READERS.items():
        home = Home(folder / f"home-of-{platform}", Path(project.path))
        home.prepare()
        taken_in[platform] = load(home)
    return taken_in


def placed(project: Project) -> dict[Platform, Loaded]:
    """What each reader has to take in: whatever is in the project for it, and no complaint."""
    return {platform: _placed(project, platform) for platform in READERS}


def _placed(project: Project, platform: Platform) -> Loaded:
    names: dict[ArtifactType, list[str]] = defaultdict(list)
    for deployment in Deployment.objects.filter(project=project, platform=platform):
        for placement in deployment.placements.all():
            kind = ArtifactType(deployment.artifact_type)
            names[kind] += _names(placement, kind, Path(project.path))
    file = Path(project.path) / _INSTRUCTIONS[platform]
    return Loaded.of(names, instructions=file.read_text() if names[ArtifactType.RULE] else "", complaints=[])


def _names(placement: Placement, kind: ArtifactType, folder: Path) -> Iterator[str]:
    match decode_key(placement.entry) if placement.entry else None:
        case Element():
            group = json.loads(load_blobs([placement.state_id])[placement.state_id])
            yield from (handler.get("command") or handler["tool"] for handler in group["hooks"])
        case Member(path):
            yield path[-1]
        case Section(name):
            yield name
        case _ if kind == ArtifactType.AGENT:
            yield _name_of_agent(folder / placement.path)
        case _ if kind != ArtifactType.HOOK:
            yield PurePath(placement.path).stem


def _name_of_agent(file: Path) -> str:
    """What it says in the file; the file's own name may have dots that no agent's has."""
    text = file.read_text()
    fields = tomllib.loads(text) if file.suffix == ".toml" else yaml.safe_load(text.split("---\n")[1])
    return str(fields["name"])
