"""Skills for the platforms that look into `.agents/skills`: rendered alike, so that one copy serves all of them.

Codex, Gemini CLI and Cursor read that folder, one level deep. Only what is said about it differs between them, as
documented: https://developers.openai.com/codex/skills, https://cursor.com/docs/skills and docs/cli/skills.md of
google-gemini/gemini-cli. Of the fields of SKILL.md the readers in @openai/codex 0.169.0 and @google/gemini-cli 0.61.0
heed name and description.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from profiles.enums import Platform
from profiles.platforms.codex_policy import EXPLICIT_ONLY, explicit_only
from profiles.platforms.markdown_file import MarkdownFile, read_text
from profiles.platforms.names import plain_name
from profiles.platforms.plain import copied_folder
from profiles.platforms.skill_file import SKILL_FILE, counted_from_skill, strict_skill_file
from profiles.rendering import (
    ArtifactContent,
    ContentFile,
    ProfileLayout,
    Rendering,
    RenderWarning,
    Unsupported,
    Warnings,
)

SKILLS_FOLDER = ".agents/skills"
# What keeps Cursor from using a skill that nobody asked for, and Claude Code; Codex has a file for that.
EXPLICIT = "disable-model-invocation"
_HEEDED_BY: Mapping[str, tuple[Platform, ...]] = {
    EXPLICIT: (Platform.CODEX, Platform.CURSOR),
    "paths": (Platform.CURSOR,),
    "user-invocable": (Platform.CURSOR,),
    "agent": (),
    "allowed-tools": (),
    "background": (),
    "context": (),
    "disallowed-tools": (),
    "effort": (),
    "hooks": (),
    "model": (),
    "shell": (),
}


def render_skill(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The skill's folder under a name that every reader takes, with a SKILL.md that they all load.

    Raises PathError for a name of which nothing is left, and for files that cannot be placed.
    """
    document = next((file for file in content.files if file.path == SKILL_FILE), None)
    if document is None:
        return Unsupported(f"A skill is read from its {SKILL_FILE}, and this one has none.")
    name = plain_name(content.name)
    data = counted_from_skill(document.data, content.source_path)
    changes = Warnings()
    data = strict_skill_file(data, name, layout.platform.label, changes)
    placed = ContentFile(SKILL_FILE, data, document.executable)
    files = tuple(placed if each is document else _no_skill(each) for each in content.files)
    file = read_text(document.data)
    if file.is_true(EXPLICIT):
        files = _with_policy(files, layout.platform, changes)
    rendering = copied_folder(replace(content, name=name, files=files), layout)
    if isinstance(rendering, Unsupported):
        return rendering
    said = (*_renamed(content.name, name), *changes, *_unheeded(file, layout.platform), *_no_skills(content))
    return replace(rendering, warnings=(*said, *rendering.warnings))


def _with_policy(files: tuple[ContentFile, ...], platform: Platform, changes: Warnings) -> tuple[ContentFile, ...]:
    """`files` with the policy for Codex; what differs is added to `changes`, of Codex alone."""
    own = next((file for file in files if file.path == EXPLICIT_ONLY.path), None)
    if own is None:
        return (*files, EXPLICIT_ONLY)
    written = explicit_only(own)
    if platform is Platform.CODEX and written is None:
        message = f"Codex goes by the skill's own {own.path}, which does not keep it from using the skill by itself."
        changes.loss(EXPLICIT, message)
    elif platform is Platform.CODEX and written is not own:
        changes.note(own.path, "The policy that Codex uses the skill only when it is called is added at its end.")
    return tuple(written if written and file is own else file for file in files)


def _no_skill(file: ContentFile) -> ContentFile:
    """`file` under a name by which Codex 0.169.0, which looks into the folders of a skill, takes it for no skill."""
    folder, slash, name = file.path.rpartition("/")
    return replace(file, path=f"{folder}/{name.lower()}") if slash and name == SKILL_FILE else file


def _no_skills(content: ArtifactContent) -> Iterator[RenderWarning]:
    for file in content.files:
        if (path := _no_skill(file).path) != file.path:
            yield RenderWarning(file.path, f"Codex would take it for a skill of its own; it is placed as {path}.")


def _renamed(before: str, name: str) -> Iterator[RenderWarning]:
    if before != name:
        message = f"It is placed as {name!r}: a skill's name has small letters, digits and single hyphens."
        yield RenderWarning("name", message, is_loss=False)


def _unheeded(file: MarkdownFile, platform: Platform) -> Iterator[RenderWarning]:
    for field, heeded_by in _HEEDED_BY.items():
        if platform not in heeded_by:
            yield from file.dropped({field: f"{platform.label} does not heed it in a skill."})
