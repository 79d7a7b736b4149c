"""`manage.py undeploy`, as a script meets it."""

import logging

import pytest

from deployments.installer.decisions import Claimant
from deployments.models import Deployment
from tests.commands import run, run_json
from tests.deployments.conftest import Desk
from tests.factories import UserFactory


def undeploy(desk: Desk, *arguments: str) -> tuple[int, str]:
    return run("undeploy", *arguments, "--project", str(desk.folder), "--user", "owner")


def test_an_artifact_goes_whoever_claims_it_and_the_others_stay(desk: Desk) -> None:
    pdf, ship = desk.artifact("skill:pdf"), desk.artifact("command:ship", {"": "Ship"})
    desk.deploy(pdf, ship)
    Desk(desk.project, desk.folder, Claimant("set:2", "Other")).deploy(pdf)
    code, output = undeploy(desk, "skill:pdf")
    assert code == 0
    assert output.splitlines() == [
        "Success  remove      skill:pdf  claude_code  .claude/skills/pdf",
        "1 removed, 0 skipped, 0 failed. This was run 3.",
    ]
    assert desk.tree() == {".claude/commands/ship.md": b"Ship"}


def test_it_is_logged_like_every_run(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.deploy(desk.artifact("skill:pdf"))
    with caplog.at_level(logging.INFO, logger="deployments"):
        caplog.clear()
        undeploy(desk, "skill:pdf", "--verbosity", "2")
    assert caplog.messages == ["Undeploying artifacts begins.", "Undeploying artifacts is over."]


def test_several_go_at_once_by_name_and_by_uuid(desk: Desk) -> None:
    pdf, ship = desk.artifact("skill:pdf"), desk.artifact("command:ship")
    desk.deploy(pdf, ship)
    assert undeploy(desk, "skill:pdf", str(ship.pk))[0] == 0
    assert desk.tree() == {}


def test_the_plugin_an_artifact_came_in_tells_two_of_one_name_apart(desk: Desk) -> None:
    plain = desk.artifact("command:ship", {"": "Ship"})
    packed = desk.artifact("command:ship", {"": "Ship it"}, namespace="review")
    desk.deploy(plain)
    desk.deploy(packed, profiles=[desk.profile("plain", platform="other", root_dir="agents")])
    code, output = undeploy(desk, "command:ship")
    assert code == 2
    assert f"command:ship is {plain.pk}" in output
    assert f"command:ship (review) is {packed.pk}" in output
    assert undeploy(desk, "command:ship (review)")[0] == 0
    assert Deployment.objects.get().artifact_uuid == plain.pk


def test_an_artifact_that_no_longer_exists_goes_by_the_name_it_was_deployed_by(desk: Desk) -> None:
    pdf = desk.artifact("skill:pdf")
    desk.deploy(pdf)
    pdf.collection.delete()
    assert undeploy(desk, "skill:pdf")[0] == 0
    assert desk.tree() == {}


def test_one_profile_can_be_named_even_when_it_is_deleted(desk: Desk) -> None:
    ship = desk.artifact("command:ship", {"": "Ship"})
    gone = desk.profile("gone", platform="other", root_dir="agents")
    desk.deploy(ship, profiles=[desk.project.profiles.get(profile_id="claude_code"), gone])
    gone.delete()
    assert undeploy(desk, "command:ship", "--profile", "gone")[0] == 0
    assert desk.tree() == {".claude/commands/ship.md": b"Ship"}


def test_an_edit_stays_and_the_way_out_is_told(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship"))
    (desk.folder / ".claude/commands/ship.md").write_text("Mine")
    code, output = undeploy(desk, "command:ship", "--diff")
    assert code == 1
    assert "-Mine" in output
    assert "--on-conflict overwrite" in output
    assert undeploy(desk, "command:ship", "--on-conflict", "skip")[0] == 0
    assert undeploy(desk, "command:ship", "--on-conflict", "overwrite")[0] == 0
    assert desk.tree() == {}


def test_exactly_what_a_dry_run_showed_can_be_done(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship"))
    before = desk.tree()
    code, output = undeploy(desk, "command:ship", "--dry-run")
    assert code == 0
    assert "1 would be removed, 0 skipped, 0 would fail. Nothing was written." in output
    assert desk.tree() == before
    arguments = output.splitlines()[-1].split()
    assert undeploy(desk, "command:ship", *arguments)[0] == 0
    assert desk.tree() == {}


def test_what_is_not_there_is_a_bad_argument(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship"))
    for arguments, message in (
        (["skill:pdf"], "'skill:pdf' is not deployed in"),
        (["command:ship", "--profile", "nope"], "no profile 'nope'. It has claude_code."),
    ):
        code, output = undeploy(desk, *arguments)
        assert (code, message in output) == (2, True)
    assert Deployment.objects.exists()


@pytest.mark.parametrize("command", ["undeploy", "undo", "project_status"])
def test_another_owners_project_is_not_found(desk: Desk, command: str) -> None:
    desk.deploy(desk.artifact("command:ship"))
    UserFactory(username="stranger")
    artifacts = ["command:ship"] if command == "undeploy" else []
    code, output = run(command, *artifacts, "--project", str(desk.folder), "--user", "stranger")
    assert code == 2
    assert "stranger has no project in" in output
    assert ".claude/commands/ship.md" in desk.tree()


def test_json_says_that_it_was_an_undeploy(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship"))
    data = run_json("undeploy", "command:ship", "--project", str(desk.folder), "--user", "owner")
    assert (data["kind"], data["run_number"], data["counts"]["success"]) == ("undeploy", 2, 1)
    assert "diffs" not in data["results"][0]
