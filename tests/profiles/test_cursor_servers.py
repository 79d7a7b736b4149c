"""What becomes of an MCP server for Cursor."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.entries import EntryError, Format, Member
from profiles.enums import ArtifactType
from profiles.platforms.cursor import MODULE
from profiles.rendering import ArtifactContent, ContentFile, RenderedEntry, Rendering, RenderWarning, Unsupported


def rendered(definition: object, name: str = "docs", root_dir: str = ".cursor") -> Rendering | Unsupported:
    content = ArtifactContent(ArtifactType.MCP, "", name, (ContentFile("", json.dumps(definition).encode()),))
    return MODULE.renders[ArtifactType.MCP](content, MODULE.default_layout(root_dir))


def one_server(value: object, *warnings: RenderWarning, root_dir: str = ".cursor") -> Rendering:
    key = Member(("mcpServers", "docs"))
    return Rendering(warnings=warnings, entries=(RenderedEntry(f"{root_dir}/mcp.json", Format.JSON, key, value),))


@pytest.mark.parametrize("root_dir", [".cursor", "web/.cursor"])
@pytest.mark.parametrize(
    "definition",
    [
        {"command": "npx", "args": ["-y", "x"], "env": {"A": "b"}, "envFile": ".env"},
        {"type": "stdio", "command": "x"},
        {"type": "http", "url": "https://example.org/mcp", "headers": {"A": "b"}},
        {"type": "sse", "url": "https://example.org/sse", "auth": {"CLIENT_ID": "x"}},
        {"url": "https://example.org/mcp"},
    ],
)
def test_a_server_is_a_member_of_cursors_file(definition: object, root_dir: str) -> None:
    assert rendered(definition, root_dir=root_dir) == one_server(definition, root_dir=root_dir)


def test_a_server_with_much_to_say() -> None:
    definition = {
        "type": "streamable-http",
        "httpUrl": "${BASE}/mcp",
        "headers": {"Authorization": "Bearer ${TOKEN:-none}", "X": "${env:ALREADY} $PLAIN"},
        "args": ["${CLAUDE_PROJECT_DIR}/data", "${CLAUDE_PLUGIN_ROOT}/bin"],
        "timeout": 30,
    }
    assert rendered(definition) == one_server(
        {
            "type": "http",
            "headers": {"Authorization": "Bearer ${env:TOKEN}", "X": "${env:ALREADY} $PLAIN"},
            "args": ["${workspaceFolder}/data", "${env:CLAUDE_PLUGIN_ROOT}/bin"],
            "url": "${env:BASE}/mcp",
        },
        RenderWarning("httpUrl", "Cursor calls it 'url', and so it is written.", is_loss=False),
        RenderWarning("timeout", "Cursor documents no such setting of a server; it is left out."),
        RenderWarning("type", "It is written as 'http'.", is_loss=False),
        RenderWarning(
            "headers.Authorization",
            "Cursor knows no value to take otherwise; ${TOKEN:-none} is written as ${env:TOKEN}.",
        ),
        RenderWarning("args[1]", "It refers to CLAUDE_PLUGIN_ROOT; no files of its plugin are deployed with a server."),
    )


def test_a_type_that_nobody_knows_is_left_out() -> None:
    message = "Cursor knows servers of the types stdio, http and sse; it is left to find out which this is."
    answer = rendered({"type": "pigeon", "url": "https://example.org"})
    assert answer == one_server({"url": "https://example.org"}, RenderWarning("type", message))


@pytest.mark.parametrize("definition", [{"type": "ws", "url": "https://example.org"}, {"url": "wss://example.org"}])
def test_a_websocket_is_nothing_that_cursor_speaks(definition: object) -> None:
    assert rendered(definition) == Unsupported(
        "Cursor reaches MCP servers by stdio, HTTP and SSE, and not by WebSocket."
    )


@pytest.mark.parametrize(("definition", "name"), [({}, "docs"), ({"command": 1}, "docs"), ({"command": "x"}, "a\nb")])
def test_what_no_file_could_take_is_an_error(definition: object, name: str) -> None:
    with pytest.raises(EntryError):
        rendered(definition, name)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=10) | st.just("${A:-}${B}"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=6,
)


@given(
    fields=st.dictionaries(st.sampled_from(["args", "env", "type", "headers", "x", "serverUrl"]), values, max_size=4)
)
@settings(max_examples=60, deadline=None)
def test_every_server_is_json_without_a_variable_that_cursor_would_not_fill_in(fields: dict[str, object]) -> None:
    try:
        answer = rendered({**fields, "command": "${C}"})
    except EntryError:
        return
    assert isinstance(answer, Rendering)
    text = json.dumps(answer.entries[0].value)
    assert json.loads(text) == answer.entries[0].value
    assert not {"${A", "${B", "${C"} & {text[i : i + 3] for i in range(len(text))}
