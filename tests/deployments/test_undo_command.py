"""`manage.py undo`, as a script meets it."""

from tests.commands import run, run_json
from tests.deployments.conftest import Desk
from tests.factories import give_version


def undo(desk: Desk, *arguments: str) -> tuple[int, str]:
    return run("undo", "--project", str(desk.folder), "--user", "owner", *arguments)


def test_it_takes_back_the_last_run_and_says_which_that_was(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship"))
    code, output = undo(desk)
    first, *_, last = output.splitlines()
    assert code == 0
    assert first.startswith("Undo of run 1: the deploy of 'Full-stack' by owner, ")
    assert last == "1 restored, 0 skipped, 0 failed. This was run 2."
    assert desk.tree() == {}


def test_repeated_it_walks_back_until_there_is_nothing_left(desk: Desk) -> None:
    ship = desk.artifact("command:ship", {"": "Ship"})
    desk.deploy(ship)
    give_version(ship, {"": "Ship it"})
    desk.deploy(ship)
    assert undo(desk)[0] == 0
    assert desk.tree() == {".claude/commands/ship.md": b"Ship"}
    assert undo(desk)[1].startswith("Undo of run 1")
    assert desk.tree() == {}
    assert undo(desk) == (1, "There is no run to undo: none has changed anything, or all are undone.")


def test_an_undeploy_is_named_by_what_it_took_out(desk: Desk) -> None:
    plan, ship = desk.artifact("command:plan"), desk.artifact("command:ship")
    desk.deploy(plan, ship)
    desk.undeploy(ship, of_everybody=True)
    assert undo(desk)[1].startswith("Undo of run 2: the undeploy of command:ship by owner, ")
    desk.undeploy(of_everybody=True)
    assert undo(desk)[1].startswith("Undo of run 4: the undeploy of command:plan and 1 more by owner, ")


def test_a_dry_run_names_the_run_and_shows_what_would_come_back(desk: Desk) -> None:
    ship = desk.artifact("command:ship", {"": "Ship\n"})
    desk.deploy(ship)
    desk.undeploy(ship)
    code, output = undo(desk, "--dry-run", "--diff")
    assert code == 0
    assert output.startswith("Undo of run 2: the undeploy of 'Full-stack'")
    assert "         +Ship\n" in output
    assert "1 would be restored" in output
    assert desk.tree() == {}
    assert undo(desk, *output.splitlines()[-1].split())[0] == 0
    assert desk.tree() == {".claude/commands/ship.md": b"Ship\n"}


def test_an_edit_made_since_keeps_everything_as_it_is(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship"), desk.artifact("command:plan"))
    (desk.folder / ".claude/commands/ship.md").write_text("Mine")
    before = desk.tree()
    code, output = undo(desk)
    assert (code, desk.tree()) == (1, before)
    assert "--on-conflict skip" in output
    assert undo(desk, "--on-conflict", "skip")[0] == 0
    assert desk.tree() == {".claude/commands/ship.md": b"Mine"}


def test_json_says_which_run_was_undone(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship"))
    arguments = ["undo", "--project", str(desk.folder), "--user", "owner"]
    assert run_json(*arguments, "--dry-run")["undone_run_number"] == 1
    data = run_json(*arguments)
    assert (data["kind"], data["undone_run_number"], data["run_number"]) == ("undo", 1, 2)
