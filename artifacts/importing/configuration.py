"""Hooks and MCP servers, which live in JSON files. Pure Python."""

import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from artifacts.importing.layout import add_named, is_documentation, is_markdown
from artifacts.importing.sources import storable
from artifacts.importing.survey import Found, FoundFile, Place, Survey
from profiles.documents import write_json
from profiles.enums import ArtifactType

HOOKS_FILE = "hooks/hooks.json"
MCP_FILE = ".mcp.json"
# `${CLAUDE_PLUGIN_ROOT}/scripts/check.sh` and the like, inside a JSON string.
_SCRIPT = re.compile(r"\$\{?CLAUDE_(?:PLUGIN_ROOT|PROJECT_DIR)\}?(?:\\?\")?/([^\s\"'\\;|&<>$`]+)")
# Folders whose files are artifacts themselves; a hook takes only the one file it names from them.
_COMPONENTS = ("skills", "commands", "agents", "rules", ".claude-plugin", ".claude")


def add_hooks_file(survey: Survey, place: Place, path: str, name: str = "") -> None:
    """The hook artifact of a hooks file, its bytes as they are."""
    definition = survey.read_object(path)
    if definition is None:
        return
    if not isinstance(definition.get("hooks"), dict):
        survey.refuse(path, "no-hooks", "It has no 'hooks' object, so nothing says which event runs what.")
        return
    _add_hooks(survey, place, path, definition, name or _hooks_name(place, path), None)


def add_settings_hooks(survey: Survey, place: Place, path: str) -> None:
    """The hook artifact of the hooks in a settings file; the other settings are left out."""
    definition = survey.read_object(path)
    if definition is not None and isinstance(definition.get("hooks"), dict) and definition["hooks"]:
        kept = {"hooks": definition["hooks"]}
        _add_hooks(survey, place, path, kept, "settings", write_json(kept))


def add_inline_hooks(survey: Survey, place: Place, path: str, hooks: Mapping[str, object]) -> None:
    """The hook artifact of hooks written inside a plugin's manifest at `path`, with or without the wrapper."""
    wrapped = hooks if isinstance(hooks.get("hooks"), dict) else {"hooks": dict(hooks)}
    kept = {"hooks": wrapped["hooks"]}
    _add_hooks(survey, place, path, kept, f"{place.namespace}-inline", write_json(kept))


def add_mcp_file(survey: Survey, place: Place, path: str) -> None:
    """One artifact for each server in an MCP file, with or without the `mcpServers` wrapper."""
    definition = survey.read_object(path)
    if definition is None:
        return
    servers = definition.get("mcpServers", definition)
    if not isinstance(servers, dict):
        survey.refuse(path, "no-servers", "Its 'mcpServers' is not an object of servers.")
    else:
        add_servers(survey, place, path, servers)


def is_server(definition: Mapping[str, object]) -> bool:
    """Whether an object defines one server, rather than holding several by name."""
    return bool({"command", "url", "httpUrl", "serverUrl"} & definition.keys())


def add_servers(survey: Survey, place: Place, path: str, servers: Mapping[str, object]) -> None:
    """One artifact for each named server.

    Its content is the server's definition alone, written anew in one canonical form: the file
    it stood in is shared by all its servers, and may hold more than them.
    """
    for name, server in servers.items():
        if not isinstance(server, dict) or not is_server(server):
            survey.refuse(path, "no-server", f"Its entry {storable(name[:80])!r} has neither a command nor a URL.")
            continue
        file = FoundFile("", path, data=write_json(server))
        described = server.get("description")
        add_named(
            survey,
            Found(ArtifactType.MCP, place.namespace, name, path, place.plugin_path, (file,),
                  storable(described[:1000]) if isinstance(described, str) else ""),
        )  # fmt: skip


def _hooks_name(place: Place, path: str) -> str:
    stem = PurePosixPath(path).stem
    return place.namespace if place.namespace and stem == "hooks" else stem


def _add_hooks(
    survey: Survey, place: Place, path: str, definition: Mapping[str, object], name: str, data: bytes | None
) -> None:
    """A hook artifact: its definition at its own place, and its scripts, all relative to the plugin's top.

    So `${CLAUDE_PLUGIN_ROOT}/x` means the file `x` of the artifact.
    """
    top = place.plugin_path
    files = {path: FoundFile(_inside(path, top), path, survey.files[path].executable and data is None, data)}
    for script in _scripts(survey, place, path, definition):
        files.setdefault(script, FoundFile(_inside(script, top), script, survey.files[script].executable))
    description = definition.get("description")
    if not isinstance(description, str):
        hooks = definition["hooks"]
        description = ", ".join(hooks) if isinstance(hooks, dict) else ""
    add_named(
        survey,
        Found(ArtifactType.HOOK, place.namespace, name, path, top, tuple(files.values()), storable(description[:1000])),
    )


def _scripts(survey: Survey, place: Place, path: str, definition: Mapping[str, object]) -> list[str]:
    """The files beside the hooks file, and those its commands name, with what lies beside these."""
    folder, _, name = path.rpartition("/")
    folders = [folder] if PurePosixPath(folder).name == "hooks" else []
    if name == "settings.json":
        folders.append(posixpath.join(folder, "hooks"))
    scripts = [script for each in folders for script in survey.below(each) if _goes_along(script)]
    named = dict.fromkeys(match[1] for match in _SCRIPT.finditer(json.dumps(definition, ensure_ascii=False)))
    seen: set[str] = set()
    for word in named:
        script = posixpath.normpath(posixpath.join(place.plugin_path, word))
        folder = script.rpartition("/")[0]
        if script not in survey.files:
            survey.note(path, f"It runs {storable(word[:200])}, which is not in the collection.")
        elif place.plugin_path and not script.startswith(place.plugin_path + "/"):
            survey.note(path, f"It runs {script}, a file outside of its plugin, which does not come along.")
        else:
            scripts.append(script)
            if folder not in seen:
                seen.add(folder)
                scripts.extend(_files_of(survey, place, folder))
    return list(dict.fromkeys(scripts))


def _files_of(survey: Survey, place: Place, folder: str) -> list[str]:
    """The files of a script's folder that go along with it."""
    inner = _inside(folder, place.plugin_path)
    if folder == place.plugin_path or inner.split("/")[0] in _COMPONENTS:
        return []
    return [path for path in survey.below(folder) if path.rpartition("/")[0] == folder and _goes_along(path)]


def _goes_along(path: str) -> bool:
    return not (path.endswith(".json") and PurePosixPath(path).parent.name == "hooks") and not (
        is_markdown(path) and is_documentation(path)
    )


def _inside(path: str, top: str) -> str:
    return path.removeprefix(top + "/") if top else path
