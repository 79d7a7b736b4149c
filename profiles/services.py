"""Writes about profiles. Whatever a caller leaves out is what the platform's module says."""

from collections.abc import Collection, Mapping
from typing import Any, TypedDict, Unpack

from django.db import IntegrityError, transaction

from accounts.editions import demand_edition
from accounts.validation import problems_with
from profiles.enums import Platform
from profiles.exceptions import ProfileError, ProfileExistsError, TooManyProfilesError
from profiles.layout import LayoutError, LayoutFields, check_root_dir, layout_fields
from profiles.models import MAX_PROFILES, DeploymentProfile
from profiles.platforms import module_for
from profiles.platforms.shape import PlatformModule
from profiles.queries import edition_of_profile
from projects.models import Project

_LAYOUT_FIELDS = (
    "artifact_path_map",
    "project_config_filenames",
    "context_path_prefixes",
    "supported_artifact_types",
)


class LayoutChoices(TypedDict, total=False):
    """What a caller may choose about a layout; None stands for the platform's default.

    `artifact_path_map` names only the types it places elsewhere than the default.
    """

    root_dir: str | None
    artifact_path_map: Mapping[str, str] | None
    project_config_filenames: list[str] | None
    context_path_prefixes: list[str] | None
    supported_artifact_types: list[str] | None


class ProfileChanges(LayoutChoices, total=False):
    """What may change about a profile: everything but its project and its id."""

    platform: str
    description: str | None


def create_profile(
    *, project: Project, profile_id: str, platform: str, description: str | None = None, **layout: Unpack[LayoutChoices]
) -> DeploymentProfile:
    """Give the project a profile.

    Raises ProfileError for values that cannot be used, ProfileExistsError when the project has a profile with this
    id, TooManyProfilesError when it can have no more, and Project.DoesNotExist.
    """
    profile = DeploymentProfile(project=project, profile_id=profile_id, description=description or "")
    _lay_out(profile, platform, layout)
    with transaction.atomic():
        # Whoever gives it another one, or deletes it, waits until this is stored.
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        if DeploymentProfile.objects.filter(project=project).count() >= MAX_PROFILES:
            raise TooManyProfilesError(MAX_PROFILES)
        try:
            with transaction.atomic():
                profile.save(force_insert=True)
        except IntegrityError as error:
            if DeploymentProfile.objects.filter(project=project, profile_id=profile_id).exists():
                raise ProfileExistsError(profile_id) from error
            raise
    return profile


def update_profile(
    *, profile: DeploymentProfile, expected: Collection[str] | None = None, **changes: Unpack[ProfileChanges]
) -> DeploymentProfile:
    """Change the fields sent, and only those; with `expected`, only a profile in one of these editions.

    What stands at the platform's default stays at the default, so it moves along when the platform
    or the root changes. Raises ProfileError for values that cannot be used, EditedMeanwhileError and
    DeploymentProfile.DoesNotExist.
    """
    with transaction.atomic():
        stored = _to_change(profile, expected)
        layout = _choices_of(stored)
        layout.update(changes)
        platform = layout.pop("platform", stored.platform)
        stored.description = layout.pop("description", stored.description) or ""
        _lay_out(stored, platform, layout)
        stored.save()
    return stored


def delete_profile(*, profile: DeploymentProfile, expected: Collection[str] | None = None) -> None:
    """Delete the profile; with `expected`, only in one of these editions.

    What was deployed under it stays, on disk and on record. Raises EditedMeanwhileError and
    DeploymentProfile.DoesNotExist.
    """
    with transaction.atomic():
        _to_change(profile, expected).delete()


def default_fields(platform: str, root_dir: str | None = None) -> LayoutFields:
    """What a profile says that chooses nothing but its platform and its root, or not even that.

    Raises ProfileError for an unknown platform, and for a root that cannot be used.
    """
    module = _module(platform)
    return _defaults(module, module.default_root_dir if root_dir is None else root_dir)


def _to_change(profile: DeploymentProfile, expected: Collection[str] | None) -> DeploymentProfile:
    """The profile as it is stored now, locked for whoever changes it until their transaction ends.

    `expected` are the editions of it that may be changed; None for any. Raises DeploymentProfile.DoesNotExist
    and EditedMeanwhileError.
    """
    stored = DeploymentProfile.objects.select_for_update(no_key=True).get(pk=profile.pk)
    if expected is not None:
        demand_edition(f"The profile “{stored.profile_id}”", edition_of_profile(stored), expected)
    return stored


def _lay_out(profile: DeploymentProfile, platform: str, choices: Mapping[str, Any]) -> None:
    """Set every layout field of `profile`: the chosen ones, and defaults for the rest. Raises ProfileError."""
    module = _module(platform)
    chosen = {name: value for name, value in choices.items() if value is not None}
    fields = _defaults(module, chosen.pop("root_dir", module.default_root_dir))
    if isinstance(chosen.get("artifact_path_map"), Mapping):
        chosen["artifact_path_map"] = fields["artifact_path_map"] | dict(chosen["artifact_path_map"])
    for name, value in {**fields, **chosen}.items():
        setattr(profile, name, value)
    if problems := problems_with(profile):
        raise ProfileError(problems)


def _choices_of(profile: DeploymentProfile) -> dict[str, Any]:
    """What `profile` says other than its platform's defaults, as `_lay_out` takes it."""
    module = _module(profile.platform)
    defaults: Mapping[str, Any] = _defaults(module, profile.root_dir)
    choices = {name: getattr(profile, name) for name in _LAYOUT_FIELDS if getattr(profile, name) != defaults[name]}
    if profile.root_dir != module.default_root_dir:
        choices["root_dir"] = profile.root_dir
    if "artifact_path_map" in choices:
        default_map = defaults["artifact_path_map"]
        choices["artifact_path_map"] = {
            kind: folder for kind, folder in profile.artifact_path_map.items() if default_map.get(kind) != folder
        }
    return choices


def _module(platform: str) -> PlatformModule:
    known = [member.value for member in Platform]
    if platform not in known:
        raise ProfileError({"platform": [f"{platform!r} is not a known platform; write one of {', '.join(known)}."]})
    return module_for(Platform(platform))


def _defaults(module: PlatformModule, root_dir: str) -> LayoutFields:
    try:
        check_root_dir(root_dir)
    except LayoutError as error:
        raise ProfileError(error.problems) from error
    return layout_fields(module.default_layout(root_dir))
