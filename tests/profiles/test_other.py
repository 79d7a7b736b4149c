"""What lands where for a platform nothing is known about."""

from dataclasses import replace

import pytest

from profiles.entries import Format, Section
from profiles.enums import ArtifactType
from profiles.platforms.other import MODULE
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    RenderedEntry,
    RenderedPath,
    Rendering,
    RenderWarning,
    Unsupported,
)

LAYOUT = MODULE.default_layout("agents")


def test_the_defaults_lie_below_one_visible_folder() -> None:
    assert MODULE.default_root_dir == "agents"
    assert {kind.value: folder for kind, folder in LAYOUT.artifact_path_map.items()} == {
        "skill": "agents/skills",
        "command": "agents/commands",
        "agent": "agents/agents",
        "rule": "agents/rules",
    }
    assert LAYOUT.supported_artifact_types == tuple(LAYOUT.artifact_path_map)


def test_a_skill_is_its_folder_and_nothing_else() -> None:
    files = (
        ContentFile(
            "SKILL.md", b"\xef\xbb\xbf---\r\nname: other\r\n---\r\n${CLAUDE_PLUGIN_ROOT}/skills/pdf/run.sh $1\r\n"
        ),
        ContentFile("run.sh", b"#!/bin/sh\ncat $CLAUDE_PLUGIN_ROOT/x\n", executable=True),
        ContentFile(".claude-plugin/plugin.json", b"{}"),
    )
    content = ArtifactContent(ArtifactType.SKILL, "documents", "synced", files, "skills/pdf")
    said = "refers to ${CLAUDE_PLUGIN_ROOT}; the other files of its plugin are not deployed there."
    assert MODULE.renders[ArtifactType.SKILL](content, LAYOUT) == Rendering(
        paths=(RenderedPath("agents/skills/synced", files),),
        warnings=(
            RenderWarning("${CLAUDE_PLUGIN_ROOT}", f"SKILL.md {said}"),
            RenderWarning("${CLAUDE_PLUGIN_ROOT}", f"run.sh {said}"),
        ),
    )


@pytest.mark.parametrize("artifact_type", [ArtifactType.COMMAND, ArtifactType.AGENT, ArtifactType.RULE])
def test_a_single_file_is_itself_and_nothing_else(artifact_type: ArtifactType) -> None:
    file = ContentFile("", b"---\r\nglobs: *\r\nmodel: opus\r\n---\r\n$1 $ARGUMENTS @a.md \xff\r\n", executable=True)
    content = ArtifactContent(artifact_type, "documents", "review", (file,), "review.md")
    assert MODULE.renders[artifact_type](content, LAYOUT) == Rendering(
        paths=(RenderedPath(f"agents/{artifact_type.value}s/review.md", (file,)),)
    )


@pytest.mark.parametrize(
    ("artifact_type", "reason"),
    [
        (ArtifactType.HOOK, "Nothing says where this platform reads hooks."),
        (ArtifactType.MCP, "Nothing says where this platform reads MCP servers."),
    ],
)
def test_of_hooks_and_servers_it_is_said_why_they_stay_out(artifact_type: ArtifactType, reason: str) -> None:
    content = ArtifactContent(artifact_type, "", "x", (ContentFile("", b'{"command": "x", "hooks": {}}'),))
    assert MODULE.renders[artifact_type](content, LAYOUT) == Unsupported(reason)


def test_a_rule_without_a_folder_is_a_section_of_every_instruction_file() -> None:
    rule = ArtifactContent(ArtifactType.RULE, "", "words", (ContentFile("", b"Write plainly.\n"),))
    layout = replace(LAYOUT, artifact_path_map={}, project_config_filenames=("AGENTS.md", "web/AGENTS.md"))
    assert MODULE.renders[ArtifactType.RULE](rule, layout) == Rendering(
        entries=tuple(
            RenderedEntry(path, Format.MARKDOWN, Section("words"), "Write plainly.")
            for path in ("AGENTS.md", "web/AGENTS.md")
        )
    )
