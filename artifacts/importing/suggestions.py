"""What a person could say about the Markdown that no layout explains. Pure Python."""

import glob
from collections import defaultdict
from collections.abc import Collection
from pathlib import PurePosixPath

from artifacts.importing.layout import SKILL_FILE, is_documentation, is_markdown
from artifacts.importing.sources import UnreadableFileError
from artifacts.importing.survey import Suggestion, Survey
from profiles.enums import ArtifactType
from profiles.frontmatter import Frontmatter, read_frontmatter

_MOST_FOLDERS = 20
# Folders of these names hold text about a collection rather than artifacts of it.
_ABOUT = frozenset({".github", "doc", "docs", "documentation", "example", "examples", "spec", "specs", "test", "tests"})
_AGENT_FIELDS = ("tools", "model", "color", "disallowedTools", "permissionMode")


def suggest(survey: Survey, leftover: Collection[str], *, recognised: int) -> list[Suggestion]:
    """Mappings for Markdown among `leftover`, folder by folder.

    Markdown with `name` and `description` is always offered. Other Markdown is offered when little was
    recognised: fewer artifacts than there are such files.
    """
    described: dict[tuple[str, ArtifactType], list[str]] = defaultdict(list)
    plain: dict[str, list[str]] = defaultdict(list)
    for path in sorted(leftover):
        if not is_markdown(path) or is_documentation(path):
            continue
        kind = _described_kind(survey, path)
        folder = path.rpartition("/")[0]
        if kind is not None:
            described[folder, kind].append(path)
        elif folder and not _ABOUT & set(folder.split("/")):
            plain[folder].append(path)
    suggestions = [
        suggestion
        for (folder, kind), paths in described.items()
        for suggestion in _described(survey, folder, kind, paths)
    ]
    if recognised < sum(map(len, plain.values())):
        suggestions += [
            Suggestion(
                f"{glob.escape(folder)}/*.md={_guess(folder)}",
                tuple(paths),
                "This folder holds Markdown without a layout.",
            )
            for folder, paths in plain.items()
        ]
    return suggestions[:_MOST_FOLDERS]


def _described(survey: Survey, folder: str, kind: ArtifactType, paths: list[str]) -> list[Suggestion]:
    reason = "It has a name and a description, and lies where no layout looks."
    if kind is ArtifactType.SKILL:
        return [Suggestion(f"{glob.escape(path)}={kind}", (path,), reason) for path in paths]
    everything = [path for path in survey.below(folder) if is_markdown(path) and path.rpartition("/")[0] == folder]
    if len(paths) > 1 and len(paths) == len([path for path in everything if not is_documentation(path)]):
        prefix = f"{glob.escape(folder)}/" if folder else ""
        return [Suggestion(f"{prefix}*.md={kind}", tuple(paths), reason)]
    return [Suggestion(f"{glob.escape(path)}={kind}", (path,), reason) for path in paths]


def _described_kind(survey: Survey, path: str) -> ArtifactType | None:
    try:
        frontmatter = read_frontmatter(survey.reader(path))
    except UnreadableFileError:
        return None
    if not (frontmatter.text("name") and frontmatter.text("description")):
        return None
    return _guess_from(path, frontmatter)


def _guess_from(path: str, frontmatter: Frontmatter) -> ArtifactType:
    if PurePosixPath(path).name == SKILL_FILE:
        return ArtifactType.SKILL
    if any(name in frontmatter.fields for name in _AGENT_FIELDS):
        return ArtifactType.AGENT
    guess = _guess(path.rpartition("/")[0])
    return guess if guess is not ArtifactType.COMMAND or "command" in path else ArtifactType.AGENT


def _guess(folder: str) -> ArtifactType:
    words = folder.lower()
    if "agent" in words:
        return ArtifactType.AGENT
    return ArtifactType.RULE if "rule" in words else ArtifactType.COMMAND
