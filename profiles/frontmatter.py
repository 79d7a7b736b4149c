"""Frontmatter of Markdown files, read tolerantly. Pure Python; never raises, whatever the bytes.

Scalars stay text (`version: 1.10` is "1.10"): PyYAML's base loader, the safest of its loaders, builds no
objects and resolves no types. What does not parse is read again line by line, because the most common
fault by far is an unquoted colon in a description.
"""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

import yaml
from yaml.composer import Composer
from yaml.events import AliasEvent

_BOM = b"\xef\xbb\xbf"
# Of YAML that is read as such; PyYAML takes a second for four times as much.
_LONGEST = 16 * 1024
_DEEPEST = 20
_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)[ \t]*:(?:[ \t]+(.*)|)$")
# PyYAML lets all of these through where a tag does not fit what it stands before, as in `!!bool maybe`.
_UNREADABLE = (yaml.YAMLError, ValueError, LookupError, AttributeError, TypeError, ArithmeticError, RecursionError)
# More digits than Python writes.
_LARGEST = 10**400
_BLOCK = re.compile(r"[|>][+-]?\d?")


@dataclass(frozen=True, slots=True)
class Frontmatter:
    """What stands between the `---` lines at the top, the text after it, and what was odd about either.

    `block` are those lines as they are, `head` all that is above the text.
    """

    present: bool
    fields: Mapping[str, object] = field(default_factory=dict)
    body: str = ""
    problems: tuple[str, ...] = ()
    block: str = ""
    head: str = ""

    def text(self, name: str) -> str:
        """A field as one trimmed text; empty when it is missing or no text."""
        return text_in(self.fields, name)


def text_in(fields: Mapping[str, object], name: str) -> str:
    """A field as one trimmed text; empty when it is missing or no text."""
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def read_frontmatter(data: bytes) -> Frontmatter:
    """The frontmatter of a Markdown file, and problems in words: BOM, CRLF, not UTF-8, invalid YAML."""
    problems = []
    if data.startswith(_BOM):
        data = data[len(_BOM) :]
        problems.append("It begins with a byte order mark.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        text = data.decode("utf-8", "replace")
        problems.append(f"It is not UTF-8 text (byte {error.start + 1}).")
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
        problems.append("Its lines end with CRLF.")
    block, body, problem = _split(text)
    if problem:
        problems.append(problem)
    if block is None:
        return Frontmatter(False, {}, body, tuple(problems))
    fields, problem = _fields(block)
    if problem:
        problems.append(problem)
    return Frontmatter(True, fields, body, tuple(problems), block, text.removesuffix(body))


def read_strictly(block: str) -> dict[str, object] | None:
    """The fields of a frontmatter with the types that YAML gives them; None where a strict reader refuses it.

    That is what YAML 1.1 or 1.2 refuses, a field that is there twice, and whatever is no list of fields.
    """
    if len(block) > _LONGEST:
        return None
    try:
        value = yaml.load(block, Loader=_StrictLoader)  # noqa: S506 - a safe loader, and guarded
    except _UNREADABLE:
        return None
    return value if isinstance(value, dict) and all(isinstance(key, str) for key in value) else None


def _split(text: str) -> tuple[str | None, str, str]:
    """The lines between the fences (None without any), the rest, and a problem."""
    first, _, rest = text.partition("\n")
    if first.rstrip() != "---":
        return None, text, ""
    fence = re.search(r"^---[ \t]*$", rest, re.MULTILINE)
    if fence is None:
        return None, text, "Its frontmatter has no closing '---' line."
    return rest[: fence.start()], rest[fence.end() :].lstrip("\n"), ""


def _fields(block: str) -> tuple[Mapping[str, object], str]:
    if len(block) > _LONGEST:
        # To its end, as what limits an agent may stand there.
        problem = f"Its frontmatter is longer than {_LONGEST} characters; it was read line by line."
        return _literal_fields(block), problem
    try:
        # An escape beyond Unicode is a plain ValueError to PyYAML.
        value = yaml.load(block, Loader=_GuardedLoader)  # noqa: S506 - a base loader: text, lists and maps alone
    except (yaml.YAMLError, ValueError) as error:
        return _literal_fields(block), f"Its frontmatter is not valid YAML ({_where(error)}); it was read line by line."
    if value is None or value == "":
        return {}, "Its frontmatter is empty."
    if not isinstance(value, dict):
        return _literal_fields(block), "Its frontmatter is not a list of fields."
    return {key: entry for key, entry in value.items() if isinstance(key, str)}, ""


class _Guard(Composer):
    """Refuses what only an attack would write: aliases, which multiply, and deep nesting."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(AliasEvent):  # type: ignore[attr-defined]
            raise yaml.YAMLError("aliases are not read")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise yaml.YAMLError("it is nested too deeply")
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


class _GuardedLoader(_Guard, yaml.BaseLoader):
    """Text, lists and maps alone."""


class _StrictLoader(_Guard, yaml.SafeLoader):
    """Plain values, and no field twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        names = [name.value for name, _ in node.value if isinstance(name, yaml.ScalarNode)]
        if len(set(names)) != len(names):
            raise yaml.YAMLError("a field is there twice")
        return super().construct_mapping(node, deep)

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        number: int = super().construct_yaml_int(node)
        if abs(number) > _LARGEST:
            raise yaml.YAMLError("a number is too large")
        return number


_StrictLoader.add_constructor("tag:yaml.org,2002:int", _StrictLoader.construct_yaml_int)


def _literal_fields(block: str) -> dict[str, object]:
    """Every `key: value` line at the margin, word for word; indented lines continue the one above."""
    fields: dict[str, list[str]] = {}
    name = ""
    for line in block.split("\n"):
        match = _LINE.match(line.rstrip())
        if match is not None:
            name = match[1]
            fields.setdefault(name, [])[:] = [_unquoted((match[2] or "").strip())]
        elif name and line[:1] in (" ", "\t", "-"):
            fields[name].append(line.strip())
    return {
        key: " ".join(part for part in parts if not _BLOCK.fullmatch(part)).strip() for key, parts in fields.items()
    }


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or (str(error).split("\n", 1)[0] if str(error) else "unreadable")
    # The block begins after the first fence, so its line 0 is line 2 of the file.
    return f"line {mark.line + 2}: {problem}" if mark is not None else problem
