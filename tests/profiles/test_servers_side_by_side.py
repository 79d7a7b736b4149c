"""What becomes of one and the same MCP server on the platforms, side by side."""

from time import process_time

import pytest

from profiles.entries import EntryError
from profiles.enums import ArtifactType, Platform
from profiles.rendering import ArtifactContent, ContentFile
from tests.profiles.rendered import layout_of, placed, refused, rendered, server, value_of
from tests.profiles.rendered import losses as losses_of

CLAUDE, CODEX, GEMINI, CURSOR = PLATFORMS = (Platform.CLAUDE_CODE, Platform.CODEX, Platform.GEMINI, Platform.CURSOR)
TRANSLATING = (CODEX, GEMINI, CURSOR)


def written(platform: Platform, definition: object) -> object:
    return value_of(placed(server(definition), layout_of(platform)))


def losses(platform: Platform, definition: object) -> list[str]:
    return losses_of(placed(server(definition), layout_of(platform)))


@pytest.mark.parametrize("platform", TRANSLATING)
@pytest.mark.parametrize(
    "definition",
    [
        {"url": "WSS://example.org/mcp"},
        {"httpUrl": "Ws://example.org/mcp"},
        {"type": "ws", "url": "https://example.org"},
        {"type": "http", "url": "wss://example.org", "command": "x"},
    ],
)
def test_nobody_but_claude_code_speaks_websocket_however_it_is_written(platform: Platform, definition: object) -> None:
    assert "WebSocket" in refused(server(definition), layout_of(platform))


def test_claude_code_reaches_a_websocket_however_it_is_written() -> None:
    assert written(CLAUDE, {"url": "WSS://example.org"}) == {"url": "WSS://example.org", "type": "ws"}


@pytest.mark.parametrize("platform", TRANSLATING)
@pytest.mark.parametrize("kind", [{}, {"type": "stdio"}, {"type": None}])
def test_a_command_comes_before_a_url_unless_the_type_says_otherwise(
    platform: Platform, kind: dict[str, object]
) -> None:
    definition = {**kind, "command": "x", "url": "wss://example.org"}
    assert losses(platform, definition) == ["url"]
    assert written(platform, definition) in ({"command": "x"}, {"command": "x", "type": "stdio"})


@pytest.mark.parametrize(
    ("platform", "value"),
    [
        (CLAUDE, {"type": "http", "url": "https://example.org", "command": "x"}),
        (CODEX, {"url": "https://example.org"}),
        (GEMINI, {"httpUrl": "https://example.org"}),
        (CURSOR, {"type": "http", "url": "https://example.org"}),
    ],
)
def test_the_type_says_which_of_command_and_url_counts(platform: Platform, value: object) -> None:
    definition = {"type": "http", "command": "x", "url": "https://example.org"}
    assert written(platform, definition) == value
    assert losses(platform, definition) == ([] if platform is CLAUDE else ["command"])


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("definition", "wanted"),
    [
        ({"type": "http", "command": "x"}, "URL"),
        ({"type": "ws", "command": "x"}, "URL"),
        ({"type": "stdio", "url": "https://example.org"}, "command"),
    ],
)
def test_a_server_without_what_its_type_needs_has_no_place(platform: Platform, definition: object, wanted: str) -> None:
    assert refused(server(definition), layout_of(platform)).endswith(f"has no {wanted}.")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_has_no_value_is_not_there(platform: Platform) -> None:
    nothing = dict.fromkeys(["type", "url", "args", "env", "cwd", "timeout", "headers", "strange"])
    assert written(platform, {"command": "x", **nothing}) == {"command": "x"}
    assert losses(platform, {"command": "x", **nothing}) == []


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("args", "x"),
        ("args", {"x": "y"}),
        ("env", ["x"]),
        ("env", 1),
        ("headers", "A: b"),
        ("type", 5),
        ("type", ["stdio"]),
        ("cwd", 1),
        ("envFile", []),
        ("timeout", "1"),
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", True),
        ("timeout", 10**400),
        ("disabled", "yes"),
        ("enabled", 0),
        ("auth", "x"),
        ("auth", {"CLIENT_ID": 1}),
        ("auth", {"scopes": [1]}),
        ("oauth", True),
        ("includeTools", [["x"]]),
    ],
)
def test_what_is_not_of_its_type_is_left_out_and_said(platform: Platform, key: str, given: object) -> None:
    definition = {"command": "x", key: given}
    assert written(platform, definition) in (
        {"command": "x"},
        {"command": "x", "includeTools": []},
        {"command": "x", "enabled_tools": []},
    )
    assert {place.partition("[")[0].partition(".")[0] for place in losses(platform, definition)} == {key}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_number_becomes_the_text_that_a_program_gets(platform: Platform) -> None:
    definition = {"command": "x", "args": ["a", 1, 2.5, True, None], "env": {"A": 1, "B": False, "C": ["x"], "D": "d"}}
    assert written(platform, definition) == {
        "command": "x",
        "args": ["a", "1", "2.5", "true"],
        "env": {"A": "1", "B": "false", "D": "d"},
    }
    assert losses(platform, definition) == ["args[4]", "env.C"]


