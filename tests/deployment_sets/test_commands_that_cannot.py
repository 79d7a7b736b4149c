"""What the commands about projects and sets say and exit with when they cannot do what is asked."""

import itertools
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import User
from deployment_sets.models import DeploymentSet
from deployments.models import Run
from deployments.services.undo import undo
from projects.locks import folder_lock
from projects.models import Project
from tests.commands import run
from tests.config.fresh_process import PROJECT, environment
from tests.factories import ArtifactFactory, DeploymentSetFactory, DeploymentSetMemberFactory

SET = "A set"
COMMANDS = {
    "deploy_set": [SET],
    "undeploy_set": [SET],
    "where_live": [SET],
    "export_set": [SET],
    "bring_up_to_date": [SET],
    "undeploy": ["skill:pdf"],
    "undo": [],
    "project_status": [],
}
NO_PROJECTS = {
    "{folder}/missing": ("does not exist", "has no project in"),
    "{folder}/file": ("is not a folder", "has no project in"),
    "~/code": ("starts with '~'", "starts with '~'"),
    "": ("not absolute", "not absolute"),
    "/": ("PROJECT_ROOTS", "has no project in"),
    "/a\x00b": ("NUL", "NUL"),
    "/\udcff": ("surrogate", "surrogate"),
    "/" + "a" * 100_000: ("longer than", "longer than"),
    "/" + "a/" * 50_000: ("longer than", "longer than"),
}
WRONG_WORDS = ["", " ", "\x00", "\udcff", "x" * 100_000, "\x1b[2J", "set:", "0" * 32, "'; --", "%", "[]"]


@pytest.fixture(autouse=True)
def known(owner: User, project: Project) -> None:
    """There are a set and a project that could be meant."""
    DeploymentSetFactory(owner=owner, name=SET, members=[ArtifactFactory()])


def is_told(code: int, output: str) -> bool:
    """Whether the command ended as for a bad argument, with one line that is safe for a terminal."""
    return code == 2 and output.isprintable() and bool(output)


@pytest.mark.parametrize("path", NO_PROJECTS, ids=lambda path: ascii(path[:12]))
@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "where_live"])
def test_a_path_that_is_no_project_is_told(command: str, path: str, project_folder: Path) -> None:
    (project_folder / "file").write_text("")
    where = path.format(folder=project_folder)
    code, output = run(command, *COMMANDS[command], "--project", where, "--user", "owner")
    assert is_told(code, output)
    assert NO_PROJECTS[path][command != "deploy_set"] in output
    assert Project.objects.count() == 1


@pytest.mark.parametrize("word", WRONG_WORDS, ids=lambda word: ascii(word[:12]))
@pytest.mark.parametrize("command", [command for command, names in COMMANDS.items() if names])
def test_a_name_of_nothing_is_told(command: str, word: str, project_folder: Path) -> None:
    where = [] if command == "where_live" else ["--project", str(project_folder)]
    assert is_told(*run(command, word, *where, "--user", "owner"))


@pytest.mark.parametrize(
    ("option", "word"), list(itertools.product(["--user", "--profile"], WRONG_WORDS)), ids=lambda word: ascii(word[:12])
)
def test_a_user_or_a_profile_of_nothing_is_told(option: str, word: str, project_folder: Path) -> None:
    arguments = [SET, "--project", str(project_folder), "--user", "owner"]
    for command in ("deploy_set", "undeploy_set"):
        assert is_told(*run(command, *arguments, option, word))
    assert not Run.objects.exists()


@pytest.mark.parametrize("word", [word for word in WRONG_WORDS if word.isprintable()], ids=lambda word: word[:12])
def test_a_fingerprint_of_nothing_is_out_of_date(word: str, project_folder: Path) -> None:
    where = ["--project", str(project_folder), "--user", "owner"]
    assert run("deploy_set", SET, *where)[0] == 0
    for command in ("deploy_set", "undeploy_set"):
        code, output = run(command, SET, *where, "--fingerprint", word)
        assert (code, "not the plan that was shown" in output) == (1, True)
    assert Run.objects.count() == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_without_login_it_is_the_local_user_and_with_it_somebody_must_be_named(
    command: str, settings: Settings
) -> None:
    where = [] if command == "where_live" else ["--project", "/nowhere"]
    assert "local-user has no" in run(command, *COMMANDS[command], *where)[1] or command == "deploy_set"
    settings.AUTH_ENABLED = True
    code, output = run(command, *COMMANDS[command], *where)
    assert (code, "--user NAME" in output) == (2, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["deploy_set", SET],
        ["undeploy", "--project", "/nowhere"],
        ["undo", "--project", "/nowhere", "--dry-run", "--fingerprint", "0"],
        ["bring_up_to_date", SET, "--on-conflict", "maybe"],
        ["where_live", SET, "--format", "yaml"],
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_arguments_that_do_not_go_together_end_a_process_with_two(arguments: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment(DATA_DIR=str(tmp_path / "data")),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "error: " in done.stderr


def test_a_set_that_does_not_resolve_fails_with_its_circle_and_can_still_be_undeployed(
    owner: User, project_folder: Path
) -> None:
    inner = DeploymentSetFactory(owner=owner, name="Inner")
    DeploymentSetFactory(owner=owner, name="Outer", members=[inner])
    DeploymentSetMemberFactory(set=inner, artifact=ArtifactFactory())
    where = ["--project", str(project_folder), "--user", "owner"]
    assert run("deploy_set", "Outer", *where)[0] == 0
    DeploymentSetMemberFactory(set=inner, member_set=DeploymentSet.objects.get(name="Outer"))
    for command, arguments in (("deploy_set", where), ("where_live", where[2:])):
        code, output = run(command, "Outer", *arguments)
        assert (code, "Outer › Inner › Outer" in output) == (1, True)
    assert run("undeploy_set", "Outer", *where)[0] == 0


def test_while_a_run_is_at_work_every_other_is_refused(
    owner: User, project: Project, project_folder: Path, monkeypatch: pytest.MonkeyPatch, server_log: StringIO
) -> None:
    where = ["--project", str(project_folder), "--user", "owner"]
    assert run("deploy_set", SET, *where)[0] == 0
    label = project.deployments.get().label
    monkeypatch.setattr("deployments.services.folders.LOCK_WAIT_SECONDS", 0.0)
    with folder_lock(project_folder, 0):
        for command, *names in (["deploy_set", SET], ["undeploy_set", SET], ["undeploy", label], ["undo"]):
            code, output = run(command, *names, *where)
            assert (code, "Try again" in output) == (1, True)
        assert run("project_status", *where)[0] == 0
        assert server_log.getvalue() == ""
    assert project.runs.count() == 1


@pytest.mark.parametrize("verbosity", ["1", "2"])
def test_what_the_log_says_of_a_run_comes_to_the_terminal_on_demand(
    project_folder: Path, server_log: StringIO, verbosity: str
) -> None:
    where = ["--project", str(project_folder), "--user", "owner"]
    for command, told in (("deploy_set", "Deploying a set is over"), ("undeploy_set", "Undeploying a set is over")):
        assert run(command, SET, *where, "--verbosity", verbosity)[0] == 0
        assert (told in server_log.getvalue()) == (verbosity == "2")


def test_the_log_is_whole_again_after_a_command(owner: User, project: Project, server_log: StringIO) -> None:
    run("deploy_set", SET, "--project", project.path, "--user", "owner")
    undo(project=project, by=owner)
    lines = server_log.getvalue().splitlines()
    assert [" Undoing a run begins. " in line or " Undoing a run is over. " in line for line in lines] == [True, True]
