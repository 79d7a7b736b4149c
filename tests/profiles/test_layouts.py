"""Every field of a profile decides where something lands, on every platform alike."""

from dataclasses import replace
from uuid import UUID

import pytest

from artifacts.queries import LoadedArtifact
from deployments.services.rendering import rendered as wanted
from profiles.enums import ArtifactType, Platform
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, Unsupported
from tests.profiles.rendered import layout_of, one_file, placed, places, refused

HOOKS = b'{"hooks": {"Stop": [{"hooks": [{"type": "command", "command": "true"}]}]}}'
CONTENTS = {
    ArtifactType.SKILL: ArtifactContent(
        ArtifactType.SKILL, "", "x", (ContentFile("SKILL.md", b"---\nname: x\ndescription: d\n---\nText.\n"),)
    ),
    ArtifactType.COMMAND: one_file(ArtifactType.COMMAND, "Text.\n", "x"),
    ArtifactType.AGENT: one_file(ArtifactType.AGENT, "---\ndescription: d\n---\nText.\n", "x"),
    ArtifactType.RULE: one_file(ArtifactType.RULE, "Text.\n", "x"),
    ArtifactType.HOOK: ArtifactContent(
        ArtifactType.HOOK, "", "x", (ContentFile("hooks.json", HOOKS), ContentFile("run.sh", b"")), "hooks.json"
    ),
    ArtifactType.MCP: one_file(ArtifactType.MCP, '{"command": "x"}', "x"),
}
PLACES = {
    Platform.CLAUDE_CODE: {
        ArtifactType.SKILL: [".claude/skills/x"],
        ArtifactType.COMMAND: [".claude/commands/x.md"],
        ArtifactType.AGENT: [".claude/agents/x.md"],
        ArtifactType.RULE: [".claude/rules/x.md"],
        ArtifactType.HOOK: [".claude/hooks/x", ".claude/settings.json"],
        ArtifactType.MCP: [".mcp.json"],
    },
    Platform.CODEX: {
        ArtifactType.SKILL: [".agents/skills/x"],
        ArtifactType.COMMAND: [".codex/skills/x"],
        ArtifactType.AGENT: [".codex/agents/x.toml"],
        ArtifactType.RULE: ["AGENTS.md"],
        ArtifactType.HOOK: [".codex/hooks/x", ".codex/hooks.json"],
        ArtifactType.MCP: [".codex/config.toml"],
    },
    Platform.GEMINI: {
        ArtifactType.SKILL: [".agents/skills/x"],
        ArtifactType.COMMAND: [".gemini/commands/x.toml"],
        ArtifactType.AGENT: [".gemini/agents/x.md"],
        ArtifactType.RULE: ["GEMINI.md"],
        ArtifactType.HOOK: [".gemini/hooks/x", ".gemini/settings.json"],
        ArtifactType.MCP: [".gemini/settings.json"],
    },
    Platform.CURSOR: {
        ArtifactType.SKILL: [".agents/skills/x"],
        ArtifactType.COMMAND: [".cursor/commands/x.md"],
        ArtifactType.AGENT: [".cursor/agents/x.md"],
        ArtifactType.RULE: [".cursor/rules/x.mdc"],
        ArtifactType.HOOK: [".cursor/hooks/x", ".cursor/hooks.json"],
        ArtifactType.MCP: [".cursor/mcp.json"],
    },
    Platform.OTHER: {
        ArtifactType.SKILL: ["agents/skills/x"],
        ArtifactType.COMMAND: ["agents/commands/x.md"],
        ArtifactType.AGENT: ["agents/agents/x.md"],
        ArtifactType.RULE: ["agents/rules/x.md"],
    },
}
PLATFORMS = list(Platform)


