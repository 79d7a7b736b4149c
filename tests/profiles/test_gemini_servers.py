"""What becomes of an MCP server for Gemini CLI."""

import json
from uuid import uuid4

import pytest

from artifacts.queries import LoadedArtifact
from deployments.services.rendering import rendered as outcome_of
from profiles.entries import EntryError, Format, Member
from profiles.enums import ArtifactType, Platform
from profiles.platforms.gemini import MODULE
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    ProfileLayout,
    RenderedEntry,
    Rendering,
    RenderWarning,
    Unsupported,
)
from projects.paths import PathError

LAYOUT = MODULE.default_layout(".gemini")


def server(definition: object, name: str = "github") -> ArtifactContent:
    return ArtifactContent(ArtifactType.MCP, "", name, (ContentFile("", json.dumps(definition).encode()),), ".mcp.json")


def rendered(definition: object, name: str = "github", layout: ProfileLayout = LAYOUT) -> Rendering | Unsupported:
    return MODULE.renders[ArtifactType.MCP](server(definition, name), layout)


def placed(definition: object, name: str = "github", layout: ProfileLayout = LAYOUT) -> Rendering:
    answer = rendered(definition, name, layout)
    assert isinstance(answer, Rendering)
    return answer


def losses(rendering: Rendering) -> list[str]:
    return [warning.field for warning in rendering.warnings if warning.is_loss]


def test_a_rich_local_server() -> None:
    definition = {
        "type": "stdio",
        "command": "npx",
        "args": ["-y", "${PACKAGE:-server}"],
        "env": {"TOKEN": "${TOKEN}", "node_options": "--x", "HOME_OF": "$HOME"},
        "cwd": "tools",
        "timeout": 3000,
        "trust": True,
        "alwaysLoad": True,
        "oauth": {"clientId": "x"},
    }
    value = {key: definition[key] for key in ("command", "args", "env", "cwd", "timeout")}
    key = Member(("mcpServers", "my-server"))
    name = "Gemini CLI takes a server's name to end at an underscore or blank; it is written as 'my-server'."
    trust = "It would let Gemini CLI run the server's tools without asking; it is left out."
    sign_in = "Gemini CLI describes a sign-in in another way; it is left out. Sign in there with /mcp auth."
    home = "Gemini CLI fills in $HOME here, which Claude Code leaves as it is."
    assert rendered(definition, "my_server") == Rendering(
        warnings=(
            RenderWarning("name", name, is_loss=False),
            RenderWarning("trust", trust),
            RenderWarning("alwaysLoad", "Gemini CLI accepts no such key; it is left out."),
            RenderWarning("oauth", sign_in),
            RenderWarning("env.node_options", "Gemini CLI does not hand this variable to servers."),
            RenderWarning("env.HOME_OF", home),
        ),
        entries=(RenderedEntry(".gemini/settings.json", Format.JSON_WITH_COMMENTS, key, value),),
    )


def test_a_minimal_server() -> None:
    key = Member(("mcpServers", "github"))
    entry = RenderedEntry(".gemini/settings.json", Format.JSON_WITH_COMMENTS, key, {"command": "x"})
    assert rendered({"command": "x"}) == Rendering(entries=(entry,))


