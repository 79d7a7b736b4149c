"""One module a platform, all of one shape. Pure Python, no Django.

`module_for(platform)` gives a `PlatformModule`; adding a platform is adding a file here, an enum
value and tests.
"""

from profiles.enums import ArtifactType, Platform
from profiles.platforms import claude_code, codex, cursor, gemini, other
from profiles.platforms.shape import PlatformModule

_MODULES: dict[Platform, PlatformModule] = {
    each.platform: each for each in (claude_code.MODULE, codex.MODULE, gemini.MODULE, cursor.MODULE, other.MODULE)
}


def module_for(platform: Platform) -> PlatformModule:
    """The rules of a platform."""
    return _MODULES[platform]


def approval_for(platform: str, artifact_type: str) -> str | None:
    """Where the user agrees before `platform` uses artifacts of that type; None where nobody is asked.

    Both as they were recorded once: there may be no such platform or type any more.
    """
    try:
        return module_for(Platform(platform)).approvals.get(ArtifactType(artifact_type))
    except ValueError:
        return None
