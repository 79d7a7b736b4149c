"""What a person should see before an artifact is deployed. Pure Python.

A flag says which file and what kind of thing, never the hidden text or the secret itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

from artifacts.importing.sources import storable

# Three flags of regions are emoji made of tag characters: England, Scotland, Wales.
_EMOJI_FLAG = re.compile("\U0001f3f4(?:\U000e0067\U000e0062(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063"
                         "\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f)")  # fmt: skip
_HIDDEN = (
    ("bidi-control", "bidirectional control characters", re.compile("[\u202a-\u202e\u2066-\u2069]")),
    ("tag-characters", "invisible tag characters", re.compile("[\U000e0000-\U000e007f]")),
    (
        "zero-width-run",
        "runs of zero-width characters",
        re.compile("[\u180e\u200b-\u200d\u2060-\u2064\ufeff]{2,}"),
    ),
    ("variation-selector-run", "runs of variation selectors", re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}")),
)

_SECRET_NAME = re.compile(
    r"(?i)(token|secret|passw(or)?d|passphrase|api[-_]?key|apikey|authorization|credential|private[-_]?key|access[-_]?key"
    r"|(^|[-_])(pat|pwd|auth)$)"
)
# What could begin anywhere in a long word begins only where the word does: each character is looked at once.
_SECRET_SHAPE = re.compile(
    r"(gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|sk-[\w-]{16,}|xox[abeprs]-[\w-]{10,}"
    r"|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|npm_[A-Za-z0-9]{30,}|(?<![\w-])eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----|(?i:bearer|basic)\s+[\w.~+/=-]{16,})"
)
_REFERENCE = re.compile(r"\$\{[^{}]*\}|\$[A-Za-z_]\w*")
_DEFAULT = re.compile(r"\$\{[^{}:]*:-([^{}]*)\}")
_PLACEHOLDER = re.compile(
    r"(?i)(<[^>]*>|\[[^\]]*\]|your[-_ ].*|x{3,}|\*{3,}|\.{3,}|change[-_ ]?me|todo|example|placeholder"
    r"|true|false|none|null|\d{1,5})?"
)
_USER_INFO = re.compile(r"(?<=\w)://[^/\s@:]*:([^/\s@]+)@")
_OPTION = re.compile(r"--?([\w-]+)(?:=(.*))?")


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to look at: what kind, in which file of the artifact ('' for its only one), and where."""

    code: str
    file: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """As it is kept on the artifact."""
        return asdict(self)


def hidden_unicode(file: str, data: bytes) -> list[Flag]:
    """A flag for each kind of invisible character in a text file; none for files that are no UTF-8 text."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return []
    if text.isascii():
        return []
    # Blanked rather than cut out, so that the line of a later find stays right.
    text = _EMOJI_FLAG.sub("x", text.removeprefix("\ufeff"))
    flags = []
    for code, words, pattern in _HIDDEN:
        first = pattern.search(text)
        if first is not None:
            line = text.count("\n", 0, first.start()) + 1
            number = sum(1 for _ in pattern.finditer(text))
            flags.append(Flag(code, file, f"It holds {words} in {number} places, the first in line {line}."))
    return flags


def literal_secrets(definition: Mapping[str, object]) -> list[Flag]:
    """A flag for each value of an MCP server's definition that looks like a secret written out."""
    return [
        Flag("literal-secret", "", f"{storable(place)} looks like a secret written out. Use a ${{VARIABLE}} instead.")
        for place in dict.fromkeys(_secret_places(definition))
    ]


def _secret_places(definition: Mapping[str, object]) -> Iterator[str]:
    for section in ("env", "headers"):
        values = definition.get(section)
        if isinstance(values, dict):
            yield from (f"{section}.{key}" for key, value in values.items() if _is_secret(str(key), value))
    for key in ("url", "command"):
        value = definition.get(key)
        if isinstance(value, str) and (_has_shape(value) or _has_password(value)):
            yield key
    arguments = definition.get("args")
    if isinstance(arguments, list):
        yield from _secret_arguments(arguments)


def _secret_arguments(arguments: list[object]) -> Iterator[str]:
    option = ""
    for position, argument in enumerate(arguments):
        if not isinstance(argument, str):
            option = ""
            continue
        match = _OPTION.fullmatch(argument)
        named, value = (match[1], match[2] or "") if match else (option, argument)
        if _is_secret(named, value) or _has_password(argument):
            yield f"args[{position}]"
        option = match[1] if match and match[2] is None else ""


def _is_secret(name: str, value: object) -> bool:
    if not isinstance(value, str):
        return False
    if _has_shape(value):
        return True
    literal = _REFERENCE.sub("", value).strip()
    # "Bearer ${TOKEN}" keeps a word that is no secret.
    literal = re.sub(r"(?i)^(bearer|basic|token)\b", "", literal).strip()
    return bool(_SECRET_NAME.search(name)) and len(literal) > 3 and not _PLACEHOLDER.fullmatch(literal)


def _has_shape(value: str) -> bool:
    candidates = [_REFERENCE.sub(" ", value), *(match[1] for match in _DEFAULT.finditer(value))]
    return any(_SECRET_SHAPE.search(candidate) for candidate in candidates)


def _has_password(value: str) -> bool:
    return any(not _REFERENCE.fullmatch(match[1]) for match in _USER_INFO.finditer(value))
