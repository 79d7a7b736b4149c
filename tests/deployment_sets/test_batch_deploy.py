"""Landing a set: what the service reports and logs."""

import logging
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from deployment_sets.exceptions import DeploymentSetResolutionError
from deployment_sets.models import DeploymentSetMember
from deployment_sets.services.batch_deploy import batch_deploy, deploying_set, failures_of
from deployments.models import Claim, Run
from deployments.services.runs import carry_out
from projects.models import Project
from projects.services import register_project
from tests.factories import ArtifactFactory, ArtifactGroupFactory, DeploymentSetFactory


def test_a_nested_set_deploys_each_artifact_once(owner: User, project: Project, project_folder: Path) -> None:
    shared, grouped, direct = (ArtifactFactory(name=name) for name in ("shared", "grouped", "direct"))
    inner = DeploymentSetFactory(owner=owner, name="Inner", members=[shared])
    middle = DeploymentSetFactory(
        owner=owner, name="Middle", members=[inner, ArtifactGroupFactory(artifacts=[grouped, shared])]
    )
    outer = DeploymentSetFactory(owner=owner, name="Outer", members=[middle, inner, direct])

    report = batch_deploy(by=owner, deployment_set=outer, project=project, profiles=list(project.profiles.all()))

    assert [result.artifact_uuid for result in report.results] == [shared.pk, grouped.pk, direct.pk]
    assert report.counts == {"success": 3, "skip": 0, "error": 0}
    assert {path.name for path in (project_folder / ".claude/skills").iterdir()} == {"shared", "grouped", "direct"}
    assert set(Claim.objects.values_list("claimant", "label")) == {(f"set:{outer.pk}", "Outer")}


def test_a_missing_member_is_an_error_in_the_result_and_a_warning_with_the_trail(
    owner: User, project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    gone = ArtifactFactory(gone_at=timezone.now())
    inner = DeploymentSetFactory(owner=owner, name="Inner", members=[gone])
    outer = DeploymentSetFactory(owner=owner, name="Outer", members=[inner, ArtifactFactory()])
    with caplog.at_level(logging.WARNING):
        report = batch_deploy(by=owner, deployment_set=outer, project=project, profiles=list(project.profiles.all()))
    assert [(str(result.status), str(result.action)) for result in report.results] == [
        ("error", "missing"),
        ("success", "create"),
    ]
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert str(outer.pk) in str(vars(warning))
    assert "Inner" in str(vars(warning))


def test_the_start_and_the_end_of_a_run_are_logged_with_their_figures(
    owner: User, project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    deployment_set = DeploymentSetFactory(owner=owner, members=[ArtifactFactory(), ArtifactFactory(type="hook")])
    with caplog.at_level(logging.INFO, logger="deployment_sets"):
        batch_deploy(by=owner, deployment_set=deployment_set, project=project, profiles=list(project.profiles.all()))
    start, end = (vars(record) for record in caplog.records)
    for fields in (start, end):
        assert fields["set_id"] == str(deployment_set.pk)
        assert fields["project_id"] == str(project.pk)
        assert fields["profile_id"] == "claude_code"
        assert fields["resolved_count"] == 2
    assert (end["success"], end["skip"], end["error"]) == (1, 1, 0)
    assert end["duration_ms"] >= 0


def test_an_empty_set_deploys_nothing_and_says_so(owner: User, project: Project, project_folder: Path) -> None:
    deployment_set = DeploymentSetFactory(owner=owner)
    report = batch_deploy(
        by=owner, deployment_set=deployment_set, project=project, profiles=list(project.profiles.all())
    )
    assert report.results == ()
    assert list(project_folder.iterdir()) == []


def test_a_set_that_does_not_resolve_starts_no_run(owner: User, project: Project) -> None:
    first = DeploymentSetFactory(owner=owner)
    second = DeploymentSetFactory(owner=owner, members=[first])
    DeploymentSetMember.objects.create(set=first, member_set=second, position=0)
    with pytest.raises(DeploymentSetResolutionError):
        batch_deploy(by=owner, deployment_set=first, project=project, profiles=list(project.profiles.all()))
    assert not Run.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_artifacts(owner: User, tmp_path: Path) -> None:
    def queries(count: int) -> int:
        folder = tmp_path / str(count)
        folder.mkdir()
        project = register_project(owner=owner, path=str(folder))
        few = DeploymentSetFactory(owner=owner, members=[ArtifactFactory() for _ in range(count)])
        with CaptureQueriesContext(connection) as captured:
            batch_deploy(by=owner, deployment_set=few, project=project, profiles=list(project.profiles.all()))
        return len(captured)

    assert queries(3) == queries(6)


def test_what_failed_can_be_deployed_again_by_itself(owner: User, project: Project, project_folder: Path) -> None:
    good, edited, other = (ArtifactFactory(type="command", name=name) for name in ("good", "edited", "other"))
    deployment_set = DeploymentSetFactory(owner=owner, name="Kit", members=[good, edited])
    profiles = list(project.profiles.all())
    theirs = project_folder / ".claude/commands/edited.md"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("Mine.")
    run = batch_deploy(by=owner, deployment_set=deployment_set, project=project, profiles=profiles).run
    assert run is not None
    assert failures_of(run) == {(edited.pk, "claude_code")}
    DeploymentSetMember.objects.create(set=deployment_set, artifact=other, position=2)
    theirs.unlink()

    job = deploying_set(
        by=owner, deployment_set=deployment_set, project=project, profiles=profiles, only=failures_of(run)
    )
    report = carry_out(job=job)

    assert [result.artifact_uuid for result in report.results] == [edited.pk]
    assert report.counts == {"success": 1, "skip": 0, "error": 0}
    assert set(Claim.objects.values_list("claimant", "deployment__label")) == {
        (f"set:{deployment_set.pk}", "command:good"),
        (f"set:{deployment_set.pk}", "command:edited"),
    }
