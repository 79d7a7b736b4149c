"""A profile as a file that can be read elsewhere."""

import tomlkit

from profiles.layout import PortableProfile, layout_fields
from profiles.models import DeploymentProfile


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
