"""`manage.py demo`: the whole way once, on the example collection. Run again, it finds everything in place."""

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services.users import local_user
from artifacts.exceptions import CollectionError
from artifacts.models import Collection
from artifacts.services.importing import import_collection
from deployment_sets.models import DeploymentSet
from deployment_sets.queries import list_sets
from deployment_sets.services.batch_deploy import batch_deploy
from deployment_sets.services.graph import summaries
from deployment_sets.services.members import add_members
from deployment_sets.services.resolution import Member, MemberKind
from deployment_sets.services.sets import create_set
from deployments.exceptions import DeploymentError
from deployments.report import as_lines
from profiles.enums import Platform
from profiles.models import DeploymentProfile
from profiles.queries import profiles_of
from profiles.services import create_profile
from projects.exceptions import FolderBusyError, ProjectError
from projects.models import Project
from projects.queries import projects_of
from projects.services import register_project

COLLECTION = "Examples"
PROJECT = "Demo project"
PLATFORMS = (Platform.CLAUDE_CODE, Platform.CODEX)


@dataclass(frozen=True, slots=True)
class DemoSet:
    """A set of the demo. A member is `set:…`, `group:…` or an artifact as `type:name`."""

    name: str
    description: str
    color: str
    tags: Sequence[str]
    members: Sequence[str]


# Innermost first, so that each finds the sets it holds.
SETS = (
    DemoSet(
        name="Clear words",
        description="Names, commit messages and pages that a stranger understands.",
        color="#1c7a4a",
        tags=["writing"],
        members=["rule:plain-words", "skill:name-things", "command:commit", "agent:page-writer"],
    ),
    DemoSet(
        name="Shipping",
        description="From a finished change to one that somebody else has read: small steps, reviews, clear words.",
        color="#8a5a00",
        tags=["review", "default"],
        members=["group:review", "set:Clear words", "rule:small-steps", "command:commit"],
    ),
    DemoSet(
        name="Everyday",
        description="What every new project gets on its first day: planning, shipping, and help when something breaks.",
        color="#3d4bd1",
        tags=["default"],
        members=[
            "group:planning",
            "set:Shipping",
            "set:Clear words",
            "skill:reproduce-a-bug",
            "skill:upgrade-a-dependency",
            "mcp:github",
        ],
    ),
)


class Command(BaseCommand):
    help = "Import the example collection, build three nested sets, and deploy the outermost to a temporary project."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        if verbosity < 2:
            # What the log would say is said here.
            logging.disable(logging.WARNING)
        try:
            self._run()
        except (CollectionError, ProjectError, DeploymentError, FolderBusyError) as error:
            raise CommandError(str(error)) from error
        finally:
            logging.disable(logging.NOTSET)

    def _run(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        self._say("Database", f"ready in {settings.DATA_DIR}")
        owner = local_user()
        collection = self._import(owner)
        outermost = self._build_sets(owner, collection)
        project = _demo_project(owner)
        profiles = [_profile(project, platform) for platform in PLATFORMS]
        self._say("Deploy", f"{outermost.name} to {project.path} for {', '.join(PLATFORMS)}")
        self.stdout.write("")
        report = batch_deploy(by=owner, deployment_set=outermost, project=project, profiles=profiles)
        for line in as_lines(report):
            self.stdout.write(f"  {line}")
        self.stdout.write("")

    def _import(self, owner: User) -> Collection:
        source = settings.BASE_DIR / "examples" / "collection"
        done = import_collection(source=str(source), name=COLLECTION, started_by=owner)
        collection = done.collection
        artifacts, groups = collection.artifacts.count(), collection.groups.count()
        news = "imported" if done.report["changed"] else "imported before, nothing has changed"
        self._say("Collection", f"{collection.name}: {artifacts} artifacts in {groups} groups, {news}")
        return collection

    def _build_sets(self, owner: User, collection: Collection) -> DeploymentSet:
        sets: dict[str, DeploymentSet] = {}
        for wanted in SETS:
            known = list_sets(owner).filter(name=wanted.name).order_by("created_at").first()
            sets[wanted.name] = known or _make_set(owner, wanted, collection, sets)
        counts = summaries(list(sets.values()))
        for one in sets.values():
            summary = counts[one.pk]
            self._say(
                "Set", f"{one.name}: {summary.member_count} → {summary.resolved_count} artifacts, depth {summary.depth}"
            )
        return sets[SETS[-1].name]

    def _say(self, what: str, words: str) -> None:
        self.stdout.write(f"{what:<11} {words}")


def _make_set(owner: User, wanted: DemoSet, collection: Collection, sets: dict[str, DeploymentSet]) -> DeploymentSet:
    made = create_set(
        owner=owner, name=wanted.name, description=wanted.description, color=wanted.color, tags=wanted.tags
    )
    add_members(owner=owner, set_id=made.pk, members=[_member(text, collection, sets) for text in wanted.members])
    return made


def _member(text: str, collection: Collection, sets: dict[str, DeploymentSet]) -> Member:
    kind, _, name = text.partition(":")
    if kind == "set":
        return Member(MemberKind.SET, sets[name].pk)
    if kind == "group":
        return Member(MemberKind.GROUP, collection.groups.get(name=name).pk)
    return Member(MemberKind.ARTIFACT, collection.artifacts.get(type=kind, name=name).pk)


def _demo_project(owner: User) -> Project:
    """The project of the last demo, its folder made again where it was cleared away; else a new one."""
    project = projects_of(owner).filter(name=PROJECT).first()
    if project is None:
        folder = tempfile.mkdtemp(prefix="deployment-sets-demo-")
        return register_project(owner=owner, path=folder, name=PROJECT)
    Path(project.path).mkdir(mode=0o700, exist_ok=True)
    return project


def _profile(project: Project, platform: Platform) -> DeploymentProfile:
    known = profiles_of(project).filter(profile_id=platform.value).first()
    return known or create_profile(project=project, profile_id=platform.value, platform=platform.value)
