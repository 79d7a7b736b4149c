"""One artifact, sent file by file in place of a source, under the rules of an import. Pure Python."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from artifacts.importing.configuration import HOOKS_FILE, MCP_FILE, add_hooks_file, add_servers, is_server
from artifacts.importing.contents import Loaded, load
from artifacts.importing.exceptions import ContentError
from artifacts.importing.layout import SKILL_FILE, add_document, add_skill
from artifacts.importing.limits import MEBIBYTE, Deadline, Limits
from artifacts.importing.sources import (
    Listing,
    ListingBuilder,
    SourceFile,
    folders_of,
    path_problem,
)
from artifacts.importing.survey import Found, FoundFile, Place, Survey
from profiles.enums import ArtifactType
from projects.paths import PathError, folded, relative_path

LIMITS = Limits(files=1_000, total_bytes=10 * MEBIBYTE)

# Where a hook's definition may stand: beside its scripts, or in the folder that plugins have for it.
_HOOKS_FILES = ("hooks.json", HOOKS_FILE)
_FOLDERS = (ArtifactType.SKILL, ArtifactType.HOOK)


@dataclass(frozen=True, slots=True)
class InlineFile:
    """What stands at one path: its bytes, and whether anyone may execute it."""

    data: bytes
    executable: bool = False


def read_inline(kind: ArtifactType, namespace: str, name: str, files: Mapping[str, InlineFile]) -> Loaded:
    """The artifact that these files make, by path; '' may be the path of one that is a single file.

    A skill has SKILL.md at its top, a hook hooks.json or hooks/hooks.json and whatever it runs; a command, agent or
    rule is one Markdown file, an MCP server one definition or an `.mcp.json` of one, whatever the file is called.
    The name is taken as it is. Raises ContentError.
    """
    _check_size(files)
    if kind not in _FOLDERS:
        files = {MCP_FILE if kind is ArtifactType.MCP else f"{kind}.md": _only(kind, files)}
    listing, contents = _listed(files)
    survey = Survey(listing, lambda path: contents[path].data, LIMITS, Deadline(LIMITS.seconds))
    if not survey.refusals:
        _survey(survey, kind, Place("", namespace), name)
    loaded = list(load(survey, [_whole(survey, found) for found in survey.found], lambda done: None))
    if survey.refusals:
        # A single file has the name it is looked for under, and not the one it was sent by.
        raise ContentError([f"{each.file}: {each.reason}" if kind in _FOLDERS else each.reason
                            for each in survey.refusals])  # fmt: skip
    return loaded[0]


def _check_size(files: Mapping[str, InlineFile]) -> None:
    if not files:
        raise ContentError(["There is no file. Send at least one."])
    if len(files) > LIMITS.files:
        raise ContentError([f"These are {len(files)} files; an artifact that is sent has at most {LIMITS.files}."])
    size = sum(len(file.data) for file in files.values())
    if size > LIMITS.total_bytes:
        raise ContentError(
            [
                f"The files hold {size} bytes; an artifact that is sent has at most {LIMITS.total_bytes}. "
                "Put it into a folder, and import that."
            ]
        )


def _only(kind: ArtifactType, files: Mapping[str, InlineFile]) -> InlineFile:
    """The one file of an artifact that is a single file. Its path is a name that nothing depends on."""
    if len(files) != 1:
        raise ContentError([f"The type {kind} stands for a single file, and these are {len(files)}."])
    ((path, file),) = files.items()
    if path and (problem := path_problem(path)):
        raise ContentError([problem])
    return file


def _listed(files: Mapping[str, InlineFile]) -> tuple[Listing, dict[str, InlineFile]]:
    """The files by path without empty parts, as a source would list them. What could not lie there is skipped."""
    builder = ListingBuilder(LIMITS)
    contents: dict[str, InlineFile] = {}
    firsts: dict[str, str] = {}
    for written, file in files.items():
        path = _plain(written)
        first = firsts.setdefault(folded(path), written)
        if first != written:
            builder.skip(written, "same-path", f"On some disks it is the same file as {first}. Rename one of them.")
        elif any(builder.ignores(part) for part in path.split("/")):
            builder.skip(written, "name", "Files of this name are never part of an artifact. Leave it out.")
        else:
            contents[path] = file
            builder.add(SourceFile(path, len(file.data), file.executable))
    for path in _at_once(contents):
        builder.skip(path, "same-path", "It is a file, and the folder of another one. Rename one of them.")
    return builder.listing(), contents


def _plain(path: str) -> str:
    try:
        return relative_path(path)
    except PathError:
        # The listing says what is wrong with it.
        return path


def _at_once(paths: Mapping[str, InlineFile]) -> Iterator[str]:
    folders = folders_of(folded(path) for path in paths) - {""}
    return (path for path in paths if folded(path) in folders)


def _survey(survey: Survey, kind: ArtifactType, place: Place, name: str) -> None:
    match kind:
        case ArtifactType.SKILL:
            if SKILL_FILE not in survey.files:
                raise ContentError([f"A skill has a file {SKILL_FILE} at its top. Send one along."])
            add_skill(survey, place, "", name)
        case ArtifactType.HOOK:
            definitions = [path for path in _HOOKS_FILES if path in survey.files]
            if len(definitions) != 1:
                raise ContentError([f"A hook is defined in one file {' or '.join(_HOOKS_FILES)}. Send that one along."])
            add_hooks_file(survey, place, definitions[0], name)
        case ArtifactType.MCP:
            _survey_server(survey, place, name)
        case _:
            add_document(survey, place, kind, f"{kind}.md", name)


def _survey_server(survey: Survey, place: Place, name: str) -> None:
    definition = survey.read_object(MCP_FILE)
    if definition is None:
        return
    if "mcpServers" not in definition and is_server(definition):
        servers: object = {name: definition}
    else:
        servers = definition.get("mcpServers", definition)
    if not isinstance(servers, dict) or len(servers) != 1:
        survey.refuse(MCP_FILE, "no-servers", "It does not hold exactly one server. Make an artifact of each.")
        return
    (server,) = servers.values()
    add_servers(survey, place, MCP_FILE, {name: server})


def _whole(survey: Survey, found: Found) -> Found:
    """What was found, as nothing but these files: a hook with all of them; and a place only where one is needed."""
    if found.type is ArtifactType.HOOK:
        return replace(
            found, files=tuple(FoundFile(path, path, file.executable) for path, file in survey.files.items())
        )
    return replace(found, source_path="")
