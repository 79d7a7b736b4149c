"""The one shape of every platform module."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from profiles.enums import ArtifactType, Platform
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported

type Render = Callable[[ArtifactContent, ProfileLayout], Rendering | Unsupported]


@dataclass(frozen=True, slots=True)
class PlatformModule:
    """What one platform reads: its default layout below a root, and a render for each artifact type.

    `default_layout(root_dir)` builds what a profile leaves out. `approvals` says, for the types that the platform does
    not use before its user has agreed to it, where they do that.
    """

    platform: Platform
    default_root_dir: str
    default_layout: Callable[[str], ProfileLayout]
    renders: Mapping[ArtifactType, Render]
    approvals: Mapping[ArtifactType, str] = field(default_factory=dict)
