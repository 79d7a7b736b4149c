"""`manage.py deploy_set`, as a script meets it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from accounts.services.users import local_user
from artifacts.models import Artifact
from deployment_sets.models import DeploymentSet
from deployments.models import Deployment
from projects.models import Project
from tests import commands
from tests.factories import ArtifactFactory, DeploymentProfileFactory, DeploymentSetFactory, give_version


@pytest.fixture
def mine(db: None) -> DeploymentSet:
    """A set of the local user with one skill and one command."""
    skill = ArtifactFactory(name="pdf", files={"SKILL.md": "Read"})
    command = ArtifactFactory(type="command", name="ship", files={"": "Ship"})
    deployment_set: DeploymentSet = DeploymentSetFactory(
        owner=local_user(), name="Full-stack", members=[skill, command]
    )
    return deployment_set


def run(*arguments: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    return commands.run("deploy_set", *arguments)


def test_it_registers_the_project_and_deploys_a_set_by_name(mine: DeploymentSet, project_folder: Path) -> None:
    code, output = run("Full-stack", "--project", str(project_folder))
    assert code == 0
    assert "Success  create      skill:pdf" in output
    assert output.splitlines()[-1] == "2 succeeded, 0 skipped, 0 failed. This was run 1."
    assert (project_folder / ".claude/skills/pdf/SKILL.md").read_text() == "Read"
    assert Project.objects.get().owner == local_user()


def test_it_deploys_a_set_by_id_and_again_skips_everything(mine: DeploymentSet, project_folder: Path) -> None:
    run(str(mine.pk), "--project", str(project_folder))
    code, output = run(str(mine.pk), "--project", str(project_folder))
    assert code == 0
    assert "0 succeeded, 2 skipped, 0 failed" in output


def test_json_has_every_result(mine: DeploymentSet, project_folder: Path) -> None:
    code, output = run("Full-stack", "--project", str(project_folder), "--format", "json")
    data: dict[str, Any] = json.loads(output)
    assert code == 0
    assert data["counts"] == {"success": 2, "skip": 0, "error": 0}
    assert [(result["artifact_id"], result["action"], result["error"]) for result in data["results"]] == [
        ("skill:pdf", "create", None),
        ("command:ship", "create", None),
    ]
    assert data["run_id"]


@pytest.mark.parametrize("path", [".", "{name}/../{name}", "../{name}"])
def test_a_relative_path_begins_where_the_command_is_called(
    mine: DeploymentSet, project_folder: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(project_folder if path.startswith(".") else project_folder.parent)
    assert run("Full-stack", "--project", path.format(name=project_folder.name))[0] == 0
    assert Project.objects.get().path == str(project_folder)
    assert commands.run("project_status", "--project", path.format(name=project_folder.name))[0] == 0


def test_one_error_makes_exit_code_one_and_the_rest_lands(mine: DeploymentSet, project_folder: Path) -> None:
    (project_folder / ".claude/commands").mkdir(parents=True)
    (project_folder / ".claude/commands/ship.md").write_text("Mine")
    code, output = run("Full-stack", "--project", str(project_folder))
    assert code == 1
    assert "1 succeeded, 0 skipped, 1 failed" in output
    assert ".claude/commands/ship.md was there before" in output
    assert "--on-conflict overwrite" in output
    assert run("Full-stack", "--project", str(project_folder), "--on-conflict", "skip")[0] == 0
    assert run("Full-stack", "--project", str(project_folder), "--on-conflict", "overwrite")[0] == 0
    assert (project_folder / ".claude/commands/ship.md").read_text() == "Ship"


def test_a_dry_run_writes_nothing_and_registers_nothing(mine: DeploymentSet, project_folder: Path) -> None:
    code, output = run("Full-stack", "--project", str(project_folder), "--dry-run")
    assert code == 0
    assert "2 would be written" in output
    assert "Would    create      skill:pdf" in output
    assert "Success" not in output
    assert list(project_folder.iterdir()) == []
    assert not Project.objects.exists()


def test_a_dry_run_of_a_known_project_takes_no_write_lock(mine: DeploymentSet, project_folder: Path) -> None:
    run("Full-stack", "--project", str(project_folder))
    with CaptureQueriesContext(connection) as captured:
        run("Full-stack", "--project", str(project_folder), "--dry-run")
    statements = [query["sql"].lstrip("(").split()[0] for query in captured]
    assert statements
    assert set(statements) <= {"SELECT", "WITH", "DECLARE"}


def test_a_dry_run_shows_what_would_change_inside_files(mine: DeploymentSet, project_folder: Path) -> None:
    run("Full-stack", "--project", str(project_folder))
    give_version(Artifact.objects.get(name="ship"), {"": "Ship\tit\x1b[2J\nSuccess  all fine"})
    code, output = run("Full-stack", "--project", str(project_folder), "--dry-run", "--diff")
    assert code == 0
    below = output.partition("Would    update      command:ship")[2].splitlines()
    assert below[1:7] == [
        "         --- a/.claude/commands/ship.md",
        "         +++ b/.claude/commands/ship.md",
        "         @@ -1 +1,2 @@",
        "         -Ship",
        "         \\ No newline at end of file",
        "         +Ship\tit\\x1b[2J",
    ]
    assert "1 would be written, 1 skipped" in output


def test_a_deploy_shows_what_it_changed_inside_files(mine: DeploymentSet, project_folder: Path) -> None:
    data = json.loads(run("Full-stack", "--project", str(project_folder), "--diff", "--format", "json")[1])
    (diff,) = data["results"][1]["diffs"]
    assert (diff["path"], diff["kind"]) == (".claude/commands/ship.md", "added")
    assert "+Ship\n" in diff["text"]
    assert "+Read" not in run("Full-stack", "--project", str(project_folder), "--diff")[1]


def test_exactly_what_a_dry_run_showed_is_deployed_or_nothing(mine: DeploymentSet, project_folder: Path) -> None:
    project = ["--project", str(project_folder)]
    planned = run("Full-stack", *project, "--dry-run")[1].splitlines()
    assert planned[-2] == "To do exactly this and nothing else, put in place of --dry-run:"
    fingerprint = planned[-1].split()
    assert json.loads(run("Full-stack", *project, "--dry-run", "--format", "json")[1])["fingerprint"] == fingerprint[1]
    (project_folder / ".claude/commands").mkdir(parents=True)
    (project_folder / ".claude/commands/ship.md").write_text("Mine")
    code, output = run("Full-stack", *project, *fingerprint)
    assert code == 1
    assert "This is not the plan that was shown" in output
    assert [path.name for path in project_folder.rglob("*.md")] == ["ship.md"]
    (project_folder / ".claude/commands/ship.md").unlink()
    assert run("Full-stack", *project, *fingerprint)[0] == 0
    assert (project_folder / ".claude/commands/ship.md").read_text() == "Ship"


def test_what_the_set_no_longer_holds_goes_on_request(mine: DeploymentSet, project_folder: Path) -> None:
    run("Full-stack", "--project", str(project_folder))
    mine.members.get(position=1).delete()
    assert "1 skipped" in run("Full-stack", "--project", str(project_folder))[1]
    code, output = run("Full-stack", "--project", str(project_folder), "--prune", "--dry-run")
    assert "0 would be written, 1 would be removed, 1 skipped, 0 would fail. Nothing was written." in output
    assert (project_folder / ".claude/commands/ship.md").exists()
    code, output = run("Full-stack", "--project", str(project_folder), "--prune")
    assert (code, "Success  remove      command:ship" in output) == (0, True)
    assert not (project_folder / ".claude/commands/ship.md").exists()


def test_with_atomic_one_error_leaves_everything_as_it_was(mine: DeploymentSet, project_folder: Path) -> None:
    (project_folder / ".claude/commands").mkdir(parents=True)
    (project_folder / ".claude/commands/ship.md").write_text("Mine")
    code, output = run("Full-stack", "--project", str(project_folder), "--atomic")
    assert code == 1
    assert "Nothing was changed, because command:ship" in output
    assert not (project_folder / ".claude/skills").exists()


def test_a_name_cannot_forge_a_line_or_drive_the_terminal(mine: DeploymentSet, project_folder: Path) -> None:
    evil = ArtifactFactory(type="mcp", name="evil\x1b[2J\nSuccess  create      all fine")
    DeploymentSetFactory(owner=local_user(), name="Evil", members=[evil])
    _, output = run("Evil", "--project", str(project_folder))
    assert "\x1b" not in output
    assert not any(line.startswith("Success") for line in output.splitlines())


def test_it_deploys_under_every_profile_unless_some_are_named(mine: DeploymentSet, project_folder: Path) -> None:
    run("Full-stack", "--project", str(project_folder))
    DeploymentProfileFactory(project=Project.objects.get(), profile_id="plain", platform="other", root_dir="docs")
    run("Full-stack", "--project", str(project_folder), "--profile", "plain")
    assert Deployment.objects.filter(deployment_profile_id="plain").count() == 2
    _, output = run("Full-stack", "--project", str(project_folder))
    assert "4 skipped" in output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Nothing", "--project", "{folder}"], "no set with the id or name 'Nothing'"),
        (["Full-stack", "--project", "{folder}/missing"], "does not exist"),
        (["Full-stack", "--project", "/"], "PROJECT_ROOTS"),
        (["Full-stack", "--project", "{folder}", "--profile", "nope"], "no profile 'nope'. It has claude_code."),
        (["Full-stack", "--project", "{folder}", "--user", "nobody"], "no user 'nobody'"),
        (["Full-stack", "--project", "{folder}", "--on-conflict", "maybe"], "invalid choice"),
    ],
)
def test_bad_arguments_exit_with_two_and_say_what_is_wrong(
    mine: DeploymentSet, project_folder: Path, arguments: list[str], message: str
) -> None:
    code, output = run(*(argument.format(folder=project_folder) for argument in arguments))
    assert message in output
    assert code == (1 if "invalid choice" in message else 2)


def test_a_name_that_two_sets_have_is_refused_with_their_ids(mine: DeploymentSet, project_folder: Path) -> None:
    twin = DeploymentSetFactory(owner=local_user(), name="Full-stack")
    code, output = run("Full-stack", "--project", str(project_folder))
    assert code == 2
    assert str(mine.pk) in output
    assert str(twin.pk) in output


def test_another_owners_set_is_not_found(owner: User, project_folder: Path) -> None:
    theirs = DeploymentSetFactory(owner=owner, name="Theirs")
    assert run("Theirs", "--project", str(project_folder))[0] == 2
    assert run(str(theirs.pk), "--project", str(project_folder))[0] == 2


def test_with_login_on_the_user_must_be_named(
    mine: DeploymentSet, project_folder: Path, settings: Settings, owner: User
) -> None:
    settings.AUTH_ENABLED = True
    code, output = run("Full-stack", "--project", str(project_folder))
    assert (code, "--user NAME" in output) == (2, True)
    DeploymentSetFactory(owner=owner, name="Mine too", members=[ArtifactFactory()])
    assert run("Mine too", "--project", str(project_folder), "--user", "owner")[0] == 0
