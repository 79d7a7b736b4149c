"""One set for every platform of one project: what each step of its life leaves is what the other platforms need."""

import json
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from accounts.models import User
from artifacts.models import Artifact
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import batch_deploy, batch_undeploy
from deployment_sets.services.members import add_members, remove_member
from deployment_sets.services.resolution import Member, MemberKind
from deployment_sets.services.sets import create_set
from deployments.models import Claim, Deployment, Placement
from deployments.services.undo import undo
from profiles.enums import Platform
from projects.models import Project
from tests.deployments.conftest import read_tree
from tests.factories import ArtifactFactory, DeploymentProfileFactory, ProjectFactory, give_version

PLATFORMS = (Platform.CLAUDE_CODE, Platform.CODEX, Platform.GEMINI, Platform.CURSOR)
OWN_FILES = {
    "AGENTS.md": "# This project\n\nRun `make`.\n",
    ".mcp.json": '{"mcpServers": {"mine": {"command": "mine"}}}\n',
    ".codex/config.toml": 'model = "gpt-5" # the quick one\n\n[mcp_servers.mine]\ncommand = "mine"\n',
    ".gemini/settings.json": '{\n  // dark at night\n  "theme": "Dark"\n}\n',
    ".cursor/hooks.json": '{"version": 1, "hooks": {"stop": [{"command": "./mine.sh"}]}}\n',
    ".agents/skills/mine/SKILL.md": "---\nname: mine\ndescription: Mine.\n---\n",
    "src/main.py": "print()\n",
}


def hooks(command: str) -> str:
    handler = {"type": "command", "command": command, "timeout": 5}
    groups = {"PostToolUse": [{"matcher": "Edit|Write", "hooks": [handler]}], "SessionStart": [{"hooks": [handler]}]}
    return json.dumps({"hooks": groups})


CONTENTS: dict[str, Mapping[str, str]] = {
    "skill:pdf": {"SKILL.md": "---\nname: pdf\ndescription: Reads PDF.\n---\nRead.\n", "run.sh*": "#!/bin/sh\n"},
    "skill:docs": {"SKILL.md": "---\nname: Docs\ndescription: Writes.\n---\nWrite.\n"},
    "command:review": {"": "---\ndescription: Reviews.\n---\nReview $ARGUMENTS.\n"},
    "agent:critic": {"": "---\nname: critic\ndescription: Finds faults.\ntools: Read, Grep\n---\nBe strict.\n"},
    "rule:plain": {"": "Write plainly.\n"},
    "rule:small": {"": "---\npaths: ['*.py']\n---\nSmall steps.\n"},
    "mcp:search": {"": '{"command": "search", "env": {"KEY": "${KEY}"}}'},
    "mcp:remote": {"": '{"type": "http", "url": "https://example.org/mcp"}'},
    "hook:format": {
        "hooks/hooks.json": hooks("${CLAUDE_PLUGIN_ROOT}/scripts/run.sh"),
        "scripts/run.sh*": "#!/bin/sh\n",
    },
    "hook:log": {"hooks/hooks.json": hooks("echo done")},
}


@pytest.fixture
def artifacts() -> dict[str, Artifact]:
    made: dict[str, Artifact] = {}
    for artifact_id, files in CONTENTS.items():
        kind, _, name = artifact_id.partition(":")
        source_path = "hooks/hooks.json" if kind == "hook" else ""
        made[artifact_id] = ArtifactFactory(type=kind, name=name, source_path=source_path)
        give_version(made[artifact_id], files)
    return made


@pytest.fixture
def composed(owner: User, artifacts: dict[str, Artifact]) -> DeploymentSet:
    deployment_set = create_set(owner=owner, name="Everything")
    members = [Member(MemberKind.ARTIFACT, artifact.pk) for artifact in artifacts.values()]
    add_members(owner=owner, set_id=deployment_set.pk, members=members)
    return deployment_set


def project_with_own_files(owner: User, folder: Path) -> Project:
    for path, text in OWN_FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    project: Project = ProjectFactory(owner=owner, path=str(folder))
    project.profiles.all().delete()
    for platform in PLATFORMS:
        DeploymentProfileFactory(project=project, profile_id=platform.value, platform=platform.value)
    return project


@pytest.fixture
def shared(owner: User, project_folder: Path) -> Project:
    return project_with_own_files(owner, project_folder)


def deployed(owner: User, composed: DeploymentSet, project: Project, platforms: Sequence[Platform] = PLATFORMS) -> None:
    profiles = [project.profiles.get(profile_id=platform.value) for platform in platforms]
    report = batch_deploy(by=owner, deployment_set=composed, project=project, profiles=profiles, prune=True)
    failed = [result for result in report.results if result.status == "error" or result.action == "unsupported"]
    assert failed == []


