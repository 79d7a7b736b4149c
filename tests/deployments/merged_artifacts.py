"""Artifacts that are merged into files which people edit too, and those files."""

import json
from pathlib import Path
from typing import Any

from artifacts.models import Artifact
from tests.deployments.conftest import Desk
from tests.factories import give_version

SETTINGS = ".claude/settings.json"
SERVERS = ".mcp.json"


def server(desk: Desk, name: str = "docs", **definition: Any) -> Artifact:
    """An MCP server."""
    return desk.artifact(f"mcp:{name}", {"": json.dumps({"command": "docs-server", **definition})})


def hook(desk: Desk, name: str = "format", command: str = "${CLAUDE_PLUGIN_ROOT}/scripts/run.sh") -> Artifact:
    """A hook with a script."""
    artifact = desk.artifact(f"hook:{name}", source_path="hooks/hooks.json")
    give_version(artifact, {"hooks/hooks.json": hooks(command), "scripts/run.sh": "#!/bin/sh\n"})
    return artifact


def hooks(command: str) -> str:
    """A hooks file with one handler."""
    group = {"matcher": "Edit", "hooks": [{"type": "command", "command": command}]}
    return json.dumps({"hooks": {"PostToolUse": [group]}})


def write(desk: Desk, path: str, text: str) -> Path:
    """A file of the user's."""
    file = desk.folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def read(desk: Desk, path: str) -> Any:
    """A JSON file of the project."""
    return json.loads((desk.folder / path).read_text())
