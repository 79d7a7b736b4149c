"""The status of what is deployed: compared with the disk, and with what would be deployed today."""

import shutil
from typing import Any

import pytest
from django.utils import timezone

from artifacts.models import Artifact
from deployments.exceptions import ProjectFolderError
from deployments.installer.decisions import Claimant
from deployments.installer.disk import DiskReader, DiskState
from deployments.installer.status import DeploymentStatus
from deployments.models import Deployment
from deployments.services.status import statuses
from tests.deployments.busy_project import exact_state
from tests.deployments.conftest import Desk
from tests.deployments.merged_artifacts import SERVERS, SETTINGS, hook, hooks, read, server, write
from tests.factories import give_version

SHIP = ".claude/commands/ship.md"
PDF = ".claude/skills/pdf"


@pytest.fixture
def ship(desk: Desk) -> Artifact:
    return desk.artifact("command:ship", {"": "Ship\n"})


@pytest.fixture
def pdf(desk: Desk) -> Artifact:
    return desk.artifact("skill:pdf", {"SKILL.md": "Read\n", "notes.md": "Notes\n"})


def status_of(desk: Desk, **options: Any) -> DeploymentStatus:
    """The status of the one deployment there is."""
    (status,) = statuses(project=desk.project, **options)
    return status


def found(status: DeploymentStatus) -> tuple[str, tuple[str, ...]]:
    """A status with its reasons."""
    return str(status.status), status.reasons


def test_what_is_as_it_was_deployed_is_in_sync(desk: Desk, ship: Artifact, pdf: Artifact) -> None:
    desk.deploy(ship, pdf, hook(desk), server(desk))
    assert [(each.target.label, found(each), each.paths) for each in statuses(project=desk.project, diffs=True)] == [
        ("command:ship", ("in_sync", ()), (SHIP,)),
        ("hook:format", ("in_sync", ()), (".claude/hooks/format", SETTINGS)),
        ("mcp:docs", ("in_sync", ()), (SERVERS,)),
        ("skill:pdf", ("in_sync", ()), (PDF,)),
    ]
    assert not any(each.diffs for each in statuses(project=desk.project, diffs=True))


def test_what_was_adopted_is_in_sync_too(desk: Desk, ship: Artifact) -> None:
    write(desk, SHIP, "Ship\n")
    desk.deploy(ship)
    assert found(status_of(desk)) == ("in_sync", ())


