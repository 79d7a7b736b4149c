"""How a hook gets to its place: a folder of scripts, and entries in a file that refer to them.

Nothing here knows a platform. Paths that cannot be used raise PathError.
"""

import posixpath
import re
import shlex
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from profiles.entries import Element, EntryError, EntryKey, Format, Value, checked_key
from profiles.platforms.definitions import Hook, read_hook
from profiles.platforms.names import plain_name
from profiles.platforms.plain import copied_folder
from profiles.platforms.script_folder import ScriptFolder, plugin_variable
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    ProfileLayout,
    RenderedEntry,
    RenderedPath,
    Rendering,
    RenderWarning,
    Unsupported,
    Warnings,
)
from projects.paths import relative_path

# No hook that a person wrote makes as many, and each is one of its own in a file of the user.
MAX_ENTRIES = 200
# What says something about the definition and to nobody else.
ABOUT_ITSELF = frozenset({"$schema", "description"})
_SHELL_WORD = re.compile(r"[\w.][\w.-]*")
_ASSIGNS = re.compile(r"\A(\w+)=")
_PROJECT_DIR = re.compile(r"(\$\{(?:CLAUDE|GEMINI)_PROJECT_DIR\})")


@dataclass(slots=True)
class HookScripts:
    """Where the scripts of one hook are for the platform called `label`, and what was found in its definition so far.

    `landmark` is a path that the folder has where the platform begins to count, and hardly another one.
    """

    label: str
    landmark: str
    folder: ScriptFolder
    warnings: Warnings = field(default_factory=Warnings)
    _placed: tuple[RenderedPath, ...] = ()
    _runs: set[str] = field(default_factory=set)
    _left_out: dict[str, None] = field(default_factory=dict)

    def rewritten(self, value: Value, place: str, *, is_shell: bool = False) -> Value:
        """`value` with every reference to a script counted from the folder they are placed in.

        `place` is where it stands in the definition. A text there that ends in `.command` is taken to be run, with
        `is_shell` by a shell.
        """
        match value:
            case str():
                answer = self.folder.rewritten(value, is_shell=is_shell)
                for problem in answer.problems:
                    self.warnings.loss(place, problem)
                if place.endswith(".command"):
                    self._runs |= answer.runs
                return answer.text
            case dict():
                return {key: self.rewritten(inner, f"{place}.{key}") for key, inner in value.items()}
            case list():
                return [self.rewritten(inner, f"{place}[{index}]") for index, inner in enumerate(value)]
            case _:
                return value

    def line(self, command: str, args: Iterable[str] | None, place: str) -> str:
        """The command of the handler at `place` as a line for a shell; `args` are words in which it finds nothing."""
        if args is None:
            return str(self.rewritten(command, f"{place}.command", is_shell=True))
        message = f"{self.label} takes one line for a shell; they are written into it."
        self.warnings.note(f"{place}.args", message)
        words = [self.rewritten(command, f"{place}.command")]
        words += [self.rewritten(each, f"{place}.args[{index}]") for index, each in enumerate(args)]
        program, *rest = (_word(str(word)) for word in words)
        # Or a shell sets a variable and runs the word after it.
        program = _ASSIGNS.sub(r"\1'='", program)
        return " ".join((program, *rest))

    def leave_out(self, place: str, message: str) -> None:
        """Remember a loss because of which a group or a handler is not run."""
        self.warnings.loss(place, message)
        self._left_out[message] = None

    def files(self) -> Iterator[ContentFile]:
        """The scripts, under their paths in the folder."""
        for folder in self._placed:
            yield from folder.files

    def placements(self) -> tuple[RenderedPath, ...]:
        """The folder, if there are scripts; what is executed by now is executable there."""
        return tuple(_executable(folder, self._runs) for folder in self._placed)

    def plugin_warnings(self) -> Iterator[RenderWarning]:
        """A loss for each script that wants what only plugins have."""
        for file in self.files():
            if variable := plugin_variable(file.data):
                yield RenderWarning(file.path, f"It refers to {variable}, which {self.label} sets for plugins only.")

    def nothing_runs(self) -> Unsupported:
        """The answer where no handler is left, with what it was that left them out."""
        return Unsupported(f"{self.label} can run none of its hooks. {' '.join(self._left_out)}")


