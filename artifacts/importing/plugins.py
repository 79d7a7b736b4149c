"""Plugins and marketplaces of plugins, as Claude Code defines them. Pure Python.

Facts, from https://code.claude.com/docs/en/plugins-reference and
https://code.claude.com/docs/en/plugins/marketplace-reference:

- Paths in a manifest are relative to the plugin and stay inside it.
- `commands` and `agents` replace the default folders; `skills` adds to `skills/`; `hooks` adds to
  `hooks/hooks.json` and `mcpServers` to `.mcp.json`.
- An entry whose source is the top of its marketplace and that lists its skills gets only those.
- A plugin that is one skill has SKILL.md at its top, and no `skills` folder.
- `commands` may be a map from name to `source` or `content`; `hooks` and `mcpServers` may be
  written inline; lists may mix paths and inline objects.
- With `strict` (the default) an entry adds to the plugin's own manifest; without, the entry is all there is.
- `metadata.pluginRoot` stands before sources that do not begin with `./`.
"""

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from artifacts.importing.configuration import (
    HOOKS_FILE,
    MCP_FILE,
    add_hooks_file,
    add_inline_hooks,
    add_mcp_file,
    add_servers,
)
from artifacts.importing.exceptions import SourceError
from artifacts.importing.layout import (
    SKILL_FILE,
    add_document,
    add_named,
    add_skill,
    frontmatter_name,
    is_markdown,
    is_name,
    scan_documents,
    scan_skills,
)
from artifacts.importing.sources import folders_of, storable
from artifacts.importing.survey import Found, FoundFile, Place, Survey
from profiles.enums import ArtifactType

