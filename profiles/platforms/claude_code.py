"""Claude Code: everything below `.claude`, in the formats that artifacts are written in.

Paths and formats as Anthropic documents them (code.claude.com/docs: skills, sub-agents, memory, hooks, mcp).
"""

import re
from dataclasses import replace

from profiles.enums import ArtifactType, Platform
from profiles.platforms.claude_hooks import render_hook
from profiles.platforms.claude_servers import render_server
from profiles.platforms.plain import PLUGIN_ROOT, copied_file, copied_folder, copied_rule
from profiles.platforms.shape import PlatformModule
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, Unsupported

SKILL_FILE = "SKILL.md"
# Claude Code fills it in with the folder of the skill, wherever that was placed.
_SKILL_DIR = b"${CLAUDE_SKILL_DIR}"
# What ends a path in running text: blanks, quotes and brackets.
_REST_OF_PATH = rb"[^\s\"'`<>()\[\]{}]*"
_NAME_GOES_ON = rb"[\w.\x80-\xff-]*[\w\x80-\xff-]"


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
    files = tuple(_own_paths_rewritten(file, content.source_path) for file in content.files)
    return copied_folder(replace(content, files=files), layout)


def _own_paths_rewritten(file: ContentFile, source_path: str) -> ContentFile:
    if file.path != SKILL_FILE or not source_path:
        return file
    own_folder = re.escape(f"{PLUGIN_ROOT}/{source_path}".encode())

    def rewritten(match: re.Match[bytes]) -> bytes:
        rest = match["rest"]
        return match[0] if b".." in rest.split(b"/") else _SKILL_DIR + rest

    data = re.sub(own_folder + rb"(?!" + _NAME_GOES_ON + rb")(?P<rest>" + _REST_OF_PATH + rb")", rewritten, file.data)
    return file if data == file.data else ContentFile(file.path, data, file.executable)


MODULE = PlatformModule(
    platform=Platform.CLAUDE_CODE,
    default_root_dir=".claude",
    default_layout=default_layout,
    renders={
        ArtifactType.SKILL: render_skill,
        ArtifactType.COMMAND: copied_file,
        ArtifactType.AGENT: copied_file,
        ArtifactType.RULE: copied_rule,
        ArtifactType.HOOK: render_hook,
        ArtifactType.MCP: render_server,
    },
)
