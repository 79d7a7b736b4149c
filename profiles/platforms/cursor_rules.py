"""Cursor's rules: .mdc files whose frontmatter says when a rule counts.

Keys as documented (cursor.com/docs/context/rules): description, globs, alwaysApply. The globs stand on one line without
quotes, with commas between them (rulesync 17.0.0, cursor-rule.ts).
"""

import re
from collections.abc import Iterator
from functools import partial

from profiles.enums import ArtifactType
from profiles.platforms.cursor_frontmatter import on_a_line, unquoted_frontmatter
from profiles.platforms.markdown_file import MarkdownFile, description_of
from profiles.platforms.plain import rule_outside
from profiles.platforms.prose import shortened
from profiles.platforms.rules import SCOPES
from profiles.platforms.rules import render_rule as render_section
from profiles.platforms.translated import render_text
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported, Warnings
from projects.paths import file_name

_CHOICE = re.compile(r"\{([^{},]*,[^{}]*)\}")
_MOST_GLOBS = 100
# What ends a value or a line, or begins a comment, for one reader or another.
_UNWRITABLE = re.compile(r"[^\w\s./*?+()$~^!@\[\]{}-]")
# What opens something other than a plain text where it comes first.
_OPENING = ("[", "{", "!", "@", "-")


def render_rule(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The rule as `NAME.mdc`; without a folder for rules as a section of the instruction files.

    Raises PathError and EntryError for names that cannot be used.
    """
    if ArtifactType.RULE not in layout.artifact_path_map:
        return render_section(content, layout)
    if outside := rule_outside(layout):
        return outside
    return render_text(content, layout, f"{file_name(content.name)}.mdc", partial(_rule, content.name))


def _rule(name: str, file: MarkdownFile, warnings: Warnings) -> str:
    return f"{unquoted_frontmatter(_fields(name, file, _globs(file, warnings)))}\n{file.body}"


def _fields(name: str, file: MarkdownFile, globs: str) -> dict[str, str | bool]:
    always = file.is_true("alwaysApply") if file.text("alwaysApply") else not globs
    fields: dict[str, str | bool] = {}
    # By its description Cursor's agent decides about a rule that nothing else brings in.
    if file.text("description") or not (always or globs):
        fields["description"] = on_a_line(description_of(file, name))
    if globs:
        fields["globs"] = globs
    return {**fields, "alwaysApply": always}


def _globs(file: MarkdownFile, warnings: Warnings) -> str:
    """The patterns on one line."""
    globs: dict[str, None] = {}
    for name in SCOPES:
        for pattern in _patterns(file.fields.get(name)):
            for glob in _choices(pattern):
                written = _UNWRITABLE.sub("?", glob)
                if not globs and written.startswith(_OPENING):
                    written = f"**/{written}"
                if written != glob:
                    warnings.loss(
                        name,
                        f"{shortened(glob)} cannot stand in Cursor's list of patterns; "
                        f"it is written as {shortened(written)}.",
                    )
                globs[written] = None
    return ",".join(globs)


def _patterns(value: object) -> Iterator[str]:
    """The patterns in a field: a list of them, or one text with commas between them."""
    parts = _split(value) if isinstance(value, str) else value if isinstance(value, list) else []
    for part in parts:
        if isinstance(part, str) and (pattern := " ".join(part.split())):
            yield pattern


def _split(text: str) -> list[str]:
    """`text` at its commas, but for those of a choice in braces."""
    parts, depth = [""], 0
    for character in text:
        depth = max(0, depth + {"{": 1, "}": -1}.get(character, 0))
        if character == "," and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _choices(pattern: str) -> list[str]:
    """`pattern` without choices in braces, whose commas Cursor would take for the end: one for each choice.

    What would become too many stays as it is.
    """
    done: list[str] = []
    open_ones = [pattern]
    while open_ones:
        glob = open_ones.pop(0)
        choice = _CHOICE.search(glob)
        if choice is None or len(done) + len(open_ones) + choice[1].count(",") >= _MOST_GLOBS:
            done.append(glob)
        else:
            before, after = glob[: choice.start()], glob[choice.end() :]
            open_ones[:0] = [before + each + after for each in choice[1].split(",")]
    return done
