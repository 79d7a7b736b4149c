"""Claude Code's commands: files that it takes as they are, and arguments that it may count otherwise than they do.

As documented (https://code.claude.com/docs/en/skills, string substitutions) `$0` is the first argument. It was `$1`
for commands before they became skills, and many were written then.
"""

from collections.abc import Iterator
from dataclasses import replace

from profiles.fences import fence_after
from profiles.platforms.markdown_file import read_text
from profiles.platforms.placeholders import Kind, Placeholder, filled_in
from profiles.platforms.plain import copied_file
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, RenderWarning, Unsupported


def render_command(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The command's file as it is; a loss if its arguments seem to be counted from 1. Raises PathError."""
    rendering = copied_file(content, layout)
    if isinstance(rendering, Unsupported):
        return rendering
    return replace(rendering, warnings=(*_counted(content.files[0].data), *rendering.warnings))


def _counted(data: bytes) -> Iterator[RenderWarning]:
    arguments = _arguments(read_text(data).body)
    # Only those who count from 0 write the long form.
    if "$1" in arguments and not any(each.startswith(("$0", "$ARGUMENTS[")) for each in arguments):
        message = (
            "Claude Code counts from $0 by now, so $1 is the second word that is typed; older versions took the first."
            " Look which is meant, and write \\$1 for a shell's own."
        )
        yield RenderWarning("$1", message)


def _arguments(text: str) -> set[str]:
    """The arguments that `text` names, as written, but for code in fences: there they are mostly a shell's."""
    arguments: set[str] = set()

    def write(placeholder: Placeholder) -> str:
        if placeholder.kind is Kind.SHELL:
            filled_in(placeholder.inside, write)
        elif placeholder.kind is Kind.ARGUMENT:
            arguments.add(placeholder.written)
        return placeholder.written

    filled_in("\n".join(_unfenced(text)), write)
    return arguments


def _unfenced(text: str) -> Iterator[str]:
    fence = ""
    for line in text.split("\n"):
        before, fence = fence, fence_after(fence, line)
        if not (before or fence):
            yield line
