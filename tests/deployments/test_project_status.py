"""How deployments compare with the disk and with today: the service, and `manage.py project_status`."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deployments.exceptions import ProjectFolderError
from deployments.installer.decisions import Claimant
from deployments.installer.status import Status
from deployments.models import Deployment
from deployments.services.status import statuses
from tests.commands import run, run_json
from tests.deployments.conftest import Desk
from tests.deployments.merged_artifacts import SETTINGS, hook
from tests.factories import give_version


def status(desk: Desk, *arguments: str) -> tuple[int, str]:
    return run("project_status", "--project", str(desk.folder), "--user", "owner", *arguments)


def only_status(desk: Desk) -> tuple[Status, tuple[str, ...]]:
    (found,) = statuses(project=desk.project)
    return found.status, found.reasons


def test_what_is_as_it_was_left_is_in_sync(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship"))
    code, output = status(desk)
    assert code == 0
    assert output.splitlines() == [
        "in_sync            command:ship  claude_code  .claude/commands/ship.md  for Full-stack",
        "1 in_sync.",
    ]


def test_what_was_edited_is_modified_and_the_edit_is_shown_on_request(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship", {"": "Ship\n"}))
    (desk.folder / ".claude/commands/ship.md").write_text("Ship\tnow\x1b[2J\n")
    assert only_status(desk) == (Status.MODIFIED, (".claude/commands/ship.md was edited.",))
    code, output = status(desk, "--diff")
    assert code == 0
    assert "         -Ship\n         +Ship\tnow\\x1b[2J\n" in output
    assert "+Ship" not in status(desk)[1]


def test_what_has_a_newer_version_is_outdated_and_edited_too_is_both(desk: Desk) -> None:
    ship = desk.artifact("command:ship", {"": "Ship"})
    desk.deploy(ship)
    give_version(ship, {"": "Ship it"})
    assert only_status(desk) == (Status.OUTDATED, ("There is a newer version of it.",))
    (desk.folder / ".claude/commands/ship.md").write_text("Mine")
    assert only_status(desk)[0] is Status.MODIFIED_OUTDATED


def test_what_would_go_elsewhere_today_is_outdated(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship"))
    profile = desk.project.profiles.get()
    profile.artifact_path_map |= {"command": ".claude/commands/team"}
    profile.save()
    assert only_status(desk) == (Status.OUTDATED, ("It would be placed elsewhere today.",))


def test_what_is_gone_from_the_disk_is_deleted(desk: Desk) -> None:
    desk.deploy(desk.artifact("command:ship"))
    (desk.folder / ".claude/commands/ship.md").unlink()
    assert only_status(desk) == (Status.DELETED, (".claude/commands/ship.md is gone.",))


def test_what_is_gone_in_part_is_modified(desk: Desk) -> None:
    desk.deploy(hook(desk))
    assert only_status(desk)[0] is Status.IN_SYNC
    (desk.folder / SETTINGS).unlink()
    status_now, reasons = only_status(desk)
    assert status_now is Status.MODIFIED
    assert len(reasons) == 1
    assert SETTINGS in reasons[0]


def test_of_an_entry_in_a_shared_file_only_itself_counts(desk: Desk) -> None:
    desk.deploy(desk.artifact("mcp:time", {"": '{"command": "time"}'}))
    file = desk.folder / ".mcp.json"
    file.write_text('{"mine": 1, ' + file.read_text().lstrip().removeprefix("{"))
    assert only_status(desk)[0] is Status.IN_SYNC
    file.write_text(file.read_text().replace('"time"\n', '"clock"\n'))
    assert only_status(desk)[0] is Status.MODIFIED
    file.write_text('{"mine": 1}')
    assert only_status(desk)[0] is Status.DELETED


def test_what_could_not_be_deployed_today_is_still_compared_and_says_so(desk: Desk) -> None:
    gone = desk.profile("gone", platform="other", root_dir="agents")
    pdf, ship = desk.artifact("skill:pdf"), desk.artifact("command:ship")
    desk.deploy(pdf, profiles=[gone])
    desk.deploy(ship)
    gone.delete()
    ship.collection.delete()
    found = {each.target.label: each for each in statuses(project=desk.project)}
    assert {label: each.status for label, each in found.items()} == {
        "skill:pdf": Status.IN_SYNC,
        "command:ship": Status.IN_SYNC,
    }
    assert found["skill:pdf"].reasons == ("Its profile does not exist any more.",)
    assert "does not exist any more" in found["command:ship"].reasons[0]


def test_only_those_of_a_claimant_or_of_some_artifacts_can_be_asked_for(desk: Desk) -> None:
    pdf, ship = desk.artifact("skill:pdf"), desk.artifact("command:ship")
    desk.deploy(pdf)
    other = Claimant("set:2", "Other")
    Desk(desk.project, desk.folder, other).deploy(pdf, ship)
    assert len(statuses(project=desk.project)) == 2
    (of_desk,) = statuses(project=desk.project, claimant=desk.claimant.key)
    assert of_desk.claims == (desk.claimant, other)
    (of_ship,) = statuses(project=desk.project, deployments=[Deployment.objects.get(artifact_uuid=ship.pk).pk])
    assert of_ship.claims == (other,)


def test_everything_about_a_deployment_is_in_json(desk: Desk) -> None:
    ship = desk.artifact("command:ship", {"": "Ship\n"})
    desk.deploy(ship)
    (desk.folder / ".claude/commands/ship.md").write_text("Mine\n")
    (found,) = run_json("project_status", "--project", str(desk.folder), "--user", "owner", "--diff")["deployments"]
    (diff,) = found.pop("diffs")
    assert (diff["path"], diff["kind"]) == (".claude/commands/ship.md", "changed")
    assert found == {
        "artifact_uuid": str(ship.pk),
        "artifact_id": "command:ship",
        "namespace": "",
        "profile_id": "claude_code",
        "platform": "claude_code",
        "status": "modified",
        "reasons": [".claude/commands/ship.md was edited."],
        "claims": [{"claimant": "set:1", "label": "Full-stack"}],
        "approval": None,
        "paths": [".claude/commands/ship.md"],
    }


def test_an_empty_project_says_so_and_a_folder_that_is_gone_is_an_error(desk: Desk) -> None:
    assert status(desk) == (0, "Nothing is deployed there.\n")
    desk.folder.rmdir()
    with pytest.raises(ProjectFolderError):
        statuses(project=desk.project)
    code, output = status(desk)
    assert code == 1
    assert str(desk.folder) in output


def test_looking_writes_nothing_and_takes_no_more_queries_for_more_deployments(desk: Desk) -> None:
    def queries() -> list[str]:
        for file in desk.folder.glob(".claude/skills/*/SKILL.md"):
            file.write_text("Mine")
        with CaptureQueriesContext(connection) as captured:
            assert {each.status for each in statuses(project=desk.project)} == {Status.IN_SYNC, Status.MODIFIED}
        return [query["sql"] for query in captured]

    artifacts = [desk.artifact(f"{kind}:{number}") for number in range(4) for kind in ("skill", "command", "mcp")]
    desk.deploy(*artifacts[:6])
    few = queries()
    desk.deploy(*artifacts)
    assert len(queries()) == len(few)
    assert {sql.lstrip("(").split()[0] for sql in few} <= {"SELECT", "WITH", "DECLARE"}


def test_diffs_take_one_query_more_however_many_files_were_edited(desk: Desk) -> None:
    def queries(diffs: bool) -> int:
        with CaptureQueriesContext(connection) as captured:
            statuses(project=desk.project, diffs=diffs)
        return len(captured)

    desk.deploy(*(desk.artifact(f"command:{number}") for number in range(5)))
    assert queries(diffs=True) == queries(diffs=False)
    for number in range(3):
        (desk.folder / f".claude/commands/{number}.md").write_text("Mine")
    assert queries(diffs=True) == queries(diffs=False) + 1
