"""Cursor: skills where several platforms look, and everything else below `.cursor`.

Cursor's reader is closed; paths and formats are those that its documentation (cursor.com/docs, cursor.com/help) and the
tools that write for it agree on.
"""

from profiles.enums import ArtifactType, Platform
from profiles.platforms.cursor_agents import render_agent
from profiles.platforms.cursor_commands import render_command
from profiles.platforms.cursor_hooks import render_hook
from profiles.platforms.cursor_rules import render_rule
from profiles.platforms.cursor_servers import render_server
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
        ArtifactType.COMMAND: render_command,
        ArtifactType.AGENT: render_agent,
        ArtifactType.RULE: render_rule,
        ArtifactType.HOOK: render_hook,
        ArtifactType.MCP: render_server,
    },
    approvals={
        ArtifactType.HOOK: "Cursor runs the hooks of a project only in a workspace that you trust.",
        ArtifactType.MCP: "Cursor asks before it uses a server that a project brings or changes; agree there.",
    },
)
