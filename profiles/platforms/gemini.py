"""Gemini CLI: skills where several platforms look, and everything else below `.gemini`.

Paths and formats as the documentation of google-gemini/gemini-cli says (docs/cli, docs/hooks, docs/tools/mcp-server.md)
and as the reader in the npm package @google/gemini-cli 0.61.0 takes them.
"""

from profiles.enums import ArtifactType, Platform
from profiles.platforms.gemini_agents import render_agent
from profiles.platforms.gemini_commands import render_command
from profiles.platforms.gemini_hooks import render_hook
from profiles.platforms.gemini_rules import render_rule
from profiles.platforms.gemini_servers import render_server
from profiles.platforms.shape import PlatformModule
from profiles.platforms.shared_skills import SKILLS_FOLDER, render_skill
from profiles.rendering import ProfileLayout

_TRUST = "Gemini CLI asks whether to trust the folder, and uses nothing of a folder that is not trusted."
_AGENTS = f"{_TRUST} It asks about each agent once more when it is new or has changed."


def default_layout(root_dir: str) -> ProfileLayout:
    """Where Gemini CLI looks, with `root_dir` in the place of `.gemini`."""
    return ProfileLayout(
        platform=Platform.GEMINI,
        root_dir=root_dir,
        artifact_path_map={
            ArtifactType.SKILL: SKILLS_FOLDER,
            ArtifactType.COMMAND: f"{root_dir}/commands",
            ArtifactType.AGENT: f"{root_dir}/agents",
            ArtifactType.HOOK: f"{root_dir}/hooks",
        },
        project_config_filenames=("GEMINI.md",),
        supported_artifact_types=tuple(ArtifactType),
    )


MODULE = PlatformModule(
    platform=Platform.GEMINI,
    default_root_dir=".gemini",
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
        **dict.fromkeys(ArtifactType, _TRUST),
        ArtifactType.AGENT: _AGENTS,
    },
)
