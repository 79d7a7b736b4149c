"""Several people at one project's profiles at once."""

from collections.abc import Callable
from functools import partial

import pytest

from profiles.exceptions import TooManyProfilesError
from profiles.models import MAX_PROFILES, DeploymentProfile
from profiles.services import create_profile
from projects.models import Project
from projects.services import delete_project
from tests.factories import DeploymentProfileFactory, ProjectFactory
from tests.processes import run_together

pytestmark = pytest.mark.django_db(transaction=True)


def give(project: Project, number: int) -> None:
    create_profile(project=project, profile_id=f"new-{number}", platform="other")


def jobs(project: Project, count: int) -> list[Callable[[], None]]:
    return [partial(give, project, number) for number in range(count)]


def test_a_project_goes_with_every_profile_or_gets_none_any_more(project: Project) -> None:
    DeploymentProfileFactory.create_batch(20, project=project)
    deletion: Callable[[], None] = partial(delete_project, project=project)
    outcomes = run_together([deletion, *jobs(project, 4)])
    assert outcomes[0].error is None, outcomes[0].message
    assert {outcome.error for outcome in outcomes[1:]} <= {None, Project.DoesNotExist}
    assert not DeploymentProfile.objects.exists()


def test_no_more_profiles_come_in_than_there_is_room_for() -> None:
    project = ProjectFactory()
    DeploymentProfileFactory.create_batch(MAX_PROFILES - 1, project=project)
    outcomes = run_together(jobs(project, 4))
    errors = [outcome.error for outcome in outcomes]
    assert (errors.count(None), errors.count(TooManyProfilesError)) == (1, 3)
    assert DeploymentProfile.objects.count() == MAX_PROFILES
