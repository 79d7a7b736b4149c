"""What becomes of an MCP server for Claude Code."""

import pytest

from profiles.entries import EntryError, Format, Member
from profiles.enums import Platform
from profiles.rendering import RenderedEntry, Rendering
from tests.profiles.rendered import layout_of, placed, refused, rendered, server

LAYOUT = layout_of(Platform.CLAUDE_CODE)


@pytest.mark.parametrize("root_dir", [".claude", "packages/web/.claude"])
@pytest.mark.parametrize(
    "definition",
    [
        {"command": "npx", "args": ["-y", "x"], "env": {"TOKEN": "${TOKEN:-none}"}},
        {"type": "stdio", "command": "x"},
        {"type": "http", "url": "https://example.org/mcp", "headers": {"A": "${B}"}},
        {"type": "sse", "url": "https://example.org/sse"},
    ],
)
def test_a_server_is_a_member_of_the_projects_mcp_file(definition: object, root_dir: str) -> None:
    rendering = placed(server(definition), layout_of(Platform.CLAUDE_CODE, root_dir))
    key = Member(("mcpServers", "github"))
    assert rendering == Rendering(entries=(RenderedEntry(".mcp.json", Format.JSON, key, definition),))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://example.org/mcp", "http"),
        ("https://example.org/v1/sse/?x=1", "sse"),
        ("https://sse.example.org/essense", "http"),
        ("wss://example.org/mcp", "ws"),
        ("${BASE}/mcp", "http"),
        ("http://[", "http"),
    ],
)
def test_a_remote_server_without_a_type_gets_one_and_it_is_said(url: str, kind: str) -> None:
    rendering = placed(server({"url": url}), LAYOUT)
    assert rendering.entries[0].value == {"url": url, "type": kind}
    (warning,) = rendering.warnings
    assert warning.field == "type"
    assert repr(kind) in warning.message


@pytest.mark.parametrize("key", ["httpUrl", "serverUrl"])
def test_what_other_tools_call_a_url_is_written_as_one_and_said(key: str) -> None:
    rendering = placed(server({key: "https://example.org/mcp"}), LAYOUT)
    assert rendering.entries[0].value == {"url": "https://example.org/mcp", "type": "http"}
    assert [warning.field for warning in rendering.warnings] == [key, "type"]


def test_a_type_that_claude_code_does_not_know_is_said() -> None:
    rendering = placed(server({"type": "pigeon", "url": "https://example.org"}), LAYOUT)
    assert [warning.field for warning in rendering.warnings] == ["type"]


def test_files_of_the_plugin_that_a_server_wants_are_said() -> None:
    definition = {
        "command": "${CLAUDE_PLUGIN_ROOT}/bin/server",
        "args": ["--data", "$CLAUDE_PLUGIN_DATA"],
        "env": {"HOME": "${CLAUDE_PLUGIN_ROOT}", "OTHER": "${CLAUDE_PLUGIN_ROOTS}"},
    }
    rendering = placed(server(definition), LAYOUT)
    assert rendering.entries[0].value == definition
    assert [warning.field for warning in rendering.warnings] == ["command", "args[1]", "env.HOME"]


@pytest.mark.parametrize("name", ["workspace", "claude-in-chrome", "computer-use", "Claude Preview", "Claude Browser"])
def test_a_reserved_name_is_unsupported(name: str) -> None:
    assert name in refused(server({"command": "x"}, name), LAYOUT)


@pytest.mark.parametrize("name", ["", "a\nb", "a\x00b", "a\u202eb", "x" * 230, "\ud800"])
def test_a_name_that_cannot_be_a_key_is_refused(name: str) -> None:
    with pytest.raises(EntryError, match="name"):
        rendered(server({"command": "x"}, name), LAYOUT)


def test_a_name_may_be_one_that_no_file_could_have() -> None:
    assert placed(server({"command": "x"}, "acme/tools: ü"), LAYOUT).entries[0].key == Member(
        ("mcpServers", "acme/tools: ü")
    )