@pytest.mark.parametrize(
    ("definition", "written", "said"),
    [
        ({"type": "http", "url": "https://x/mcp"}, {"httpUrl": "https://x/mcp"}, [("url", False)]),
        ({"type": "streamable-http", "url": "https://x/mcp"}, {"httpUrl": "https://x/mcp"}, [("url", False)]),
        ({"httpUrl": "https://x/mcp"}, {"httpUrl": "https://x/mcp"}, []),
        ({"type": "sse", "url": "https://x/sse"}, {"url": "https://x/sse", "type": "sse"}, []),
        ({"url": "https://x/any"}, {"url": "https://x/any"}, []),
        ({"serverUrl": "https://x/any"}, {"url": "https://x/any"}, [("serverUrl", False)]),
        ({"type": "pigeon", "url": "https://x/any"}, {"url": "https://x/any"}, [("type", True)]),
        (
            {"type": "http", "url": "https://x/mcp", "command": "x"},
            {"httpUrl": "https://x/mcp"},
            [("url", False), ("command", True)],
        ),
        ({"command": "x", "url": "https://x/mcp"}, {"command": "x"}, [("url", True)]),
    ],
)
def test_a_remote_server_has_its_url_where_gemini_looks_for_its_kind(
    definition: object, written: object, said: list[tuple[str, bool]]
) -> None:
    rendering = placed(definition)
    assert rendering.entries[0].value == written
    assert [(warning.field, warning.is_loss) for warning in rendering.warnings] == said


@pytest.mark.parametrize(
    "definition", [{"type": "ws", "url": "https://x"}, {"url": "WSS://x"}, {"type": "http", "command": "x"}]
)
def test_what_gemini_cannot_connect_to_has_no_place(definition: object) -> None:
    assert isinstance(rendered(definition), Unsupported)


@pytest.mark.parametrize("text", ["${CLAUDE_PLUGIN_ROOT}/x", "${CLAUDE_PROJECT_DIR}/x", "$HOME/x"])
def test_a_variable_that_means_something_else_there_is_said(text: str) -> None:
    assert losses(placed({"command": "x", "args": ["y", text]})) == ["args[1]"]
    assert losses(placed({"type": "http", "url": "https://x", "headers": {"A": text}})) == ["headers.A"]


def test_names_and_definitions_that_no_settings_could_hold_are_refused() -> None:
    with pytest.raises(PathError):
        rendered({"command": "x"}, "日本")
    with pytest.raises(EntryError):
        rendered({"args": []})


def test_the_root_of_the_profile_says_where_the_settings_are() -> None:
    assert placed({"command": "x"}, layout=MODULE.default_layout("ai/g")).entries[0].path == "ai/g/settings.json"


def test_each_field_of_a_profile_changes_what_is_placed() -> None:
    rule = ArtifactContent(ArtifactType.RULE, "", "plain", (ContentFile("", b"Write plainly.\n"),))
    render = MODULE.renders[ArtifactType.RULE]
    in_files = ProfileLayout(Platform.GEMINI, ".gemini", {}, project_config_filenames=("A.md", "B.md"))
    answer = render(rule, in_files)
    assert isinstance(answer, Rendering)
    assert [entry.path for entry in answer.entries] == ["A.md", "B.md"]
    in_folder = ProfileLayout(
        Platform.GEMINI, ".gemini", {ArtifactType.RULE: "docs/rules"}, context_path_prefixes=("docs",)
    )
    answer = render(rule, in_folder)
    assert isinstance(answer, Rendering)
    assert [path.path for path in answer.paths] == ["docs/rules/plain.md"]
    outside = ProfileLayout(
        Platform.GEMINI, ".gemini", {ArtifactType.RULE: "docs/rules"}, context_path_prefixes=("src",)
    )
    assert isinstance(render(rule, outside), Unsupported)


@pytest.mark.parametrize("types", [(ArtifactType.MCP,), (ArtifactType.SKILL,)])
def test_a_type_that_the_profile_does_not_take_is_not_placed(types: tuple[ArtifactType, ...]) -> None:
    artifact = LoadedArtifact(
        uuid=uuid4(),
        type=ArtifactType.MCP,
        label="mcp:github",
        namespace="",
        gone=False,
        flags=(),
        target_platforms=None,
        version_id=None,
        content=server({"command": "x"}),
    )
    layout = ProfileLayout(Platform.GEMINI, ".gemini", {}, supported_artifact_types=types)
    outcome = outcome_of(artifact.uuid, artifact, "gemini", layout).outcome
    assert isinstance(outcome, Rendering) is (ArtifactType.MCP in types)
