"""Commands for Codex, which has none in projects: each becomes a skill that runs only when the user names it.

Skills and their agents/openai.yaml as documented: https://developers.openai.com/codex/skills. Of SKILL.md the reader
in @openai/codex 0.169.0 heeds name and description, and it fills in nothing. Cursor looks into `.codex/skills` as well
(https://cursor.com/docs/skills), and goes by a field of SKILL.md.
"""

from dataclasses import replace

from profiles.platforms.codex_policy import EXPLICIT_ONLY
from profiles.platforms.markdown_file import MarkdownFile, description_of, read_markdown
from profiles.platforms.names import plain_name
from profiles.platforms.plain import copied_folder
from profiles.platforms.prose import in_prose
from profiles.platforms.shared_skills import EXPLICIT
from profiles.platforms.skill_file import LONGEST_DESCRIPTION, SKILL_FILE
from profiles.platforms.yaml_text import quoted_frontmatter
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, Unsupported, Warnings

_LOST = {
    "agent": "Codex carries a skill out itself, not through an agent.",
    "allowed-tools": "Codex asks about every tool as it does elsewhere; a skill allows none.",
    "background": "Codex runs no skill in the background.",
    "context": "Codex runs a skill in the conversation it is called in.",
    "disallowed-tools": "Codex takes no tool away for a skill.",
    "effort": "Codex keeps the effort of the session.",
    "hooks": "Codex has no hooks in skills.",
    "model": "Codex keeps the model of the session.",
    "shell": "Codex runs nothing beforehand, in no shell.",
    "user-invocable": "In Codex the user calls it, and nobody else.",
    "when_to_use": "In Codex only the user calls it.",
}


def render_command(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """A skill's folder in the profile's folder for commands. Raises PathError for a name that no skill can have."""
    file = read_markdown(content)
    if isinstance(file, Unsupported):
        return file
    name = plain_name(content.name)
    description = description_of(file, f"The command {content.name}.")
    warnings = Warnings()
    warnings.add(*file.warnings)
    _add_changes(file, name, description, warnings)
    body = in_prose(
        file.body,
        warnings,
        label="Codex",
        after="the name of this skill",
        names=file.argument_names(),
        takes_arguments=file.takes_arguments(),
    )
    fields = {"name": name, "description": description[:LONGEST_DESCRIPTION].strip(), EXPLICIT: True}
    front = quoted_frontmatter(fields)
    files = (ContentFile(SKILL_FILE, f"{front}\n{body}".encode()), EXPLICIT_ONLY)
    rendering = copied_folder(replace(content, name=name, files=files), layout)
    if isinstance(rendering, Unsupported):
        return rendering
    warnings.add(*rendering.warnings)
    return replace(rendering, warnings=tuple(warnings))


def _add_changes(file: MarkdownFile, name: str, description: str, warnings: Warnings) -> None:
    message = f"Codex has no commands in projects; it becomes a skill that runs only when called as ${name}."
    warnings.note("name", message)
    if len(description) > LONGEST_DESCRIPTION:
        message = f"Codex takes {LONGEST_DESCRIPTION} of its {len(description)} characters; the rest is left out."
        warnings.loss("description", message)
    if file.text("argument-hint"):
        warnings.note("argument-hint", "Codex shows no hint; what is typed is used all the same.")
    warnings.add(*file.dropped(_LOST))
