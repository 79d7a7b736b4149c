"""What lands where for a platform nothing is known about."""

import pytest

from profiles.enums import ArtifactType
from profiles.platforms.other import MODULE
from profiles.rendering import ArtifactContent, ContentFile, Rendering, Unsupported

LAYOUT = MODULE.default_layout("agents")


def test_the_defaults_lie_below_one_visible_folder() -> None:
    assert MODULE.default_root_dir == "agents"
    assert {kind.value: folder for kind, folder in LAYOUT.artifact_path_map.items()} == {
        "skill": "agents/skills",
        "command": "agents/commands",
        "agent": "agents/agents",
        "rule": "agents/rules",
    }


def test_a_skill_is_copied_unchanged() -> None:
    files = (
        ContentFile("SKILL.md", b"${CLAUDE_PLUGIN_ROOT}/skills/pdf/run.sh"),
        ContentFile("run.sh", b"#!/bin/sh\n", executable=True),
    )
    answer = MODULE.renders[ArtifactType.SKILL](
        ArtifactContent(ArtifactType.SKILL, "", "pdf", files, "skills/pdf"), LAYOUT
    )
    assert isinstance(answer, Rendering)
    assert answer.paths[0].path == "agents/skills/pdf"
    assert answer.paths[0].files == files
    assert len(answer.warnings) == 1


@pytest.mark.parametrize("artifact_type", [ArtifactType.COMMAND, ArtifactType.AGENT, ArtifactType.RULE])
def test_a_single_file_is_copied_unchanged(artifact_type: ArtifactType) -> None:
    content = ArtifactContent(artifact_type, "", "review", (ContentFile("", b"---\ntools: x\n---\n"),))
    answer = MODULE.renders[artifact_type](content, LAYOUT)
    assert isinstance(answer, Rendering)
    assert answer.paths[0].path == f"agents/{artifact_type.value}s/review.md"
    assert answer.paths[0].files == (ContentFile("", b"---\ntools: x\n---\n"),)


@pytest.mark.parametrize("artifact_type", [ArtifactType.HOOK, ArtifactType.MCP])
def test_hooks_and_servers_have_nowhere_to_go(artifact_type: ArtifactType) -> None:
    content = ArtifactContent(artifact_type, "", "x", (ContentFile("", b"{}"),))
    answer = MODULE.renders[artifact_type](content, LAYOUT)
    assert isinstance(answer, Unsupported)
    assert "Nothing says where" in answer.reason
    assert artifact_type not in LAYOUT.supported_artifact_types
