"""The scripts of a hook: where they are placed, and how its definition refers to them. Nothing here knows a platform.

Paths that cannot be used raise PathError.
"""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from profiles.entries import Value
from profiles.platforms.definitions import Hook
from profiles.platforms.plain import copied_folder
from profiles.platforms.script_folder import ScriptFolder, plugin_variable
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    ProfileLayout,
    RenderedPath,
    Rendering,
    RenderWarning,
    Unsupported,
)

# What says something about the definition and to nobody else.
_ABOUT_ITSELF = frozenset({"$schema", "description"})


@dataclass(slots=True)
class HookScripts:
    """Where the scripts of one hook are, and what was found in rewriting its definition so far."""

    folder: ScriptFolder
    warnings: dict[RenderWarning, None] = field(default_factory=dict)
    _placed: tuple[RenderedPath, ...] = ()
    _runs: set[str] = field(default_factory=set)

    def rewritten(self, value: Value, place: str, *, is_shell: bool = False) -> Value:
        """`value` with every reference to a script counted from the folder they are placed in.

        `place` is where it stands in the definition. A text there that ends in `.command` is taken to be run, with
        `is_shell` by a shell.
        """
        match value:
            case str():
                answer = self.folder.rewritten(value, is_shell=is_shell)
                for problem in answer.problems:
                    self.warn(place, problem)
                if place.endswith(".command"):
                    self._runs |= answer.runs
                return answer.text
            case dict():
                return {key: self.rewritten(inner, f"{place}.{key}") for key, inner in value.items()}
            case list():
                return [self.rewritten(inner, f"{place}[{index}]") for index, inner in enumerate(value)]
            case _:
                return value

    def warn(self, place: str, message: str, *, is_loss: bool = True) -> None:
        """Remember a warning, once."""
        self.warnings[RenderWarning(place, message, is_loss)] = None

    def files(self) -> Iterator[ContentFile]:
        """The scripts, under their paths in the folder."""
        for folder in self._placed:
            yield from folder.files

    def placements(self) -> tuple[RenderedPath, ...]:
        """The folder, if there are scripts; what is executed by now is executable there."""
        return tuple(_executable(folder, self._runs) for folder in self._placed)

    def plugin_warnings(self, label: str) -> list[RenderWarning]:
        """A loss for each script that wants what only plugins have, on the platform called `label`."""
        return [
            RenderWarning(file.path, f"It refers to {variable}, which {label} sets for plugins only.")
            for file in self.files()
            if (variable := plugin_variable(file.data))
        ]


def placed_scripts(
    content: ArtifactContent, hook: Hook, layout: ProfileLayout, *, base: str, start: str
) -> HookScripts | Unsupported:
    """The scripts of a hook in the profile's folder for hooks; without scripts it needs none.

    `base` is how the platform writes the folder `start`, a path in the project ('' for the project itself).
    """
    placed = copied_folder(replace(content, files=hook.scripts), layout) if hook.scripts else Rendering()
    if isinstance(placed, Unsupported):
        return placed
    if not placed.paths:
        return HookScripts(ScriptFolder(base, "", frozenset()))
    (folder,) = placed.paths
    scripts = ScriptFolder(
        base,
        posixpath.relpath(f"/{folder.path}", f"/{start}"),
        frozenset(file.path for file in folder.files),
        is_project=not content.namespace,
    )
    return HookScripts(scripts, _placed=placed.paths)


def left_out(hook: Hook, path: str) -> list[RenderWarning]:
    """A loss for each key of the definition that is no hook and so does not go into the file at `path`."""
    name = posixpath.basename(path)
    return [
        RenderWarning(key, f"Only the hooks go into {name}; this is left out.")
        for key in hook.other_keys
        if key not in _ABOUT_ITSELF
    ]


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
