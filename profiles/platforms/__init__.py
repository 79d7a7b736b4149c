"""One module a platform, all of one shape. Pure Python, no Django.

`module_for(platform)` gives a `PlatformModule`; adding a platform is adding a file here, an enum
value and tests.
"""

from profiles.enums import Platform
from profiles.platforms import claude_code, other
from profiles.platforms.shape import PlatformModule

_MODULES: dict[Platform, PlatformModule] = {
    Platform.CLAUDE_CODE: claude_code.MODULE,
    Platform.OTHER: other.MODULE,
}


def module_for(platform: Platform) -> PlatformModule | None:
    """The rules of a platform; None for one this version cannot deploy to yet."""
    return _MODULES.get(platform)


def deployable_platforms() -> list[Platform]:
    """The platforms this version can deploy to, the one a new project gets first."""
    return [platform for platform in Platform if platform in _MODULES]
