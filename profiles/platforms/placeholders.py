"""What Claude Code fills into a command or a skill before the model reads it, found in the text.

As documented: https://code.claude.com/docs/en/skills (string substitutions, dynamic context). What it fills in
for plugins only is nothing to translate; `plain.plugin_warnings` tells of it.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from profiles.fences import code_in


class Kind(StrEnum):
    """What is filled in."""

    ARGUMENTS = "arguments"
    ARGUMENT = "argument"
    SHELL = "shell"
    FILE = "file"
    FOLDER = "folder"
    VARIABLE = "variable"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One place that is filled in: `written` is how it stands there, `inside` its command, path, name or number.

    A folder, that of the skill or that of the project, is written with the slash that follows it.
    """

    kind: Kind
    written: str
    inside: str


_PLACEHOLDER = re.compile(
    r"""
      (?P<escaped>\\\$(?=ARGUMENTS|[0-9]))
    | ^```!\n (?P<script>(?:(?!```).*\n)*+) ```[ \t]*$
    | (?<!\S)!` (?P<shell>[^`\n]+) `
    | \$ARGUMENTS\[ (?P<index>[0-9]+) \]
    | (?P<arguments>\$ARGUMENTS) (?![A-Za-z0-9_])
    | \$ (?P<number>[0-9]{1,2}) (?![0-9A-Za-z_]|[.,][0-9])
    | \$ (?P<name>[A-Za-z_][A-Za-z0-9_-]*)
    | \$\{CLAUDE_ (?P<folder>SKILL_DIR|PROJECT_DIR) \} /?
    | \$\{CLAUDE_ (?P<variable>(?!PLUGIN_)[A-Z_]+) \}
    | (?<!\S)@ (?P<file>(?:\.{0,2}/|~/)?[\w-]+(?:[./][\w-]+)*/?)
    """,
    re.VERBOSE | re.MULTILINE,
)
_KINDS = {
    "script": Kind.SHELL,
    "shell": Kind.SHELL,
    "index": Kind.ARGUMENT,
    "arguments": Kind.ARGUMENTS,
    "number": Kind.ARGUMENT,
    "name": Kind.ARGUMENT,
    "folder": Kind.FOLDER,
    "variable": Kind.VARIABLE,
    "file": Kind.FILE,
}
_PATH = re.compile(r"(?:\.{0,2}/|~/).+|.*/|.+\.[A-Za-z0-9]{1,5}")


def filled_in(
    text: str, write: Callable[[Placeholder], str], names: Collection[str] = (), *, takes_arguments: bool = True
) -> str:
    """`text` with what `write` says in the place of each placeholder. `names` are those of named arguments.

    A path after `@` counts only outside of code, and an escaped `\\$1` is the `$1` it stands for. Where nothing else
    `takes_arguments`, the `$1` in a code fence is the shell's or awk's.
    """
    code = code_in(text)
    fenced = [] if takes_arguments else code_in(text, with_spans=False)

    def written(match: re.Match[str]) -> str:
        group = match.lastgroup or ""
        inside = match[group]
        if group == "escaped":
            return "$"
        if group == "number" and not takes_arguments and fenced[match.start()]:
            return match[0]
        if (group == "name" and inside not in names) or (
            group == "file" and (code[match.start()] or not is_path(inside))
        ):
            return match[0]
        return write(Placeholder(_KINDS[group], match[0], inside.removesuffix("\n")))

    return _PLACEHOLDER.sub(written, text)


def is_path(text: str) -> bool:
    """Whether what follows an `@` names a file or folder; other words name people, packages and decorators."""
    return _PATH.fullmatch(text) is not None
