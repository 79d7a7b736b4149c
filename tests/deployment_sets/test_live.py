"""Where a set is live, and bringing it up to date: the services, and their commands."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from artifacts.models import Artifact
from artifacts.queries import LoadedArtifact
from deployment_sets.models import DeploymentSet
from deployment_sets.services import staleness
from deployment_sets.services.batch_deploy import batch_deploy
from deployment_sets.services.live import Live, where_live
from deployment_sets.services.members import add_member, remove_member
from deployments.installer.decisions import Wanted
from deployments.installer.disk import ProjectFolder
from deployments.installer.status import Status
from deployments.models import Run
from deployments.services import rendering
from profiles.queries import profiles_of
from profiles.rendering import ProfileLayout
from projects.locks import folder_lock
from projects.models import Project
from tests.api import Caller
from tests.commands import run, run_json
from tests.factories import (
    ArtifactFactory,
    DeploymentProfileFactory,
    DeploymentSetFactory,
    ProjectFactory,
    UserFactory,
    give_version,
)
from tests.meanwhile import just_before_reading

type Landing = Callable[[str], Project]


@pytest.fixture
def ship(db: None) -> Artifact:
    artifact: Artifact = ArtifactFactory(type="command", name="ship", files={"": "Ship\n"})
    return artifact


@pytest.fixture
def full_stack(owner: User, ship: Artifact) -> DeploymentSet:
    deployment_set: DeploymentSet = DeploymentSetFactory(owner=owner, name="Full-stack", members=[ship])
    return deployment_set


@pytest.fixture
def land(full_stack: DeploymentSet, tmp_path: Path) -> Landing:
    """Makes a project in a folder of that name and deploys the set there."""

    def land(name: str) -> Project:
        folder = tmp_path.resolve() / name
        folder.mkdir()
        project: Project = ProjectFactory(owner=full_stack.owner, name=name, path=str(folder))
        DeploymentProfileFactory(project=project, profile_id="claude_code")
        deploy(full_stack, project)
        return project

    return land


def deploy(deployment_set: DeploymentSet, project: Project) -> None:
    batch_deploy(by=project.owner, deployment_set=deployment_set, project=project, profiles=list(profiles_of(project)))


def an_mcp_server() -> Artifact:
    artifact: Artifact = ArtifactFactory(type="mcp", name="docs", files={"": '{"command": "docs"}'})
    return artifact


def only_place(deployment_set: DeploymentSet, *, on_disk: bool = False) -> Live:
    (live,) = where_live(deployment_set=deployment_set, on_disk=on_disk)
    return live


def shipped(project: Project) -> str:
    return (Path(project.path) / ".claude/commands/ship.md").read_text()


def test_a_set_is_live_in_each_project_and_profile_it_was_deployed_in(full_stack: DeploymentSet, land: Landing) -> None:
    assert where_live(deployment_set=full_stack) == []
    land("two")
    one = land("one")
    DeploymentProfileFactory(project=one, profile_id="plain", platform="other", root_dir="agents")
    deploy(full_stack, one)
    live = where_live(deployment_set=full_stack)
    assert [(each.project.name, each.profile_id, each.deployment_count, each.behind) for each in live] == [
        ("one", "claude_code", 1, ()),
        ("one", "plain", 1, ()),
        ("two", "claude_code", 1, ()),
    ]
    assert not any(each.is_stale for each in live)
    assert {each.drifted for each in live} == {None}


def test_a_newer_version_makes_it_stale(full_stack: DeploymentSet, land: Landing, ship: Artifact) -> None:
    land("one")
    give_version(ship, {"": "Ship it\n"})
    assert only_place(full_stack).behind == ("1 outdated",)


def test_what_joins_and_what_leaves_the_set_makes_it_stale(
    full_stack: DeploymentSet, land: Landing, owner: User
) -> None:
    land("one")
    remove_member(owner=owner, set_id=full_stack.pk, member_id=full_stack.members.get().pk)
    add_member(owner=owner, set_id=full_stack.pk, artifact_uuid=ArtifactFactory().pk)
    assert only_place(full_stack).behind == ("1 not deployed yet", "1 no longer in the set")


def test_what_is_not_for_the_platform_does_not_make_it_stale(
    full_stack: DeploymentSet, land: Landing, owner: User
) -> None:
    land("one")
    elsewhere = ArtifactFactory(target_platforms=["gemini"])
    add_member(owner=owner, set_id=full_stack.pk, artifact_uuid=elsewhere.pk)
    assert only_place(full_stack).behind == ()


def test_a_profile_that_is_deleted_is_said_to_be(full_stack: DeploymentSet, land: Landing) -> None:
    land("one").profiles.all().delete()
    assert only_place(full_stack).behind == ("The profile does not exist any more.",)


def test_the_claims_of_other_sets_and_of_other_owners_do_not_count(
    full_stack: DeploymentSet, project: Project, ship: Artifact, other_owner: User
) -> None:
    deploy(DeploymentSetFactory(owner=project.owner, members=[ship]), project)
    assert where_live(deployment_set=full_stack) == []
    theirs = DeploymentSetFactory(owner=other_owner, members=[ship])
    project.deployments.get().claims.create(claimant=f"set:{theirs.pk}", label="Theirs")
    assert where_live(deployment_set=theirs) == []


def test_edits_and_deletions_on_disk_are_drift_and_only_seen_on_demand(
    full_stack: DeploymentSet, land: Landing
) -> None:
    edited, deleted, untouched = land("edited"), land("deleted"), land("untouched")
    (Path(edited.path) / ".claude/commands/ship.md").write_text("Mine")
    (Path(deleted.path) / ".claude/commands/ship.md").unlink()
    drifted = {each.project: each.drifted for each in where_live(deployment_set=full_stack, on_disk=True)}
    assert drifted[untouched] == ()
    assert [[each.status for each in drifted[project] or ()] for project in (edited, deleted)] == [
        [Status.MODIFIED],
        [Status.DELETED],
    ]


def test_a_folder_that_cannot_be_looked_at_is_a_problem_of_its_own(full_stack: DeploymentSet, land: Landing) -> None:
    gone = land("gone")
    land("there")
    Path(gone.path).rename(Path(gone.path).with_name("moved"))
    first, second = where_live(deployment_set=full_stack, on_disk=True)
    assert first.drifted is None
    assert gone.path in first.problem
    assert (second.drifted, second.problem) == ((), "")


def test_each_profile_is_judged_by_itself(full_stack: DeploymentSet, land: Landing, owner: User) -> None:
    for name in ("plan", "test"):
        add_member(owner=owner, set_id=full_stack.pk, artifact_uuid=ArtifactFactory(type="command", name=name).pk)
    one = land("one")
    plain = DeploymentProfileFactory(project=one, profile_id="plain", platform="other", root_dir="agents")
    deploy(full_stack, one)
    (Path(one.path) / "agents/commands/ship.md").write_text("Mine")
    claude_code, other = where_live(deployment_set=full_stack, on_disk=True)
    assert (claude_code.behind, other.behind, claude_code.drifted) == ((), (), ())
    assert [status.target.label for status in other.drifted or ()] == ["command:ship"]
    plain.artifact_path_map |= {"command": "agents/prompts"}
    plain.save()
    assert [each.behind for each in where_live(deployment_set=full_stack)] == [(), ("3 outdated",)]


def test_an_artifact_is_rendered_once_for_all_profiles_alike_and_for_no_other(
    full_stack: DeploymentSet, land: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        DeploymentProfileFactory(project=land(name), profile_id="later", platform="other", root_dir="agents")
    platforms: list[str] = []

    def counted(uuid: UUID, artifact: LoadedArtifact | None, profile_id: str, layout: ProfileLayout) -> Wanted:
        platforms.append(layout.platform.value)
        return render(uuid, artifact, profile_id, layout)

    render = rendering.rendered
    monkeypatch.setattr(staleness, "rendered", counted)
    assert [each.behind for each in where_live(deployment_set=full_stack)] == [(), ()]
    assert platforms == ["claude_code"]


@pytest.mark.parametrize("table", ["deployments_claim", "projects_project"])
def test_what_goes_while_it_is_looked_up_is_not_live(full_stack: DeploymentSet, land: Landing, table: str) -> None:
    going = land("going")
    land("staying")
    with just_before_reading(table, going.delete):
        assert [each.project.name for each in where_live(deployment_set=full_stack)] == ["staying"]
    assert not Project.objects.filter(name="going").exists()


def test_what_a_run_adds_while_it_is_looked_up_is_not_live_yet(
    full_stack: DeploymentSet, land: Landing, project: Project
) -> None:
    land("one")
    with just_before_reading("deployments_claim", lambda: deploy(full_stack, project)):
        assert [each.project.name for each in where_live(deployment_set=full_stack)] == ["one"]
    assert len(where_live(deployment_set=full_stack)) == 2


@pytest.mark.parametrize("on_disk", [False, True])
def test_more_projects_take_no_more_queries(full_stack: DeploymentSet, land: Landing, *, on_disk: bool) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            found = where_live(deployment_set=full_stack, on_disk=on_disk)
        assert [bool(each.drifted) for each in found] == [on_disk] * len(found)
        return len(captured)

    def land_and_edit(name: str) -> None:
        folder = Path(land(name).path)
        (folder / ".claude/commands/ship.md").write_text("Mine")
        assert (folder / ".mcp.json").exists()

    # An edit takes a look at what was there, and an entry at its value.
    add_member(owner=full_stack.owner, set_id=full_stack.pk, artifact_uuid=an_mcp_server().pk)
    for name in ("1", "2"):
        land_and_edit(name)
    few = queries()
    for name in ("3", "4"):
        land_and_edit(name)
    assert queries() == few


def test_only_the_page_that_is_asked_for_is_looked_at(
    api: Caller, full_stack: DeploymentSet, land: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("1", "2", "3"):
        (Path(land(name).path) / ".claude/commands/ship.md").write_text("Mine")
    looked_into: list[str] = []

    class Folder(ProjectFolder):
        def __init__(self, path: Path) -> None:
            looked_into.append(path.name)
            super().__init__(path)

    monkeypatch.setattr("deployments.services.status.ProjectFolder", Folder)
    live = api.get(f"/deployment-sets/{full_stack.pk}/live", on_disk="true", limit=1, offset=1).json()
    assert live["total"] == 3
    (item,) = live["items"]
    assert (item["project"]["name"], item["drifted"][0]["status"]) == ("2", "modified")
    assert looked_into == ["2"]


def test_the_command_says_where_and_how_it_stands_there(
    full_stack: DeploymentSet, land: Landing, ship: Artifact
) -> None:
    project = land("one")
    arguments = ["where_live", "Full-stack", "--user", "owner"]
    assert run(*arguments) == (0, f"{project.path}  claude_code  1 artifact, up to date\nLive in 1 place, 0 stale.\n")
    (Path(project.path) / ".claude/commands/ship.md").write_text("Mine")
    give_version(ship, {"": "Ship it\n"})
    code, output = run(*arguments, "--disk")
    assert code == 0
    assert f"{project.path}  claude_code  1 artifact, stale: 1 outdated\n  modified_outdated  command:ship" in output
    assert "Live in 1 place, 1 stale, 1 drifted. bring_up_to_date" in output
    (live,) = run_json(*arguments, "--disk")["live"]
    assert (live["project"], live["is_stale"], live["drifted"][0]["status"]) == (
        project.path,
        True,
        "modified_outdated",
    )


def test_the_command_says_when_it_is_nowhere_and_fails_when_it_could_not_look(
    full_stack: DeploymentSet, land: Landing
) -> None:
    assert run("where_live", "Full-stack", "--user", "owner") == (0, "It is live nowhere.\n")
    Path(land("one").path).rename(Path(land("two").path) / "moved")
    code, output = run("where_live", "Full-stack", "--disk", "--user", "owner")
    assert (code, "Nobody could look: " in output) == (1, True)


def bring(*arguments: str) -> tuple[int, str]:
    return run("bring_up_to_date", "Full-stack", "--user", "owner", *arguments)


def test_it_is_brought_up_to_date_wherever_it_is_live_and_nowhere_else(
    full_stack: DeploymentSet, land: Landing, ship: Artifact, project: Project, owner: User
) -> None:
    one, two = land("one"), land("two")
    DeploymentProfileFactory(project=one, profile_id="later", platform="other", root_dir="agents")
    dropped = ArtifactFactory(type="command", name="dropped")
    member = add_member(owner=owner, set_id=full_stack.pk, artifact_uuid=dropped.pk)
    deploy(full_stack, two)
    remove_member(owner=owner, set_id=full_stack.pk, member_id=member.pk)
    give_version(ship, {"": "Ship it\n"})
    code, output = bring()
    assert code == 0
    assert output.index(f"one in {one.path}") < output.index(f"two in {two.path}")
    assert [shipped(each) for each in (one, two)] == ["Ship it\n", "Ship it\n"]
    assert not (Path(two.path) / ".claude/commands/dropped.md").exists()
    assert not (Path(one.path) / "agents").exists()
    assert not project.runs.exists()
    assert not any(each.is_stale for each in where_live(deployment_set=full_stack))


def test_one_project_alone_can_be_brought_up_to_date(full_stack: DeploymentSet, land: Landing, ship: Artifact) -> None:
    one, two = land("one"), land("two")
    give_version(ship, {"": "Ship it\n"})
    assert bring("--project", two.path)[0] == 0
    assert (shipped(one), shipped(two)) == ("Ship\n", "Ship it\n")


def test_a_dry_run_shows_a_plan_for_each_project_and_one_of_them_can_be_carried_out(
    full_stack: DeploymentSet, land: Landing, ship: Artifact
) -> None:
    one, two = land("one"), land("two")
    give_version(ship, {"": "Ship it\n"})
    code, output = bring("--dry-run", "--diff")
    assert code == 0
    assert output.count("+Ship it\n") == 2
    assert Run.objects.count() == 2
    assert bring(*output.splitlines()[-1].split())[0] == 0
    assert (shipped(one), shipped(two)) == ("Ship\n", "Ship it\n")
    give_version(ship, {"": "Ship it now\n"})
    code, late = bring(*output.splitlines()[-1].split())
    assert (code, "Not done: This is not the plan that was shown" in late) == (1, True)


def test_one_projects_trouble_stops_no_other(
    full_stack: DeploymentSet, land: Landing, ship: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy, edited, fine = land("busy"), land("edited"), land("fine")
    give_version(ship, {"": "Ship it\n"})
    (Path(edited.path) / ".claude/commands/ship.md").write_text("Mine")
    monkeypatch.setattr("deployments.services.folders.LOCK_WAIT_SECONDS", 0.0)
    with folder_lock(Path(busy.path), 0):
        data = run_json("bring_up_to_date", "Full-stack", "--user", "owner")
        assert bring()[0] == 1
    outcomes = {each["project"]: (each["report"], each["error"]) for each in data["projects"]}
    assert "Try again" in outcomes[busy.path][1]
    assert outcomes[busy.path][0] is None
    assert outcomes[edited.path][0]["counts"]["error"] == 1
    assert (shipped(busy), shipped(edited), shipped(fine)) == ("Ship\n", "Mine", "Ship it\n")


def test_without_a_profile_that_is_left_nothing_is_done_and_it_is_said_why(
    full_stack: DeploymentSet, land: Landing, ship: Artifact
) -> None:
    bare, fine = land("bare"), land("fine")
    bare.profiles.all().delete()
    give_version(ship, {"": "Ship it\n"})
    code, output = bring()
    assert code == 1
    assert "Not done: None of the profiles it is live under exists any more: claude_code." in output
    assert (shipped(bare), shipped(fine)) == ("Ship\n", "Ship it\n")
    assert bare.runs.count() == 1


def test_where_it_is_not_live_nothing_is_brought(full_stack: DeploymentSet, project: Project) -> None:
    assert bring() == (0, "It is live nowhere.\n")
    assert bring("--project", project.path) == (0, "It is not live there.\n")
    assert not project.runs.exists()


def test_a_fingerprint_without_a_project_is_refused(full_stack: DeploymentSet) -> None:
    code, output = bring("--fingerprint", "0")
    assert (code, "--project PATH" in output) == (2, True)


@pytest.mark.parametrize("command", ["where_live", "bring_up_to_date"])
def test_another_owners_set_and_project_are_not_found(full_stack: DeploymentSet, land: Landing, command: str) -> None:
    project = land("one")
    stranger = UserFactory(username="stranger")
    code, output = run(command, str(full_stack.pk), "--user", "stranger")
    assert (code, "stranger has no set" in output) == (2, True)
    if command == "bring_up_to_date":
        DeploymentSetFactory(owner=stranger, name="Own")
        code, output = run(command, "Own", "--user", "stranger", "--project", project.path)
        assert (code, "stranger has no project in" in output) == (2, True)
