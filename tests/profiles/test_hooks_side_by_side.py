"""What a hook says once is read once: the platforms that have hooks of their own make the same of it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from profiles.entries import EntryError, Member
from profiles.enums import ArtifactType, Platform
from profiles.platforms import module_for
from profiles.rendering import ArtifactContent, ContentFile, Rendering, Unsupported
from tests.profiles.rendered import losses

PLATFORMS = (Platform.CODEX, Platform.GEMINI, Platform.CURSOR)
CALLED = dict(zip(PLATFORMS, ("Codex", "Gemini CLI", "Cursor"), strict=True))
STAYS = {"type": "command", "command": "echo stays"}
GROUP, HANDLER = "hooks.Stop[0]", "hooks.Stop[0].hooks[0]"

on_each_platform = pytest.mark.parametrize("platform", PLATFORMS)


def command(line: str = "true", **fields: object) -> dict[str, object]:
    return {"type": "command", "command": line, **fields}


def rendered(platform: Platform, events: object) -> Rendering | Unsupported:
    definition = ContentFile("hooks/hooks.json", json.dumps({"hooks": events}).encode())
    content = ArtifactContent(ArtifactType.HOOK, "review", "review", (definition,), "hooks/hooks.json")
    module = module_for(platform)
    return module.renders[ArtifactType.HOOK](content, module.default_layout(module.default_root_dir))


def placed(platform: Platform, events: object) -> Rendering:
    answer = rendered(platform, events)
    assert isinstance(answer, Rendering)
    return answer


def handlers(rendering: Rendering) -> list[dict[str, object]]:
    """The handlers that are written, whether a platform has them in groups or not."""
    found = []
    for entry in rendering.entries:
        if not isinstance(entry.key, Member):
            assert isinstance(entry.value, dict)
            found += entry.value.get("hooks", [entry.value])
    return found


def lines(rendering: Rendering) -> list[object]:
    return [each["command"] for each in handlers(rendering)]


@on_each_platform
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"if": "Bash(git *)"}, "if"),
        ({"shell": "powershell"}, "shell"),
        ({"args": "x"}, "args"),
        ({"args": ["a", 1]}, "args"),
    ],
)
def test_a_handler_that_would_run_otherwise_than_meant_is_left_out(
    platform: Platform, fields: dict[str, Any], field: str
) -> None:
    answer = placed(platform, {"Stop": [{"hooks": [command(**fields), STAYS]}]})
    assert lines(answer) == ["echo stays"]
    assert losses(answer) == [f"{HANDLER}.{field}"]


@on_each_platform
@pytest.mark.parametrize("event", ["Stop", "PreToolUse"])
@pytest.mark.parametrize("matcher", [[], 3, {"a": 1}, False])
def test_a_group_whose_matcher_is_no_text_is_left_out(platform: Platform, event: str, matcher: object) -> None:
    answer = placed(platform, {event: [{"matcher": matcher, "hooks": [command()]}, {"hooks": [STAYS]}]})
    assert lines(answer) == ["echo stays"]
    assert losses(answer) == [f"hooks.{event}[0].matcher"]


@on_each_platform
@pytest.mark.parametrize("timeout", ["20", True, 0, -1, 1e300, [5]])
def test_a_timeout_that_is_no_time_is_left_out(platform: Platform, timeout: object) -> None:
    answer = placed(platform, {"Stop": [{"hooks": [command(timeout=timeout)]}]})
    assert ["timeout" in each for each in handlers(answer)] == [False]
    assert losses(answer) == [f"{HANDLER}.timeout"]


@on_each_platform
@pytest.mark.parametrize(
    "group",
    [
        {"matcher": None, "hooks": [command()]},
        {"matcher": "", "hooks": [command()]},
        {"description": "Says what it is.", "hooks": [command()]},
        {"note": None, "hooks": [command()]},
        {"hooks": [{**command(), "async": False, "once": False, "asyncRewake": False}]},
        {"hooks": [command(args=None, timeout=None, shell=None, statusMessage=None)]},
        {"hooks": [command(shell="bash", statusMessage="", env={}, **{"if": ""})]},
    ],
)
def test_what_says_nothing_is_no_loss(platform: Platform, group: dict[str, object]) -> None:
    answer = placed(platform, {"Stop": [group]})
    assert lines(answer) == ["true"]
    assert losses(answer) == []


@on_each_platform
def test_what_a_platform_has_no_key_for_is_a_loss(platform: Platform) -> None:
    group = {"nope": 1, "hooks": [command(once=True, enabled=False, nope="x")]}
    answer = placed(platform, {"Stop": [group]})
    assert sorted(losses(answer)) == [f"{HANDLER}.enabled", f"{HANDLER}.nope", f"{HANDLER}.once", f"{GROUP}.nope"]


@on_each_platform
def test_a_hook_of_which_nothing_would_run_says_what_is_lost_and_no_more(platform: Platform) -> None:
    groups = [{"matcher": "Bash|Edit", "hooks": [{"type": "http", "url": "https://example.org"}]}]
    answer = rendered(platform, {"PreToolUse": groups, "Setup": [{"hooks": [command()]}]})
    assert isinstance(answer, Unsupported)
    assert answer.reason.startswith(f"{CALLED[platform]} can run none of its hooks. ")
    assert "no event" in answer.reason
    assert "handler" in answer.reason
    assert "written" not in answer.reason
    assert "words" not in answer.reason
    assert "patch" not in answer.reason


@on_each_platform
def test_no_more_entries_are_merged_than_a_person_would_write(platform: Platform) -> None:
    def of(count: int) -> dict[str, object]:
        return {"SessionStart": [{"matcher": "startup|resume", "hooks": [command(f"echo {i}")]} for i in range(count)]}

    most = 100 if platform is Platform.GEMINI else 200
    placed(platform, of(most))
    with pytest.raises(EntryError, match="at most 200"):
        rendered(platform, of(most + 1))


@on_each_platform
def test_the_same_said_often_is_one_entry(platform: Platform) -> None:
    assert lines(placed(platform, {"Stop": [{"hooks": [command()]}] * 150})) == ["true"]


@on_each_platform
@pytest.mark.parametrize("matcher", ["EnterWorktree|Bash", "Bash, Skill", "^(Bash|LSP)$"])
def test_a_tool_that_a_platform_has_not_is_a_loss(platform: Platform, matcher: str) -> None:
    answer = placed(platform, {"PreToolUse": [{"matcher": matcher, "hooks": [command()]}]})
    expected = [] if (platform, matcher) == (Platform.GEMINI, "Bash, Skill") else ["hooks.PreToolUse[0].matcher"]
    assert losses(answer) == expected


@pytest.mark.parametrize(
    ("platform", "written"),
    [
        (Platform.CODEX, "Bash|Agent"),
        (Platform.GEMINI, "^(run_shell_command|invoke_agent)$"),
        (Platform.CURSOR, "Shell|Task"),
    ],
)
@pytest.mark.parametrize("matcher", ["Bash|Task", "Bash, Task", "Bash ,Task|"])
def test_names_are_parted_as_claude_code_parts_them(platform: Platform, written: str, matcher: str) -> None:
    answer = placed(platform, {"PreToolUse": [{"matcher": matcher, "hooks": [command()]}]})
    value = answer.entries[-1].value
    assert isinstance(value, dict)
    assert value["matcher"] == written
    assert losses(answer) == []


@on_each_platform
@pytest.mark.parametrize(
    "matcher",
    [
        r"Bash\Z",
        "(?>Bash)",
        "(?#c)Bash",
        "[[]Bash",
        "(?P<n>a)(?P=n)",
        "(a)(?(1)b|c)",
        r"\d{,3}",
        "(?a:Bash)",
        "a" * 1001,
    ],
)
def test_an_expression_that_readers_may_take_otherwise_is_not_written(platform: Platform, matcher: str) -> None:
    groups = [{"matcher": matcher, "hooks": [command()]}, {"matcher": "Bash", "hooks": [STAYS]}]
    answer = placed(platform, {"PreToolUse": groups})
    assert lines(answer) == ["echo stays"]
    assert losses(answer) == ["hooks.PreToolUse[0].matcher"]


@on_each_platform
@pytest.mark.parametrize("program", ["A=b", "A=${CLAUDE_PROJECT_DIR}", "A=b c"])
def test_a_program_is_never_taken_for_a_variable(platform: Platform, program: str, tmp_path: Path) -> None:
    (line,) = lines(placed(platform, {"Stop": [{"hooks": [command(program, args=["echo", "x=y"])]}]}))
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex" / "hooks.json").touch()
    done = subprocess.run(["/bin/sh", "-c", str(line)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (127, "")


@on_each_platform
def test_a_program_and_its_arguments_become_the_same_line(platform: Platform) -> None:
    handler = command("say", args=["it's", "plain", "", "${CLAUDE_PROJECT_DIR}/a b", '"q" `c` \\'])
    (line,) = lines(placed(platform, {"Stop": [{"hooks": [handler]}]}))
    words = """say 'it'"'"'s' plain '' "${CLAUDE_PROJECT_DIR}"'/a b' '"q" `c` \\'"""
    assert str(line).endswith(words)


@pytest.mark.parametrize("platform", [*PLATFORMS, Platform.CLAUDE_CODE])
@pytest.mark.parametrize(
    "line",
    [
        'OUT="$(${CLAUDE_PLUGIN_ROOT}/check.sh)"; printf "%s" "$OUT"',
        "cat <<X | sh\n${CLAUDE_PLUGIN_ROOT}/check.sh\nX",
        "true # it's here\n${CLAUDE_PLUGIN_ROOT}/check.sh",
    ],
)
def test_the_name_of_a_hook_is_never_run(platform: Platform, line: str, tmp_path: Path) -> None:
    handler = command(line.replace("check.sh", "hooks/check.sh"))
    definition = ContentFile("hooks/hooks.json", json.dumps({"hooks": {"Stop": [{"hooks": [handler]}]}}).encode())
    script = ContentFile("hooks/check.sh", b"#!/bin/sh\nprintf ran\n")
    name = "a;touch pwned;b `touch pwned` $(touch pwned) 'c"
    content = ArtifactContent(ArtifactType.HOOK, "review", name, (definition, script), "hooks/hooks.json")
    module = module_for(platform)
    answer = module.renders[ArtifactType.HOOK](content, module.default_layout(module.default_root_dir))
    assert isinstance(answer, Rendering)
    path = tmp_path / answer.paths[0].path / script.path
    path.parent.mkdir(parents=True)
    path.write_bytes(script.data)
    path.chmod(0o755)
    environment = {"PATH": os.environ["PATH"], "CLAUDE_PROJECT_DIR": ".", "GEMINI_PROJECT_DIR": "."}
    (written,) = lines(answer)
    done = subprocess.run(
        ["/bin/sh", "-c", str(written)], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("ran", "")
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize(
    ("name", "folder"), [("Run_v1.2", "Run_v1.2"), ("my  Hook", "my-hook"), ("-x", "x"), ("日本", "日本")]
)
def test_scripts_lie_in_a_folder_that_a_shell_takes_as_it_is(name: str, folder: str) -> None:
    definition = ContentFile("hooks/hooks.json", json.dumps({"hooks": {"Stop": [{"hooks": [command()]}]}}).encode())
    files = (definition, ContentFile("check.sh", b""))
    content = ArtifactContent(ArtifactType.HOOK, "review", name, files, "hooks/hooks.json")
    module = module_for(Platform.CODEX)
    answer = module.renders[ArtifactType.HOOK](content, module.default_layout(".codex"))
    assert isinstance(answer, Rendering)
    assert answer.paths[0].path == f".codex/hooks/{folder}"
