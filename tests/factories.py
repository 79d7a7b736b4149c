"""One factory for every model; a bare call makes a row that the application itself could have made.

Content is real: an artifact's version has its manifest and its files among the blobs.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import factory
from django.db import transaction
from factory.django import DjangoModelFactory

from accounts.models import ApiToken, FailedAttempts, User
from artifacts.manifests import EXECUTABLE_MODE, PLAIN_MODE, Manifest, ManifestFile, normalised
from artifacts.models import (
    Artifact,
    ArtifactGroup,
    ArtifactTag,
    Blob,
    Collection,
    CollectionImport,
    GroupMembership,
    Version,
)
from artifacts.services.blobs import store_blobs
from deployment_sets.models import DeploymentSet, DeploymentSetMember, DeploymentSetTag
from deployments.models import Claim, Deployment, DeploymentPlacement, JournalEntry, Placement, Run, RunItem
from profiles.enums import ArtifactType, Platform
from profiles.layout import layout_fields
from profiles.models import DeploymentProfile
from profiles.platforms import module_for
from projects.locks import folder_key
from projects.models import Project
from projects.paths import folded

type Files = Mapping[str, bytes | str]
"""Content by path; a path that ends with `*` is executable, and '' is the whole of a single file."""


class UserFactory(DjangoModelFactory[User]):
    """A person without special rights, whose password is `password`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user-{n}")

    @factory.post_generation
    def password(self: User, create: bool, extracted: str | None, **options: Any) -> None:
        self.set_password(extracted or "password")
        if create:
            self.save(update_fields=["password"])


class ApiTokenFactory(DjangoModelFactory[ApiToken]):
    """A token whose secret is nobody's; `accounts.services.tokens.create_token` makes one that can be used."""

    class Meta:
        model = ApiToken

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Token {n}")
    digest = factory.Sequence(lambda n: sha256(f"secret {n}".encode()).hexdigest())
    prefix = factory.Sequence(lambda n: f"dset_{n:06}")


class FailedAttemptsFactory(DjangoModelFactory[FailedAttempts]):
    """One wrong password, a moment ago."""

    class Meta:
        model = FailedAttempts

    door = FailedAttempts.Door.LOGIN
    address = "192.0.2.1"
    username = factory.Sequence(lambda n: f"somebody-{n}")
    failures = 1
    expires_at = factory.LazyFunction(lambda: datetime.now(UTC) + timedelta(minutes=5))


class ProjectFactory(DjangoModelFactory[Project]):
    """A project's row alone: no profile, and a folder that need not be there (see the fixture `project`)."""

    class Meta:
        model = Project

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Project {n}")
    path = factory.Sequence(lambda n: f"/nowhere/project-{n}")


class DeploymentProfileFactory(DjangoModelFactory[DeploymentProfile]):
    """A profile with its platform's own defaults."""

    class Meta:
        model = DeploymentProfile

    project = factory.SubFactory(ProjectFactory)
    platform = Platform.CLAUDE_CODE.value
    profile_id = factory.Sequence(lambda n: f"profile-{n}")

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        module = module_for(Platform(kwargs["platform"]))
        layout = module.default_layout(kwargs.get("root_dir", module.default_root_dir))
        return dict(layout_fields(layout)) | kwargs


class BlobFactory(DjangoModelFactory[Blob]):
    """Bytes under their own hash."""

    class Meta:
        model = Blob
        django_get_or_create = ("sha256",)

    data = factory.Sequence(lambda n: f"content {n}\n".encode())
    size = factory.LazyAttribute(lambda blob: len(blob.data))
    sha256 = factory.LazyAttribute(lambda blob: sha256(blob.data).hexdigest())


class CollectionFactory(DjangoModelFactory[Collection]):
    """A collection that was a folder."""

    class Meta:
        model = Collection

    name = factory.Sequence(lambda n: f"Collection {n}")
    kind = Collection.Kind.FOLDER
    source = factory.Sequence(lambda n: f"/nowhere/collection-{n}")


class CollectionImportFactory(DjangoModelFactory[CollectionImport]):
    """An import that is finished."""

    class Meta:
        model = CollectionImport

    collection = factory.SubFactory(CollectionFactory)
    state = CollectionImport.State.DONE


class ArtifactFactory(DjangoModelFactory[Artifact]):
    """An artifact with one version. `files` says what it holds; `files={}` makes one without content."""

    class Meta:
        model = Artifact
        skip_postgeneration_save = True

    collection = factory.SubFactory(CollectionFactory)
    type = ArtifactType.SKILL.value
    name = factory.Sequence(lambda n: f"artifact-{n}")

    @factory.post_generation
    def files(self: Artifact, create: bool, extracted: Files | None, **options: Any) -> None:
        if create and (extracted is None or extracted):
            give_version(self, example_files(self) if extracted is None else extracted)


