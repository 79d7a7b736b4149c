"""Which platforms have files of theirs in a folder already. Only reads."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from profiles.enums import Platform
from profiles.platforms import module_for


@dataclass(frozen=True, slots=True)
class PlatformFolder:
    """A platform's own folder that is there, and the name people use for the platform."""

    root_dir: str
    label: str


def platform_folders_in(folder: Path) -> list[PlatformFolder]:
    """The folders of platforms that there are in `folder`, as they are called by default. Follows no symlink."""
    modules = [module_for(platform) for platform in Platform]
    return [
        PlatformFolder(module.default_root_dir, module.platform.label)
        for module in modules
        # Whoever has a folder with an everyday name has not set up a platform by it.
        if module.default_root_dir.startswith(".") and _is_folder(folder / module.default_root_dir)
    ]


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False
