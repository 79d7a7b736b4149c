"""Commands, agents and rules that become one text file of another kind. Nothing here knows a platform."""

from collections.abc import Callable

from profiles.platforms.markdown_file import MarkdownFile, read_markdown
from profiles.platforms.plain import path_in_folder, plugin_warnings, written_file
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported, Warnings


def render_text(
    content: ArtifactContent, layout: ProfileLayout, name: str, write: Callable[[MarkdownFile, Warnings], str]
) -> Rendering | Unsupported:
    """The file `name` in the folder that the profile has for this type, with what `write` makes of the artifact's.

    `write` adds what differs to the warnings it is given. Raises PathError for a name that no file can have.
    """
    path = path_in_folder(content, layout, name)
    if isinstance(path, Unsupported):
        return path
    file = read_markdown(content)
    if isinstance(file, Unsupported):
        return file
    warnings = Warnings()
    warnings.add(*file.warnings)
    text = write(file, warnings)
    warnings.add(*plugin_warnings(f"{content.name}.md", file.body.encode()))
    return Rendering((written_file(path, text),), tuple(warnings))