def example_files(artifact: Artifact) -> Files:
    """What a plausible artifact of this type and name holds."""
    text = f"---\nname: {artifact.name}\ndescription: About {artifact.name}.\n---\n\n# {artifact.name}\n"
    match artifact.type:
        case ArtifactType.SKILL:
            return {"SKILL.md": text, "scripts/run.sh*": f"#!/bin/sh\necho {artifact.name}\n"}
        case ArtifactType.HOOK:
            return {"hooks.json": '{"hooks": {}}\n'}
        case ArtifactType.MCP:
            return {"": '{"command": "true"}\n'}
        case _:
            return {"": text}


def give_version(artifact: Artifact, files: Files) -> Version:
    """A new version of `artifact` that holds `files`, made its current one."""
    manifest = stored_manifest(files)
    version = Version.objects.create(artifact=artifact, manifest_id=manifest.sha256)
    artifact.version = version
    artifact.save(update_fields=["version", "updated_at"])
    return version


def stored_manifest(files: Files) -> Manifest:
    """The manifest of `files`, kept among the blobs together with their bytes."""
    blobs: dict[str, bytes] = {}
    entries = []
    for path, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        digest = sha256(data).hexdigest()
        blobs[digest] = data
        mode = EXECUTABLE_MODE if path.endswith("*") else PLAIN_MODE
        entries.append(ManifestFile(path.removesuffix("*"), digest, mode))
    manifest = normalised(entries)
    with transaction.atomic():
        store_blobs({**blobs, manifest.sha256: manifest.encoded})
    return manifest


class ArtifactTagFactory(DjangoModelFactory[ArtifactTag]):
    """A tag on an artifact."""

    class Meta:
        model = ArtifactTag

    artifact = factory.SubFactory(ArtifactFactory)
    name = factory.Sequence(lambda n: f"tag-{n}")


class VersionFactory(DjangoModelFactory[Version]):
    """A version beside the one its artifact has; `give_version` makes the current one."""

    class Meta:
        model = Version

    artifact = factory.SubFactory(ArtifactFactory)
    manifest = factory.Sequence(
        lambda n: Blob.objects.get(sha256=stored_manifest({"SKILL.md": f"version {n}\n"}).sha256)
    )


class ArtifactGroupFactory(DjangoModelFactory[ArtifactGroup]):
    """A group of one's own. `artifacts=[…]` puts these into it, in this order."""

    class Meta:
        model = ArtifactGroup
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Group {n}")

    @factory.post_generation
    def artifacts(self: ArtifactGroup, create: bool, extracted: list[Artifact] | None, **options: Any) -> None:
        for position, artifact in enumerate(extracted or [] if create else []):
            GroupMembership.objects.create(group=self, artifact=artifact, position=position)


class GroupMembershipFactory(DjangoModelFactory[GroupMembership]):
    """An artifact at the end of a group."""

    class Meta:
        model = GroupMembership

    group = factory.SubFactory(ArtifactGroupFactory)
    artifact = factory.SubFactory(ArtifactFactory)
    position = factory.LazyAttribute(lambda membership: membership.group.memberships.count())


class DeploymentSetFactory(DjangoModelFactory[DeploymentSet]):
    """A set. `members=[…]` puts these artifacts, groups and sets into it, in this order."""

    class Meta:
        model = DeploymentSet
        skip_postgeneration_save = True

    owner = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Set {n}")

    @factory.post_generation
    def members(
        self: DeploymentSet,
        create: bool,
        extracted: list[Artifact | ArtifactGroup | DeploymentSet] | None,
        **options: Any,
    ) -> None:
        for position, member in enumerate(extracted or [] if create else []):
            DeploymentSetMember.objects.create(set=self, position=position, **_reference(member))


def _reference(member: Artifact | ArtifactGroup | DeploymentSet) -> dict[str, Any]:
    match member:
        case Artifact():
            return {"artifact": member}
        case ArtifactGroup():
            return {"group": member}
        case DeploymentSet():
            return {"member_set": member}


class DeploymentSetTagFactory(DjangoModelFactory[DeploymentSetTag]):
    """A tag on a set."""

    class Meta:
        model = DeploymentSetTag

    set = factory.SubFactory(DeploymentSetFactory)
    name = factory.Sequence(lambda n: f"tag-{n}")


