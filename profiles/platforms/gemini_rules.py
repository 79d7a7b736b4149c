"""Rules for Gemini CLI: sections of GEMINI.md, in which every word after an `@` is a file to read in.

As @google/gemini-cli 0.61.0 reads it: outside of code, whatever begins with a letter, a dot or a slash. What is no file
leaves an error in the place of the word.
"""

import re
from dataclasses import replace

from profiles.fences import code_in
from profiles.platforms.placeholders import is_path
from profiles.platforms.rules import render_rule as sections
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported, Warnings

_MENTION = re.compile(r"(?<!\S)@([A-Za-z./]\S*?)(?=[.,;:!?)]*(?:\s|\Z))")


def render_rule(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """As for every platform, with people and packages that are mentioned written as code. Raises EntryError."""
    answer = sections(content, layout, reads_files=True, reads_folder=False)
    if isinstance(answer, Unsupported):
        return answer
    warnings = Warnings()
    warnings.add(*answer.warnings)
    entries = tuple(replace(entry, value=_without_mentions(str(entry.value), warnings)) for entry in answer.entries)
    return replace(answer, entries=entries, warnings=tuple(warnings))


def _without_mentions(text: str, warnings: Warnings) -> str:
    code = code_in(text)

    def written(match: re.Match[str]) -> str:
        if code[match.start()]:
            return match[0]
        if is_path(match[1]):
            message = "Gemini CLI reads it in, counted from the instruction file; there must be such a file."
            warnings.note(match[0], message)
            # What comes right after a path is part of it to the reader.
            return f"{match[0]} " if text[match.end() : match.end() + 1].strip() else match[0]
        warnings.note(match[0], "It is written as code: Gemini CLI would take it for a file to read in.")
        return f"`{match[0]}`"

    return _MENTION.sub(written, text)
