"""From a listing of files to artifacts, groups and remarks. Pure Python.

Layouts are tried in one order: plugins (their marketplaces first), the plain layout at the top, the
same below `.claude/`, then what the mappings say about files nobody has taken.
"""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as ReadOnlyMapping
from dataclasses import dataclass

from artifacts.importing.configuration import (
    HOOKS_FILE,
    MCP_FILE,
    add_hooks_file,
    add_mcp_file,
    add_settings_hooks,
)
from artifacts.importing.layout import (
    SKILL_FILE,
    add_document,
    add_skill,
    frontmatter_name,
    is_markdown,
    scan_documents,
    scan_skills,
)
from artifacts.importing.limits import Deadline, Limits
from artifacts.importing.mappings import Mapping
from artifacts.importing.plugins import Plugin, find_plugins, scan_plugin
from artifacts.importing.sources import Listing, folders_above
from artifacts.importing.suggestions import suggest
from artifacts.importing.survey import Found, Place, Suggestion, Survey
from profiles.enums import ArtifactType
from projects.paths import folded

type Key = tuple[str, str, str]

_SETTINGS_FILE = ".claude/settings.json"


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """A plugin as a group: its name, and its artifacts in the order the plugin lists them."""

    name: str
    description: str
    members: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a collection holds. `survey` has the remarks, and which earlier finds stay as they are."""

    survey: Survey
    found: tuple[Found, ...]
    groups: tuple[FoundGroup, ...]
    suggestions: tuple[Suggestion, ...]


def discover(
    listing: Listing,
    read: Callable[[str], bytes],
    *,
    limits: Limits,
    deadline: Deadline,
    mappings: Sequence[Mapping] = (),
    known: ReadOnlyMapping[Key, str] | None = None,
    collection_name: str = "collection",
) -> Discovery:
    """Look through a collection. `known` says from which path each artifact came in the last import.

    Raises SourceError past `limits` and `deadline`.
    """
    survey = Survey(listing, read, limits, deadline)
    plugins = find_plugins(survey, collection_name)
    for plugin in plugins:
        scan_plugin(survey, plugin)
    if "" not in survey.plugin_folders:
        _scan_plain(survey, Place(""))
    if ".claude" not in survey.plugin_folders:
        _scan_plain(survey, Place(".claude"))
        if _SETTINGS_FILE in survey.files:
            add_settings_hooks(survey, Place(".claude"), _SETTINGS_FILE)
    _apply(survey, mappings, plugins, collection_name)
    found = _without_duplicates(survey, known or {})
    _note_twins(survey, found)
    explained = taken_files(found) | {refusal.file for refusal in survey.refusals} | survey.manifests
    leftover = [path for path in survey.files if path not in explained]
    return Discovery(
        survey=survey,
        found=found,
        groups=_groups(plugins, found),
        suggestions=tuple(suggest(survey, leftover, recognised=len(found))),
    )


def taken_files(found: Sequence[Found]) -> set[str]:
    """Every file that belongs to one of these artifacts."""
    return {file.source for artifact in found for file in artifact.files}


def _scan_plain(survey: Survey, place: Place) -> None:
    scan_skills(survey, place)
    scan_documents(survey, place, ArtifactType.COMMAND, "commands")
    scan_documents(survey, place, ArtifactType.AGENT, "agents")
    scan_documents(survey, place, ArtifactType.RULE, "rules", deep=False)
    if place.path(HOOKS_FILE) in survey.files:
        add_hooks_file(survey, place, place.path(HOOKS_FILE))
    if place.path(MCP_FILE) in survey.files:
        add_mcp_file(survey, place, place.path(MCP_FILE))


def takes(mapping: Mapping, kind: str, source_path: str) -> bool:
    """Whether an artifact of this type that came from `source_path` is one that `mapping` takes."""
    return mapping.type == kind and mapping.matches(_document(kind, source_path))


def _apply(survey: Survey, mappings: Sequence[Mapping], plugins: Sequence[Plugin], collection_name: str) -> None:
    places = {plugin.folder: plugin.place for plugin in reversed(plugins)}
    for mapping in mappings:
        taken = taken_files(survey.found) | survey.manifests
        matching = [path for path in survey.files if _is_meant(survey, mapping, path)]
        if not matching:
            what = SKILL_FILE if mapping.type is ArtifactType.SKILL else "file"
            survey.note(mapping.glob, f"The mapping {mapping} matches no {what}.")
        elif taken.issuperset(matching):
            survey.note(
                mapping.glob, f"The mapping {mapping} takes nothing: a layout or an earlier mapping has it all."
            )
        for path in matching:
            if path not in taken:
                _take(survey, mapping.type, path, _place_of(path, places), collection_name)


def _is_meant(survey: Survey, mapping: Mapping, path: str) -> bool:
    """Whether a mapping takes a file. A pattern for skills may match all their files; only SKILL.md counts."""
    survey.deadline.check()
    may_be = mapping.type is not ArtifactType.SKILL or path.rpartition("/")[2] == SKILL_FILE
    return may_be and mapping.matches(path)


def _take(survey: Survey, kind: ArtifactType, path: str, place: Place, collection_name: str) -> None:
    if kind is ArtifactType.SKILL:
        home = path.rpartition("/")[0]
        add_skill(survey, place, home, "" if home else frontmatter_name(survey, path) or collection_name)
    elif kind is ArtifactType.HOOK:
        add_hooks_file(survey, place, path)
    elif kind is ArtifactType.MCP:
        add_mcp_file(survey, place, path)
    elif is_markdown(path):
        add_document(survey, place, kind, path)
    else:
        survey.refuse(path, "not-markdown", f"A mapping takes it for a {kind.label.lower()}, and it is no Markdown.")


def _place_of(path: str, places: ReadOnlyMapping[str, Place]) -> Place:
    """The innermost of the plugins' places (by folder) that holds the file, else the top of the collection."""
    return next((places[folder] for folder in folders_above(path) if folder in places), Place(""))


