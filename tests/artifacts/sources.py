"""Folders and repositories to import from."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from artifacts.importing.limits import Limits
from artifacts.models import Artifact, CollectionImport
from artifacts.services.importing import begin_import, run_import
from profiles.enums import ArtifactType

SKILL = "---\nname: {name}\ndescription: About {name}.\n---\n\n# {name}\n"
AGENT = "---\nname: {name}\ndescription: Knows {name}.\ntools: Read\n---\n\nYou know {name}.\n"
PLUGIN = '{{"name": "{name}", "description": "About {name}"}}'


def skill(name: str) -> str:
    """A SKILL.md as it should be."""
    return SKILL.format(name=name)


def agent(name: str) -> str:
    """An agent's file as it should be."""
    return AGENT.format(name=name)


def plugin(name: str) -> str:
    """The smallest plugin manifest."""
    return PLUGIN.format(name=name)


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write `files` below `folder`; a path that ends with `*` becomes executable."""
    for path, content in files.items():
        file = folder / path.removesuffix("*")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(0o755 if path.endswith("*") else 0o644)
    return folder


def import_bounded(folder: Path, limits: Limits) -> CollectionImport:
    """Import a folder under other limits than the usual ones."""
    return run_import(pending=begin_import(source=str(folder)), limits=limits)


def labels(kind: ArtifactType | None = None) -> list[str]:
    """Every artifact that is there, as `namespace/type:name` in order."""
    rows = Artifact.objects.filter(gone_at=None).order_by("namespace", "type", "name")
    return [
        (f"{row.namespace}/" if row.namespace else "") + row.artifact_id
        for row in rows
        if kind is None or row.type == kind
    ]


def refusals(done: CollectionImport) -> dict[str, str]:
    """The code of every file that was not imported."""
    return {row["file"]: row["code"] for row in done.report["not_imported"]}


def notes(done: CollectionImport, file: str) -> str:
    """Every remark on a file."""
    return " ".join(row["message"] for row in done.report["notes"] if row["file"] == file)


def git(folder: Path, *arguments: str) -> str:
    """What git answers in `folder`, for an author who is always the same."""
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()


def git_repository(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A repository at `folder` whose branch `main` has one commit with `files`."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    commit(folder, files)
    return folder


def commit(folder: Path, files: Mapping[str, str | bytes]) -> str:
    """Add `files` in one more commit, and return its hash."""
    write_files(folder, files)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=More")
    return git(folder, "rev-parse", "HEAD")


def tree(repository: Path, entries: str) -> str:
    """The hash of a new tree with `entries` as `git ls-tree` writes them, however odd."""
    command = ["git", "-C", str(repository), "mktree", "-z"]
    return subprocess.run(command, input=entries.encode(), check=True, capture_output=True).stdout.decode().strip()


def set_main(repository: Path, tree_hash: str) -> None:
    """Let the branch `main` be one commit of this tree."""
    git(repository, "update-ref", "refs/heads/main", git(repository, "commit-tree", "-m", "Forged", tree_hash))
