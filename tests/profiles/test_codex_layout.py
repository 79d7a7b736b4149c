"""Every field of a profile for Codex changes what is placed."""

from dataclasses import replace
from uuid import UUID

from artifacts.queries import LoadedArtifact
from deployments.services.rendering import rendered
from profiles.enums import ArtifactType
from profiles.platforms.codex import MODULE
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, Unsupported

LAYOUT = MODULE.default_layout(".codex")
AGENT = ArtifactContent(ArtifactType.AGENT, "", "x", (ContentFile("", b"Look."),))
RULE = ArtifactContent(ArtifactType.RULE, "", "x", (ContentFile("", b"Look."),))
SERVER = ArtifactContent(ArtifactType.MCP, "", "x", (ContentFile("", b'{"command": "x"}'),))


def where(content: ArtifactContent, layout: ProfileLayout) -> list[str]:
    answer = MODULE.renders[content.type](content, layout)
    if not isinstance(answer, Rendering):
        return []
    return [*(each.path for each in answer.paths), *(each.path for each in answer.entries)]


def test_the_root_is_where_everything_of_codex_lies() -> None:
    layout = MODULE.default_layout("web/.codex")
    assert [where(each, LAYOUT) for each in (AGENT, SERVER)] == [[".codex/agents/x.toml"], [".codex/config.toml"]]
    assert [where(each, layout) for each in (AGENT, SERVER)] == [
        ["web/.codex/agents/x.toml"],
        ["web/.codex/config.toml"],
    ]


def test_the_map_names_the_folder_of_a_type() -> None:
    layout = replace(LAYOUT, artifact_path_map={ArtifactType.AGENT: "elsewhere"})
    assert where(AGENT, layout) == ["elsewhere/x.toml"]


def test_the_instruction_files_take_the_rules() -> None:
    assert where(RULE, LAYOUT) == ["AGENTS.md"]
    assert where(RULE, replace(LAYOUT, project_config_filenames=("a.md", "b.md"))) == ["a.md", "b.md"]


def test_rule_files_go_only_where_the_prefixes_let_them() -> None:
    layout = replace(LAYOUT, artifact_path_map={ArtifactType.RULE: "docs/rules"})
    assert where(RULE, layout) == []
    assert where(RULE, replace(layout, context_path_prefixes=("docs",))) == ["docs/rules/x.md"]


def test_a_type_that_the_profile_does_not_take_is_not_placed() -> None:
    uuid = UUID(int=1)
    artifact = LoadedArtifact(uuid, ArtifactType.AGENT, "agent:x", "", False, (), None, None, AGENT)
    layout = replace(LAYOUT, supported_artifact_types=(ArtifactType.SKILL,))
    assert isinstance(rendered(uuid, artifact, "codex", LAYOUT).outcome, Rendering)
    assert isinstance(rendered(uuid, artifact, "codex", layout).outcome, Unsupported)
