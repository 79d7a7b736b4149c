"""What becomes of a hook for Gemini CLI: entries in settings.json, scripts in a folder, and what is said."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profiles.entries import Element, EntryError, Format
from profiles.enums import ArtifactType
from profiles.platforms.gemini import MODULE
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
from tests.profiles.rendered import losses

LAYOUT = MODULE.default_layout(".gemini")
SCRIPT = ContentFile("hooks/check.sh", b'#!/bin/sh\nprintf "ran %s" "$*"\n')
ECHO = {"type": "command", "command": "true"}
NO_TEXT_FOR_THE_AGENT = (
    "Gemini CLI shows text that a command prints to the user; the agent is given only additionalContext."
)


def hook(events: object, *scripts: ContentFile) -> ArtifactContent:
    definition = ContentFile("hooks/hooks.json", json.dumps({"description": "Checks.", "hooks": events}).encode())
    return ArtifactContent(ArtifactType.HOOK, "review", "review", (definition, *scripts), "hooks/hooks.json")


def rendered(events: object, *scripts: ContentFile, layout: ProfileLayout = LAYOUT) -> Rendering | Unsupported:
    return MODULE.renders[ArtifactType.HOOK](hook(events, *scripts), layout)


def placed(events: object, *scripts: ContentFile, layout: ProfileLayout = LAYOUT) -> Rendering:
    answer = rendered(events, *scripts, layout=layout)
    assert isinstance(answer, Rendering)
    return answer


def groups(rendering: Rendering) -> list[dict[str, object]]:
    """The groups that are written; all of them are checked to be where their value says."""
    found = []
    for entry in rendering.entries:
        assert isinstance(entry.key, Element)
        assert isinstance(entry.value, dict)
        assert entry.key == Element.of(entry.key.path, entry.value)
        found.append(entry.value)
    return found


def matchers(event: str, matcher: object) -> list[object]:
    answer = rendered({event: [{"matcher": matcher, "hooks": [ECHO]}]})
    return [group.get("matcher") for group in groups(answer)] if isinstance(answer, Rendering) else []


def handler(fields: object, *scripts: ContentFile) -> dict[str, object]:
    (group,) = groups(placed({"PreToolUse": [{"hooks": [fields]}]}, *scripts))
    handlers = group["hooks"]
    assert isinstance(handlers, list)
    (found,) = handlers
    assert isinstance(found, dict)
    return found


def entry(event: str, value: object) -> RenderedEntry:
    key = Element.of(("hooks", event), value)
    return RenderedEntry(".gemini/settings.json", Format.JSON_WITH_COMMENTS, key, value)


def test_a_rich_hook() -> None:
    events = {
        "PreToolUse": [
            {
                "matcher": "Edit|Write|MultiEdit|NotebookEdit",
                "hooks": [
                    {"type": "command", "command": "${CLAUDE_PLUGIN_ROOT}/hooks/check.sh a", "timeout": 20},
                    {"type": "prompt", "prompt": "Fine?"},
                ],
            }
        ],
        "SessionStart": [{"matcher": "startup|resume|compact", "hooks": [ECHO]}],
        "SubagentStop": [{"hooks": [ECHO]}],
    }
    command = '"${GEMINI_PROJECT_DIR}/.gemini/hooks/review"/hooks/check.sh a'
    checked = {"type": "command", "command": command, "timeout": 20000}
    tools = "Gemini CLI has other names for tools; Edit|Write|MultiEdit|NotebookEdit is written as"
    each = "Gemini CLI compares the whole matcher; there is a group for each word of it."
    matcher, handlers = "hooks.PreToolUse[0].matcher", "hooks.PreToolUse[0].hooks"
    assert rendered(events, SCRIPT) == Rendering(
        paths=(RenderedPath(".gemini/hooks/review", (ContentFile("hooks/check.sh", SCRIPT.data, executable=True),)),),
        warnings=(
            RenderWarning(
                f"{handlers}[0].timeout", "Gemini CLI counts milliseconds; it is written as 20000.", is_loss=False
            ),
            RenderWarning(f"{handlers}[1].type", "Gemini CLI runs commands only; this handler is left out."),
            RenderWarning("hooks.PreToolUse", "Gemini CLI calls this event BeforeTool.", is_loss=False),
            RenderWarning(matcher, "Gemini CLI has no tool like NotebookEdit; it runs nothing for that."),
            RenderWarning(matcher, f"{tools} ^(replace|write_file)$.", is_loss=False),
            RenderWarning(
                "hooks.SessionStart[0].matcher", "Gemini CLI has no occasion like compact; it runs nothing for that."
            ),
            RenderWarning("hooks.SessionStart[0].matcher", each, is_loss=False),
            RenderWarning(
                "hooks.SubagentStop", "Gemini CLI has no event like SubagentStop; its handlers are left out."
            ),
            RenderWarning("hooks.SessionStart", NO_TEXT_FOR_THE_AGENT),
        ),
        entries=(
            entry("BeforeTool", {"matcher": "^(replace|write_file)$", "hooks": [checked]}),
            entry("SessionStart", {"matcher": "startup", "hooks": [ECHO]}),
            entry("SessionStart", {"matcher": "resume", "hooks": [ECHO]}),
        ),
    )


def test_a_minimal_hook() -> None:
    group = {"hooks": [ECHO]}
    assert rendered({"SessionEnd": [group]}) == Rendering(entries=(entry("SessionEnd", group),))


@pytest.mark.parametrize(
    ("event", "written"),
    [
        ("PreToolUse", "BeforeTool"),
        ("PostToolUse", "AfterTool"),
        ("UserPromptSubmit", "BeforeAgent"),
        ("Stop", "AfterAgent"),
        ("PreCompact", "PreCompress"),
        ("BeforeModel", "BeforeModel"),
    ],
)
def test_an_event_has_its_name_in_gemini(event: str, written: str) -> None:
    (found,) = placed({event: [{"hooks": [ECHO]}]}).entries
    assert found == entry(written, {"hooks": [ECHO]})


@pytest.mark.parametrize(
    ("matcher", "written"),
    [
        ("Bash", ["^run_shell_command$"]),
        ("^(Read|Grep)$", ["^(read_file|grep_search)$"]),
        ("(?:Glob)", ["^glob$"]),
        ("Web.*", ["^(web_fetch|google_web_search)$"]),
        ("mcp__my_server__do_it", ["^mcp_my-server_do_it$"]),
        ("mcp__memory", ["^mcp_memory_.*$"]),
        ("mcp__.*__write.*|LS", ["^(mcp_.*_write.*|list_directory)$"]),
        ("read_file", ["^read_file$"]),
        ("*", [None]),
        ("", [None]),
        ("Bash|.*", [None]),
        ("Bash(git *)", []),
        ("NotebookEdit", []),
        ("^[BW]", []),
        ("^(Bash|read_file)$", ["^(run_shell_command|read_file)$"]),
        ("mcp__.+(", []),
        (7, []),
    ],
)
def test_a_matcher_means_the_tools_it_meant(matcher: object, written: list[object]) -> None:
    assert matchers("PreToolUse", matcher) == written


@pytest.mark.parametrize(
    ("event", "matcher", "written"),
    [
        ("SessionEnd", "logout", ["logout"]),
        ("SessionEnd", "^(?:logout)$", ["logout"]),
        ("SessionEnd", "log(?=out)", []),
        ("SessionEnd", "bypass_permissions_disabled", []),
        ("PreCompact", "manual|auto", ["auto", "manual"]),
        ("Notification", "permission_prompt", [None]),
        ("Notification", "permission_prompt|idle_prompt", [None]),
        ("Notification", "idle_prompt", []),
        ("Stop", "anything", [None]),
        ("BeforeTool", "read_.*", ["read_.*"]),
    ],
)
def test_a_matcher_of_other_events_is_one_that_gemini_compares(event: str, matcher: str, written: list[object]) -> None:
    assert matchers(event, matcher) == written


def test_a_hook_of_which_nothing_would_run_has_no_place_and_it_says_why() -> None:
    answer = rendered({"SubagentStop": [{"hooks": [ECHO]}], "PreToolUse": [{"matcher": "Nothing", "hooks": [ECHO]}]})
    assert isinstance(answer, Unsupported)
    assert "SubagentStop" in answer.reason
    assert "no tool like Nothing" in answer.reason


@pytest.mark.parametrize(
    ("field", "value"), [("if", "Bash(git *)"), ("shell", "powershell"), ("args", "x"), ("args", [1]), ("type", "http")]
)
def test_a_handler_that_would_do_something_else_is_left_out(field: str, value: object) -> None:
    rendering = placed({"Stop": [{"hooks": [{**ECHO, field: value}, ECHO]}]})
    assert groups(rendering) == [{"hooks": [ECHO]}]
    assert losses(rendering) == [f"hooks.Stop[0].hooks[0].{field}"]


def test_what_gemini_has_no_key_for_is_left_out_and_said() -> None:
    fields = {**ECHO, "name": "check", "shell": "bash", "async": True, "once": False, "statusMessage": "Checking"}
    rendering = placed({"Stop": [{"sequential": True, "x": 1, "hooks": [fields]}]})
    assert groups(rendering) == [{"sequential": True, "hooks": [{**ECHO, "name": "check"}]}]
    place = "hooks.Stop[0].hooks[0]"
    assert losses(rendering) == [f"{place}.async", f"{place}.statusMessage", "hooks.Stop[0].x"]


@pytest.mark.parametrize(("seconds", "milliseconds"), [(5, 5000), (0.5, 500), (0.0001, 1), (10**9, 2**31 - 1)])
def test_seconds_become_milliseconds_that_a_timer_can_hold(seconds: float, milliseconds: int) -> None:
    assert handler({**ECHO, "timeout": seconds})["timeout"] == milliseconds


def test_an_event_of_geminis_own_counts_milliseconds_already() -> None:
    (group,) = groups(placed({"BeforeTool": [{"hooks": [{**ECHO, "timeout": 500}]}]}))
    assert group["hooks"] == [{**ECHO, "timeout": 500}]


@pytest.mark.parametrize("timeout", ["5", True, 0, -1, 1e306])
def test_a_timeout_that_is_no_time_is_left_out(timeout: object) -> None:
    rendering = placed({"Stop": [{"hooks": [{**ECHO, "timeout": timeout}]}]})
    assert groups(rendering) == [{"hooks": [ECHO]}]
    assert losses(rendering) == ["hooks.Stop[0].hooks[0].timeout"]


def test_a_default_that_gemini_fills_in_too_early_is_said() -> None:
    rendering = placed({"Stop": [{"hooks": [{"type": "command", "command": "x=1; echo ${x:-none}"}]}]})
    (warning,) = [warning for warning in rendering.warnings if warning.is_loss]
    assert "${x:-none}" in warning.message


def test_an_answer_that_gemini_does_not_read_is_said() -> None:
    script = ContentFile("hooks/deny.py", b'print({"hookSpecificOutput": {"permissionDecision": "deny"}})\n')
    assert losses(placed({"PreToolUse": [{"hooks": [ECHO]}]}, script)) == ["permissionDecision"]


@pytest.mark.parametrize("text", ["jq -r .tool_name", 'if tool == "Edit":', "['Write', 'Bash']"])
def test_a_script_that_looks_for_a_tool_of_claude_codes_is_said(text: str) -> None:
    script = ContentFile("hooks/guard.py", text.encode())
    (warning,) = placed({"BeforeAgent": [{"hooks": [ECHO]}], "PreToolUse": [{"hooks": [ECHO]}]}, script).warnings[1:]
    assert warning.field == "hooks/guard.py"
    assert "write_file for Write" in warning.message
    assert losses(placed({"Stop": [{"hooks": [ECHO]}]}, script)) == []


def test_of_what_is_left_out_nothing_more_is_said() -> None:
    rendering = placed(
        {"Stop": [{"hooks": [{"type": "prompt", "prompt": "Done?"}]}], "SessionEnd": [{"hooks": [ECHO]}]}
    )
    assert [warning.field for warning in rendering.warnings] == ["hooks.Stop[0].hooks[0].type"]


def test_what_is_lost_without_a_matcher_is_not_lost_in_one() -> None:
    assert losses(placed({"Notification": [{"hooks": [ECHO]}]})) == ["hooks.Notification[0]"]
    said = losses(placed({"Notification": [{"matcher": "permission_prompt|x", "hooks": [ECHO]}]}))
    assert said == ["hooks.Notification[0].matcher"]


def test_text_for_the_agent_is_lost_unless_it_is_given_as_context() -> None:
    script = ContentFile("hooks/say.sh", b'echo {"hookSpecificOutput": {"additionalContext": "x"}}\n')
    events = {"UserPromptSubmit": [{"hooks": [ECHO]}]}
    assert losses(placed(events)) == ["hooks.UserPromptSubmit"]
    assert losses(placed(events, script)) == []


@pytest.mark.parametrize("folder", [".gemini/hooks", 'it\'s my "$HOME" `folder`/hooks'])
@pytest.mark.parametrize(
    "fields",
    [
        {"command": "${CLAUDE_PLUGIN_ROOT}/hooks/check.sh a b"},
        {"command": '"$CLAUDE_PLUGIN_ROOT/hooks/check.sh" a b'},
        {"command": "${CLAUDE_PLUGIN_ROOT}/hooks/check.sh", "args": ["a", "b"]},
        {"command": "sh", "args": ["${CLAUDE_PLUGIN_ROOT}/hooks/check.sh", "a b"]},
        {"command": 'sh "$CLAUDE_PROJECT_DIR"/own.sh a b'},
    ],
)
def test_the_line_that_gemini_gives_to_a_shell_finds_the_script(
    fields: dict[str, object], folder: str, tmp_path: Path
) -> None:
    layout = ProfileLayout(LAYOUT.platform, ".gemini", {ArtifactType.HOOK: folder})
    rendering = placed({"Stop": [{"hooks": [{"type": "command", **fields}]}]}, SCRIPT, layout=layout)
    project = tmp_path / "a project"
    for file in rendering.paths[0].files:
        path = project / rendering.paths[0].path / file.path
        path.parent.mkdir(parents=True)
        path.write_bytes(file.data)
        path.chmod(0o755 if file.executable else 0o644)
    (project / "own.sh").write_bytes(SCRIPT.data)
    ((line,),) = [[each["command"] for each in group["hooks"]] for group in groups(rendering)]  # type: ignore[attr-defined]
    # What the reader replaces by itself, quoted, before the shell sees the line.
    assert re.search(r"\$(?:GEMINI|CLAUDE)_PROJECT_DIR", line) is None
    environment = os.environ | dict.fromkeys(("GEMINI_PROJECT_DIR", "CLAUDE_PROJECT_DIR"), str(project))
    done = subprocess.run(["bash", "-c", line], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("ran a b", "")


def test_the_root_of_the_profile_says_where_the_settings_are_and_from_where_scripts_are_counted() -> None:
    rendering = placed(
        {"Stop": [{"hooks": [{"type": "command", "command": "${CLAUDE_PLUGIN_ROOT}/hooks/check.sh"}]}]},
        SCRIPT,
        layout=MODULE.default_layout("web/.gemini"),
    )
    assert [path.path for path in rendering.paths] == ["web/.gemini/hooks/review"]
    assert [each.path for each in rendering.entries] == ["web/.gemini/settings.json"]
    assert '"${GEMINI_PROJECT_DIR}/.gemini/hooks/review"/hooks/check.sh' in str(groups(rendering))


def test_a_definition_that_is_none_is_refused() -> None:
    with pytest.raises(EntryError):
        rendered({"Stop": [{"hooks": [{"type": "command"}]}]})


@settings(max_examples=80, deadline=None)
@given(
    event=st.sampled_from(["PreToolUse", "SessionStart", "Notification", "Stop", "Setup", "BeforeTool"]),
    matcher=st.one_of(
        st.text(max_size=12),
        st.lists(st.sampled_from(["Bash", "|", "mcp__a_b__", ".*", "(", "$"]), max_size=6).map("".join),
    ),
    command=st.text(min_size=1, max_size=20),
    others=st.dictionaries(st.sampled_from(["timeout", "args", "if", "x"]), st.one_of(st.text(), st.integers())),
)
def test_whatever_is_written_is_a_group_that_the_reader_takes(
    event: str, matcher: str, command: str, others: dict[str, object]
) -> None:
    try:
        answer = rendered({event: [{"matcher": matcher, "hooks": [{**others, "type": "command", "command": command}]}]})
    except EntryError:
        return
    if isinstance(answer, Unsupported):
        assert answer.reason
        return
    for group in groups(answer):
        assert group.keys() <= {"matcher", "sequential", "hooks"}
        assert isinstance(group.get("matcher", "x"), str)
        assert isinstance(group["hooks"], list)
        for each in group["hooks"]:
            assert each["type"] == "command"
            assert each["command"]
            assert each.keys() <= {"type", "command", "name", "description", "timeout"}
            assert each.get("timeout", 1) > 0
