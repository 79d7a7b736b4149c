"""Every field of a profile for Claude Code changes what is placed."""

from dataclasses import replace
from uuid import UUID

import pytest

from artifacts.queries import LoadedArtifact
from deployments.services.rendering import rendered
from profiles.enums import ArtifactType
from profiles.platforms.claude_code import MODULE
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, Unsupported

LAYOUT = MODULE.default_layout(".claude")
HOOKS = b'{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "${CLAUDE_PLUGIN_ROOT}/run.sh"}]}]}}'
FILES = {
    ArtifactType.SKILL: (ContentFile("SKILL.md", b"Look."),),
    ArtifactType.HOOK: (ContentFile("hooks.json", HOOKS), ContentFile("run.sh", b"#!/bin/sh\n")),
    ArtifactType.MCP: (ContentFile("", b'{"command": "x"}'),),
}


def content(artifact_type: ArtifactType) -> ArtifactContent:
    files = FILES.get(artifact_type, (ContentFile("", b"Look.\n"),))
    return ArtifactContent(artifact_type, "", "x", files, "hooks.json")


def where(artifact_type: ArtifactType, layout: ProfileLayout) -> list[str]:
    answer = MODULE.renders[artifact_type](content(artifact_type), layout)
    if not isinstance(answer, Rendering):
        return []
    return [*(each.path for each in answer.paths), *(each.path for each in answer.entries)]


def test_the_settings_lie_in_the_root_wherever_the_scripts_are() -> None:
    assert where(ArtifactType.HOOK, LAYOUT) == [".claude/hooks/x", ".claude/settings.json"]
    layout = replace(LAYOUT, root_dir="web/.claude")
    assert where(ArtifactType.HOOK, layout) == [".claude/hooks/x", "web/.claude/settings.json"]


@pytest.mark.parametrize(
    ("artifact_type", "name"),
    [
        (ArtifactType.SKILL, "x"),
        (ArtifactType.COMMAND, "x.md"),
        (ArtifactType.AGENT, "x.md"),
        (ArtifactType.RULE, "x.md"),
        (ArtifactType.HOOK, "x"),
    ],
)
def test_the_map_names_the_folder_of_a_type(artifact_type: ArtifactType, name: str) -> None:
    layout = replace(LAYOUT, artifact_path_map={artifact_type: ".claude/rules/deep"})
    assert where(artifact_type, LAYOUT)[0] == f".claude/{artifact_type.value}s/{name}"
    assert where(artifact_type, layout)[0] == f".claude/rules/deep/{name}"


def test_the_instruction_files_take_rules_that_have_no_folder() -> None:
    layout = replace(LAYOUT, artifact_path_map={})
    assert where(ArtifactType.RULE, layout) == ["CLAUDE.md"]
    assert where(ArtifactType.RULE, replace(layout, project_config_filenames=("a.md", "b.md"))) == ["a.md", "b.md"]
    assert where(ArtifactType.RULE, replace(layout, project_config_filenames=())) == []


@pytest.mark.parametrize("prefix", ["docs", ".claude/rules/deep", ".claude/rule"])
def test_rule_files_go_only_where_the_prefixes_let_them(prefix: str) -> None:
    assert where(ArtifactType.RULE, LAYOUT) == [".claude/rules/x.md"]
    assert where(ArtifactType.RULE, replace(LAYOUT, context_path_prefixes=(".claude",))) == [".claude/rules/x.md"]
    assert where(ArtifactType.RULE, replace(LAYOUT, context_path_prefixes=(prefix,))) == []


@pytest.mark.parametrize("artifact_type", list(ArtifactType))
def test_a_type_that_the_profile_does_not_take_is_not_placed(artifact_type: ArtifactType) -> None:
    artifact = LoadedArtifact(
        UUID(int=1), artifact_type, f"{artifact_type.value}:x", "", False, (), None, None, content(artifact_type)
    )
    others = tuple(each for each in ArtifactType if each is not artifact_type)
    layout = replace(LAYOUT, supported_artifact_types=others)
    assert isinstance(rendered(artifact.uuid, artifact, "claude", LAYOUT).outcome, Rendering)
    assert isinstance(rendered(artifact.uuid, artifact, "claude", layout).outcome, Unsupported)
