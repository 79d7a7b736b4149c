"""Cursor: skills where several platforms look, and everything else below `.cursor`.

Cursor's reader is closed; paths and formats are those that its documentation (cursor.com/docs, cursor.com/help) and the
tools that write for it agree on.
"""

from profiles.enums import ArtifactType, Platform
from profiles.platforms.plain import unsupported
from profiles.platforms.shape import PlatformModule
from profiles.platforms.shared_skills import SKILLS_FOLDER, render_skill
from profiles.rendering import ProfileLayout


def default_layout(root_dir: str) -> ProfileLayout:
    """Where Cursor looks, with `root_dir` in the place of `.cursor`."""
    return ProfileLayout(
        platform=Platform.CURSOR,
        root_dir=root_dir,
        artifact_path_map={
            ArtifactType.SKILL: SKILLS_FOLDER,
            ArtifactType.COMMAND: f"{root_dir}/commands",
            ArtifactType.AGENT: f"{root_dir}/agents",
            ArtifactType.RULE: f"{root_dir}/rules",
            ArtifactType.HOOK: f"{root_dir}/hooks",
        },
        project_config_filenames=("AGENTS.md",),
        context_path_prefixes=(f"{root_dir}/rules",),
        supported_artifact_types=tuple(ArtifactType),
    )


MODULE = PlatformModule(
    platform=Platform.CURSOR,
    default_root_dir=".cursor",
    default_layout=default_layout,
    renders={
        ArtifactType.SKILL: render_skill,
        ArtifactType.COMMAND: unsupported("Commands for Cursor are on their way."),
        ArtifactType.AGENT: unsupported("Agents for Cursor are on their way."),
        ArtifactType.RULE: unsupported("Rules for Cursor are on their way."),
        ArtifactType.HOOK: unsupported("Hooks for Cursor are on their way."),
        ArtifactType.MCP: unsupported("MCP servers for Cursor are on their way."),
    },
)
