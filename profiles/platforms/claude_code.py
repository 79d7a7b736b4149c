"""Claude Code: everything below `.claude`, in the formats that artifacts are written in.

Paths and formats as Anthropic documents them (code.claude.com/docs: skills, plugins-reference, sub-agents, memory,
hooks, mcp).
"""

from dataclasses import replace

from profiles.enums import ArtifactType, Platform
from profiles.platforms.claude_agents import render_agent
from profiles.platforms.claude_commands import render_command
from profiles.platforms.claude_hooks import render_hook
from profiles.platforms.claude_rules import render_rule
from profiles.platforms.claude_servers import render_server
from profiles.platforms.plain import copied_folder
from profiles.platforms.shape import PlatformModule
from profiles.platforms.skill_file import SKILL_FILE, counted_from_skill
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, RenderWarning, Unsupported
from projects.paths import folded

# Where Claude Code keeps skills of its own.
_RESERVED_SKILL = "synced"
_PLUGIN_FILE = ".claude-plugin/plugin.json"


def default_layout(root_dir: str) -> ProfileLayout:
    """Where Claude Code looks, with `root_dir` in the place of `.claude`."""
    return ProfileLayout(
        platform=Platform.CLAUDE_CODE,
        root_dir=root_dir,
        artifact_path_map={
            ArtifactType.SKILL: f"{root_dir}/skills",
            ArtifactType.COMMAND: f"{root_dir}/commands",
            ArtifactType.AGENT: f"{root_dir}/agents",
            ArtifactType.RULE: f"{root_dir}/rules",
            ArtifactType.HOOK: f"{root_dir}/hooks",
        },
        project_config_filenames=("CLAUDE.md",),
        context_path_prefixes=(f"{root_dir}/rules",),
        supported_artifact_types=tuple(ArtifactType),
    )


def render_skill(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """The skill's folder as it is, but for paths in SKILL.md that name it through its plugin's root."""
    if folded(content.name) == _RESERVED_SKILL:
        return Unsupported(f"Claude Code keeps the skill name {content.name!r} for itself.")
    files = tuple(
        ContentFile(SKILL_FILE, counted_from_skill(file.data, content.source_path), file.executable)
        if file.path == SKILL_FILE
        else file
        for file in content.files
    )
    rendering = copied_folder(replace(content, files=files), layout)
    if isinstance(rendering, Unsupported) or all(file.path != _PLUGIN_FILE for file in files):
        return rendering
    plugin = RenderWarning(_PLUGIN_FILE, "With this file Claude Code takes the folder for a plugin, not for a skill.")
    return replace(rendering, warnings=(plugin, *rendering.warnings))


MODULE = PlatformModule(
    platform=Platform.CLAUDE_CODE,
    default_root_dir=".claude",
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
        ArtifactType.MCP: "Claude Code asks about each server of .mcp.json before it first starts it. See /mcp there.",
    },
)
