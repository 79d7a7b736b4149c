"""Names that are not what they seem: forged paths, `.git` in disguise, and what a terminal would obey."""

import json
from pathlib import Path

import pytest
from pytest_django import Settings

from artifacts.models import Artifact, ArtifactGroup
from artifacts.services.importing import import_collection
from tests.artifacts.sources import agent, git, git_repository, labels, refusals, set_main, skill, tree, write_files
from tests.artifacts.test_import_command import failed, run
from tests.artifacts.test_import_layouts import contents

pytestmark = pytest.mark.django_db


@pytest.fixture
def repository(source: Path, settings: Settings) -> Path:
    """A repository with one skill that may be fetched by file URL."""
    settings.IMPORT_GIT_PROTOCOLS = ["file"]
    return git_repository(source / "tools.git", {"skills/x/SKILL.md": skill("x")})


def test_parts_of_a_path_that_only_a_forger_writes_are_reported(repository: Path) -> None:
    blob = git(repository, "rev-parse", "HEAD:skills/x/SKILL.md")
    inner = tree(repository, f"100644 blob {blob}\tSKILL.md\0")
    skills = tree(repository, "".join(f"040000 tree {inner}\t{name}\0" for name in ("..", ".", "y")))
    set_main(repository, tree(repository, f"040000 tree {skills}\tskills\0"))
    done = import_collection(source=f"file://{repository}")
    assert refusals(done) == {"skills/../SKILL.md": "name", "skills/./SKILL.md": "name"}
    assert labels() == ["skill:y"]


GIT_FOLDERS = (".GIT", "git~1", ".g\u200dit", ".git ", ".Git.")


def test_no_name_of_a_git_folder_comes_along(source: Path) -> None:
    files = {f"skills/x/{name}/hooks/post-checkout": "#!/bin/sh" for name in GIT_FOLDERS}
    write_files(source, files | {"skills/x/SKILL.md": skill("x"), "skills/x/.gitignore": "x"})
    done = import_collection(source=str(source))
    assert contents(Artifact.objects.get()).keys() == {"SKILL.md", ".gitignore"}
    assert done.report["ignored"] == sorted(f"skills/x/{name}" for name in GIT_FOLDERS)


def test_no_name_of_a_git_folder_comes_along_from_a_repository(repository: Path) -> None:
    blob = git(repository, "rev-parse", "HEAD:skills/x/SKILL.md")
    hooks = tree(repository, f"100755 blob {blob}\tpost-checkout\0")
    folders = "".join(f"040000 tree {hooks}\t{name}\0" for name in GIT_FOLDERS)
    inner = tree(repository, f"100644 blob {blob}\tSKILL.md\0{folders}")
    set_main(repository, tree(repository, f"040000 tree {tree(repository, f'040000 tree {inner}\tx\0')}\tskills\0"))
    done = import_collection(source=f"file://{repository}")
    assert contents(Artifact.objects.get()).keys() == {"SKILL.md"}
    assert done.report["ignored"] == sorted(f"skills/x/{name}" for name in GIT_FOLDERS)


EVIL = "evil\x1b[2J\nSuccess"


def test_names_with_control_characters_are_refused_and_printed_as_escapes(source: Path) -> None:
    marketplace = {"plugins": [{"name": EVIL, "source": "./q"}]}
    write_files(
        source,
        {
            ".mcp.json": json.dumps({EVIL: {"command": "x"}, "empty\x1b[2J": {}, "good": {"command": "x"}}),
            ".claude-plugin/marketplace.json": json.dumps(marketplace),
            "p/.claude-plugin/plugin.json": json.dumps({"name": EVIL, "description": "\x1b[31mRed"}),
            "p/skills/x/SKILL.md": '---\nname: "a\\e[2J"\ndescription: "\\e[2J"\n---\n',
            "q/commands/tidy.md": "Tidy up.",
            f"agents/{EVIL}.md": agent("evil"),
            "agents/dark\u202e.md": agent("dark"),
        },
    )
    printed = run(str(source))
    assert labels() == ["agent:dark\u202e", "mcp:good", "p/skill:x"]
    assert not {"\x1b", "\u202e"} & set(printed)
    assert "\nSuccess" not in printed
    assert r"evil\x1b[2J\nSuccess" in printed
    assert ArtifactGroup.objects.get().name == "p"


def test_errors_are_printed_as_escapes_too(source: Path) -> None:
    (source / "a\u202eb").mkdir()
    _, message, _ = failed(str(source / "a\u202eb"), "--name", "x" * 300)
    assert "300 characters" in message
    for arguments in ([f"{source}/{EVIL}"], [str(source / "a\u202eb/nowhere")], [f"file://{source}/a%1b[2J"]):
        _, message, _ = failed(*arguments)
        assert not {"\x1b", "\n", "\u202e"} & set(message)