def _without_duplicates(survey: Survey, known: ReadOnlyMapping[Key, str]) -> tuple[Found, ...]:
    """One artifact for each name: the one imported from its path before, else the first in path order."""
    by_key: dict[Key, list[Found]] = {}
    for found in survey.found:
        by_key.setdefault(found.key, []).append(found)
    chosen: dict[Key, Found] = {}
    for key, candidates in by_key.items():
        first = min(candidates, key=lambda found: (found.source_path != known.get(key), found.source_path))
        chosen[key] = first
        for other in candidates:
            if other is not first and other.source_path != first.source_path:
                document = _document(other.type, other.source_path)
                survey.refuse(document, "duplicate", f"{other.label} is imported from {first.source_path} already. "
                              "Rename one of them.")  # fmt: skip
    return tuple(chosen.values())


def _note_twins(survey: Survey, found: Sequence[Found]) -> None:
    """Remark on names that are one path on some disks. The name of an MCP server never becomes a path."""
    firsts: dict[Key, Found] = {}
    for artifact in sorted(found, key=lambda artifact: artifact.source_path):
        if artifact.type is not ArtifactType.MCP:
            kind, namespace, name = artifact.key
            first = firsts.setdefault((kind, namespace, folded(name)), artifact)
            if first is not artifact:
                document = _document(artifact.type, artifact.source_path)
                survey.note(document, f"On some disks {artifact.label} has the same path as {first.label}, "
                            "so a project may not hold both. Rename one of them.")  # fmt: skip


def _document(kind: str, source_path: str) -> str:
    """The file that stands for an artifact in remarks and mappings."""
    if kind != ArtifactType.SKILL:
        return source_path
    return f"{source_path}/{SKILL_FILE}" if source_path else SKILL_FILE


def _groups(plugins: Sequence[Plugin], found: Sequence[Found]) -> tuple[FoundGroup, ...]:
    members: dict[str, list[Key]] = {}
    for artifact in found:
        members.setdefault(artifact.namespace, []).append(artifact.key)
    descriptions: dict[str, str] = {}
    for plugin in plugins:
        descriptions[plugin.name] = descriptions.get(plugin.name) or plugin.description
    return tuple(
        FoundGroup(name, description, tuple(members[name]))
        for name, description in descriptions.items()
        if members.get(name)
    )