def needed_for(owner: User, composed: DeploymentSet, platforms: Sequence[Platform], folder: Path) -> dict[str, object]:
    """What a project holds that knew nothing before but these platforms."""
    fresh = folder / f"fresh-{len(list(folder.iterdir()))}"
    fresh.mkdir()
    project = project_with_own_files(owner, fresh)
    deployed(owner, composed, project, platforms)
    found = contents(fresh)
    project.delete()
    shutil.rmtree(fresh)
    return found


def contents(folder: Path) -> dict[str, object]:
    """Every file with its bytes; of those that people write too, what they say."""
    return {path: said(path, data) for path, data in read_tree(folder).items()}


def said(path: str, data: bytes) -> object:
    text = data.decode()
    if path.endswith("hooks.json") or path in (".mcp.json", ".cursor/mcp.json", ".claude/settings.json"):
        return json.loads(text)
    if path == ".gemini/settings.json":
        return json.loads("\n".join(line for line in text.splitlines() if "//" not in line))
    if path == ".codex/config.toml":
        return tomllib.loads(text)
    if path in ("AGENTS.md", "GEMINI.md"):
        return sorted(text.split("\n"))
    return data


def test_every_step_leaves_what_the_other_platforms_need_and_the_last_one_the_folder_as_it_was(
    owner: User,
    shared: Project,
    composed: DeploymentSet,
    artifacts: dict[str, Artifact],
    project_folder: Path,
    tmp_path: Path,
) -> None:
    before = read_tree(project_folder)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    deployed(owner, composed, shared)
    assert contents(project_folder) == needed_for(owner, composed, PLATFORMS, elsewhere)
    skill = Placement.objects.get(project=shared, path=".agents/skills/pdf")
    assert skill.deployments.count() == 3

    give_version(artifacts["skill:pdf"], {"SKILL.md": "---\nname: pdf\ndescription: Reads all.\n---\nRead.\n"})
    give_version(artifacts["rule:plain"], {"": "Write even more plainly.\n"})
    give_version(artifacts["mcp:search"], {"": '{"command": "search", "args": ["--fast"]}'})
    for member in composed.members.all():
        if member.artifact in (artifacts["skill:docs"], artifacts["hook:log"], artifacts["rule:small"]):
            remove_member(owner=owner, set_id=composed.pk, member_id=member.pk)
    deployed(owner, composed, shared)
    assert contents(project_folder) == needed_for(owner, composed, PLATFORMS, elsewhere)

    left = list(PLATFORMS)
    for platform in (Platform.GEMINI, Platform.CLAUDE_CODE, Platform.CODEX):
        left.remove(platform)
        batch_undeploy(by=owner, set_id=composed.pk, project=shared, profile_ids=[platform.value])
        assert contents(project_folder) == needed_for(owner, composed, left, elsewhere)

    batch_undeploy(by=owner, set_id=composed.pk, project=shared)
    assert read_tree(project_folder) == before
    assert not Placement.objects.filter(project=shared).exists()
    assert not Deployment.objects.filter(project=shared).exists()
    assert not Claim.objects.filter(deployment__project=shared).exists()


def test_undo_walks_back_over_every_platform(
    owner: User, shared: Project, composed: DeploymentSet, artifacts: dict[str, Artifact], project_folder: Path
) -> None:
    before = read_tree(project_folder)
    deployed(owner, composed, shared, PLATFORMS[:2])
    two = read_tree(project_folder)
    deployed(owner, composed, shared)
    undo(project=shared, by=owner)
    assert read_tree(project_folder) == two
    undo(project=shared, by=owner)
    assert read_tree(project_folder) == before


def test_a_new_version_that_is_deployed_for_one_platform_serves_those_that_share_its_place(
    owner: User, shared: Project, composed: DeploymentSet, artifacts: dict[str, Artifact], project_folder: Path
) -> None:
    deployed(owner, composed, shared)
    give_version(artifacts["skill:pdf"], {"SKILL.md": "---\nname: pdf\ndescription: Reads all.\n---\nRead.\n"})
    deployed(owner, composed, shared, [Platform.GEMINI])
    assert b"Reads all." in (project_folder / ".agents/skills/pdf/SKILL.md").read_bytes()
    batch_undeploy(by=owner, set_id=composed.pk, project=shared, profile_ids=["gemini", "cursor"])
    assert (project_folder / ".agents/skills/pdf/SKILL.md").exists()
    batch_undeploy(by=owner, set_id=composed.pk, project=shared, profile_ids=["codex"])
    assert not (project_folder / ".agents/skills/pdf").exists()
