"""Claude Code's rules: files that it takes as they are, or sections of its instruction file.

What limits a rule is its `paths` and nothing else, as documented: https://code.claude.com/docs/en/memory
"""

from collections.abc import Iterator
from dataclasses import replace

from profiles.platforms.markdown_file import MarkdownFile, read_text
from profiles.platforms.rules import render_rule as render_anywhere
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, RenderWarning, Unsupported

# How Cursor and Copilot limit a rule to some files.
_OTHER_SCOPES = ("globs", "applyTo")
_EVERYWHERE = frozenset({"**", "**/*"})


def render_rule(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The rule's file as it is; without a folder for rules its text as a section of each instruction file.

    Raises PathError and EntryError for names that cannot be used.
    """
    rendering = render_anywhere(content, layout, reads_files=True)
    # Of a section it is said there.
    if isinstance(rendering, Unsupported) or rendering.entries:
        return rendering
    return replace(rendering, warnings=(*_unheeded(read_text(content.files[0].data)), *rendering.warnings))


def _unheeded(file: MarkdownFile) -> Iterator[RenderWarning]:
    """A loss for what limits the rule elsewhere, and not in Claude Code."""
    if file.items("paths") or file.is_true("alwaysApply"):
        return
    scopes = {name: items for name in _OTHER_SCOPES if (items := file.items(name))}
    for name, items in scopes.items():
        if _EVERYWHERE.isdisjoint(items):
            message = f"Claude Code limits a rule by 'paths' alone; there it holds not only for {', '.join(items)}."
            yield RenderWarning(name, message)
    if not scopes and file.is_false("alwaysApply"):
        message = "Claude Code has no rules that the agent brings in when it needs them; there it always holds."
        yield RenderWarning("alwaysApply", message)
