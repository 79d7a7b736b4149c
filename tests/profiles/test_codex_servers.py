"""What becomes of an MCP server for Codex."""

import pytest

from profiles.entries import EntryError, Format, Member
from profiles.enums import Platform
from profiles.rendering import RenderedEntry, Rendering, RenderWarning
from projects.paths import PathError
from tests.profiles.rendered import layout_of, losses, placed, refused, rendered, server, value_of

LAYOUT = layout_of(Platform.CODEX)


def entry(name: str, value: object) -> tuple[RenderedEntry]:
    return (RenderedEntry(".codex/config.toml", Format.TOML, Member(("mcp_servers", name)), value),)


def test_a_rich_local_server() -> None:
    rendering = placed(
        server(
            {
                "type": "stdio",
                "command": "${CLAUDE_PLUGIN_ROOT}/bin/server",
                "args": ["--port", 80, "--home", "${HOME}", None],
                "env": {"TOKEN": "${TOKEN}", "URL": "https://${HOST:-example.org}/", "LEVEL": 3},
                "cwd": "tools",
                "timeout": 1500,
                "disabled": True,
                "tools": ["find"],
            },
            "Git Hub",
        ),
        LAYOUT,
    )
    value = {
        "command": "${CLAUDE_PLUGIN_ROOT}/bin/server",
        "args": ["--port", "80", "--home", "${HOME}"],
        "env": {"URL": "https://example.org/", "LEVEL": "3"},
        "env_vars": ["TOKEN"],
        "cwd": "tools",
        "tool_timeout_sec": 1.5,
        "enabled": False,
    }
    assert rendering == Rendering(
        (),
        (
            RenderWarning(
                "name",
                "Codex takes letters, digits, '-' and '_' in a server's name; it is written as 'Git-Hub'.",
                is_loss=False,
            ),
            RenderWarning("args[4]", "It is no text; it is left out."),
            RenderWarning(
                "args[3]",
                "Codex fills in no variables; ${HOME} stays as it stands. "
                "Codex hands variables on only in 'env', each under its own name.",
            ),
            RenderWarning("env.TOKEN", "Codex hands it on by name; it is written in 'env_vars'.", is_loss=False),
            RenderWarning(
                "env.URL", "Codex fills in no variables; ${HOST:-example.org} is written as what follows its ':-'."
            ),
            RenderWarning("timeout", "Codex counts in seconds; it is written as 'tool_timeout_sec'.", is_loss=False),
            RenderWarning("tools", "This setting is not written for Codex; it is left out."),
            RenderWarning(
                "command", "It refers to CLAUDE_PLUGIN_ROOT; no files of its plugin are deployed with a server."
            ),
        ),
        entry("Git-Hub", value),
    )


def test_a_rich_remote_server() -> None:
    rendering = placed(
        server(
            {
                "type": "http",
                "url": "https://${HOST}/mcp",
                "headers": {"Authorization": "Bearer ${TOKEN}", "X-Key": "${KEY}", "X-Team": "a", "X-Mix": "k=${KEY}"},
                "oauth": {"clientId": "x"},
            }
        ),
        LAYOUT,
    )
    value = {
        "url": "https://${HOST}/mcp",
        "bearer_token_env_var": "TOKEN",
        "http_headers": {"X-Team": "a", "X-Mix": "k=${KEY}"},
        "env_http_headers": {"X-Key": "KEY"},
    }
    assert rendering == Rendering(
        (),
        (
            RenderWarning(
                "url",
                "Codex fills in no variables; ${HOST} stays as it stands. "
                "Codex takes no part of a URL from the environment.",
            ),
            RenderWarning("headers.Authorization", "It is written as 'bearer_token_env_var'.", is_loss=False),
            RenderWarning("headers.X-Key", "It is written in 'env_http_headers'.", is_loss=False),
            RenderWarning(
                "headers.X-Mix",
                "Codex fills in no variables; ${KEY} stays as it stands. "
                "Let one variable hold the whole header; Codex takes that from the environment.",
            ),
            RenderWarning(
                "oauth", "Codex describes a sign-in in another way; it is left out. Sign in with 'codex mcp login'."
            ),
        ),
        entry("github", value),
    )


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ({"command": "npx"}, {"command": "npx"}),
        ({"type": "http", "url": "https://example.org"}, {"url": "https://example.org"}),
        ({"httpUrl": "https://example.org/sse"}, {"url": "https://example.org/sse"}),
        ({"serverUrl": "http://["}, {"url": "http://["}),
        ({"command": "x", "env": {}, "disabled": False, "description": "y"}, {"command": "x"}),
    ],
)
def test_a_minimal_server(definition: object, value: object) -> None:
    assert placed(server(definition), LAYOUT) == Rendering((), (), entry("github", value))


@pytest.mark.parametrize(
    ("definition", "reason"),
    [
        ({"type": "sse", "url": "https://example.org"}, "SSE"),
        ({"url": "https://example.org/v1/sse/"}, "SSE"),
        ({"type": "ws", "url": "https://example.org"}, "WebSocket"),
        ({"url": "wss://example.org"}, "WebSocket"),
        ({"type": "pigeon", "url": "https://example.org"}, "pigeon"),
    ],
)
def test_a_server_that_codex_cannot_talk_to_is_unsupported(definition: object, reason: str) -> None:
    assert reason in refused(server(definition), LAYOUT)


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("args", "x"),
        ("env", ["x"]),
        ("cwd", 1),
        ("timeout", "1"),
        ("timeout", -1),
        ("timeout", 10**400),
        ("timeout", True),
        ("disabled", "yes"),
        ("url", "https://example.org"),
        ("headers", {"A": "b"}),
        ("alwaysLoad", True),
    ],
)
def test_what_would_keep_codex_from_starting_is_left_out_and_said(key: str, given: object) -> None:
    rendering = placed(server({"command": "x", key: given}), LAYOUT)
    assert value_of(rendering) == {"command": "x"}
    assert losses(rendering) == [key]