PLUGIN_FILE = ".claude-plugin/plugin.json"
MARKETPLACE_FILE = ".claude-plugin/marketplace.json"
_COMPONENTS = ("skills", "commands", "agents", "hooks", "mcpServers")
_USUAL = frozenset({*_COMPONENTS, "rules"})
_LEFT_OUT = ("lspServers", "outputStyles", "themes", "monitors", "workflows", "channels")


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin: its name, its top folder, the file that declares it, and the components listed there.

    `usual` are the kinds of components that are looked for in their usual places too.
    """

    name: str
    folder: str
    file: str
    description: str
    components: Mapping[str, tuple[object, ...]]
    usual: frozenset[str] = _USUAL

    @property
    def place(self) -> Place:
        """Where its artifacts are looked for."""
        return Place(self.folder, self.name, self.folder)


def find_plugins(survey: Survey, collection_name: str) -> list[Plugin]:
    """Every plugin that marketplaces list or the collection holds besides, in that order.

    No artifact is looked for yet. Raises SourceError past the number of plugins.
    """
    own: dict[str, Plugin] = {}
    for path in _named(survey, PLUGIN_FILE):
        plugin = _own_plugin(survey, path, collection_name)
        if plugin is not None:
            own[plugin.folder] = plugin
    plugins: list[Plugin] = []
    folders = folders_of(survey.files)
    first: dict[str, Plugin] = {}
    for path in _named(survey, MARKETPLACE_FILE):
        for plugin in _listed_plugins(survey, path, own, folders, first):
            plugins.append(plugin)
            _check_number(survey, plugins)
    plugins += [plugin for folder, plugin in own.items() if folder not in first]
    _check_number(survey, plugins)
    survey.plugin_folders.update(plugin.folder for plugin in plugins)
    return plugins


def scan_plugin(survey: Survey, plugin: Plugin) -> None:
    """Every artifact of a plugin, in the order in which it lists them."""
    survey.deadline.check()
    _scan_skills(survey, plugin)
    _scan_listed(survey, plugin, "commands", ArtifactType.COMMAND)
    _scan_listed(survey, plugin, "agents", ArtifactType.AGENT)
    if "rules" in plugin.usual:
        scan_documents(survey, plugin.place, ArtifactType.RULE, "rules", deep=False)
    _scan_files(survey, plugin, "hooks", HOOKS_FILE, add_hooks_file, add_inline_hooks)
    _scan_files(survey, plugin, "mcpServers", MCP_FILE, add_mcp_file, add_servers)


def _named(survey: Survey, name: str) -> list[str]:
    return [path for path in survey.files if path == name or path.endswith("/" + name)]


def _check_number(survey: Survey, plugins: Sequence[Plugin]) -> None:
    if len(plugins) > survey.limits.plugins:
        raise SourceError(
            f"The source has more than {survey.limits.plugins} plugins; nothing was changed. "
            "Import a smaller folder of it."
        )


def _own_plugin(survey: Survey, path: str, collection_name: str) -> Plugin | None:
    folder = path.removesuffix(PLUGIN_FILE).rstrip("/")
    survey.manifests.add(path)
    survey.plugin_folders.add(folder)
    manifest = survey.read_object(path)
    if manifest is None:
        # Without its name nothing in it has a namespace; what is known of it stays as it is.
        survey.keep(folder)
        return None
    name = manifest.get("name")
    if not is_name(name):
        name = PurePosixPath(folder).name or collection_name
        survey.note(path, f"It gives no usable name; the plugin is called {name!r} after its folder.")
    for key in _LEFT_OUT:
        if key in manifest:
            survey.note(path, f"Its {key!r} are no artifacts and are left out.")
    return Plugin(str(name), folder, path, _text(manifest, "description"), _components(manifest))


def _listed_plugins(
    survey: Survey, path: str, own: Mapping[str, Plugin], folders: set[str], first: dict[str, Plugin]
) -> Iterator[Plugin]:
    """The plugins of one marketplace; `first` learns which plugin was the first to lie in a folder."""
    survey.manifests.add(path)
    marketplace = survey.read_object(path)
    if marketplace is None:
        return
    entries = marketplace.get("plugins")
    if not isinstance(entries, list):
        survey.refuse(path, "no-plugins", "It has no list 'plugins'.")
        return
    top = path.removesuffix(MARKETPLACE_FILE).rstrip("/")
    metadata = marketplace.get("metadata")
    root = metadata.get("pluginRoot") if isinstance(metadata, dict) else None
    for position, entry in enumerate(entries):
        if not isinstance(entry, dict) or not is_name(entry.get("name")):
            survey.refuse(path, "no-name", f"Its plugin number {position + 1} has no usable name.")
            continue
        folder = _source_folder(survey, path, top, entry, root if isinstance(root, str) else "", folders)
        if folder is None:
            continue
        listed = Plugin(str(entry["name"]), folder, path, _text(entry, "description"), _components(entry))
        if folder not in first:
            usual = _USUAL - {"skills"} if folder == top and "skills" in entry else _USUAL
            first[folder] = _with_own(survey, replace(listed, usual=usual), entry, own.get(folder))
            yield first[folder]
        elif listed.components:
            yield replace(listed, usual=frozenset())
        else:
            survey.refuse(path, "same-folder", f"The plugin {listed.name!r} lies in the folder of "
                          f"{first[folder].name!r}, and lists nothing that would be its own.")  # fmt: skip


def _with_own(survey: Survey, listed: Plugin, entry: Mapping[str, object], own: Plugin | None) -> Plugin:
    """A listed plugin together with what its own manifest says."""
    if own is None or entry.get("strict") is False:
        return listed
    if own.name != listed.name:
        survey.note(
            listed.file, f"It calls the plugin {listed.name!r}; the plugin calls itself {own.name!r}, which counts."
        )
    return replace(
        own,
        description=own.description or listed.description,
        components={key: own.components.get(key, ()) + listed.components.get(key, ()) for key in _COMPONENTS
                    if key in own.components or key in listed.components},
        usual=listed.usual,
    )  # fmt: skip


def _source_folder(
    survey: Survey, path: str, top: str, entry: Mapping[str, object], root: str, folders: set[str]
) -> str | None:
    """The folder of a listed plugin; None, and it is reported, when it lies elsewhere."""
    name, source = entry["name"], entry.get("source")
    if not isinstance(source, str) or "://" in source:
        survey.refuse(path, "external", f"The plugin {name!r} lies elsewhere ({_whereabouts(source)}). "
                      "Import that source as a collection of its own.")  # fmt: skip
        return None
    places = [posixpath.join(top, source)]
    if root:
        places.insert(0 if not source.startswith(".") else 1, posixpath.join(top, root, source))
    inside = [folder for folder in map(_normal, places) if folder is not None]
    for folder in inside:
        if folder in folders:
            return folder
    survey.refuse(path, "missing", f"The plugin {name!r} is said to lie in {storable(source[:200])!r}, "
                  "which is not in the collection.")  # fmt: skip
    return None


def _whereabouts(source: object) -> str:
    if not isinstance(source, dict):
        return storable(str(source)[:200])
    words = [str(source[key]) for key in ("source", "repo", "url", "package", "path") if key in source]
    return storable(" ".join(words)[:200])


def _scan_skills(survey: Survey, plugin: Plugin) -> None:
    place = plugin.place
    listed = plugin.components.get("skills", ())
    if "skills" in plugin.usual:
        scan_skills(survey, place)
    for path in _paths(survey, plugin, listed):
        if posixpath.join(path, SKILL_FILE) in survey.files:
            add_skill(survey, place, path)
        elif path in survey.files:
            survey.refuse(path, "not-a-folder", "A plugin lists skills by folder, and this is a file.")
        else:
            scan_skills(survey, place, path.removeprefix(place.folder).lstrip("/"))
    single = place.path(SKILL_FILE)
    if "skills" in plugin.usual and not listed and single in survey.files and not survey.owned(place, "skills"):
        name = frontmatter_name(survey, single) or PurePosixPath(plugin.folder).name or plugin.name
        others = (".claude-plugin/", "commands/", "agents/", "rules/", "hooks/", MCP_FILE)
        add_skill(survey, place, plugin.folder, name, without=others)


def _scan_listed(survey: Survey, plugin: Plugin, key: str, kind: ArtifactType) -> None:
    if key not in plugin.components:
        if key in plugin.usual:
            scan_documents(survey, plugin.place, kind, key)
        return
    entries = plugin.components[key]
    documents: dict[str, None] = {}
    for path in _paths(survey, plugin, [entry for entry in entries if isinstance(entry, str)]):
        inside = [path] if path in survey.files else filter(is_markdown, survey.below(path))
        documents.update(dict.fromkeys(inside))
    for path in documents:
        add_document(survey, plugin.place, kind, path)
    for entry in entries:
        if isinstance(entry, dict):
            _add_command_map(survey, plugin, entry)


def _add_command_map(survey: Survey, plugin: Plugin, commands: Mapping[str, object]) -> None:
    for name, entry in commands.items():
        source = entry.get("source") if isinstance(entry, dict) else None
        content = entry.get("content") if isinstance(entry, dict) else None
        if isinstance(content, str):
            data = storable(content).encode()
            file = FoundFile("", plugin.file, data=data)
            description = _text(entry, "description") if isinstance(entry, dict) else ""
            add_named(survey, Found(ArtifactType.COMMAND, plugin.name, name, plugin.file, plugin.folder, (file,),
                                    description))  # fmt: skip
        elif isinstance(source, str):
            for path in _paths(survey, plugin, [source]):
                if path in survey.files:
                    add_document(survey, plugin.place, ArtifactType.COMMAND, path, name)
                else:
                    survey.refuse(plugin.file, "not-a-file", f"Its command {storable(name[:80])!r} is a folder.")
        else:
            survey.refuse(plugin.file, "no-source", f"Its command {storable(name[:80])!r} has no source or content.")


def _scan_files(
    survey: Survey,
    plugin: Plugin,
    key: str,
    default: str,
    add_file: Callable[[Survey, Place, str], None],
    add_inline: Callable[[Survey, Place, str, Mapping[str, object]], None],
) -> None:
    place = plugin.place
    entries = plugin.components.get(key, ())
    files = [place.path(default)] if key in plugin.usual and place.path(default) in survey.files else []
    files += _paths(survey, plugin, [entry for entry in entries if not isinstance(entry, dict)])
    for path in dict.fromkeys(files):
        if path in survey.files:
            add_file(survey, place, path)
    for entry in entries:
        if isinstance(entry, dict):
            add_inline(survey, place, plugin.file, entry)


def _paths(survey: Survey, plugin: Plugin, entries: Iterable[object]) -> list[str]:
    """Those of the listed paths that exist inside the plugin, each once, from the top of the collection.

    The rest is reported.
    """
    return list(dict.fromkeys(_listed_paths(survey, plugin, entries)))


def _listed_paths(survey: Survey, plugin: Plugin, entries: Iterable[object]) -> Iterator[str]:
    for entry in entries:
        if not isinstance(entry, str):
            survey.refuse(plugin.file, "no-path", f"It lists {storable(str(entry)[:80])!r}, which is no path.")
            continue
        path = _normal(posixpath.join(plugin.folder, entry)) if not entry.startswith("/") else None
        if path is None or (plugin.folder and path != plugin.folder and not path.startswith(plugin.folder + "/")):
            survey.refuse(
                plugin.file, "outside", f"It lists {storable(entry[:200])!r}, which lies outside of the plugin."
            )
        elif path in survey.files or next(survey.below(path), None) is not None:
            yield path
        else:
            survey.refuse(
                plugin.file, "missing", f"It lists {storable(entry[:200])!r}, which is not in the collection."
            )


def _normal(path: str) -> str | None:
    """`path` without dots, '' for the top; None when it climbs out of the collection."""
    normal = posixpath.normpath(path) if path else ""
    if normal.startswith(("/", "../")) or normal == "..":
        return None
    return "" if normal == "." else normal


def _components(declared: Mapping[str, object]) -> dict[str, tuple[object, ...]]:
    return {
        key: tuple(value) if isinstance(value, list) else (value,)
        for key, value in declared.items()
        if key in _COMPONENTS and value is not None
    }


def _text(declared: Mapping[str, object], key: str) -> str:
    value = declared.get(key)
    return storable(value.strip()[:2000]) if isinstance(value, str) else ""
