"""Whatever an artifact holds: each file that is rendered parses in its format, and each entry can be merged."""

import json
import re
import tomllib
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from deployments.installer.shared_files.merge import Entry, merge, parse
from profiles.entries import EntryError, canonical
from profiles.enums import ArtifactType, Platform
from profiles.platforms import module_for
from profiles.rendering import ArtifactContent, ContentFile, Rendering, Unsupported
from projects.paths import PathError

TRANSLATING = [Platform.CODEX, Platform.GEMINI, Platform.CURSOR]
EVENTS = ("PreToolUse", "PostToolUse", "Stop", "SessionStart", "Notification", "UserPromptSubmit", "Nothing")
TOOLS = ("Read", "Bash", "Edit|Write", "Read, Grep", "[Read, Bash(git:*)]", "mcp__a__b", "*")
# What means something in one of the formats, or to one of the readers.
PIECES = st.one_of(
    st.sampled_from(["---", "'''", '"""', "\\", "'", '"', ": ", " #", "- ", "&a", "*a", "[", "]", "~", "%", "}", "{"]),
    st.sampled_from(
        ["${A}", "$ARGUMENTS", "$1", "!`ls`", "@a/b.md", "{{args}}", "!{x}", "@{x}", "```", "```!\nls\n```"]
    ),
    st.sampled_from(["\n", "\r\n", "\t", "\x00", "\x1b", "\u2028", "\x85", "\ufeff", "é", "😀", "true", "null", "0x1"]),
)
TEXT = st.one_of(st.text(max_size=40), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=12).map("".join))
FIELDS = st.dictionaries(
    st.sampled_from(["name", "description", "model", "paths", "argument-hint", "arguments", "color", "x y"]),
    TEXT,
    max_size=4,
)


@st.composite
def markdown(draw: st.DrawFn) -> bytes:
    fields = draw(FIELDS)
    lines = [f"{name}: {value}" for name, value in fields.items()]
    if draw(st.booleans()):
        lines.append(f"tools: {draw(st.sampled_from(TOOLS))}")
    front = "---\n" + "\n".join(lines) + "\n---\n" if draw(st.booleans()) else ""
    return (front + draw(TEXT)).encode("utf-8", "replace")


HANDLERS = st.fixed_dictionaries(
    {"type": st.sampled_from(["command", "prompt", "http"]), "command": TEXT},
    optional={"timeout": st.one_of(st.integers(-5, 10**6), st.floats(0, 100)), "async": st.booleans(), "prompt": TEXT},
)
GROUPS = st.fixed_dictionaries({"hooks": st.lists(HANDLERS, max_size=2)}, optional={"matcher": TEXT})
HOOKS = st.dictionaries(st.sampled_from(EVENTS), st.lists(GROUPS, max_size=2), max_size=3).map(
    lambda events: json.dumps({"hooks": events}).encode()
)
MAPS = st.dictionaries(TEXT, TEXT, max_size=3)
LOCAL = st.fixed_dictionaries(
    {"command": TEXT}, optional={"args": st.lists(TEXT, max_size=3), "env": MAPS, "cwd": TEXT, "timeout": st.integers()}
)
REMOTE = st.fixed_dictionaries(
    {"url": TEXT}, optional={"type": st.sampled_from(["http", "sse", "ws", "stdio"]), "headers": MAPS}
)
SERVERS = st.one_of(LOCAL, REMOTE).map(lambda value: json.dumps(value).encode())
CONTENT: dict[ArtifactType, tuple[str, st.SearchStrategy[bytes]]] = {
    ArtifactType.SKILL: ("SKILL.md", markdown()),
    ArtifactType.COMMAND: ("", markdown()),
    ArtifactType.AGENT: ("", markdown()),
    ArtifactType.RULE: ("", markdown()),
    ArtifactType.HOOK: ("hooks/hooks.json", HOOKS),
    ArtifactType.MCP: ("", SERVERS),
}


def rendered(platform: Platform, content: ArtifactContent) -> Rendering | Unsupported:
    module = module_for(platform)
    try:
        return module.renders[content.type](content, module.default_layout(module.default_root_dir))
    except (PathError, EntryError) as error:
        return Unsupported(str(error))


def assert_parses(path: str, data: bytes) -> None:
    text = data.decode()
    if path.endswith(".toml"):
        assert all(isinstance(value, str | int | list | dict | bool | float) for value in tomllib.loads(text).values())
    elif path.endswith(".json"):
        json.loads(text)
    elif path.endswith(".yaml"):
        yaml.safe_load(text)
    elif path.endswith(".mdc"):
        # Cursor reads a line at a time, and its globs are no YAML: `globs: *.py`.
        front, fence, _ = text.removeprefix("---\n").partition("\n---\n")
        assert fence
        assert all(re.fullmatch("(description|globs|alwaysApply): [^\x00-\x1f]+", line) for line in front.split("\n"))
    elif path.endswith(".md") and text.startswith("---\n"):
        front, fence, _ = text[4:].partition("\n---\n")
        assert fence
        fields: Any = yaml.safe_load(front)
        assert isinstance(fields, dict)


@pytest.mark.parametrize("artifact_type", list(ArtifactType))
@pytest.mark.parametrize("platform", TRANSLATING)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_rendered_file_parses_and_every_entry_can_be_merged(
    platform: Platform, artifact_type: ArtifactType, data: st.DataObject
) -> None:
    path, contents = CONTENT[artifact_type]
    file = ContentFile(path, data.draw(contents))
    content = ArtifactContent(artifact_type, "", "format", (file,), path)
    answer = rendered(platform, content)
    assert answer == rendered(platform, content)
    if isinstance(answer, Unsupported):
        assert answer.reason
        return
    assert answer.paths or answer.entries
    for placed in answer.paths:
        for each in placed.files:
            assert_parses(f"{placed.path}/{each.path}".rstrip("/"), each.data)
    for entry in answer.entries:
        merged = merge(entry.format, None, [], wanted=[Entry(entry.key, entry.value)])
        assert merged.problems == {}
        (found,) = parse(entry.format, merged.data).find(entry.key)
        assert canonical(found) == canonical(entry.value)