def test_an_edited_file_is_modified(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    write(desk, SHIP, "Mine\n")
    assert found(status_of(desk)) == ("modified", (f"{SHIP} was edited.",))
    assert status_of(desk).diffs == ()
    (diff,) = status_of(desk, diffs=True).diffs
    assert diff.path == SHIP
    assert "-Ship\n+Mine\n" in diff.text


def test_an_edited_folder_says_which_files(desk: Desk, pdf: Artifact) -> None:
    desk.deploy(pdf)
    write(desk, f"{PDF}/SKILL.md", "Mine\n")
    write(desk, f"{PDF}/more.md", "More\n")
    (desk.folder / PDF / "notes.md").unlink()
    status = status_of(desk, diffs=True)
    assert found(status) == (
        "modified",
        (f"{PDF} was edited: SKILL.md changed, more.md added, notes.md removed.",),
    )
    assert [diff.path for diff in status.diffs] == [f"{PDF}/SKILL.md", f"{PDF}/more.md", f"{PDF}/notes.md"]
    assert "-Notes\n" in status.diffs[2].text


def test_a_folder_that_became_a_file_is_modified(desk: Desk, pdf: Artifact) -> None:
    desk.deploy(pdf)
    shutil.rmtree(desk.folder / PDF)
    write(desk, PDF, "Mine\n")
    assert found(status_of(desk, diffs=True)) == ("modified", (f"{PDF} was edited.",))


def test_what_became_a_symlink_is_modified(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    (desk.folder / SHIP).unlink()
    (desk.folder / SHIP).symlink_to("/etc/hostname")
    status = status_of(desk, diffs=True)
    assert status.status == "modified"
    assert f"{SHIP} is a symlink" in status.reasons[0]


def test_by_products_of_tools_are_no_edit(desk: Desk, pdf: Artifact) -> None:
    desk.deploy(pdf)
    write(desk, f"{PDF}/__pycache__/a.pyc", "compiled")
    assert found(status_of(desk)) == ("in_sync", ())


@pytest.mark.parametrize("artifact_id", ["command:ship", "skill:pdf", "mcp:docs"])
def test_what_is_gone_from_the_disk_is_deleted(desk: Desk, artifact_id: str) -> None:
    desk.deploy(desk.artifact(artifact_id))
    for thing in desk.folder.iterdir():
        shutil.rmtree(thing) if thing.is_dir() else thing.unlink()
    status = status_of(desk, diffs=True)
    assert status.status == "deleted"
    assert "is gone." in status.reasons[0]


def test_a_server_that_was_taken_out_of_its_file_is_deleted(desk: Desk) -> None:
    write(desk, SERVERS, '{"mine": 1}')
    desk.deploy(server(desk))
    write(desk, SERVERS, '{"mine": 2}')
    assert found(status_of(desk)) == ("deleted", ("mcpServers.docs in .mcp.json is gone.",))


def test_an_edited_server_is_modified_and_shown(desk: Desk) -> None:
    desk.deploy(server(desk))
    write(desk, SERVERS, '{"mcpServers": {"docs": {"command": "mine"}}}')
    status = status_of(desk, diffs=True)
    assert found(status) == ("modified", ("mcpServers.docs in .mcp.json was edited.",))
    assert '-  "command": "docs-server"\n+  "command": "mine"\n' in status.diffs[0].text


def test_edits_beside_our_entry_are_none_of_ours(desk: Desk) -> None:
    desk.deploy(server(desk))
    write(desk, SERVERS, (desk.folder / SERVERS).read_text().replace("\n}", ',\n  "mine": 1\n}'))
    assert read(desk, SERVERS)["mine"] == 1
    assert found(status_of(desk)) == ("in_sync", ())


def test_a_shared_file_that_does_not_parse_is_modified_and_says_where(desk: Desk) -> None:
    desk.deploy(server(desk))
    write(desk, SERVERS, "{\n  oops\n}")
    status = status_of(desk, diffs=True)
    assert status.status == "modified"
    assert ".mcp.json cannot be read" in status.reasons[0]
    assert "line 2" in status.reasons[0]


def test_a_hook_without_its_entry_is_modified_and_not_deleted(desk: Desk) -> None:
    desk.deploy(hook(desk))
    write(desk, SETTINGS, "{}")
    assert found(status_of(desk)) == (
        "modified",
        ("An entry of hooks.PostToolUse in .claude/settings.json is gone.",),
    )


def test_a_newer_version_makes_it_outdated(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    give_version(ship, {"": "Ship better\n"})
    assert found(status_of(desk)) == ("outdated", ("There is a newer version of it.",))
    desk.deploy(ship)
    assert found(status_of(desk)) == ("in_sync", ())


def test_a_newer_version_that_would_be_placed_alike_is_no_news(desk: Desk, pdf: Artifact) -> None:
    desk.deploy(pdf)
    give_version(pdf, {"SKILL.md": "Read\n", "notes.md": "Notes\n", ".DS_Store": "x"})
    assert found(status_of(desk)) == ("in_sync", ())


@pytest.mark.parametrize("kind", ["mcp", "hook"])
def test_a_newer_version_of_an_entry_makes_it_outdated(desk: Desk, kind: str) -> None:
    artifact = server(desk) if kind == "mcp" else hook(desk)
    desk.deploy(artifact)
    give_version(artifact, {"": '{"command": "new"}'} if kind == "mcp" else {"hooks/hooks.json": hooks("echo")})
    assert status_of(desk).status == "outdated"


def test_other_folders_in_the_profile_make_it_outdated(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    profile = desk.project.profiles.get()
    profile.artifact_path_map = {**profile.artifact_path_map, "command": ".claude/more"}
    profile.save()
    assert found(status_of(desk)) == ("outdated", ("It would be placed elsewhere today.",))


def test_edited_and_outdated_is_both(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    write(desk, SHIP, "Mine\n")
    give_version(ship, {"": "Ship better\n"})
    assert found(status_of(desk)) == (
        "modified_outdated",
        (f"{SHIP} was edited.", "There is a newer version of it."),
    )


def test_an_edit_that_equals_the_newest_version_is_still_told(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    write(desk, SHIP, "Ship better\n")
    give_version(ship, {"": "Ship better\n"})
    assert status_of(desk).status == "modified_outdated"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("profile deleted", "Its profile does not exist any more."),
        ("artifact deleted", "It does not exist any more."),
        ("artifact gone", "It is gone from its collection."),
        ("other platforms", "It would not be deployed today. It is meant for Codex only."),
        ("type not taken", "It would not be deployed today. The profile does not take artifacts of type command."),
    ],
)
def test_what_could_not_be_deployed_today_says_why_and_is_compared_with_the_disk_all_the_same(
    desk: Desk, ship: Artifact, change: str, reason: str
) -> None:
    desk.deploy(ship)
    match change:
        case "profile deleted":
            desk.project.profiles.all().delete()
        case "artifact deleted":
            ship.delete()
        case "artifact gone":
            Artifact.objects.update(gone_at=timezone.now())
        case "other platforms":
            Artifact.objects.update(target_platforms=["codex"])
        case _:
            desk.project.profiles.update(supported_artifact_types=["skill"])
    status = status_of(desk)
    assert status.status == "in_sync"
    assert status.reasons[0].startswith(reason)
    write(desk, SHIP, "Mine\n")
    assert status_of(desk).status == "modified"


def test_each_deployment_says_who_wants_it(desk: Desk, ship: Artifact, pdf: Artifact) -> None:
    backend = Claimant("set:2", "Backend")
    desk.deploy(ship, pdf)
    Desk(desk.project, desk.folder, backend).deploy(ship)
    assert [(each.target.label, [claim.label for claim in each.claims]) for each in statuses(project=desk.project)] == [
        ("command:ship", ["Backend", "Full-stack"]),
        ("skill:pdf", ["Full-stack"]),
    ]
    assert [each.target.label for each in statuses(project=desk.project, claimant="set:2")] == ["command:ship"]
    of_pdf = Deployment.objects.get(artifact_uuid=pdf.pk)
    assert [each.target.label for each in statuses(project=desk.project, deployments=[of_pdf.pk])] == ["skill:pdf"]


def test_under_two_profiles_that_share_a_path_each_has_its_status(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, profiles=[desk.project.profiles.get(), desk.profile("again")])
    write(desk, SHIP, "Mine\n")
    assert [(each.target.profile_id, str(each.status)) for each in statuses(project=desk.project)] == [
        ("again", "modified"),
        ("claude_code", "modified"),
    ]


def test_looking_changes_nothing(desk: Desk, ship: Artifact, pdf: Artifact) -> None:
    desk.deploy(ship, pdf, hook(desk), server(desk))
    write(desk, SHIP, "Mine\n")
    before = exact_state(desk.folder)
    statuses(project=desk.project, diffs=True)
    assert exact_state(desk.folder) == before


def test_a_project_whose_folder_is_gone_has_no_status(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    shutil.rmtree(desk.folder)
    with pytest.raises(ProjectFolderError, match=str(desk.folder)):
        statuses(project=desk.project)


def test_a_path_is_looked_at_once_for_all_its_diffs(desk: Desk, pdf: Artifact, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.deploy(pdf)
    for name in ("SKILL.md", "notes.md", "more.md"):
        write(desk, f"{PDF}/{name}", f"My {name}")
    looks: list[str] = []
    look = DiskReader.look

    def counted(reader: DiskReader, path: str) -> DiskState:
        looks.append(path)
        return look(reader, path)

    monkeypatch.setattr(DiskReader, "look", counted)
    assert len(status_of(desk, diffs=True).diffs) == 3
    assert looks == [PDF]


def test_a_file_that_is_empty_is_shown_as_such(desk: Desk, pdf: Artifact) -> None:
    desk.deploy(pdf)
    write(desk, f"{PDF}/SKILL.md", "")
    write(desk, f"{PDF}/empty.md", "")
    emptied, added = status_of(desk, diffs=True).diffs
    assert "-Read\n" in emptied.text
    assert (added.path, added.note) == (f"{PDF}/empty.md", "Empty file.")