@pytest.mark.parametrize(("given", "written"), [(2000, 2), (2500, 2.5), (1, 0.001)])
def test_milliseconds_become_seconds(given: int, written: float) -> None:
    assert value_of(placed(server({"command": "x", "timeout": given}), LAYOUT)) == {
        "command": "x",
        "tool_timeout_sec": written,
    }


@pytest.mark.parametrize(("name", "written"), [("a_B-1", "a_B-1"), ("acme/tools: ü", "acme-tools-u"), ("été", "ete")])
def test_a_name_is_written_in_the_letters_that_codex_takes(name: str, written: str) -> None:
    rendering = placed(server({"command": "x"}, name), LAYOUT)
    assert rendering.entries[0].key == Member(("mcp_servers", written))
    assert [warning.field for warning in rendering.warnings] == (["name"] if name != written else [])
    assert losses(rendering) == []


@pytest.mark.parametrize("address", [{"command": "x"}, {"type": "http", "url": "https://example.org"}])
@pytest.mark.parametrize(
    "own",
    [{"startup_timeout_sec": 20, "tool_timeout_sec": 1.5}, {"enabled_tools": ["find"], "disabled_tools": ["delete"]}],
)
def test_a_setting_in_the_words_of_codex_is_kept(address: dict[str, object], own: dict[str, object]) -> None:
    rendering = placed(server({**address, **own}), LAYOUT)
    assert value_of(rendering) == {**{key: each for key, each in address.items() if key != "type"}, **own}
    assert rendering.warnings == ()


@pytest.mark.parametrize(
    ("key", "given"), [("tool_timeout_sec", -1), ("startup_timeout_sec", "1"), ("enabled_tools", "x")]
)
def test_a_setting_that_codex_would_not_start_with_is_left_out(key: str, given: object) -> None:
    rendering = placed(server({"command": "x", key: given}), LAYOUT)
    assert value_of(rendering) == {"command": "x"}
    assert losses(rendering) == [key]


@pytest.mark.parametrize(("key", "own"), [("includeTools", "enabled_tools"), ("excludeTools", "disabled_tools")])
def test_which_tools_a_server_may_bring_is_said_in_codexs_words(key: str, own: str) -> None:
    rendering = placed(server({"command": "x", key: ["find"]}), LAYOUT)
    assert value_of(rendering) == {"command": "x", own: ["find"]}
    assert rendering.warnings == (RenderWarning(key, f"Codex calls it {own!r}, and so it is written.", is_loss=False),)


@pytest.mark.parametrize(
    ("key", "given", "own"),
    [
        ("timeout", 5000, {"tool_timeout_sec": 1}),
        ("includeTools", ["a"], {"enabled_tools": ["b"]}),
        ("excludeTools", ["a"], {"disabled_tools": ["b"]}),
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_words_for_one_setting_codexs_own_counts(
    key: str, given: object, own: dict[str, object], is_first: bool
) -> None:
    both = {**own, key: given} if is_first else {key: given, **own}
    rendering = placed(server({"command": "x", **both}), LAYOUT)
    assert value_of(rendering) == {"command": "x", **own}
    assert losses(rendering) == [key]


@pytest.mark.parametrize(
    ("definition", "way_out"),
    [
        ({"command": "x", "args": ["${TOKEN}"]}, "Codex hands variables on only in 'env', each under its own name."),
        ({"command": "x", "cwd": "${TOKEN}"}, "Codex hands variables on only in 'env', each under its own name."),
        ({"command": "x", "env": {"KEY": "${TOKEN}"}}, "Set KEY in the environment and write ${KEY} here;"),
        ({"type": "http", "url": "https://example.org/${TOKEN}"}, "Codex takes no part of a URL from the environment."),
        (
            {"type": "http", "url": "https://example.org", "headers": {"A": "b ${TOKEN}"}},
            "Let one variable hold the whole header;",
        ),
    ],
)
def test_nobody_is_told_to_write_a_secret_into_the_file(definition: object, way_out: str) -> None:
    (warning,) = placed(server(definition), LAYOUT).warnings
    assert warning.message.startswith(f"Codex fills in no variables; ${{TOKEN}} stays as it stands. {way_out}")


def test_a_command_of_a_type_that_nobody_knows_is_taken_for_a_local_server() -> None:
    rendering = placed(server({"type": "pigeon", "command": "x"}), LAYOUT)
    message = "Codex knows no such type; it takes the server for one with a command."
    assert rendering == Rendering((), (RenderWarning("type", message),), entry("github", {"command": "x"}))


@pytest.mark.parametrize(
    ("definition", "place", "wanted"),
    [
        ({"command": "x", "headers": {"A": "b"}}, "headers", "a URL"),
        ({"type": "http", "url": "https://example.org", "cwd": "x"}, "cwd", "a command"),
    ],
)
def test_what_only_the_other_kind_of_server_has_is_said_as_such(definition: object, place: str, wanted: str) -> None:
    message = f"Codex takes it only for a server with {wanted}; it is left out."
    assert placed(server(definition), LAYOUT).warnings == (RenderWarning(place, message),)


@pytest.mark.parametrize("name", ["", "…", "x" * 300])
def test_a_name_of_which_nothing_can_be_made_is_refused(name: str) -> None:
    with pytest.raises((EntryError, PathError), match="name"):
        rendered(server({"command": "x"}, name), LAYOUT)
