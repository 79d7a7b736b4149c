"""What tests of the platforms put in and look for: artifacts as they are stored, and what becomes of them."""

import json

from profiles.enums import ArtifactType, Platform
from profiles.platforms import module_for
from profiles.rendering import ArtifactContent, ContentFile, ProfileLayout, Rendering, Unsupported


def layout_of(platform: Platform, root_dir: str = "") -> ProfileLayout:
    """The layout that a profile starts with, with its usual root or this one."""
    module = module_for(platform)
    return module.default_layout(root_dir or module.default_root_dir)


def one_file(artifact_type: ArtifactType, data: str | bytes, name: str = "review") -> ArtifactContent:
    """An artifact that is one file."""
    data = data.encode() if isinstance(data, str) else data
    return ArtifactContent(artifact_type, "", name, (ContentFile("", data),), f"{name}.md")


def server(definition: object, name: str = "github") -> ArtifactContent:
    """An MCP server with this definition, or with these bytes as one."""
    data = definition if isinstance(definition, bytes) else json.dumps(definition).encode()
    return ArtifactContent(ArtifactType.MCP, "tools", name, (ContentFile("", data),), ".mcp.json")


def rendered(content: ArtifactContent, layout: ProfileLayout) -> Rendering | Unsupported:
    """What the platform of `layout` makes of it."""
    return module_for(layout.platform).renders[content.type](content, layout)


def placed(content: ArtifactContent, layout: ProfileLayout) -> Rendering:
    """What is placed of an artifact that has a place."""
    answer = rendered(content, layout)
    assert isinstance(answer, Rendering)
    return answer


def refused(content: ArtifactContent, layout: ProfileLayout) -> str:
    """Why an artifact has no place."""
    answer = rendered(content, layout)
    assert isinstance(answer, Unsupported)
    return answer.reason


def losses(rendering: Rendering) -> list[str]:
    """The fields of which something is lost."""
    return [warning.field for warning in rendering.warnings if warning.is_loss]


def value_of(rendering: Rendering) -> object:
    """The value of the one entry."""
    (entry,) = rendering.entries
    return entry.value


def places(rendering: Rendering) -> list[str]:
    """The paths that are owned, then the files that entries go into, each once."""
    owned = [each.path for each in rendering.paths]
    return list(dict.fromkeys([*owned, *(each.path for each in rendering.entries)]))
