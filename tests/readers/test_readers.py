"""Codex and Gemini CLI load all that is deployed for them: as many of each type, and without a complaint."""

from pathlib import Path

import pytest

from accounts.models import User
from artifacts.services.importing import import_collection
from projects.models import Project
from tests.config.fresh_process import PROJECT
from tests.readers.deployed import deploy_everything, left_out, loaded, placed
from tests.readers.messy_artifacts import messy_artifacts

pytestmark = pytest.mark.reader

WITHOUT_A_PLACE = {
    ("skill:spelt-small", "codex"): "A skill is read from its SKILL.md, and this one has none.",
    ("skill:spelt-small", "gemini"): "A skill is read from its SKILL.md, and this one has none.",
    ("agent:agent-without-text", "codex"): "The agent has no text.",
    ("agent:agent-without-text", "gemini"): "The agent has no text.",
    ("command:command-without-text", "codex"): "The command has no text.",
    ("command:command-without-text", "gemini"): "The command has no text.",
    ("hook:with-an-odd-matcher", "codex"): (
        "Codex can run none of its hooks. Codex may not read this expression as Claude Code does. Sure to mean the "
        "same are names parted by |, with .* in them. The group is left out."
    ),
    ("hook:with-an-odd-matcher", "gemini"): (
        "Gemini CLI can run none of its hooks. Gemini CLI may not read this expression as Claude Code does. Sure to "
        "mean the same are names parted by |, with .* in them. It runs nothing for that."
    ),
    ("mcp:streaming", "codex"): ("Codex talks to remote servers over streamable HTTP only, and this one wants SSE."),
}


def test_the_example_collection(owner: User, project: Project, tmp_path: Path) -> None:
    import_collection(source=str(PROJECT / "examples" / "collection"))
    report = deploy_everything(owner, project)
    assert left_out(project, report) == {}
    assert loaded(project, tmp_path) == placed(project)


def test_artifacts_in_which_readers_stumble(
    owner: User, project: Project, project_folder: Path, tmp_path: Path
) -> None:
    messy_artifacts()
    (project_folder / "README.md").write_text("What a command asks for.\n")
    report = deploy_everything(owner, project)
    assert left_out(project, report) == WITHOUT_A_PLACE
    assert loaded(project, tmp_path) == placed(project)
