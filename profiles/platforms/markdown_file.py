"""Artifacts that are one Markdown file, read for translation. Nothing here knows a platform.

The text is one that any format can hold: Unicode without control characters but line feed and tab, and LF line ends.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from profiles.frontmatter import read_frontmatter, text_in
from profiles.platforms.plain import one_file
from profiles.rendering import ArtifactContent, RenderWarning, Unsupported

# What TOML, YAML and terminals refuse or act on.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LOST = "\N{REPLACEMENT CHARACTER}"
_PARAGRAPH_ENDS = re.compile(r"\n\s*\n")
_YES = frozenset({"true", "yes", "on"})
_NO = frozenset({"false", "no", "off"})
# What holds without the field too, as documented: https://code.claude.com/docs/en/skills and /sub-agents
_USUAL: Mapping[str, frozenset[str]] = {
    "background": _NO,
    "disable-model-invocation": _NO,
    "is_background": _NO,
    "model": frozenset({"inherit"}),
    "permissionMode": frozenset({"default"}),
    "readonly": _NO,
    "shell": frozenset({"bash"}),
    "tools": frozenset({"*"}),
    "user-invocable": _YES,
}
# Of these, none at all is something else than no word about them.
_NONE_COUNTS = frozenset({"tools"})


@dataclass(frozen=True, slots=True)
class MarkdownFile:
    """Frontmatter and text of an artifact, and what was lost in reading them.

    The values of `fields` are as they were written: text, lists and maps of them.
    """

    fields: Mapping[str, object]
    body: str
    warnings: tuple[RenderWarning, ...]

    def text(self, name: str) -> str:
        """A field as one trimmed text; empty when it is missing or no text."""
        return text_in(self.fields, name)

    def items(self, name: str) -> list[str]:
        """A field that is a list, or one text with commas, as a list of trimmed texts."""
        value = self.fields.get(name)
        parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else []
        return [part.strip() for part in parts if isinstance(part, str) and part.strip()]

    def is_true(self, name: str) -> bool:
        """Whether a field says yes."""
        return self.text(name).lower() in _YES

    def is_false(self, name: str) -> bool:
        """Whether a field says no."""
        return self.text(name).lower() in _NO

    def argument_names(self) -> frozenset[str]:
        """The names that a command or skill has for its arguments: a list, or one text with blanks or commas."""
        return frozenset(word for item in self.items("arguments") for word in item.split())

    def takes_arguments(self) -> bool:
        """Whether a command or skill says anywhere that it wants something of what the user types."""
        return "$ARGUMENTS" in self.body or any(self.fields.get(field) for field in ("argument-hint", "arguments"))

    def says(self, name: str) -> bool:
        """Whether a field says anything that would not hold without it."""
        value = self.fields.get(name)
        if value in (None, "") or (value in ([], {}) and name not in _NONE_COUNTS):
            return False
        return _USUAL.get(name, frozenset()).isdisjoint(item.lower() for item in self.items(name))

    def dropped(self, names: Mapping[str, str]) -> Iterator[RenderWarning]:
        """A loss for each of the fields in `names` that says something, with what is said of it."""
        return (RenderWarning(name, message) for name, message in names.items() if self.says(name))


def read_markdown(content: ArtifactContent) -> MarkdownFile | Unsupported:
    """The one file of a command, an agent or a rule, which has a text."""
    source = one_file(content)
    if isinstance(source, Unsupported):
        return source
    file = read_text(source.data)
    return file if file.body.strip() else Unsupported(f"The {content.type.value} has no text.")


def read_text(data: bytes) -> MarkdownFile:
    """A Markdown file, read tolerantly."""
    read = read_frontmatter(data)
    body = _clean(read.body)
    fields = {_clean(name): _cleaned(value) for name, value in read.fields.items()}
    if _LOST not in body:
        return MarkdownFile(fields, body, ())
    lost = RenderWarning("text", f"It holds bytes that are no text; they are written as {_LOST}.")
    return MarkdownFile(fields, body, (lost,))


def description_of(file: MarkdownFile, otherwise: str) -> str:
    """The description in one line; without one the first paragraph of the text that is no heading, or `otherwise`."""
    said = file.text("description") or _first_paragraph(file.body) or otherwise
    return " ".join(said.split())


def _first_paragraph(body: str) -> str:
    for paragraph in _PARAGRAPH_ENDS.split(body.strip()):
        text = " ".join(line.strip() for line in paragraph.splitlines() if not line.lstrip().startswith("#"))
        if text:
            return text
    return ""


def _cleaned(value: object) -> object:
    match value:
        case str():
            return _clean(value)
        case list():
            return [_cleaned(inner) for inner in value]
        case dict():
            return {_clean(str(key)): _cleaned(inner) for key, inner in value.items()}
        case _:
            return value


def _clean(text: str) -> str:
    return _CONTROL.sub(_LOST, text.replace("\r\n", "\n").replace("\r", "\n"))
