"""OpenAI Codex: skills where several platforms look, and everything else below `.codex`.

Paths and formats as Codex documents them (developers.openai.com/codex: skills, subagents, hooks, mcp, guides/agents-md)
and as the reader in the npm package @openai/codex 0.169.0 takes them.
"""

from profiles.enums import ArtifactType, Platform
from profiles.platforms.codex_agents import render_agent
from profiles.platforms.codex_commands import render_command
from profiles.platforms.codex_hooks import render_hook
from profiles.platforms.codex_rules import render_rule
from profiles.platforms.codex_servers import render_server
from profiles.platforms.shape import PlatformModule
from profiles.platforms.shared_skills import SKILLS_FOLDER, render_skill
from profiles.rendering import ProfileLayout


def default_layout(root_dir: str) -> ProfileLayout:
    """Where Codex looks, with `root_dir` in the place of `.codex`."""
    return ProfileLayout(
        platform=Platform.CODEX,
        root_dir=root_dir,
        artifact_path_map={
            ArtifactType.SKILL: SKILLS_FOLDER,
            # Codex has no commands in projects; what others read in the shared folder must not hold them.
            ArtifactType.COMMAND: f"{root_dir}/skills",
            ArtifactType.AGENT: f"{root_dir}/agents",
            ArtifactType.HOOK: f"{root_dir}/hooks",
        },
        project_config_filenames=("AGENTS.md",),
        supported_artifact_types=tuple(ArtifactType),
    )


MODULE = PlatformModule(
    platform=Platform.CODEX,
    default_root_dir=".codex",
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
        ArtifactType.AGENT: "Codex offers agents of a project only once the project is trusted in it.",
        ArtifactType.HOOK: "Trust the project in Codex, then review its hooks there with /hooks.",
        ArtifactType.MCP: "Codex starts servers of a project only once the project is trusted in it.",
    },
)
