"""What happens to profiles when something happens elsewhere."""

from typing import Any

from profiles.enums import Platform
from profiles.services import create_profile
from projects.models import Project

FIRST_PLATFORM = next(iter(Platform))


def give_first_profile(sender: type[Project], project: Project, **arguments: Any) -> None:
    """A project that is registered gets a profile for the first platform, named after it."""
    create_profile(project=project, profile_id=FIRST_PLATFORM.value, platform=FIRST_PLATFORM.value)
