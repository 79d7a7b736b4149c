"""What becomes of an MCP server for Gemini CLI."""

import pytest

from profiles.entries import Format, Member
from profiles.enums import Platform
from profiles.rendering import RenderedEntry, Rendering, RenderWarning
from projects.paths import PathError
from tests.profiles.rendered import layout_of, losses, placed, refused, rendered, server, value_of

LAYOUT = layout_of(Platform.GEMINI)


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
    assert rendered(server(definition, "my_server"), LAYOUT) == Rendering(
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
    assert rendered(server({"command": "x"}), LAYOUT) == Rendering(entries=(entry,))


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
    rendering = placed(server(definition), LAYOUT)
    assert value_of(rendering) == written
    assert [(warning.field, warning.is_loss) for warning in rendering.warnings] == said


@pytest.mark.parametrize(
    "definition", [{"type": "ws", "url": "https://x"}, {"url": "WSS://x"}, {"type": "http", "command": "x"}]
)
def test_what_gemini_cannot_connect_to_has_no_place(definition: object) -> None:
    assert refused(server(definition), LAYOUT)


@pytest.mark.parametrize("text", ["${CLAUDE_PLUGIN_ROOT}/x", "${CLAUDE_PROJECT_DIR}/x", "$HOME/x"])
def test_a_variable_that_means_something_else_there_is_said(text: str) -> None:
    assert losses(placed(server({"command": "x", "args": ["y", text]}), LAYOUT)) == ["args[1]"]
    assert losses(placed(server({"type": "http", "url": "https://x", "headers": {"A": text}}), LAYOUT)) == ["headers.A"]


def test_a_name_that_no_settings_could_hold_is_refused() -> None:
    with pytest.raises(PathError):
        rendered(server({"command": "x"}, "日本"), LAYOUT)
