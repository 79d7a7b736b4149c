"""A desk to deploy from: make artifacts, deploy them, look at the folder."""

import logging
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from artifacts.models import Artifact
from deployments.installer.decisions import Claimant
from deployments.installer.journal import Result
from deployments.services.reports import Report
from deployments.services.runs import RunOptions, deploy, undeploy
from deployments.services.undo import undo
from profiles.models import DeploymentProfile
from projects.models import Project
from tests.factories import ArtifactFactory, DeploymentProfileFactory, give_version


@dataclass
class Desk:
    """What the tests of deploying do over and over."""

    project: Project
    folder: Path
    claimant: Claimant = field(default_factory=lambda: Claimant("set:1", "Full-stack"))

    def artifact(self, artifact_id: str, files: Mapping[str, bytes | str] | None = None, **fields: object) -> Artifact:
        """An artifact `type:name` with these files, or some of its own."""
        artifact_type, _, name = artifact_id.partition(":")
        artifact: Artifact = ArtifactFactory(type=artifact_type, name=name, **fields)
        if files is not None:
            give_version(artifact, files)
        return artifact

    def profile(self, profile_id: str, **fields: object) -> DeploymentProfile:
        """Another profile of the project."""
        profile: DeploymentProfile = DeploymentProfileFactory(project=self.project, profile_id=profile_id, **fields)
        return profile

    def deploy(
        self,
        *artifacts: Artifact | UUID,
        profiles: list[DeploymentProfile] | None = None,
        prune: bool = False,
        **options: Any,
    ) -> Report:
        """Deploy in the name of the desk's claimant, under the project's first profile unless told otherwise.

        `options` are those of `RunOptions`.
        """
        return deploy(
            project=self.project,
            profiles=profiles or [self.project.profiles.order_by("created_at")[0]],
            artifacts=[each if isinstance(each, UUID) else each.pk for each in artifacts],
            claimant=self.claimant,
            by=self.project.owner,
            options=RunOptions(**options),
            prune=prune,
        )

    def undeploy(self, *artifacts: Artifact, of_everybody: bool = False, **options: Any) -> Report:
        """Give up the desk's claims, or with `of_everybody` all claims, on `artifacts` or on everything."""
        return undeploy(
            project=self.project,
            by=self.project.owner,
            claimant=None if of_everybody else self.claimant,
            artifacts=[artifact.pk for artifact in artifacts] or None,
            options=RunOptions(**options),
        )

    def undo(self, **options: Any) -> Report:
        """Take back the last run."""
        return undo(project=self.project, by=self.project.owner, options=RunOptions(**options))

    def tree(self) -> dict[str, bytes]:
        """Every file with its bytes; executables end with `*`, symlinks with `@`, empty folders with `/`."""
        return read_tree(self.folder)


def read_tree(folder: Path) -> dict[str, bytes]:
    """Every file below `folder` by relative path, marked as `Desk.tree` says."""
    found: dict[str, bytes] = {}
    for root, folders, files in os.walk(folder):
        for name in [*files, *(each for each in folders if (Path(root) / each).is_symlink())]:
            path = Path(root) / name
            relative = path.relative_to(folder).as_posix()
            if path.is_symlink():
                found[f"{relative}@"] = os.fsencode(path.readlink())
            else:
                mark = "*" if path.stat().st_mode & stat.S_IXUSR else ""
                found[relative + mark] = path.read_bytes()
        if not files and not folders and Path(root) != folder:
            found[f"{Path(root).relative_to(folder).as_posix()}/"] = b""
    return found


def outcome(report: Report) -> list[tuple[str, str, str]]:
    """(artifact, status, action) of every result."""
    return [(result.artifact_id, str(result.status), str(result.action)) for result in report.results]


def only(report: Report) -> Result:
    """The one result of a report."""
    (result,) = report.results
    return result


@pytest.fixture
def desk(project: Project, project_folder: Path) -> Desk:
    """A desk in front of an empty project with a Claude Code profile."""
    return Desk(project, project_folder)


@pytest.fixture
def quiet() -> Iterator[None]:
    """Hundreds of recoveries warn hundreds of times; that they do is tested elsewhere."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def folder_in_memory(settings: Settings) -> Iterator[Path]:
    """A folder for a project that is filled and emptied hundreds of times; in memory where there is such a place."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        settings.PROJECT_ROOTS = [Path(folder).resolve()]
        yield Path(folder).resolve()
