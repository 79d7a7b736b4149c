"""What docs/platforms.md says of places, compared with where things are placed."""

import json
import re

import pytest

from profiles.enums import ArtifactType, Platform
from profiles.platforms import module_for
from profiles.rendering import ArtifactContent, ContentFile, Rendering
from tests.config.fresh_process import PROJECT

HOOKS = json.dumps(
    {"hooks": {"PreToolUse": [{"hooks": [{"type": "command", "command": "${CLAUDE_PLUGIN_ROOT}/run.sh"}]}]}}
)
FILES = {
    ArtifactType.SKILL: (ContentFile("SKILL.md", b"---\nname: name\ndescription: Reads.\n---\nText\n"),),
    ArtifactType.COMMAND: (ContentFile("", b"Text\n"),),
    ArtifactType.AGENT: (ContentFile("", b"---\nname: name\ndescription: Reads.\n---\nText\n"),),
    ArtifactType.RULE: (ContentFile("", b"Text\n"),),
    ArtifactType.HOOK: (ContentFile("hooks.json", HOOKS.encode()), ContentFile("run.sh", b"#!/bin/sh\n")),
    ArtifactType.MCP: (ContentFile("", b'{"command": "search"}'),),
}


def table() -> dict[tuple[str, str], str]:
    """What the paper says, by platform and type."""
    lines = (PROJECT / "docs/platforms.md").read_text().split("## What goes where")[1].split("\n## ")[0].splitlines()
    head, _, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line.startswith("|")]
    return {(row[0].strip("*"), kind): cell for row in rows for kind, cell in zip(head[1:], row[1:], strict=True)}


@pytest.mark.parametrize("artifact_type", list(ArtifactType))
@pytest.mark.parametrize("platform", list(Platform))
def test_the_paper_says_where_things_go(platform: Platform, artifact_type: ArtifactType) -> None:
    kind = "MCP server" if artifact_type is ArtifactType.MCP else artifact_type.value
    said = set(re.findall("`([^`]+)`", table()[platform.label, kind].replace("NAME", "name")))
    module = module_for(platform)
    content = ArtifactContent(artifact_type, "", "name", FILES[artifact_type], "hooks.json")
    answer = module.renders[artifact_type](content, module.default_layout(module.default_root_dir))
    placed = set()
    if isinstance(answer, Rendering):
        placed = {path.path + "/" * path.is_folder for path in answer.paths} | {entry.path for entry in answer.entries}
    assert said == placed


def test_the_paper_names_who_asks_first() -> None:
    paper = (PROJECT / "docs/platforms.md").read_text().split("## What has to be agreed to")[1].split("\n## ")[0]
    named = set(re.findall(r"^\| ([A-Z][A-Za-z ]+) \|", paper, re.MULTILINE))
    assert named == {platform.label for platform in Platform if module_for(platform).approvals}
