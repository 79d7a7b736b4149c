"""Reads of profiles. A profile is reached through its project, which was fetched with the right to see it."""

from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from accounts.editions import edition_of
from profiles.exceptions import NoProfileError, UnknownProfileError
from profiles.models import DeploymentProfile
from profiles.portable import portable_profile
from projects.models import Project


def profiles_of(project: Project) -> QuerySet[DeploymentProfile]:
    """The project's profiles, oldest first."""
    return DeploymentProfile.objects.filter(project=project).order_by("created_at", "profile_id")


def profile_of(project: Project, profile_id: str) -> DeploymentProfile:
    """The project's profile with this id. Raises DeploymentProfile.DoesNotExist."""
    return DeploymentProfile.objects.get(project=project, profile_id=profile_id)


def edition_of_profile(profile: DeploymentProfile) -> str:
    """A name for the profile as it is. No query."""
    return edition_of([profile.pk, portable_profile(profile)])


def profiles_to_deploy_under(project: Project, profile_ids: Sequence[str] | None) -> list[DeploymentProfile]:
    """The project's profiles with these ids, each once, in their order; with None all that it has. One query.

    Raises UnknownProfileError, and NoProfileError where there is none to choose.
    """
    known = {profile.profile_id: profile for profile in profiles_of(project)}
    wanted = list(known) if profile_ids is None else profile_ids
    demand_profiles(known, wanted)
    chosen = [known[profile_id] for profile_id in dict.fromkeys(wanted)]
    if not chosen:
        raise NoProfileError
    return chosen


def demand_profiles(known: Collection[str], wanted: Collection[str]) -> None:
    """Raise UnknownProfileError for the first of `wanted` that is not among the `known` ids."""
    for profile_id in wanted:
        if profile_id not in known:
            raise UnknownProfileError(profile_id, known)
