"""What becomes of a hook for Cursor: entries in hooks.json, scripts in a folder, and what is said."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.entries import Element, EntryError, Format, Member
from profiles.enums import ArtifactType
from profiles.platforms.cursor import MODULE
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
from projects.exceptions import PathError

LAYOUT = MODULE.default_layout(".cursor")
FILE = ".cursor/hooks.json"
VERSION = RenderedEntry(FILE, Format.JSON, Member(("version",)), 1, is_common=True)
SCRIPT = ContentFile("scripts/check.sh", b'#!/bin/sh\nprintf "ran %s" "$*"\n')
TWICE = RenderWarning(
    "hooks",
    "Cursor can be set to run the hooks in .claude/settings.json too; deployed for both, the hook then runs twice.",
    is_loss=False,
)


def hook(events: Mapping[str, object], *scripts: ContentFile, **keys: object) -> ArtifactContent:
    definition = ContentFile("hooks/hooks.json", json.dumps({"hooks": events, **keys}).encode())
    return ArtifactContent(ArtifactType.HOOK, "plugin", "review", (definition, *scripts), "hooks/hooks.json")


def group(*handlers: object, **fields: object) -> dict[str, object]:
    return {"hooks": list(handlers), **fields}


def command(text: str = "true", **fields: object) -> dict[str, object]:
    return {"type": "command", "command": text, **fields}


def rendered(content: ArtifactContent, layout: ProfileLayout = LAYOUT) -> Rendering | Unsupported:
    return MODULE.renders[ArtifactType.HOOK](content, layout)


def placed(content: ArtifactContent, layout: ProfileLayout = LAYOUT) -> Rendering:
    answer = rendered(content, layout)
    assert isinstance(answer, Rendering)
    return answer


def entry(event: str, value: object) -> RenderedEntry:
    return RenderedEntry(FILE, Format.JSON, Element.of(("hooks", event), value), value)


def values(rendering: Rendering) -> list[object]:
    return [each.value for each in rendering.entries if each.key != VERSION.key]


def test_a_hook_with_much_to_say() -> None:
    content = hook(
        {
            "PreToolUse": [
                group(
                    command("${CLAUDE_PLUGIN_ROOT}/scripts/check.sh --all", timeout=20),
                    {"type": "http", "url": "https://example.org"},
                    matcher="Bash|Edit",
                )
            ],
            "Notification": [group(command("echo hello"))],
            "Stop": [group({"type": "prompt", "prompt": "Done? $ARGUMENTS", "model": "haiku"}, matcher="ignored")],
            "SessionStart": [group(command("date"), matcher="startup")],
        },
        SCRIPT,
        description="Reviews",
        env={},
    )
    first = "hooks.PreToolUse[0]"
    assert placed(content) == Rendering(
        (RenderedPath(".cursor/hooks/review", (ContentFile("scripts/check.sh", SCRIPT.data, executable=True),)),),
        (
            TWICE,
            RenderWarning("env", "Only the hooks go into hooks.json; this is left out."),
            RenderWarning(f"{first}.matcher", "In Cursor's words it is Shell|Write.", is_loss=False),
            RenderWarning(
                f"{first}.hooks[1].type", "Cursor runs handlers of the types command and prompt; this one is left out."
            ),
            RenderWarning("hooks.Notification", "Cursor has no event like Notification; what it runs is left out."),
            RenderWarning("hooks.Stop[0].hooks[0].model", "Cursor knows no such key of a handler; it is left out."),
            RenderWarning(
                "hooks.SessionStart[0].matcher",
                "Cursor does not tell cases of this event apart; it runs for all, not only for startup.",
            ),
            RenderWarning(
                "hooks.SessionStart",
                "Cursor gives the agent nothing of what a command prints here as plain text.",
            ),
        ),
        (
            VERSION,
            entry(
                "preToolUse",
                {
                    "command": '"./.cursor/hooks/review"/scripts/check.sh --all',
                    "timeout": 20,
                    "matcher": "Shell|Write",
                },
            ),
            entry("stop", {"type": "prompt", "prompt": "Done? $ARGUMENTS"}),
            entry("sessionStart", {"command": "date"}),
        ),
    )


def test_a_hook_with_little_to_say() -> None:
    answer = placed(hook({"Stop": [group({"type": "prompt", "prompt": "Done?"})]}))
    assert answer == Rendering((), (TWICE,), (VERSION, entry("stop", {"type": "prompt", "prompt": "Done?"})))


@pytest.mark.parametrize(
    ("event", "written"),
    [
        ("PreToolUse", "preToolUse"),
        ("PostToolUse", "postToolUse"),
        ("PostToolUseFailure", "postToolUseFailure"),
        ("UserPromptSubmit", "beforeSubmitPrompt"),
        ("Stop", "stop"),
        ("SubagentStart", "subagentStart"),
        ("SubagentStop", "subagentStop"),
        ("SessionStart", "sessionStart"),
        ("SessionEnd", "sessionEnd"),
        ("PreCompact", "preCompact"),
    ],
)
def test_every_event_that_cursor_has_gets_its_name(event: str, written: str) -> None:
    assert placed(hook({event: [group(command())]})).entries[1] == entry(written, {"command": "true"})


@pytest.mark.parametrize(
    ("matcher", "written", "losses"),
    [
        ("Bash", "Shell", 0),
        ("Write|Edit|MultiEdit", "Write", 0),
        ("Edit, Read", "Write|Read", 0),
        ("^(Edit|Write)$", "Write", 0),
        ("Task", "Task", 0),
        ("*", "", 0),
        (".*", "", 0),
        ("", "", 0),
        ("Glob|Grep", "Grep", 1),
        ("mcp__.*", "MCP:.*", 0),
        ("mcp__.*__write.*", "MCP:write.*", 0),
        ("mcp__memory__search", "MCP:search", 1),
        ("mcp__memory__.*|Bash", "MCP:.*|Shell", 1),
        ("Read$|Edit", "Read|Write", 1),
    ],
)
def test_a_matcher_of_tools_is_written_with_cursors_names(matcher: str, written: str, losses: int) -> None:
    answer = placed(hook({"PreToolUse": [group(command(), matcher=matcher)]}))
    assert values(answer) == [{"command": "true", "matcher": written} if written else {"command": "true"}]
    said = [each for each in answer.warnings if each.field.endswith("matcher") and each.is_loss]
    assert len(said) == losses


@pytest.mark.parametrize("matcher", ["Glob", "Notebook.*", "(", "NoSuchTool", "(?!Bash).*Read"])
def test_what_would_never_run_is_left_out(matcher: str) -> None:
    answer = rendered(hook({"PreToolUse": [group(command(), matcher=matcher)]}))
    assert isinstance(answer, Unsupported)
    assert answer.reason.startswith("Cursor can run none of its hooks. ")
    both = {"PreToolUse": [group(command(), matcher=matcher)], "Stop": [group(command("echo done"))]}
    assert values(placed(hook(both))) == [{"command": "echo done"}]


def test_kinds_of_agents_get_cursors_names() -> None:
    answer = placed(hook({"SubagentStop": [group(command(), matcher="Explore|reviewer")]}))
    assert values(answer) == [{"command": "true", "matcher": "explore|reviewer"}]
    answer = placed(hook({"SubagentStop": [group(command(), matcher="^(Explore|reviewer)$")]}))
    assert values(answer) == [{"command": "true", "matcher": "explore|reviewer"}]
    assert isinstance(rendered(hook({"SubagentStop": [group(command(), matcher=" | ")]})), Unsupported)
    assert isinstance(rendered(hook({"SubagentStop": [group(command(), matcher="[a-z]+")]})), Unsupported)


def test_a_hook_of_events_that_cursor_lacks_is_not_for_it() -> None:
    answer = rendered(hook({"Notification": [group(command())], "Setup": [group(command())]}))
    assert answer == Unsupported(
        "Cursor can run none of its hooks. Cursor has no event like Notification; what it runs is left out. "
        "Cursor has no event like Setup; what it runs is left out."
    )


def test_what_cursor_knows_of_a_handler_stays_and_the_rest_is_said() -> None:
    handler = command(timeout=5, failClosed=True, loop_limit=None, once=True, shell="bash")
    answer = placed(hook({"Stop": [group(handler, note="x")]}))
    assert values(answer) == [{"command": "true", "timeout": 5, "failClosed": True, "loop_limit": None}]
    fields = {warning.field for warning in answer.warnings if warning.is_loss}
    assert fields == {"hooks.Stop[0].note", "hooks.Stop[0].hooks[0].once"}


@pytest.mark.parametrize("setting", [{"if": "Bash(git push *)"}, {"shell": "powershell"}])
def test_a_handler_that_would_run_otherwise_than_meant_is_left_out(setting: dict[str, object]) -> None:
    answer = placed(hook({"Stop": [group({**command(), **setting}, command("echo done"))]}))
    assert values(answer) == [{"command": "echo done"}]
    assert [each.field for each in answer.warnings if each.is_loss] == [f"hooks.Stop[0].hooks[0].{next(iter(setting))}"]


def test_a_script_that_speaks_as_claude_code_does_is_named() -> None:
    script = ContentFile("scripts/check.sh", b"#!/bin/sh\njq -r .tool_input.file_path\n")
    answer = placed(hook({"Stop": [group(command("${CLAUDE_PLUGIN_ROOT}/scripts/check.sh"))]}, script))
    assert [each.field for each in answer.warnings if each.is_loss] == ["scripts/check.sh"]
    answer = placed(hook({"Stop": [group(command("jq .hook_event_name"))]}))
    assert [each.field for each in answer.warnings if each.is_loss] == ["hooks/hooks.json"]


def test_a_command_runs_from_the_projects_folder(tmp_path: Path) -> None:
    answer = placed(hook({"Stop": [group(command("${CLAUDE_PLUGIN_ROOT}/scripts/check.sh a 'b c'"))]}, SCRIPT))
    assert run(answer, tmp_path, tmp_path) == "ran a b c"


def test_arguments_become_words_of_one_line(tmp_path: Path) -> None:
    handler = command(
        "sh", args=["${CLAUDE_PLUGIN_ROOT}/scripts/check.sh", 'a "b" $HOME `c` \\', "${CLAUDE_PROJECT_DIR}"]
    )
    answer = placed(hook({"Stop": [group(handler)]}, SCRIPT))
    assert run(answer, tmp_path, tmp_path) == f'ran a "b" $HOME `c` \\ {tmp_path}'
    assert any(each.field.endswith("args") and not each.is_loss for each in answer.warnings)


def test_the_folder_above_cursors_own_is_where_paths_begin(tmp_path: Path) -> None:
    layout = MODULE.default_layout("web/.cursor")
    answer = placed(hook({"Stop": [group(command("${CLAUDE_PLUGIN_ROOT}/scripts/check.sh"))]}, SCRIPT), layout)
    assert {each.path for each in answer.entries} == {"web/.cursor/hooks.json"}
    assert run(answer, tmp_path, tmp_path / "web") == "ran "


@pytest.mark.parametrize("prompt", [None, " ", 3])
def test_a_prompt_without_text_is_left_out(prompt: object) -> None:
    answer = placed(hook({"Stop": [group({"type": "prompt", "prompt": prompt}, command())]}))
    assert values(answer) == [{"command": "true"}]
    assert [each.field for each in answer.warnings if each.is_loss] == ["hooks.Stop[0].hooks[0].prompt"]


def test_each_handler_is_an_entry_and_there_is_an_end_to_them() -> None:
    with pytest.raises(EntryError, match="at most 200"):
        rendered(hook({"Stop": [group(*(command(f"echo {number}") for number in range(201)))]}))


texts = st.one_of(
    st.text(max_size=20),
    st.lists(
        st.sampled_from(
            ["${CLAUDE_PLUGIN_ROOT}/", "scripts/check.sh", '"', "'", "\\", "mcp__", "__", "|", "(", ".*", "Bash"]
        ),
        max_size=8,
    ).map("".join),
)


@given(
    event=st.sampled_from(["PreToolUse", "Stop", "SubagentStart", "SessionEnd", "Nothing"]),
    matcher=texts,
    line=texts,
    arguments=st.none() | st.lists(texts, max_size=2),
)
@settings(max_examples=60, deadline=None)
def test_every_entry_is_json_and_says_the_same_each_time(
    event: str, matcher: str, line: str, arguments: list[str] | None
) -> None:
    handler = command(line) if arguments is None else command(line, args=arguments)
    content = hook({event: [group(handler, matcher=matcher)]}, SCRIPT)
    try:
        answer = rendered(content)
    except (EntryError, PathError):
        return
    assert answer == rendered(content)
    if isinstance(answer, Rendering):
        assert answer.entries[0] == VERSION
        for each in answer.entries[1:]:
            assert isinstance(each.value, dict)
            assert each.value.keys() <= {"command", "matcher"}
            assert all(isinstance(value, str) and value for value in each.value.values())
            assert json.loads(json.dumps(each.value)) == each.value


def run(answer: Rendering, project: Path, start: Path) -> str:
    """What the one command prints, started in `start` as Cursor does it."""
    for placement in answer.paths:
        for file in placement.files:
            path = project / placement.path / file.path
            path.parent.mkdir(parents=True)
            path.write_bytes(file.data)
            path.chmod(0o755 if file.executable else 0o644)
    (value,) = values(answer)
    assert isinstance(value, dict)
    environment = {"CLAUDE_PROJECT_DIR": str(project), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        value["command"], shell=True, cwd=start, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout
