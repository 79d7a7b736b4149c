"""A profile as a file that can be read elsewhere."""

import tomlkit

from profiles.layout import LayoutFields, layout_fields
from profiles.models import DeploymentProfile


class PortableProfile(LayoutFields):
    """What makes a profile what it is, apart from its project and its times."""

    profile_id: str
    description: str


def portable_profile(profile: DeploymentProfile) -> PortableProfile:
    """`profile` as plain data. What `profiles.services.create_profile` takes, it gives."""
    return {
        "profile_id": profile.profile_id,
        "description": profile.description,
        **layout_fields(profile.layout),
    }


def profile_to_toml(profile: DeploymentProfile) -> str:
    """`profile` as a TOML document with one table, `deployment_profile`."""
    return tomlkit.dumps({"deployment_profile": portable_profile(profile)})
