"""The one shape of every platform module."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from profiles.enums import ArtifactType, Platform
from profiles.rendering import ArtifactContent, ProfileLayout, Rendering, Unsupported

type Render = Callable[[ArtifactContent, ProfileLayout], Rendering | Unsupported]


@dataclass(frozen=True, slots=True)
class PlatformModule:
    """What one platform reads: its default layout below a root, and a render per artifact type.

    `default_layout(root_dir)` builds what a profile leaves out. A type without a render is unsupported.
    """

    platform: Platform
    default_root_dir: str
    default_layout: Callable[[str], ProfileLayout]
    renders: Mapping[ArtifactType, Render]
