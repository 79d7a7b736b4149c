"""References to a plugin's files, rewritten to the folder in which a hook's files are placed.

A definition is written for a plugin's folder, `${CLAUDE_PLUGIN_ROOT}`; a project has the hook's own files
only, in a folder that the platform names in its own way. Nothing here knows a platform.
"""

import posixpath
import re
from dataclasses import dataclass, field

_PROJECT = "CLAUDE_PROJECT_DIR"
_REFERENCE = re.compile(
    r"\$(?:\{(CLAUDE_PLUGIN_ROOT|CLAUDE_PROJECT_DIR)\}|(CLAUDE_PLUGIN_ROOT|CLAUDE_PROJECT_DIR)(?![A-Za-z0-9_]))"
)
# What only the environment of a plugin has.
_PLUGIN_VARIABLE = re.compile(r"CLAUDE_PLUGIN_(?:ROOT|DATA)(?![A-Za-z0-9_])")
_SEPARATOR = re.compile(r"[\"']?/+")
_QUOTED_PATH = re.compile(r"[^\"'`\\$]*")
_PATH = re.compile(r"[^\s\"'`\\;|&<>(){}$*?\[\]]*")
_FILLED_IN_LATER = ("*", "?", "[", "{", "$", "`")
_WORD = re.compile(r"[\w.@%+,~/-]+")
# What may stand before the first word of a command in a shell's line: variables set for it, and a quote.
_COMMAND_BEGINS = re.compile(r"(?:\A|[;|&({!\n])\s*(?:\w+=\S*\s+)*[\"']?\Z")
_LONGEST_BEGINNING = 200
_WHOLE_FOLDER = "It refers to the whole folder of its plugin, of which only the files of this hook are deployed."


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text for the place where the files are: what cannot be right in it, and which files it runs directly."""

    text: str
    problems: tuple[str, ...]
    runs: frozenset[str]


@dataclass(frozen=True, slots=True)
class ScriptFolder:
    """Where a hook's files are placed.

    `base` is how the platform writes the folder it counts from, `path` the folder from there, `files` what lies
    in it. Where `is_project` holds, the files came from a project rather than a plugin, and
    `${CLAUDE_PROJECT_DIR}/x` means its file `x` too.
    """

    base: str
    path: str
    files: frozenset[str]
    is_project: bool = False
    _folders: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        ends = ((file, end) for file in self.files for end, character in enumerate(file) if character == "/")
        object.__setattr__(self, "_folders", frozenset(file[:end] for file, end in ends))

    def rewritten(self, text: str, *, is_shell: bool = False) -> Rewritten:
        """`text` with every reference to a file counted from here. In a shell's line the folder is one word."""
        quotes = _quotes(text) if is_shell else [""] * len(text)
        problems: dict[str, None] = {}
        runs = set()
        pieces = []
        end = 0
        for match in _REFERENCE.finditer(text):
            target = self._target(text, match.end(), quotes[match.start()])
            if (match[1] or match[2]) == _PROJECT and not (self.is_project and target in self.files):
                continue
            if problem := self._problem(target):
                problems[problem] = None
            if target in self.files and _begins_command(text, match.start()):
                runs.add(target)
            if self.files:
                pieces += [text[end : match.start()], self._root(text, match.start(), quotes, is_shell=is_shell)]
                end = match.end()
        pieces.append(text[end:])
        whole = "".join(pieces)
        if _WHOLE_FOLDER not in problems:
            problems.update(dict.fromkeys(self._relative_mentions(text)))
        # A reference that is left alone for want of files has been spoken of already.
        if (self.files or not problems) and (variable := _PLUGIN_VARIABLE.search(whole)):
            problems[f"It refers to {variable[0]}, which is set for plugins only."] = None
        return Rewritten(whole, tuple(problems), frozenset(runs))

    def _target(self, text: str, end: int, quote: str) -> str:
        """The path that follows a reference: '' for the folder itself, and up to what is filled in later."""
        separator = _SEPARATOR.match(text, end)
        if separator is None:
            return ""
        start = separator.end()
        if quote and (quoted := _matched(_QUOTED_PATH, text, start)) in self.files:
            return quoted
        path = _matched(_PATH, text, start)
        if path in self.files:
            return path
        is_cut_short = text.startswith(_FILLED_IN_LATER, start + len(path))
        ended = re.split("[:,]", path, maxsplit=1)[0]
        if is_cut_short and ended == path:
            ended = path.rpartition("/")[0]
        return posixpath.normpath(ended.rstrip(".") or ".")

    def _problem(self, target: str) -> str:
        if target in ("", "."):
            return _WHOLE_FOLDER
        if target in self.files or target in self._folders:
            return ""
        return f"It refers to {target}, which is not among the files of this hook."

    def _root(self, text: str, start: int, quotes: list[str], *, is_shell: bool) -> str:
        if not is_shell:
            return f"{self.base}/{self.path}"
        if quotes[start] == "'":
            return f"{self.base}/" + self.path.replace("'", "'\\''")
        root = f"{self.base}/" + re.sub(r'([\\"`$])', r"\\\1", self.path)
        # A quote right before it opens one inside another, as in "$(cat "…")".
        return root if quotes[start] or text[start - 1 : start] == '"' else f'"{root}"'

    def _relative_mentions(self, text: str) -> list[str]:
        """What to say about files named by a path from the working directory, where they will not be."""
        words = (match[0].removeprefix("./") for match in _WORD.finditer(text))
        return [
            f"It names {word} from the working directory; the file is placed in {self.path}."
            for word in words
            if "/" in word and word in self.files
        ]


def plugin_variable(data: bytes) -> str:
    """The first variable that only plugins have in a text file, '' if there is none."""
    found = None if b"\x00" in data else _PLUGIN_VARIABLE.search(data.decode("utf-8", "replace"))
    return found[0] if found else ""


def _matched(pattern: re.Pattern[str], text: str, start: int) -> str:
    match = pattern.match(text, start)
    return match[0] if match else ""


def _quotes(text: str) -> list[str]:
    """For each character of a shell's line the quote it stands in, '' for none."""
    quotes = []
    inside, is_escaped = "", False
    for character in text:
        quotes.append(inside)
        if is_escaped:
            is_escaped = False
        elif character == "\\" and inside != "'":
            is_escaped = True
        elif character == inside:
            inside = ""
        elif not inside and character in "\"'":
            inside = character
    return quotes


def _begins_command(text: str, start: int) -> bool:
    return _COMMAND_BEGINS.search(text[max(0, start - _LONGEST_BEGINNING) : start]) is not None