# The groups or handlers of a hook as a platform takes them, each with the event they stand under.
Translation = Callable[[Hook, HookScripts], Iterable[tuple[str, Value]]]


@dataclass(frozen=True, slots=True)
class HookFile:
    """The file in a profile's folder that a platform reads hooks from.

    `label` is what the platform is called, `base` how it writes the folder that it is started in, the one above.
    """

    label: str
    name: str
    format: Format
    base: str

    def rendered(
        self, content: ArtifactContent, layout: ProfileLayout, translation: Translation
    ) -> Rendering | Unsupported:
        """An entry for each value that `translation` makes, equal ones once; before them the folder of the scripts.

        Raises EntryError for a definition that the file could not take, PathError for paths that cannot be used.
        """
        hook = read_hook(content)
        if isinstance(hook, Unsupported):
            return hook
        path = relative_path(f"{layout.root_dir}/{self.name}")
        scripts = self._scripts(content, hook, layout, path)
        if isinstance(scripts, Unsupported):
            return scripts
        entries: dict[EntryKey, RenderedEntry] = {}
        for event, value in translation(hook, scripts):
            key = checked_key(Element.of(("hooks", event), value))
            entries.setdefault(key, RenderedEntry(path, self.format, key, value))
            if len(entries) > MAX_ENTRIES:
                raise EntryError(
                    f"It makes more entries in {self.name} than are merged for a hook: at most {MAX_ENTRIES}."
                )
        if not entries:
            return scripts.nothing_runs()
        warnings = (*_left_out(hook, self.name), *scripts.warnings, *scripts.plugin_warnings())
        return Rendering(scripts.placements(), warnings, tuple(entries.values()))

    def _scripts(
        self, content: ArtifactContent, hook: Hook, layout: ProfileLayout, path: str
    ) -> HookScripts | Unsupported:
        """The scripts in the profile's folder for hooks; without scripts there needs to be none."""
        start = posixpath.dirname(posixpath.dirname(path))
        named = replace(content, name=_folder_name(content.name), files=hook.scripts) if hook.scripts else None
        placed = copied_folder(named, layout) if named else Rendering()
        if isinstance(placed, Unsupported):
            return placed
        if not placed.paths:
            return HookScripts(self.label, _relative(path, start), ScriptFolder(self.base, "", frozenset()))
        (folder,) = placed.paths
        files = frozenset(file.path for file in folder.files)
        where = _relative(folder.path, start)
        scripts = ScriptFolder(self.base, where, files, is_project=not content.namespace)
        return HookScripts(self.label, where, scripts, _placed=placed.paths)


def _folder_name(name: str) -> str:
    """What the folder of a hook's scripts is called: a word that no shell takes for anything else, quoted or not.

    Raises PathError where nothing of the name is left.
    """
    return name if _SHELL_WORD.fullmatch(name) else plain_name(name)


def _relative(path: str, start: str) -> str:
    return posixpath.relpath(f"/{path}", f"/{start}")


def _left_out(hook: Hook, name: str) -> Iterator[RenderWarning]:
    """A loss for each key of the definition that is no hook and so does not go into the file."""
    for key in hook.other_keys:
        if key not in ABOUT_ITSELF:
            yield RenderWarning(key, f"Only the hooks go into {name}; this is left out.")


def _word(text: str) -> str:
    """One word for a shell, in which nothing is filled in but the project's folder."""
    pieces = _PROJECT_DIR.split(text)
    return "".join(f'"{piece}"' if i % 2 else _literal(piece) for i, piece in enumerate(pieces)) or "''"


def _literal(text: str) -> str:
    """`text` as it is. A `$` is parted from what follows: a reader may fill in a variable in spite of quotes."""
    return "".join(shlex.quote(part) for part in re.split(r"(?<=\$)", text) if part)


def _executable(folder: RenderedPath, runs: set[str]) -> RenderedPath:
    """The folder with an executable bit on what is executed: scripts that name their interpreter, and commands."""
    files = tuple(
        ContentFile(
            file.path,
            file.data,
            file.executable or file.path in runs or file.data.startswith(b"#!"),
            file.sha256,
        )
        for file in folder.files
    )
    return RenderedPath(folder.path, files)
