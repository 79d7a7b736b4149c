"""A platform we know nothing about: files are copied unchanged into one visible folder."""

from profiles.enums import ArtifactType, Platform
from profiles.platforms.plain import copied_file, copied_folder, unsupported
from profiles.platforms.rules import render_rule
from profiles.platforms.shape import PlatformModule
from profiles.rendering import ProfileLayout


def default_layout(root_dir: str) -> ProfileLayout:
    """A folder for each type that can be copied, below `root_dir`."""
    return ProfileLayout(
        platform=Platform.OTHER,
        root_dir=root_dir,
        artifact_path_map={
            ArtifactType.SKILL: f"{root_dir}/skills",
            ArtifactType.COMMAND: f"{root_dir}/commands",
            ArtifactType.AGENT: f"{root_dir}/agents",
            ArtifactType.RULE: f"{root_dir}/rules",
        },
        project_config_filenames=(),
        context_path_prefixes=(f"{root_dir}/rules",),
        supported_artifact_types=(
            ArtifactType.SKILL,
            ArtifactType.COMMAND,
            ArtifactType.AGENT,
            ArtifactType.RULE,
        ),
    )


MODULE = PlatformModule(
    platform=Platform.OTHER,
    default_root_dir="agents",
    default_layout=default_layout,
    renders={
        ArtifactType.SKILL: copied_folder,
        ArtifactType.COMMAND: copied_file,
        ArtifactType.AGENT: copied_file,
        ArtifactType.RULE: render_rule,
        ArtifactType.HOOK: unsupported("Nothing says where this platform reads hooks."),
        ArtifactType.MCP: unsupported("Nothing says where this platform reads MCP servers."),
    },
)
