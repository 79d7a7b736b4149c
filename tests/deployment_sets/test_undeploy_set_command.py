"""`manage.py undeploy_set`, as a script meets it."""

from pathlib import Path

import pytest

from accounts.models import User
from deployment_sets.models import DeploymentSet
from deployment_sets.services.batch_deploy import batch_deploy
from deployment_sets.services.sets import delete_set
from deployments.models import Deployment, Run
from profiles.queries import profiles_of
from projects.models import Project
from tests.commands import run
from tests.factories import ArtifactFactory, DeploymentProfileFactory, DeploymentSetFactory


def landed(project: Project, name: str, *members: object) -> DeploymentSet:
    """A set of the project's owner, deployed under all its profiles."""
    deployment_set: DeploymentSet = DeploymentSetFactory(owner=project.owner, name=name, members=list(members))
    batch_deploy(by=project.owner, deployment_set=deployment_set, project=project, profiles=list(profiles_of(project)))
    return deployment_set


def undeploy_set(project: Project, *arguments: str) -> tuple[int, str]:
    return run("undeploy_set", *arguments, "--project", project.path, "--user", "owner")


def commands_in(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob(".claude/commands/*.md"))


def test_what_only_this_set_wants_goes_and_the_rest_stays(project: Project, project_folder: Path) -> None:
    ship, plan = ArtifactFactory(type="command", name="ship"), ArtifactFactory(type="command", name="plan")
    landed(project, "Full-stack", ship, plan)
    landed(project, "Planning", plan)
    code, output = undeploy_set(project, "Full-stack")
    assert code == 0
    assert "Still wanted for Planning; it stays." in output
    assert "1 removed, 1 skipped, 0 failed. This was run 3." in output
    assert commands_in(project_folder) == ["plan"]
    assert Run.objects.get(number=3).claimant_label == "Full-stack"


def test_a_dry_run_says_what_would_go_and_exactly_that_can_be_done(project: Project, project_folder: Path) -> None:
    landed(project, "Full-stack", ArtifactFactory(type="command", name="ship"))
    code, output = undeploy_set(project, "Full-stack", "--dry-run")
    assert (code, commands_in(project_folder)) == (0, ["ship"])
    assert "1 would be removed" in output
    assert undeploy_set(project, "Full-stack", *output.splitlines()[-1].split())[0] == 0
    assert commands_in(project_folder) == []


@pytest.mark.parametrize("by_id", [True, False])
def test_a_set_that_is_deleted_goes_by_the_id_or_the_name_it_had(
    project: Project, project_folder: Path, by_id: bool
) -> None:
    deployment_set = landed(project, "Old", ArtifactFactory(type="command", name="ship"))
    set_id = str(deployment_set.pk)
    delete_set(owner=project.owner, set_id=deployment_set.pk)
    assert undeploy_set(project, set_id if by_id else "Old")[0] == 0
    assert commands_in(project_folder) == []
    assert not Deployment.objects.exists()


def test_the_ids_of_sets_that_are_deleted_can_be_learned(project: Project, project_folder: Path) -> None:
    sets = [landed(project, "Old", ArtifactFactory(type="command", name=name)) for name in ("ship", "plan")]
    ids = [str(each.pk) for each in sets]
    for each in sets:
        delete_set(owner=project.owner, set_id=each.pk)
    for text, message in (("Old", "Several sets"), ("Older", "no set with the id or name 'Older'")):
        code, output = undeploy_set(project, text)
        assert (code, message in output) == (2, True)
        assert all(f"'Old' is {each}" in output for each in ids)
    assert undeploy_set(project, ids[0])[0] == 0
    assert commands_in(project_folder) == ["plan"]


def test_a_set_that_there_is_comes_before_a_deleted_one_of_its_name(project: Project, project_folder: Path) -> None:
    old = landed(project, "Same", ArtifactFactory(type="command", name="ship"))
    delete_set(owner=project.owner, set_id=old.pk)
    landed(project, "Same", ArtifactFactory(type="command", name="plan"))
    assert undeploy_set(project, "Same")[0] == 0
    assert commands_in(project_folder) == ["ship"]


def test_a_profile_that_is_deleted_can_be_named(project: Project, project_folder: Path) -> None:
    gone = DeploymentProfileFactory(project=project, profile_id="gone", platform="other", root_dir="agents")
    landed(project, "Full-stack", ArtifactFactory(type="command", name="ship"))
    gone.delete()
    assert undeploy_set(project, "Full-stack", "--profile", "gone")[0] == 0
    assert not list(project_folder.glob("agents/**/*.md"))
    assert commands_in(project_folder) == ["ship"]


def test_an_error_takes_everything_back_when_it_shall_be_all_or_nothing(project: Project, project_folder: Path) -> None:
    ship, plan = ArtifactFactory(type="command", name="ship"), ArtifactFactory(type="command", name="plan")
    landed(project, "Full-stack", ship, plan)
    (project_folder / ".claude/commands/ship.md").write_text("Mine")
    assert undeploy_set(project, "Full-stack", "--atomic")[0] == 1
    assert commands_in(project_folder) == ["plan", "ship"]
    assert undeploy_set(project, "Full-stack")[0] == 1
    assert commands_in(project_folder) == ["ship"]


def test_a_set_that_claims_nothing_there_is_told_which_do(project: Project, project_folder: Path) -> None:
    DeploymentSetFactory(owner=project.owner, name="Elsewhere")
    nothing = "The set “Elsewhere” claims nothing there: nothing is removed. "
    assert undeploy_set(project, "Elsewhere") == (2, f"{nothing}No set claims anything there.")
    there = landed(project, "There", ArtifactFactory(type="command", name="ship"))
    told = f"{nothing}Sets that claim something there: 'There' is {there.pk}."
    assert undeploy_set(project, "Elsewhere") == (2, told)
    assert Run.objects.count() == 1


def test_a_set_that_claims_nothing_under_the_named_profile_is_told(project: Project, project_folder: Path) -> None:
    landed(project, "There", ArtifactFactory(type="command", name="ship"))
    DeploymentProfileFactory(project=project, profile_id="other", platform="other", root_dir="agents")
    code, output = undeploy_set(project, "There", "--profile", "other")
    assert (code, "claims nothing there" in output) == (2, True)
    assert commands_in(project_folder) == ["ship"]
    assert Run.objects.count() == 1


def test_another_owners_set_is_not_found(project: Project, other_owner: User) -> None:
    theirs = DeploymentSetFactory(owner=other_owner, name="Theirs")
    for text in ("Theirs", str(theirs.pk)):
        code, output = undeploy_set(project, text)
        assert (code, "No set claims anything there." in output) == (2, True)
