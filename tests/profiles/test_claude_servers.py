"""What becomes of an MCP server for Claude Code."""

import json

import pytest

from profiles.entries import EntryError, Format, Member
from profiles.enums import ArtifactType
from profiles.platforms.claude_code import MODULE
from profiles.rendering import ArtifactContent, ContentFile, RenderedEntry, Rendering, Unsupported

LAYOUT = MODULE.default_layout(".claude")


def server(definition: object, name: str = "github") -> ArtifactContent:
    data = definition if isinstance(definition, bytes) else json.dumps(definition).encode()
    return ArtifactContent(ArtifactType.MCP, "tools", name, (ContentFile("", data),), ".mcp.json")


def placed(content: ArtifactContent, root_dir: str = ".claude") -> Rendering:
    answer = MODULE.renders[ArtifactType.MCP](content, MODULE.default_layout(root_dir))
    assert isinstance(answer, Rendering)
    return answer


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
    rendering = placed(server(definition), root_dir)
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
    rendering = placed(server({"url": url}))
    assert rendering.entries[0].value == {"url": url, "type": kind}
    (warning,) = rendering.warnings
    assert warning.field == "type"
    assert repr(kind) in warning.message


@pytest.mark.parametrize("key", ["httpUrl", "serverUrl"])
def test_what_other_tools_call_a_url_is_written_as_one_and_said(key: str) -> None:
    rendering = placed(server({key: "https://example.org/mcp"}))
    assert rendering.entries[0].value == {"url": "https://example.org/mcp", "type": "http"}
    assert [warning.field for warning in rendering.warnings] == [key, "type"]


def test_a_type_that_claude_code_does_not_know_is_said() -> None:
    rendering = placed(server({"type": "pigeon", "url": "https://example.org"}))
    assert [warning.field for warning in rendering.warnings] == ["type"]


def test_files_of_the_plugin_that_a_server_wants_are_said() -> None:
    definition = {
        "command": "${CLAUDE_PLUGIN_ROOT}/bin/server",
        "args": ["--data", "$CLAUDE_PLUGIN_DATA"],
        "env": {"HOME": "${CLAUDE_PLUGIN_ROOT}", "OTHER": "${CLAUDE_PLUGIN_ROOTS}"},
    }
    rendering = placed(server(definition))
    assert rendering.entries[0].value == definition
    assert [warning.field for warning in rendering.warnings] == ["command", "args[1]", "env.HOME"]


@pytest.mark.parametrize("name", ["workspace", "claude-in-chrome", "computer-use", "Claude Preview", "Claude Browser"])
def test_a_reserved_name_is_unsupported(name: str) -> None:
    answer = MODULE.renders[ArtifactType.MCP](server({"command": "x"}, name), LAYOUT)
    assert isinstance(answer, Unsupported)
    assert name in answer.reason


@pytest.mark.parametrize("name", ["", "a\nb", "a\x00b", "a\u202eb", "x" * 230, "\ud800"])
def test_a_name_that_cannot_be_a_key_is_refused(name: str) -> None:
    with pytest.raises(EntryError, match="name"):
        MODULE.renders[ArtifactType.MCP](server({"command": "x"}, name), LAYOUT)


def test_a_name_may_be_one_that_no_file_could_have() -> None:
    assert placed(server({"command": "x"}, "acme/tools: ü")).entries[0].key == Member(("mcpServers", "acme/tools: ü"))


@pytest.mark.parametrize(
    ("definition", "place"),
    [
        ([], "object"),
        (b"{,}", "cannot be read"),
        ({}, "neither a command nor a URL"),
        ({"command": 1}, "command is not a text"),
        ({"url": ""}, "url is not a text"),
        ({"command": "x", "env": {"\x00": 1}}, "NUL"),
    ],
)
def test_a_definition_that_is_none_is_refused(definition: object, place: str) -> None:
    with pytest.raises(EntryError, match=place):
        MODULE.renders[ArtifactType.MCP](server(definition), LAYOUT)


def test_a_server_of_two_files_is_unsupported() -> None:
    content = ArtifactContent(ArtifactType.MCP, "", "x", (ContentFile("a", b"{}"), ContentFile("b", b"{}")))
    assert isinstance(MODULE.renders[ArtifactType.MCP](content, LAYOUT), Unsupported)
