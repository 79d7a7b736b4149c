"""SKILL.md as every reader of the Agent Skills format loads it (https://agentskills.io/specification).

UTF-8 without a byte order mark, LF, a frontmatter in strict YAML, in it a `name` that is the folder's and a
`description` of at most 1,024 characters. Codex 0.169.0 and Gemini CLI 0.61.0 each refuse some of what is otherwise.
"""

import re
from collections.abc import Mapping

from profiles.frontmatter import Frontmatter, read_frontmatter, read_strictly
from profiles.platforms.markdown_file import MarkdownFile, description_of
from profiles.platforms.plain import PLUGIN_ROOT
from profiles.platforms.prose import SKILL, in_prose, shortened
from profiles.platforms.yaml_text import quoted_frontmatter
from profiles.rendering import RenderWarning, Warnings

SKILL_FILE = "SKILL.md"
LONGEST_DESCRIPTION = 1024
# Claude Code fills it in with the folder of the skill, wherever that was placed.
_SKILL_DIR = b"${CLAUDE_SKILL_DIR}"
# What ends a path in running text: blanks, quotes and brackets.
_REST_OF_PATH = rb"[^\s\"'`<>()\[\]{}]*"
_NAME_GOES_ON = rb"[\w.\x80-\xff-]*[\w\x80-\xff-]"
_NUMBERED = re.compile(r"\$[0-9]+")


def strict_skill_file(data: bytes, name: str, label: str, warnings: Warnings) -> bytes:
    """SKILL.md of the skill that is placed as `name`: as it is, if every reader loads it.

    What differs is added to `warnings`. `label` is the platform that this is said of; the bytes are the same for every
    one.
    """
    read = read_frontmatter(data)
    for problem in read.problems:
        warnings.add(_put_right(problem))
    front = _strict_front(read, name, warnings)
    return f"{front}{_body(read, label, warnings)}".encode()


def counted_from_skill(data: bytes, source_path: str) -> bytes:
    """SKILL.md with the paths to the skill's own files that begin at its plugin's root counted from the skill's folder.

    `source_path` is where the skill lies in its plugin, or empty.
    """
    if not source_path:
        return data
    own_folder = re.escape(f"{PLUGIN_ROOT}/{source_path}".encode())

    def rewritten(match: re.Match[bytes]) -> bytes:
        rest = match["rest"]
        return match[0] if b".." in rest.split(b"/") else _SKILL_DIR + rest

    return re.sub(own_folder + rb"(?!" + _NAME_GOES_ON + rb")(?P<rest>" + _REST_OF_PATH + rb")", rewritten, data)


def _put_right(problem: str) -> RenderWarning:
    """What is said of a problem with the file, and of the copy that does not have it."""
    if "UTF-8" in problem:
        return RenderWarning(SKILL_FILE, f"{problem} What is no text is written as \N{REPLACEMENT CHARACTER}.")
    if "frontmatter" in problem:
        message = f"{problem} The copy that is placed has one that every reader takes."
        return RenderWarning(SKILL_FILE, message, is_loss="is longer than" in problem)
    return RenderWarning(SKILL_FILE, f"{problem} The copy that is placed does not.", is_loss=False)


def _strict_front(read: Frontmatter, name: str, warnings: Warnings) -> str:
    """The frontmatter with its fences, up to the body."""
    strict = read_strictly(read.block)
    fields = dict(read.fields if strict is None else strict)
    changes = Warnings()
    is_plain = strict is not None and read.head.rstrip("\n") == f"---\n{read.block}---"
    if read.present and not is_plain and not any("frontmatter" in problem for problem in read.problems):
        changes.note("frontmatter", "Not every reader takes it as it stands; it is written anew.")
    if fields.get("name") != name:
        changes.note("name", f"It is written as {name!r}: readers want the name of the skill's folder.")
    description = _description(fields, read, name, changes)
    if not _is_metadata(fields.get("metadata", {})):
        changes.loss("metadata", "It is no list of fields as Codex wants it; it is left out.")
        del fields["metadata"]
    warnings.add(*changes)
    if is_plain and not tuple(changes):
        return read.head
    kept = {key: _typed(value) for key, value in fields.items() if key not in ("name", "description", "when_to_use")}
    return quoted_frontmatter({"name": name, "description": description, **kept}) + "\n"


def _description(fields: Mapping[str, object], read: Frontmatter, name: str, changes: Warnings) -> str:
    said, when = fields.get("description"), fields.get("when_to_use")
    if isinstance(said, str) and 0 < len(said.strip()) <= LONGEST_DESCRIPTION and not when:
        return said
    written = description_of(MarkdownFile(fields if isinstance(said, str) else {}, read.body, ()), name)
    if not isinstance(said, str) or not said.strip():
        changes.note("description", f"It has none that is a text; it is written as {shortened(written)!r}.")
    if isinstance(when, str) and when.strip():
        written = f"{written} {' '.join(when.split())}"
        changes.note("when_to_use", "It is written at the end of the description, which is what readers go by.")
    if len(written) > LONGEST_DESCRIPTION:
        message = f"It has {len(written)} characters; readers take {LONGEST_DESCRIPTION}, and the rest is left out."
        changes.loss("description", message)
    return written[:LONGEST_DESCRIPTION].strip()


def _body(read: Frontmatter, label: str, warnings: Warnings) -> str:
    file = MarkdownFile(read.fields, read.body, ())
    names = file.argument_names()
    changes = Warnings()
    body = in_prose(read.body, changes, label=label, after="the name of this skill", names=names, here=SKILL)
    takes_arguments = file.takes_arguments()
    # Whoever takes no arguments means a shell's.
    warnings.add(*(change for change in changes if takes_arguments or not _NUMBERED.fullmatch(change.field)))
    return body


def _is_metadata(value: object) -> bool:
    """Whether Codex 0.169.0 takes it: it reads one field of it, and lets the others be what they are."""
    return isinstance(value, dict) and isinstance(value.get("short-description", ""), str)


def _typed(value: object) -> object:
    """What a tolerant reading leaves as text, as it was meant."""
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
