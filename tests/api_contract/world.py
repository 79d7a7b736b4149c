"""All that an owner can have, one of each kind and tied together, and more of everything on request."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from django.contrib.auth.models import Permission

from accounts.models import ApiToken, User
from artifacts.models import Artifact, ArtifactGroup, Collection, CollectionImport
from deployment_sets.models import DeploymentSet, DeploymentSetMember
from deployments.installer.ledger import RowsBefore
from deployments.models import Deployment, Run
from profiles.models import DeploymentProfile
from projects.models import Project
from tests.factories import (
    ApiTokenFactory,
    ArtifactFactory,
    ArtifactGroupFactory,
    ArtifactTagFactory,
    ClaimFactory,
    CollectionFactory,
    CollectionImportFactory,
    DeploymentFactory,
    DeploymentPlacementFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    DeploymentSetMemberFactory,
    DeploymentSetTagFactory,
    GroupMembershipFactory,
    ProjectFactory,
    RunFactory,
    RunItemFactory,
)


@dataclass(frozen=True, slots=True)
class World:
    """What `owner` has, and what is everybody's. `owner` may change what is everybody's, too."""

    owner: User
    set: DeploymentSet
    member: DeploymentSetMember
    project: Project
    profile: DeploymentProfile
    deployment: Deployment
    run: Run
    token: ApiToken
    collection: Collection
    collection_import: CollectionImport
    artifact: Artifact
    group: ArtifactGroup

    @classmethod
    def of(cls, owner: User, folder: Path) -> Self:
        """The world of `owner`, whose project is in `folder`."""
        owner.user_permissions.set(Permission.objects.filter(content_type__app_label="artifacts"))
        collection = CollectionFactory()
        artifact = ArtifactFactory(collection=collection)
        group = ArtifactGroupFactory(artifacts=[artifact])
        project = ProjectFactory(owner=owner, path=str(folder))
        top = DeploymentSetFactory(owner=owner, members=[artifact])
        deployment = DeploymentFactory(project=project, artifact=artifact)
        ClaimFactory(deployment=deployment, claimant=f"set:{top.pk}", label=top.name)
        # One that can be undone: it noted that it changed nothing.
        run = RunFactory(project=project, rows_before=RowsBefore({}, {}, {}, {}).as_json())
        RunItemFactory(run=run, artifact=artifact)
        return cls(
            owner=owner,
            set=top,
            member=top.members.get(),
            project=project,
            profile=DeploymentProfileFactory(project=project, profile_id="claude_code"),
            deployment=deployment,
            run=run,
            token=ApiTokenFactory(owner=owner),
            collection=collection,
            collection_import=CollectionImportFactory(collection=collection),
            artifact=artifact,
            group=group,
        )

    def grow(self, rows: int) -> None:
        """So many more rows in every list there is."""
        for _ in range(rows):
            self._grow_shared()
            self._grow_sets()
            self._grow_projects()
            ApiTokenFactory(owner=self.owner)

    def _grow_shared(self) -> None:
        CollectionImportFactory(collection=CollectionFactory())
        CollectionImportFactory(collection=self.collection)
        artifact = ArtifactFactory(collection=self.collection)
        ArtifactTagFactory(artifact=artifact)
        ArtifactTagFactory(artifact=self.artifact)
        ArtifactGroupFactory(artifacts=[artifact])
        ArtifactGroupFactory(artifacts=[self.artifact], collection=self.collection)
        GroupMembershipFactory(group=self.group, artifact=artifact)

    def _grow_sets(self) -> None:
        artifact, group = ArtifactFactory(), ArtifactGroupFactory(artifacts=[ArtifactFactory()])
        inner = DeploymentSetFactory(owner=self.owner, members=[artifact, group])
        for deployment_set in (inner, self.set):
            DeploymentSetTagFactory(set=deployment_set)
        for member in ({"artifact": ArtifactFactory()}, {"group": group}, {"member_set": inner}):
            DeploymentSetMemberFactory(set=self.set, **member)
        DeploymentSetFactory(owner=self.owner, members=[self.artifact, self.group, self.set])

    def _grow_projects(self) -> None:
        elsewhere = ProjectFactory(owner=self.owner)
        DeploymentProfileFactory(project=self.project)
        for project, artifact in ((self.project, ArtifactFactory()), (elsewhere, self.artifact)):
            pair = DeploymentPlacementFactory(project=project, artifact=artifact)
            ClaimFactory(deployment=pair.deployment, claimant=f"set:{self.set.pk}", label=self.set.name)
            RunItemFactory(run=RunFactory(project=project))
        RunItemFactory(run=self.run)
