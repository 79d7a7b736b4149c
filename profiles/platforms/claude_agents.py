"""Claude Code's agents: files that it takes as they are, and those among them that it silently skips.

What it needs of them as documented: https://code.claude.com/docs/en/sub-agents
"""

from collections.abc import Iterator
from dataclasses import replace

from profiles.frontmatter import read_frontmatter, read_strictly
from profiles.platforms.plain import copied_file
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, RenderWarning, Unsupported


def render_agent(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The agent's file as it is; a loss for each reason for which Claude Code skips it. Raises PathError."""
    rendering = copied_file(content, layout)
    if isinstance(rendering, Unsupported):
        return rendering
    return replace(rendering, warnings=(*_skipped(content.files[0].data), *rendering.warnings))


def _skipped(data: bytes) -> Iterator[RenderWarning]:
    read = read_frontmatter(data)
    name = read.text("name")
    if not read.present:
        message = "Claude Code skips an agent without a frontmatter. Give it one with a name and a description."
        yield RenderWarning("frontmatter", message)
        return
    if read.fields and read_strictly(read.block) is None:
        message = "Claude Code skips an agent whose frontmatter is no valid YAML. A text with a colon needs quotes."
        yield RenderWarning("frontmatter", message)
    if not name:
        yield RenderWarning("name", "Claude Code skips an agent without a name, whatever its file is called.")
    if name.startswith("-") or ":" in name:
        message = f"Claude Code skips an agent called {name!r}: the name must not begin with '-' nor hold a ':'."
        yield RenderWarning("name", message)
    if not read.text("description"):
        yield RenderWarning("description", "Claude Code skips an agent without a description.")
