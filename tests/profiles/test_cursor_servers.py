"""What becomes of an MCP server for Cursor."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.entries import EntryError, Format, Member
from profiles.enums import Platform
from profiles.rendering import RenderedEntry, Rendering, RenderWarning
from tests.profiles.rendered import layout_of, placed, refused, rendered, server, value_of

LAYOUT = layout_of(Platform.CURSOR)


def one_server(value: object, *warnings: RenderWarning, root_dir: str = ".cursor") -> Rendering:
    key = Member(("mcpServers", "github"))
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
    assert rendered(server(definition), layout_of(Platform.CURSOR, root_dir)) == one_server(
        definition, root_dir=root_dir
    )


def test_a_server_with_much_to_say() -> None:
    definition = {
        "type": "streamable-http",
        "httpUrl": "${BASE}/mcp",
        "headers": {"Authorization": "Bearer ${TOKEN:-none}", "X": "${env:ALREADY} $PLAIN"},
        "args": ["${CLAUDE_PROJECT_DIR}/data", "${CLAUDE_PLUGIN_ROOT}/bin"],
        "timeout": 30,
    }
    assert rendered(server(definition), LAYOUT) == one_server(
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
            "Cursor has no value for a variable that is not set; ${TOKEN:-none} is written as ${env:TOKEN}.",
        ),
        RenderWarning("args[1]", "It refers to CLAUDE_PLUGIN_ROOT; no files of its plugin are deployed with a server."),
    )


def test_a_type_that_nobody_knows_is_left_out() -> None:
    message = "Cursor knows the types stdio, http and sse; this one is left out, and Cursor finds out by itself."
    answer = rendered(server({"type": "pigeon", "url": "https://example.org"}), LAYOUT)
    assert answer == one_server({"url": "https://example.org"}, RenderWarning("type", message))


@pytest.mark.parametrize("definition", [{"type": "ws", "url": "https://example.org"}, {"url": "wss://example.org"}])
def test_a_websocket_is_nothing_that_cursor_speaks(definition: object) -> None:
    reason = "Cursor reaches MCP servers by stdio, HTTP and SSE, and not by WebSocket."
    assert refused(server(definition), LAYOUT) == reason


def test_a_name_that_no_file_could_take_is_refused() -> None:
    with pytest.raises(EntryError):
        rendered(server({"command": "x"}, "a\nb"), LAYOUT)


TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=10)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | TEXT | st.just("${A:-}${B}"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=6,
)


@given(fields=st.dictionaries(st.sampled_from(["args", "env", "type", "headers", "x", "auth"]), VALUES, max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_server_is_json_without_a_variable_that_cursor_would_not_fill_in(fields: dict[str, object]) -> None:
    value = value_of(placed(server({**fields, "command": "${C}"}), LAYOUT))
    text = json.dumps(value)
    assert json.loads(text) == value
    assert not {"${A", "${B", "${C"} & {text[i : i + 3] for i in range(len(text))}
