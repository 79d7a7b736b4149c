"""Rules for Codex: sections of AGENTS.md.

Of these files @openai/codex 0.169.0 reads 32 KiB in all, and leaves out what comes after
(https://developers.openai.com/codex/guides/agents-md, `project_doc_max_bytes`). It has no folder of rules.
"""

from dataclasses import replace

from profiles.platforms.rules import render_rule as render_section
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, RenderWarning, Unsupported

_MOST_BYTES = 32 * 1024


def render_rule(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """As for every platform, with a loss for a text that is longer than what Codex reads. Raises EntryError."""
    rendering = render_section(content, layout, reads_folder=False)
    if isinstance(rendering, Unsupported):
        return rendering
    if all(len(str(entry.value).encode()) <= _MOST_BYTES for entry in rendering.entries):
        return rendering
    message = "Codex reads 32 KiB of instruction files in all, and the rule is longer; the rest of it is left out."
    return replace(rendering, warnings=(*rendering.warnings, RenderWarning("text", message)))