class DeploymentSetMemberFactory(DjangoModelFactory[DeploymentSetMember]):
    """A member at the end of a set: an artifact, unless `group` or `member_set` is given."""

    class Meta:
        model = DeploymentSetMember

    set = factory.SubFactory(DeploymentSetFactory)
    artifact = factory.Maybe(
        factory.LazyAttribute(lambda member: member.group is None and member.member_set is None),
        factory.SubFactory(ArtifactFactory),
        None,
    )
    group = None
    member_set = None
    position = factory.LazyAttribute(lambda member: member.set.members.count())


class PlacementFactory(DjangoModelFactory[Placement]):
    """What is recorded about one path of a project; no disk is touched."""

    class Meta:
        model = Placement

    class Params:
        artifact = factory.SubFactory(ArtifactFactory)

    project = factory.SubFactory(ProjectFactory)
    path = factory.LazyAttribute(lambda placement: f".claude/skills/{placement.artifact.name}")
    folded_path = factory.LazyAttribute(lambda placement: folded(placement.path))
    artifact_uuid = factory.SelfAttribute("artifact.uuid")
    version = factory.SelfAttribute("artifact.version")
    state = factory.SelfAttribute("artifact.version.manifest")


class DeploymentFactory(DjangoModelFactory[Deployment]):
    """An artifact in a project, without placements or claims."""

    class Meta:
        model = Deployment

    class Params:
        artifact = factory.SubFactory(ArtifactFactory)

    project = factory.SubFactory(ProjectFactory)
    artifact_uuid = factory.SelfAttribute("artifact.uuid")
    artifact_type = factory.SelfAttribute("artifact.type")
    label = factory.SelfAttribute("artifact.artifact_id")
    deployment_profile_id = "claude_code"
    platform = Platform.CLAUDE_CODE.value
    profile_root_dir = ".claude"
    deployed_by = factory.SelfAttribute("project.owner")
    deployed_at = factory.LazyFunction(lambda: datetime.now(UTC))


class DeploymentPlacementFactory(DjangoModelFactory[DeploymentPlacement]):
    """A deployment and a placement it needs, in one project and of one artifact."""

    class Meta:
        model = DeploymentPlacement

    class Params:
        project = factory.SubFactory(ProjectFactory)
        artifact = factory.SubFactory(ArtifactFactory)

    deployment = factory.SubFactory(
        DeploymentFactory,
        project=factory.SelfAttribute("..project"),
        artifact=factory.SelfAttribute("..artifact"),
    )
    placement = factory.SubFactory(
        PlacementFactory,
        project=factory.SelfAttribute("..project"),
        artifact=factory.SelfAttribute("..artifact"),
    )


class ClaimFactory(DjangoModelFactory[Claim]):
    """A set's claim on a deployment."""

    class Meta:
        model = Claim

    deployment = factory.SubFactory(DeploymentFactory)
    claimant = factory.Sequence(lambda n: f"set:{n}")
    label = factory.Sequence(lambda n: f"Set {n}")


class RunFactory(DjangoModelFactory[Run]):
    """A deploy that is done, next in its project's count."""

    class Meta:
        model = Run

    project = factory.SubFactory(ProjectFactory)
    number = factory.LazyAttribute(lambda run: run.project.runs.count() + 1)
    kind = Run.Kind.DEPLOY
    state = Run.State.DONE
    folder_key = factory.LazyAttribute(
        lambda run: folder_key(Path(run.project.path)) if Path(run.project.path).is_dir() else "0-0"
    )
    started_by = factory.SelfAttribute("project.owner")
    started_at = factory.LazyFunction(lambda: datetime.now(UTC))
    finished_at = factory.SelfAttribute("started_at")


class RunItemFactory(DjangoModelFactory[RunItem]):
    """One success, next in its run."""

    class Meta:
        model = RunItem

    class Params:
        artifact = factory.SubFactory(ArtifactFactory)

    run = factory.SubFactory(RunFactory)
    position = factory.LazyAttribute(lambda item: item.run.items.count())
    artifact_uuid = factory.SelfAttribute("artifact.uuid")
    artifact_label = factory.SelfAttribute("artifact.artifact_id")
    deployment_profile_id = "claude_code"
    platform = Platform.CLAUDE_CODE.value
    status = RunItem.Status.SUCCESS
    action = "create"


class JournalEntryFactory(DjangoModelFactory[JournalEntry]):
    """One path that a run created."""

    class Meta:
        model = JournalEntry

    run = factory.SubFactory(RunFactory)
    position = factory.LazyAttribute(lambda entry: entry.run.journal.count())
    path = factory.Sequence(lambda n: f".claude/commands/command-{n}.md")
    slot = factory.LazyAttribute(lambda entry: str(entry.position))
    after = factory.LazyFunction(lambda: Blob.objects.get(sha256=stored_manifest({"": "text\n"}).sha256))