@pytest.mark.parametrize("platform", TRANSLATING)
def test_a_number_becomes_the_text_of_a_header(platform: Platform) -> None:
    value = written(platform, {"type": "http", "url": "https://example.org", "headers": {"A": 1}})
    assert isinstance(value, dict)
    assert value.get("headers", value.get("http_headers")) == {"A": "1"}


@pytest.mark.parametrize("platform", TRANSLATING)
@pytest.mark.parametrize(
    "silent",
    [{"disabled": False}, {"enabled": True}, {"alwaysLoad": False}, {"trust": False}, {"$schema": "x"}],
)
def test_what_says_nothing_is_no_loss(platform: Platform, silent: dict[str, object]) -> None:
    assert written(platform, {"command": "x", **silent}) == {"command": "x"}
    assert losses(platform, {"command": "x", **silent}) == []


@pytest.mark.parametrize("platform", TRANSLATING)
def test_words_about_a_server_are_no_loss(platform: Platform) -> None:
    assert losses(platform, {"command": "x", "description": "Finds things."}) == []


@pytest.mark.parametrize("platform", TRANSLATING)
@pytest.mark.parametrize("said", [{"alwaysLoad": True}, {"trust": True}, {"strange": 1}, {"oauth": {"clientId": "x"}}])
def test_what_a_platform_has_no_word_for_is_a_loss(platform: Platform, said: dict[str, object]) -> None:
    assert written(platform, {"command": "x", **said}) == {"command": "x"}
    assert losses(platform, {"command": "x", **said}) == list(said)


@pytest.mark.parametrize(
    "definition", [{"command": "x", "type": "pigeon"}, {"url": "https://example.org", "type": "pigeon"}]
)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_type_that_nobody_knows_is_said(platform: Platform, definition: dict[str, object]) -> None:
    if platform is CODEX and "url" in definition:
        assert "pigeon" in refused(server(definition), layout_of(platform))
        return
    expected = definition if platform is CLAUDE else {key: each for key, each in definition.items() if key != "type"}
    assert written(platform, definition) == expected
    assert losses(platform, definition) == ["type"]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("definition", "places"),
    [
        ({"command": "${CLAUDE_PLUGIN_ROOT}/x"}, ["command"]),
        ({"command": "x", "args": ["y", "${CLAUDE_PLUGIN_ROOT}/x"]}, ["args[1]"]),
        ({"command": "x", "env": {"A": "${CLAUDE_PLUGIN_DATA}"}}, ["env.A"]),
        ({"type": "http", "url": "https://${CLAUDE_PLUGIN_ROOT}/mcp"}, ["url"]),
        ({"type": "http", "httpUrl": "https://${CLAUDE_PLUGIN_ROOT}/mcp"}, ["httpUrl"]),
    ],
)
def test_files_of_a_plugin_are_missed_where_the_artifact_names_them(
    platform: Platform, definition: object, places: list[str]
) -> None:
    rendering = placed(server(definition), layout_of(platform))
    assert [each.field for each in rendering.warnings if "of its plugin" in each.message] == places


@pytest.mark.parametrize("platform", TRANSLATING)
def test_variables_that_never_end_take_no_time(platform: Platform) -> None:
    text = "${A:-" * 20_000
    start = process_time()
    assert written(platform, {"command": "x", "args": [text]}) == {"command": "x", "args": [text]}
    assert process_time() - start < 2


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ([], "object"),
        (b"{,}", "cannot be read"),
        ({}, "neither a command nor a URL"),
        ({"args": []}, "neither a command nor a URL"),
        ({"command": None}, "neither a command nor a URL"),
        ({"command": 1}, "command is not a text"),
        ({"url": ""}, "url is not a text"),
        ({"command": "x", "env": {"\x00": 1}}, "NUL"),
    ],
)
def test_a_definition_that_is_none_is_refused(platform: Platform, definition: object, reason: str) -> None:
    with pytest.raises(EntryError, match=reason):
        rendered(server(definition), layout_of(platform))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_server_of_two_files_has_no_place(platform: Platform) -> None:
    content = ArtifactContent(ArtifactType.MCP, "", "x", (ContentFile("a", b"{}"), ContentFile("b", b"{}")))
    assert "2 files" in refused(content, layout_of(platform))
