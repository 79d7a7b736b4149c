"""Every field of a Cursor profile decides where something lands."""

import json
from dataclasses import replace
from uuid import UUID

import pytest

from artifacts.queries import LoadedArtifact
from deployments.services.rendering import rendered
from profiles.enums import ArtifactType, Platform
from profiles.platforms.cursor import MODULE
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, Unsupported

LAYOUT = MODULE.default_layout(".cursor")
HOOKS = json.dumps({"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "true"}]}]}})
CONTENTS = {
    ArtifactType.SKILL: ("SKILL.md", "---\nname: x\ndescription: d\n---\nText.\n"),
    ArtifactType.COMMAND: ("", "Text.\n"),
    ArtifactType.AGENT: ("", "---\ndescription: d\n---\nText.\n"),
    ArtifactType.RULE: ("", "Text.\n"),
    ArtifactType.HOOK: ("hooks.json", HOOKS),
    ArtifactType.MCP: ("", '{"command": "x"}'),
}


def paths(artifact_type: ArtifactType, layout: ProfileLayout = LAYOUT) -> list[str]:
    """Where an artifact called x lands."""
    path, text = CONTENTS[artifact_type]
    files = [ContentFile(path, text.encode())]
    if artifact_type is ArtifactType.HOOK:
        files.append(ContentFile("run.sh", b""))
    content = ArtifactContent(artifact_type, "", "x", tuple(files), path)
    answer = MODULE.renders[artifact_type](content, layout)
    assert isinstance(answer, Rendering)
    return [*(each.path for each in answer.paths), *dict.fromkeys(each.path for each in answer.entries)]


def test_everything_lands_where_cursor_looks() -> None:
    assert {kind: paths(kind) for kind in ArtifactType} == {
        ArtifactType.SKILL: [".agents/skills/x"],
        ArtifactType.COMMAND: [".cursor/commands/x.md"],
        ArtifactType.AGENT: [".cursor/agents/x.md"],
        ArtifactType.RULE: [".cursor/rules/x.mdc"],
        ArtifactType.HOOK: [".cursor/hooks/x", ".cursor/hooks.json"],
        ArtifactType.MCP: [".cursor/mcp.json"],
    }


@pytest.mark.parametrize("artifact_type", [kind for kind in ArtifactType if kind is not ArtifactType.SKILL])
def test_the_root_moves_everything_but_the_shared_skills(artifact_type: ArtifactType) -> None:
    elsewhere = [path.replace(".cursor/", "web/.cursor/") for path in paths(artifact_type)]
    assert paths(artifact_type, MODULE.default_layout("web/.cursor")) == elsewhere


@pytest.mark.parametrize("artifact_type", [kind for kind in ArtifactType if kind is not ArtifactType.MCP])
def test_the_map_moves_the_folder_of_a_type(artifact_type: ArtifactType) -> None:
    moved = {**LAYOUT.artifact_path_map, artifact_type: ".cursor/rules/else"}
    assert paths(artifact_type, replace(LAYOUT, artifact_path_map=moved))[0].startswith(".cursor/rules/else/x")


def test_the_instruction_files_take_rules_that_have_no_folder() -> None:
    folders: dict[ArtifactType, str] = {
        kind: folder for kind, folder in LAYOUT.artifact_path_map.items() if kind is not ArtifactType.RULE
    }
    layout = replace(LAYOUT, artifact_path_map=folders, project_config_filenames=("AGENTS.md", "docs/AGENTS.md"))
    assert paths(ArtifactType.RULE, layout) == ["AGENTS.md", "docs/AGENTS.md"]


def test_rules_go_nowhere_outside_the_prefixes() -> None:
    layout = replace(LAYOUT, context_path_prefixes=("docs",))
    content = ArtifactContent(ArtifactType.RULE, "", "x", (ContentFile("", b"Text.\n"),))
    answer = MODULE.renders[ArtifactType.RULE](content, layout)
    assert isinstance(answer, Unsupported)
    assert ".cursor/rules" in answer.reason


def test_a_type_that_the_profile_does_not_take_is_not_placed() -> None:
    content = ArtifactContent(ArtifactType.RULE, "", "x", (ContentFile("", b"Text.\n"),))
    artifact = LoadedArtifact(UUID(int=1), ArtifactType.RULE, "rule:x", "", False, (), None, None, content)
    assert isinstance(rendered(UUID(int=1), artifact, "cursor", LAYOUT).outcome, Rendering)
    layout = replace(LAYOUT, supported_artifact_types=(ArtifactType.SKILL,))
    assert rendered(UUID(int=1), artifact, "cursor", layout).outcome == Unsupported(
        "The profile does not take artifacts of type rule."
    )


def test_cursor_has_hooks_and_servers_agreed_to() -> None:
    assert MODULE.platform is Platform.CURSOR
    assert set(MODULE.approvals) == {ArtifactType.HOOK, ArtifactType.MCP}
