"""Things to look at that came about as a user's would: by an import, by composing, by a deploy."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from django.conf import settings as django_settings
from pytest_django import Settings

from accounts.models import User
from artifacts.models import Artifact, ArtifactGroup, Collection
from artifacts.services.importing import import_collection
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import batch_deploy
from deployment_sets.services.members import add_members
from deployment_sets.services.resolution import Member, MemberKind
from deployment_sets.services.sets import create_set
from deployments.models import Deployment, Run
from profiles.models import DeploymentProfile
from profiles.services import create_profile
from projects.models import Project
from projects.services import register_project
from tests.api_contract.world import World

EXAMPLES = Path(django_settings.BASE_DIR) / "examples" / "collection"


@dataclass(frozen=True, slots=True)
class Furniture:
    """The example collection, a set of fifteen artifacts, a project that has them and one that has nothing yet.

    `source` is where the collection came from: a copy that may be changed and imported again.
    """

    owner: User
    source: Path
    collection: Collection
    planning: ArtifactGroup
    words: DeploymentSet
    fifteen: DeploymentSet
    live: Project
    fresh: Project
    run: Run

    @classmethod
    def of(cls, owner: User, folder: Path, settings: Settings) -> Self:
        """All of it, made for `owner`, with its folders below `folder`."""
        settings.IMPORT_ROOTS = settings.PROJECT_ROOTS = [folder.resolve()]
        source = Path(shutil.copytree(EXAMPLES, folder.resolve() / "collection"))
        collection = import_collection(source=str(source), name="Examples", started_by=owner).collection
        planning = collection.groups.get(name="planning")
        words = create_set(owner=owner, name="Clear words", description="Names and pages anybody understands.")
        some = ("rule:plain-words", "skill:name-things", "command:commit")
        add_members(owner=owner, set_id=words.pk, members=[_artifact(collection, label) for label in some])
        fifteen = create_set(
            owner=owner, name="New product", description="For the first day.", color="#3d4bd1", tags=["default"]
        )
        members = [
            Member(MemberKind.GROUP, planning.pk),
            Member(MemberKind.GROUP, collection.groups.get(name="review").pk),
            Member(MemberKind.SET, words.pk),
            _artifact(collection, "skill:reproduce-a-bug"),
        ]
        add_members(owner=owner, set_id=fifteen.pk, members=members)
        live, fresh = (_project(owner, folder.resolve() / name) for name in ("storefront", "website"))
        profiles = [*live.profiles.all(), create_profile(project=live, profile_id="other", platform="other")]
        batch_deploy(by=owner, deployment_set=fifteen, project=live, profiles=profiles)
        return cls(owner, source, collection, planning, words, fifteen, live, fresh, Run.objects.get(project=live))

    def as_world(self, folder: Path) -> World:
        """The same as what every address is made for, with what only that has beside it."""
        world = World.of(self.owner, folder)
        return replace(
            world,
            set=self.fifteen,
            member=self.fifteen.members.order_by("position")[0],
            project=self.live,
            profile=DeploymentProfile.objects.get(project=self.live, profile_id="other"),
            deployment=Deployment.objects.filter(project=self.live).order_by("label")[0],
            run=self.run,
            collection=self.collection,
            collection_import=self.collection.imports.get(),
            artifact=Artifact.objects.get(collection=self.collection, name="record-a-decision"),
            group=self.planning,
        )


def _artifact(collection: Collection, label: str) -> Member:
    kind, _, name = label.partition(":")
    return Member(MemberKind.ARTIFACT, collection.artifacts.get(type=kind, name=name).pk)


def _project(owner: User, folder: Path) -> Project:
    return register_project(owner=owner, path=str(folder), create_folder=True)
