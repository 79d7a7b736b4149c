"""What becomes of a hook for Claude Code: entries in settings.json, scripts in a folder, and what is said."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from profiles.entries import Element, EntryError, Format
from profiles.enums import ArtifactType
from profiles.platforms.claude_code import MODULE
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, Unsupported
from projects.exceptions import PathError

LAYOUT = MODULE.default_layout(".claude")
HOOKS_FILE = "hooks/hooks.json"
SCRIPT = ContentFile("hooks/check.sh", b'#!/bin/sh\nprintf "ran %s" "$*"\n')
PLACED = "${CLAUDE_PROJECT_DIR}/.claude/hooks/review"
COMMAND_FIELD = "hooks.PreToolUse[0].hooks[0].command"


def hook(
    definition: object, *scripts: ContentFile, namespace: str = "review", source_path: str = HOOKS_FILE
) -> ArtifactContent:
    data = definition if isinstance(definition, bytes) else json.dumps(definition).encode()
    files = (ContentFile(source_path, data), *scripts)
    return ArtifactContent(ArtifactType.HOOK, namespace, "review", files, source_path)


def running(command: str, *scripts: ContentFile, namespace: str = "review", **fields: object) -> ArtifactContent:
    """A hook of one handler with this command."""
    handler = {"type": "command", "command": command, **fields}
    return hook({"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [handler]}]}}, *scripts, namespace=namespace)


def placed(content: ArtifactContent, layout: ProfileLayout = LAYOUT) -> Rendering:
    answer = MODULE.renders[ArtifactType.HOOK](content, layout)
    assert isinstance(answer, Rendering)
    return answer


def handler_of(rendering: Rendering) -> Mapping[str, object]:
    (entry,) = rendering.entries
    assert isinstance(entry.value, dict)
    (handler,) = entry.value["hooks"]
    assert isinstance(handler, dict)
    return handler


def said(rendering: Rendering) -> dict[str, str]:
    assert len({warning.field for warning in rendering.warnings}) == len(rendering.warnings)
    return {warning.field: warning.message for warning in rendering.warnings}


def test_each_group_is_an_entry_of_its_event_in_settings_json() -> None:
    first = {"matcher": "Bash", "hooks": [{"type": "command", "command": "true", "timeout": 20}]}
    second = {"hooks": [{"type": "prompt", "prompt": "Fine?"}, {"type": "command", "command": "false"}]}
    rendering = placed(hook({"hooks": {"PreToolUse": [first, second], "Stop": [second]}}))
    assert rendering.paths == ()
    assert rendering.warnings == ()
    assert [(entry.path, entry.format, entry.key, entry.value) for entry in rendering.entries] == [
        (".claude/settings.json", Format.JSON, Element.of(("hooks", event), group), group)
        for event, group in [("PreToolUse", first), ("PreToolUse", second), ("Stop", second)]
    ]


def test_equal_groups_of_one_event_are_one_entry() -> None:
    group = {"hooks": [{"type": "command", "command": "true"}]}
    rendering = placed(hook({"hooks": {"Stop": [group, dict(group)], "SessionEnd": [group]}}))
    assert len(rendering.entries) == 2


def test_a_group_without_handlers_is_left_out() -> None:
    group = {"hooks": [{"type": "command", "command": "true"}]}
    assert len(placed(hook({"hooks": {"Stop": [{"hooks": []}, group]}})).entries) == 1


def test_everything_but_the_definition_lies_in_a_folder_of_the_hook() -> None:
    rendering = placed(running("true", SCRIPT, ContentFile("scripts/deep/data.bin", b"\x00")))
    (folder,) = rendering.paths
    assert folder.path == ".claude/hooks/review"
    assert folder.is_folder
    assert [(file.path, file.data) for file in folder.files] == [
        (SCRIPT.path, SCRIPT.data),
        ("scripts/deep/data.bin", b"\x00"),
    ]


def test_what_is_executed_is_executable_and_the_rest_is_not() -> None:
    plain, binary, kept = (
        ContentFile("hooks/lib.py", b"x = 1\n"),
        ContentFile("bin/check", b"\x7fELF"),
        ContentFile("bin/other", b"\x7fELF", executable=True),
    )
    command = 'A=1 "${CLAUDE_PLUGIN_ROOT}/bin/check" && python3 ${CLAUDE_PLUGIN_ROOT}/hooks/lib.py'
    (folder,) = placed(running(command, SCRIPT, plain, binary, kept)).paths
    assert {file.path: file.executable for file in folder.files} == {
        "hooks/check.sh": True,
        "hooks/lib.py": False,
        "bin/check": True,
        "bin/other": True,
    }


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("${CLAUDE_PLUGIN_ROOT}/hooks/check.sh a", f'"{PLACED}"/hooks/check.sh a'),
        ("bash $CLAUDE_PLUGIN_ROOT/hooks/check.sh", f'bash "{PLACED}"/hooks/check.sh'),
        ('"${CLAUDE_PLUGIN_ROOT}"/hooks/check.sh', f'"{PLACED}"/hooks/check.sh'),
        ('"$CLAUDE_PLUGIN_ROOT/hooks/check.sh"', f'"{PLACED}/hooks/check.sh"'),
        ("sh -c '${CLAUDE_PLUGIN_ROOT}/hooks/check.sh'", f"sh -c '{PLACED}/hooks/check.sh'"),
        ('echo "$(cat "${CLAUDE_PLUGIN_ROOT}/hooks/check.sh")"', f'echo "$(cat "{PLACED}/hooks/check.sh")"'),
        ("P=${CLAUDE_PLUGIN_ROOT}/hooks:$P x", f'P="{PLACED}"/hooks:$P x'),
        ("ls ${CLAUDE_PLUGIN_ROOT}/hooks/*.sh", f'ls "{PLACED}"/hooks/*.sh'),
    ],
)
def test_the_plugins_folder_becomes_the_hooks_folder(command: str, expected: str) -> None:
    rendering = placed(running(command, SCRIPT))
    assert handler_of(rendering)["command"] == expected
    assert rendering.warnings == ()


@pytest.mark.parametrize("folder", [".claude/hooks", 'it\'s my "$HOME" `folder`/hooks'])
@pytest.mark.parametrize(
    "command",
    [
        "${CLAUDE_PLUGIN_ROOT}/hooks/check.sh a b",
        '"${CLAUDE_PLUGIN_ROOT}"/hooks/check.sh a b',
        '"$CLAUDE_PLUGIN_ROOT/hooks/check.sh" a b',
    ],
)
def test_a_shell_finds_the_script_in_folders_of_any_name(command: str, folder: str, tmp_path: Path) -> None:
    layout = ProfileLayout(LAYOUT.platform, ".claude", {ArtifactType.HOOK: folder})
    rendering = placed(running(command, SCRIPT), layout)
    project = tmp_path / "a project"
    for file in rendering.paths[0].files:
        path = project / rendering.paths[0].path / file.path
        path.parent.mkdir(parents=True)
        path.write_bytes(file.data)
        path.chmod(0o755 if file.executable else 0o644)
    environment = os.environ | {"CLAUDE_PROJECT_DIR": str(project)}
    line = str(handler_of(rendering)["command"])
    done = subprocess.run(["/bin/sh", "-c", line], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("ran a b", "")


def test_without_a_shell_nothing_is_quoted() -> None:
    rendering = placed(running("${CLAUDE_PLUGIN_ROOT}/hooks/check.sh", SCRIPT, args=["$CLAUDE_PLUGIN_ROOT/hooks"]))
    assert handler_of(rendering)["command"] == f"{PLACED}/hooks/check.sh"
    assert handler_of(rendering)["args"] == [f"{PLACED}/hooks"]
    assert rendering.warnings == ()


def test_a_root_below_the_project_is_where_the_folder_counts_from() -> None:
    layout = MODULE.default_layout("packages/web/.claude")
    rendering = placed(running('"${CLAUDE_PLUGIN_ROOT}/hooks/check.sh"', SCRIPT), layout)
    assert rendering.paths[0].path == "packages/web/.claude/hooks/review"
    assert rendering.entries[0].path == "packages/web/.claude/settings.json"
    assert handler_of(rendering)["command"] == f'"{PLACED}/hooks/check.sh"'


def test_a_folder_outside_of_that_is_reached_upwards() -> None:
    layout = ProfileLayout(LAYOUT.platform, "web/.claude", {ArtifactType.HOOK: "tools"})
    rendering = placed(running('"${CLAUDE_PLUGIN_ROOT}/hooks/check.sh"', SCRIPT), layout)
    assert handler_of(rendering)["command"] == '"${CLAUDE_PROJECT_DIR}/../tools/review/hooks/check.sh"'


def test_hooks_from_a_projects_settings_name_their_scripts_through_the_project() -> None:
    script = ContentFile(".claude/hooks/check.sh", b"")
    definition = {"hooks": {"Stop": [{"hooks": [{"type": "command", "command": command}]} for command in (
        '"$CLAUDE_PROJECT_DIR"/.claude/hooks/check.sh', '"$CLAUDE_PROJECT_DIR"/bin/lint'
    )]}}  # fmt: skip
    rendering = placed(hook(definition, script, namespace="", source_path=".claude/settings.json"))
    commands = [entry.value["hooks"][0]["command"] for entry in rendering.entries if isinstance(entry.value, dict)]
    assert commands == [f'"{PLACED}"/.claude/hooks/check.sh', '"$CLAUDE_PROJECT_DIR"/bin/lint']


def test_a_plugin_that_names_the_project_means_the_project() -> None:
    command = '"$CLAUDE_PROJECT_DIR"/hooks/check.sh'
    rendering = placed(running(command, SCRIPT))
    assert handler_of(rendering)["command"] == command
    assert rendering.warnings == ()


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("${CLAUDE_PLUGIN_ROOT}/hooks/gone.sh", "refers to hooks/gone.sh, which is not among the files"),
        ("${CLAUDE_PLUGIN_ROOT}/../shared.sh", "refers to ../shared.sh"),
        ('cd "${CLAUDE_PLUGIN_ROOT}" && ./hooks/check.sh', "whole folder of its plugin"),
        ("${CLAUDE_PLUGIN_ROOT}/$NAME", "whole folder of its plugin"),
        ("${CLAUDE_PLUGIN_ROOT:-.}/hooks/check.sh", "refers to CLAUDE_PLUGIN_ROOT"),
        ('node -e "process.env.CLAUDE_PLUGIN_ROOT"', "refers to CLAUDE_PLUGIN_ROOT"),
        ("touch ${CLAUDE_PLUGIN_DATA}/seen", "refers to CLAUDE_PLUGIN_DATA"),
        ("bash ./hooks/check.sh", "hooks/check.sh from the working directory"),
    ],
)
def test_what_cannot_be_right_in_a_command_is_said(command: str, message: str) -> None:
    warnings = said(placed(running(command, SCRIPT)))
    assert list(warnings) == [COMMAND_FIELD]
    assert message in warnings[COMMAND_FIELD]


def test_a_hook_whose_scripts_did_not_come_along_keeps_its_command_and_says_so() -> None:
    rendering = placed(running("${CLAUDE_PLUGIN_ROOT}/bin/check"))
    assert handler_of(rendering)["command"] == "${CLAUDE_PLUGIN_ROOT}/bin/check"
    assert "bin/check" in said(rendering)[COMMAND_FIELD]


def test_a_placeholder_where_nobody_fills_it_in_is_said() -> None:
    rendering = placed(running("true", SCRIPT, env={"X": ["${CLAUDE_PLUGIN_ROOT}/hooks/check.sh"]}))
    assert handler_of(rendering)["env"] == {"X": [f"{PLACED}/hooks/check.sh"]}
    assert "anywhere but in commands" in said(rendering)["hooks.PreToolUse[0].hooks[0].env"]


def test_a_script_that_wants_the_plugins_folder_is_said() -> None:
    script = ContentFile("hooks/check.py", b'os.environ["CLAUDE_PLUGIN_ROOT"]')
    binary = ContentFile("hooks/check.bin", b"\x00CLAUDE_PLUGIN_ROOT")
    warnings = said(placed(running("true", script, binary)))
    assert list(warnings) == ["hooks/check.py"]
    assert "plugins only" in warnings["hooks/check.py"]


def test_events_and_handlers_nobody_documents_are_kept_and_said() -> None:
    group = {"hooks": [{"type": "telepathy"}]}
    rendering = placed(hook({"hooks": {"BeforeBreakfast": [group, {"matcher": "x", **group}]}}))
    assert [entry.value for entry in rendering.entries] == [group, {"matcher": "x", **group}]
    assert list(said(rendering)) == [
        "hooks.BeforeBreakfast",
        "hooks.BeforeBreakfast[0].hooks[0].type",
        "hooks.BeforeBreakfast[1].hooks[0].type",
    ]


def test_other_keys_are_left_out_and_said_but_for_a_description() -> None:
    group = {"hooks": [{"type": "command", "command": "true"}]}
    rendering = placed(hook({"$schema": "x", "description": "y", "disableAllHooks": True, "hooks": {"Stop": [group]}}))
    assert list(said(rendering)) == ["disableAllHooks"]


@pytest.mark.parametrize("definition", [{}, {"description": "x"}, {"hooks": {}}, {"hooks": {"Stop": []}}])
def test_a_definition_without_hooks_is_unsupported(definition: object) -> None:
    answer = MODULE.renders[ArtifactType.HOOK](hook(definition, SCRIPT), LAYOUT)
    assert isinstance(answer, Unsupported)
    assert HOOKS_FILE in answer.reason


@pytest.mark.parametrize(
    ("definition", "place"),
    [
        (b"{", "hooks/hooks.json cannot be read"),
        ([], "object"),
        ({"hooks": []}, "hooks is not an object"),
        ({"hooks": {"Stop": {}}}, r"hooks\.Stop is not a list"),
        ({"hooks": {"Stop": ["x"]}}, r"hooks\.Stop\[0\] is not an object"),
        ({"hooks": {"Stop": [{"type": "command", "command": "x"}]}}, r"hooks\.Stop\[0\] has no list 'hooks'"),
        ({"hooks": {"Stop": [{"hooks": {}}]}}, r"hooks\.Stop\[0\]\.hooks is not a list"),
        ({"hooks": {"Stop": [{"hooks": [1]}]}}, r"hooks\.Stop\[0\]\.hooks\[0\] is not an object"),
        ({"hooks": {"Stop": [{"hooks": [{"command": "x"}]}]}}, r"hooks\[0\]\.type is not a text"),
        ({"hooks": {"Stop": [{"hooks": [{"type": "command"}]}]}}, r"hooks\[0\]\.command is not a text"),
        ({"hooks": {"S" * 250: [{"hooks": [{"type": "http"}]}]}}, "too long"),
        ({"hooks": {"a\nb": [{"hooks": [{"type": "http"}]}]}}, "control"),
        ({"hooks": {"Stop": [{"hooks": [{"type": "http", "x": "\x00"}]}]}}, "NUL"),
        (b'{"hooks": {"Stop": [{"hooks": [{"type": "http", "x": "\\ud800"}]}]}}', "surrogate"),
        (b'{"hooks": {"Stop": [{"hooks": [{"type": "http", "x": NaN}]}]}}', "NaN"),
    ],
)
def test_a_definition_that_settings_could_not_take_is_refused_with_the_place(definition: object, place: str) -> None:
    with pytest.raises(EntryError, match=place):
        MODULE.renders[ArtifactType.HOOK](hook(definition), LAYOUT)


def test_only_a_hook_with_scripts_needs_a_folder() -> None:
    layout = ProfileLayout(LAYOUT.platform, ".claude", {})
    assert len(placed(running("true"), layout).entries) == 1
    answer = MODULE.renders[ArtifactType.HOOK](running("true", SCRIPT), layout)
    assert isinstance(answer, Unsupported)
    assert "hook" in answer.reason


def test_a_definition_is_found_where_the_hook_came_from() -> None:
    group = {"hooks": [{"type": "command", "command": "true"}]}
    other = ContentFile(HOOKS_FILE, b'{"hooks": {}}')
    content = hook({"hooks": {"Stop": [group]}}, other, source_path=".claude/settings.json")
    assert [file.path for file in placed(content).paths[0].files] == [HOOKS_FILE]


def test_files_of_which_none_is_a_definition_are_unsupported() -> None:
    content = ArtifactContent(ArtifactType.HOOK, "", "x", (SCRIPT, ContentFile("a.json", b"{}")), "gone.json")
    assert isinstance(MODULE.renders[ArtifactType.HOOK](content, LAYOUT), Unsupported)


def test_a_script_whose_path_climbs_is_an_error() -> None:
    with pytest.raises(PathError):
        MODULE.renders[ArtifactType.HOOK](running("true", ContentFile("../x", b"")), LAYOUT)


def test_a_hook_of_more_entries_than_anybody_writes_is_refused() -> None:
    groups = [{"hooks": [{"type": "command", "command": f"echo {number}"}]} for number in range(201)]
    file = ContentFile("hooks/hooks.json", json.dumps({"hooks": {"Stop": groups}}).encode())
    content = ArtifactContent(ArtifactType.HOOK, "", "many", (file,), "hooks/hooks.json")
    with pytest.raises(EntryError, match="at most 200"):
        MODULE.renders[ArtifactType.HOOK](content, MODULE.default_layout(".claude"))
