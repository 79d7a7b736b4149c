"""What Claude Code would fill in, said in words, for platforms that fill in nothing. Nothing here knows a platform.

What it would fill in is documented: https://code.claude.com/docs/en/skills (string substitutions)
"""

from collections.abc import Collection

from profiles.platforms.placeholders import Kind, Placeholder, filled_in
from profiles.rendering import RenderWarning, Warnings

# The folders that Claude Code fills in, as they are written and as they are called.
PROJECT = "PROJECT_DIR"
SKILL = "SKILL_DIR"
_FOLDERS = {PROJECT: "the project's folder", SKILL: "the folder of a skill"}
_LONGEST = 60


def in_prose(
    text: str,
    warnings: Warnings,
    *,
    label: str,
    after: str,
    names: Collection[str] = (),
    here: str = PROJECT,
    opens_files: bool = False,
    takes_arguments: bool = True,
) -> str:
    """`text` as something that a model can follow as it stands; what differs is added to `warnings`.

    `label` is the platform, `after` what the user's own words follow ("the command"), `here` the
    folder that paths are counted from as they stand: a skill's own in a skill, and the project's elsewhere. With
    `opens_files` the platform reads a path after `@` itself. `takes_arguments` as in `filled_in`.
    """

    def write(placeholder: Placeholder) -> str:
        if placeholder.kind is Kind.FILE and opens_files:
            return placeholder.written
        words, warning = _said(placeholder, label, after, here)
        warnings.add(warning)
        return words

    return filled_in(text, write, names, takes_arguments=takes_arguments)


def shortened(text: str) -> str:
    """As much of `text` as names it in a warning."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _said(placeholder: Placeholder, label: str, after: str, here: str) -> tuple[str, RenderWarning]:
    written, inside = placeholder.written, placeholder.inside
    short = shortened(inside)
    match placeholder.kind:
        case Kind.ARGUMENTS:
            message = f"{label} fills in nothing; it is written as words for what the user types."
            return f"(the text given after {after})", RenderWarning(written, message, is_loss=False)
        case Kind.ARGUMENT:
            message = f"{label} does not take what the user types apart; the agent has to work out what is meant."
            return written, RenderWarning(written, message)
        case Kind.SHELL if written.startswith("```"):
            message = f"{label} runs nothing beforehand; the agent is told to run it."
            return f"Run this first:\n\n```\n{inside}\n```", RenderWarning("```!", message)
        case Kind.SHELL:
            message = f"{label} runs nothing beforehand; the agent is told to run it."
            return f"(run `{inside}` for this)", RenderWarning(f"!`{short}`", message)
        case Kind.FOLDER if inside != here:
            message = f"{label} does not fill it in; it means {_FOLDERS[inside]}."
            return written, RenderWarning(written.rstrip("/"), message)
        case Kind.FOLDER:
            message = f"{label} fills in nothing; paths are written as they are counted from there."
            return "" if written.endswith("/") else ".", RenderWarning(written.rstrip("/"), message, is_loss=False)
        case Kind.FILE:
            return written, RenderWarning(f"@{short}", f"{label} does not read the file in; the agent has to open it.")
        case _:
            return written, RenderWarning(written, f"{label} does not fill it in.")
