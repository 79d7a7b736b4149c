"""What becomes of a hook for Codex: entries in hooks.json that it takes, scripts in a folder, and what is said."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from profiles.entries import Element, Format
from profiles.enums import ArtifactType
from profiles.platforms.codex import MODULE
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    ProfileLayout,
    RenderedEntry,
    RenderedPath,
    Rendering,
    RenderWarning,
    Unsupported,
)
from tests.profiles.rendered import losses, placed

LAYOUT = MODULE.default_layout(".codex")
SCRIPT = ContentFile("hooks/check.sh", b'#!/bin/sh\nprintf "ran %s in %s" "$*" "$PWD"\n')
FINDS = (
    'CLAUDE_PROJECT_DIR="$(until [ -e .codex/hooks/review ]; do '
    '[ "$PWD" != / ] && [ "$PWD" != // ] && cd .. || exit 1; done; pwd)" || exit 1; export CLAUDE_PROJECT_DIR; '
)
FOUND = "Codex sets no CLAUDE_PROJECT_DIR; the command finds the project's folder itself."
PATCH = "For an edit Codex tells the hook its patch, in tool_input.command, and no file_path."
PLACE = "hooks.PreToolUse[0]"


def hook(definition: object, *scripts: ContentFile) -> ArtifactContent:
    files = (ContentFile("hooks/hooks.json", json.dumps(definition).encode()), *scripts)
    return ArtifactContent(ArtifactType.HOOK, "review", "review", files, "hooks/hooks.json")


def running(
    *handlers: object, matcher: object = "Bash", event: str = "PreToolUse", script: ContentFile | None = None
) -> ArtifactContent:
    definition = {"hooks": {event: [{"matcher": matcher, "hooks": list(handlers)}]}}
    return hook(definition, script) if script else hook(definition)


def command(line: str = "true", **fields: object) -> dict[str, object]:
    return {"type": "command", "command": line, **fields}


def handler_of(rendering: Rendering) -> dict[str, object]:
    (entry,) = rendering.entries
    assert isinstance(entry.value, dict)
    (handler,) = entry.value["hooks"]
    assert isinstance(handler, dict)
    return handler


def test_a_rich_hook() -> None:
    definition = {
        "description": "Checks.",
        "disableAllHooks": False,
        "hooks": {
            "PreToolUse": [
                {
                    "matcher": "Read|MultiEdit|Bash",
                    "hooks": [
                        command("${CLAUDE_PLUGIN_ROOT}/hooks/check.sh a", timeout=1.5, statusMessage="Checking"),
                        command("echo", args=["it's ${CLAUDE_PLUGIN_ROOT}/hooks/check.sh", "$HOME"]),
                        {"type": "prompt", "prompt": "Fine?"},
                    ],
                }
            ],
            "Notification": [{"hooks": [command("say done")]}],
            "Stop": [{"hooks": [command("make check", **{"async": True, "once": True})]}],
        },
    }
    first = {
        "matcher": "Edit|Bash",
        "hooks": [
            {
                "type": "command",
                "command": FINDS + '"${CLAUDE_PROJECT_DIR}/.codex/hooks/review"/hooks/check.sh a',
                "timeout": 2,
                "statusMessage": "Checking",
            },
            {
                "type": "command",
                "command": FINDS
                + """echo 'it'"'"'s '"${CLAUDE_PROJECT_DIR}"/.codex/hooks/review/hooks/check.sh '$'HOME""",
            },
        ],
    }
    last = {"hooks": [{"type": "command", "command": "make check", "async": True}]}
    script = ContentFile("hooks/check.sh", SCRIPT.data, executable=True)
    assert placed(hook(definition, SCRIPT), LAYOUT) == Rendering(
        (RenderedPath(".codex/hooks/review", (script,)),),
        (
            RenderWarning("disableAllHooks", "Only the hooks go into hooks.json; this is left out."),
            RenderWarning(f"{PLACE}.matcher", "Codex has no tool Read for a hook to wait for."),
            RenderWarning(f"{PLACE}.matcher", PATCH),
            RenderWarning(f"{PLACE}.matcher", "It is written as 'Edit|Bash', as Codex calls the tools.", is_loss=False),
            RenderWarning(f"{PLACE}.hooks[0].command", FOUND, is_loss=False),
            RenderWarning(
                f"{PLACE}.hooks[1].args", "Codex takes one line for a shell; they are written into it.", is_loss=False
            ),
            RenderWarning(f"{PLACE}.hooks[1].command", FOUND, is_loss=False),
            RenderWarning(
                f"{PLACE}.hooks[2]", "Codex runs commands, and no handler of the type 'prompt'; it is left out."
            ),
            RenderWarning("hooks.Notification", "Codex has no event Notification; what it runs is left out."),
            RenderWarning("hooks.Stop[0].hooks[0].once", "Codex knows no such key of a handler; it is left out."),
        ),
        tuple(
            RenderedEntry(".codex/hooks.json", Format.JSON, Element.of(("hooks", event), group), group)
            for event, group in [("PreToolUse", first), ("Stop", last)]
        ),
    )


def test_a_minimal_hook() -> None:
    group = {"hooks": [{"type": "command", "command": "true"}]}
    key = Element.of(("hooks", "Stop"), group)
    assert placed(hook({"hooks": {"Stop": [group]}}), LAYOUT) == Rendering(
        (), (), (RenderedEntry(".codex/hooks.json", Format.JSON, key, group),)
    )


@pytest.mark.parametrize("folder", [".codex/hooks", 'it\'s my "$HOME" `folder`/hooks'])
@pytest.mark.parametrize("args", [None, ["a", "b c"]])
def test_a_shell_finds_the_script_from_any_folder_of_the_project(
    folder: str, args: list[str] | None, tmp_path: Path
) -> None:
    layout = ProfileLayout(LAYOUT.platform, ".codex", {ArtifactType.HOOK: folder})
    line = "${CLAUDE_PLUGIN_ROOT}/hooks/check.sh"
    handler = command(line, args=args) if args else command(f"{line} a 'b c'")
    rendering = placed(hook({"hooks": {"Stop": [{"hooks": [handler]}]}}, SCRIPT), layout)
    project = tmp_path / "a project"
    path = project / rendering.paths[0].path / SCRIPT.path
    path.parent.mkdir(parents=True)
    path.write_bytes(SCRIPT.data)
    path.chmod(0o755)
    below = project / "src" / "deep"
    below.mkdir(parents=True)
    environment = {"PATH": os.environ["PATH"]}
    written = str(handler_of(rendering)["command"])
    for start in (project, below):
        done = subprocess.run(
            ["/bin/sh", "-c", written], cwd=start, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.stdout, done.stderr) == (f"ran a b c in {start}", "")


@pytest.mark.parametrize("start", ["/", "//", "//tmp"])
def test_where_there_is_no_project_nothing_is_run(start: str) -> None:
    written = str(
        handler_of(placed(running(command("${CLAUDE_PLUGIN_ROOT}/hooks/check.sh || echo ran"), script=SCRIPT), LAYOUT))[
            "command"
        ]
    )
    line = f"cd {start} && {written}"
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=False, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_a_script_that_asks_for_the_project_is_told_it() -> None:
    script = ContentFile("hooks/check.sh", b'#!/bin/sh\ncd "$CLAUDE_PROJECT_DIR"\n')
    rendering = placed(hook({"hooks": {"Stop": [{"hooks": [command("make check")]}]}}, script), LAYOUT)
    assert handler_of(rendering)["command"] == FINDS + "make check"
    assert losses(rendering) == []


def test_without_scripts_the_project_is_where_the_hooks_are() -> None:
    rendering = placed(running(command('"$CLAUDE_PROJECT_DIR"/bin/lint')), LAYOUT)
    assert handler_of(rendering)["command"] == FINDS.replace("/hooks/review", "/hooks.json") + (
        '"$CLAUDE_PROJECT_DIR"/bin/lint'
    )


@pytest.mark.parametrize("kind", ["prompt", "agent", "http", "mcp_tool", "telepathy"])
def test_a_hook_of_which_codex_runs_nothing_is_unsupported_and_says_why(kind: str) -> None:
    answer = MODULE.renders[ArtifactType.HOOK](running({"type": kind, "url": "x"}), LAYOUT)
    assert isinstance(answer, Unsupported)
    assert kind in answer.reason


def test_the_tool_of_a_server_can_be_a_handler() -> None:
    handler = {"type": "mcp_tool", "server": "my server", "tool": "note", "input": {"a": 1}, "timeout": 5, "once": True}
    rendering = placed(running(handler), LAYOUT)
    assert handler_of(rendering) == {
        "type": "mcp_tool",
        "server": "my-server",
        "tool": "note",
        "input": {"a": 1},
        "timeout": 5,
    }
    assert losses(rendering) == [f"{PLACE}.hooks[0].once"]


@pytest.mark.parametrize(
    "fields",
    [{"input": {"a": None}}, {"input": {"a": [{"b": [None]}]}}, {"tool": ""}, {"server": ""}],
)
def test_a_servers_tool_that_would_make_codex_reject_the_file_is_left_out(fields: dict[str, object]) -> None:
    handler = {"type": "mcp_tool", "server": "notes", "tool": "note", **fields}
    rendering = placed(running(handler, command()), LAYOUT)
    assert handler_of(rendering) == command()
    assert [field.partition(".hooks[0]")[0] for field in losses(rendering)] == [PLACE]


@pytest.mark.parametrize(
    ("event", "text", "said"),
    [
        ("PreToolUse", 'print(json.dumps({"permissionDecision": "ask"}))', "permissionDecision: ask"),
        ("PreToolUse", 'echo "{\\"decision\\":\\"approve\\"}"', "decision: approve"),
        ("PreToolUse", "print({'continue': False, 'stopReason': 'x'})", "continue: false and no stopReason"),
        ("PermissionRequest", "updatedInput", "updatedInput"),
        ("PostToolUse", "suppressOutput: true", "suppressOutput"),
        ("PreToolUse", 'while read x; do continue; done; false; echo permissionDecision: "deny"', ""),
        ("PreToolUse", "permissionDecision: allow, updatedInput: x", ""),
        ("Stop", "{'continue': False}", ""),
    ],
)
def test_an_answer_that_codex_does_not_take_is_said(event: str, text: str, said: str) -> None:
    rendering = placed(running(command(), event=event, script=ContentFile("a.py", text.encode())), LAYOUT)
    assert [(each.field, each.message) for each in rendering.warnings] == (
        [("a.py", f"At {event} Codex takes no {said}; it goes on as if nothing were answered.")] if said else []
    )
    inline = placed(running(command(text), event=event), LAYOUT)
    assert losses(inline) == (["hooks/hooks.json"] if said else [])


def test_a_script_that_asks_which_file_is_edited_is_told_a_patch() -> None:
    script = ContentFile("a.sh", b"jq .tool_input.file_path")
    assert placed(running(command(), matcher="", script=script), LAYOUT).warnings == (RenderWarning("a.sh", PATCH),)
    assert placed(running(command(), matcher="Bash", script=script), LAYOUT).warnings == ()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("timeout", "20"),
        ("timeout", -1),
        ("timeout", True),
        ("timeout", 1e300),
        ("async", "yes"),
        ("statusMessage", 3),
        ("commandWindows", []),
        ("env", {"A": "b"}),
    ],
)
def test_what_would_make_codex_reject_the_file_is_left_out_and_said(key: str, value: object) -> None:
    rendering = placed(running(command("true", **{key: value})), LAYOUT)
    assert handler_of(rendering) == command()
    assert losses(rendering) == [f"{PLACE}.hooks[0].{key}"]


@pytest.mark.parametrize(("given", "written"), [(0.2, 1), (30, 30), (1.5, 2)])
def test_a_timeout_is_whole_seconds(given: float, written: int) -> None:
    assert handler_of(placed(running(command(timeout=given)), LAYOUT))["timeout"] == written


def test_nothing_is_said_of_a_key_without_a_value() -> None:
    assert placed(running(command(timeout=None, shell="bash"), matcher=None), LAYOUT).warnings == ()


@pytest.mark.parametrize("fields", [{"args": "a"}, {"args": [1]}, {"shell": "powershell"}])
def test_a_command_that_no_shell_could_run_is_left_out(fields: dict[str, object]) -> None:
    assert isinstance(MODULE.renders[ArtifactType.HOOK](running(command("true", **fields)), LAYOUT), Unsupported)


@pytest.mark.parametrize(
    ("matcher", "written", "lost"),
    [
        ("Bash", "Bash", 0),
        ("*", "*", 0),
        ("", "", 0),
        ("mcp__docs__.*", "mcp__docs__.*", 0),
        ("apply_patch", "apply_patch", 0),
        ("Task|Bash", "Agent|Bash", 0),
        ("Edit|Write|MultiEdit", "Edit|Write", 1),
        ("Bash|Read|Grep", "Bash", 1),
        ("^(Read|Bash)$", "^(Read|Bash)$", 1),
        ("^Task$", "Agent", 0),
        ("Task.*", "Agent", 1),
        ("^(Task|Bash|apply_patch)$", "Agent|Bash|apply_patch", 0),
        ("Bash, Task", "Bash|Agent", 0),
        ("Bash, mcp__my-docs__read", "^(Bash|mcp__my-docs__read)$", 0),
        ("mcp__docs__(read|list)_.*", "mcp__docs__(read|list)_.*", 0),
    ],
)
def test_a_matcher_is_written_in_codex_words(matcher: str, written: str, lost: int) -> None:
    rendering = placed(running(command(), matcher=matcher), LAYOUT)
    assert isinstance(rendering.entries[0].value, dict)
    assert rendering.entries[0].value["matcher"] == written
    assert losses(rendering) == [f"{PLACE}.matcher"] * lost


@pytest.mark.parametrize("matcher", ["Read", "Grep|Glob", "Web.*", "(?!Bash).*", r"(a)\1", "Bash(", 3])
def test_a_group_that_could_never_match_is_left_out(matcher: object) -> None:
    other = {"hooks": [command()]}
    groups = [{"matcher": matcher, "hooks": [command("false")]}, other]
    rendering = placed(hook({"hooks": {"PreToolUse": groups}}), LAYOUT)
    assert [entry.value for entry in rendering.entries] == [other]
    assert losses(rendering) == [f"{PLACE}.matcher"]


def test_a_matcher_of_anything_but_tools_is_as_it_was() -> None:
    rendering = placed(running(command(), matcher="startup|Read", event="SessionStart"), LAYOUT)
    assert isinstance(rendering.entries[0].value, dict)
    assert rendering.entries[0].value["matcher"] == "startup|Read"
    assert rendering.warnings == ()


def test_a_list_is_written_as_codex_reads_one_and_an_expression_as_it_was() -> None:
    for matcher, written in {
        "startup, resume": "startup|resume",
        "my-agent": "^(my-agent)$",
        "^start.*": "^start.*",
    }.items():
        (entry,) = placed(running(command(), matcher=matcher, event="SubagentStart"), LAYOUT).entries
        assert isinstance(entry.value, dict)
        assert entry.value["matcher"] == written


def test_codex_waits_three_seconds_when_a_session_ends() -> None:
    rendering = placed(running(command(timeout=9), matcher=None, event="SessionEnd"), LAYOUT)
    assert handler_of(rendering)["timeout"] == 3
    assert losses(rendering) == ["hooks.SessionEnd[0].timeout"]