def found(artifact_type: ArtifactType, layout: ProfileLayout) -> list[str]:
    """Where an artifact called x lands."""
    return places(placed(CONTENTS[artifact_type], layout))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_everything_lands_where_the_platform_looks(platform: Platform) -> None:
    layout = layout_of(platform)
    assert {kind: found(kind, layout) for kind in layout.supported_artifact_types} == PLACES[platform]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_root_moves_what_lies_below_it(platform: Platform) -> None:
    root = layout_of(platform).root_dir
    moved = layout_of(platform, "web/moved")
    assert {kind: found(kind, moved) for kind in moved.supported_artifact_types} == {
        kind: [f"web/moved{path.removeprefix(root)}" if path.startswith(f"{root}/") else path for path in paths]
        for kind, paths in PLACES[platform].items()
    }


@pytest.mark.parametrize("platform", [each for each in PLATFORMS if each is not Platform.OTHER])
def test_the_settings_lie_in_the_root_wherever_the_scripts_are(platform: Platform) -> None:
    layout = layout_of(platform)
    scripts, settings = found(ArtifactType.HOOK, layout)
    moved = replace(layout, root_dir="web/moved")
    assert found(ArtifactType.HOOK, moved) == [scripts, f"web/moved{settings.removeprefix(layout.root_dir)}"]


@pytest.mark.parametrize("artifact_type", [kind for kind in ArtifactType if kind is not ArtifactType.MCP])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_map_moves_the_folder_of_a_type(platform: Platform, artifact_type: ArtifactType) -> None:
    layout = layout_of(platform)
    if artifact_type not in layout.supported_artifact_types:
        assert refused(CONTENTS[artifact_type], layout)
        return
    moved = {**layout.artifact_path_map, artifact_type: "docs/else"}
    layout = replace(layout, artifact_path_map=moved, context_path_prefixes=("docs",))
    assert found(artifact_type, layout)[0].startswith("docs/else/x")


@pytest.mark.parametrize(
    "artifact_type", [ArtifactType.SKILL, ArtifactType.COMMAND, ArtifactType.AGENT, ArtifactType.HOOK]
)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_type_without_a_folder_has_no_place(platform: Platform, artifact_type: ArtifactType) -> None:
    reason = refused(CONTENTS[artifact_type], replace(layout_of(platform), artifact_path_map={}))
    assert artifact_type.value in reason


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_instruction_files_take_rules_that_have_no_folder(platform: Platform) -> None:
    layout = replace(layout_of(platform), artifact_path_map={}, project_config_filenames=("A.md", "docs/B.md"))
    assert found(ArtifactType.RULE, layout) == ["A.md", "docs/B.md"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_rules_go_nowhere_without_a_folder_and_instruction_files(platform: Platform) -> None:
    layout = replace(layout_of(platform), artifact_path_map={}, project_config_filenames=())
    assert "instruction file" in refused(CONTENTS[ArtifactType.RULE], layout)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_rule_files_go_only_where_the_prefixes_let_them(platform: Platform) -> None:
    layout = replace(layout_of(platform), artifact_path_map={ArtifactType.RULE: "docs/rules"})
    for prefixes in (), ("src", "docs/rule"), ("docs/rules/deep",):
        reason = refused(CONTENTS[ArtifactType.RULE], replace(layout, context_path_prefixes=prefixes))
        assert "docs/rules" in reason
    (path,) = found(ArtifactType.RULE, replace(layout, context_path_prefixes=("src", "docs")))
    assert path.startswith("docs/rules/x.")


@pytest.mark.parametrize("artifact_type", ArtifactType)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_type_that_the_profile_does_not_take_is_not_placed(platform: Platform, artifact_type: ArtifactType) -> None:
    uuid = UUID(int=1)
    artifact = LoadedArtifact(uuid, artifact_type, "x", "", False, (), None, None, CONTENTS[artifact_type])
    layout = layout_of(platform)
    others = tuple(kind for kind in layout.supported_artifact_types if kind is not artifact_type)
    takes_it = artifact_type in layout.supported_artifact_types
    assert isinstance(wanted(uuid, artifact, "profile", layout).outcome, Rendering) is takes_it
    outcome = wanted(uuid, artifact, "profile", replace(layout, supported_artifact_types=others)).outcome
    assert outcome == Unsupported(f"The profile does not take artifacts of type {artifact_type.value}.")
