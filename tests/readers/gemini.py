"""What Gemini CLI loads, told by itself: see `gemini.mjs`."""

import json
import re
from pathlib import Path, PurePath
from typing import Any

from profiles.enums import ArtifactType
from tests.readers.codex import SECTION
from tests.readers.programs import GEMINI, Home, Loaded

_PROGRAM = Path(__file__).with_name("gemini.mjs")
_INSTRUCTIONS = re.compile(r"--- Context from: .*? ---\n(.*)\n--- End of Context from", re.DOTALL)
# It says once which hooks a project has, and that it searches without ripgrep.
_NO_COMPLAINTS = ("WARNING: The following project-level hooks", "Ripgrep is not available")


def load(home: Home) -> Loaded:
    """Everything Gemini CLI finds in the project."""
    done = home.run("node", _PROGRAM, GEMINI)
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    instructions = "".join(_INSTRUCTIONS.findall(told["instructions"]))
    said = [*told["complaints"], *done.stderr.splitlines()]
    return Loaded.of(
        {
            ArtifactType.SKILL: [PurePath(path).parent.name for path in told["skills"]],
            ArtifactType.COMMAND: told["commands"],
            ArtifactType.AGENT: told["agents"],
            ArtifactType.RULE: SECTION.findall(instructions),
            ArtifactType.HOOK: told["hooks"],
            ArtifactType.MCP: told["servers"],
        },
        instructions=instructions,
        complaints=[each for each in said if each and not each.startswith(_NO_COMPLAINTS)],
    )
