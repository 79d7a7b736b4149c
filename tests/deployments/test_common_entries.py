"""What a shared file itself needs, like the version in hooks.json of Cursor, stays as long as anybody needs it."""

import json
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from artifacts.models import Artifact
from deployments.installer import changes, exchange
from deployments.installer.decisions import Claimant, OnConflict
from deployments.installer.status import Status
from deployments.models import Placement
from deployments.services.status import statuses
from profiles.models import DeploymentProfile
from tests.deployments.busy_project import picture
from tests.deployments.conftest import Desk, only, outcome
from tests.deployments.merged_artifacts import hook, hooks, read, write
from tests.factories import give_version

pytestmark = pytest.mark.django_db

FILE = ".cursor/hooks.json"
THEIRS = '{"hooks": {"stop": [\n  {"command":  "echo mine"} ]} }'


@pytest.fixture
def cursor(desk: Desk) -> DeploymentProfile:
    return desk.profile("cursor", platform="cursor")


@pytest.fixture
def deploy(desk: Desk, cursor: DeploymentProfile) -> Callable[..., Any]:
    def deployed(*artifacts: Artifact, **options: Any) -> Any:
        return desk.deploy(*artifacts, profiles=[cursor], **options)

    return deployed


def command_of(name: str) -> str:
    return f'"./.cursor/hooks/{name}"/scripts/run.sh'


def commands(desk: Desk) -> list[str]:
    return [handler["command"] for handlers in read(desk, FILE)["hooks"].values() for handler in handlers]


def test_two_hooks_share_the_version_of_their_file(desk: Desk, deploy: Callable[..., Any]) -> None:
    report = deploy(hook(desk), hook(desk, "check"))
    assert outcome(report) == [("hook:format", "success", "create"), ("hook:check", "success", "create")]
    assert [result.reason for result in report.results] == ["", ""]
    assert list(read(desk, FILE)) == ["version", "hooks"]
    assert read(desk, FILE)["version"] == 1
    assert commands(desk) == [command_of("format"), command_of("check")]
    assert Placement.objects.get(entry='["member","version"]').deployments.count() == 2


@pytest.mark.parametrize("first", [0, 1])
def test_it_goes_with_the_last_of_them(desk: Desk, deploy: Callable[..., Any], first: int) -> None:
    artifacts = [hook(desk), hook(desk, "check")]
    deploy(artifacts[0])
    deploy(artifacts[1])

    assert outcome(desk.undeploy(artifacts[first])) == [(f"hook:{artifacts[first].name}", "success", "remove")]
    assert read(desk, FILE)["version"] == 1
    assert commands(desk) == [command_of(artifacts[1 - first].name)]
    assert only(deploy(artifacts[1 - first])).action == "unchanged"

    assert only(desk.undeploy(artifacts[1 - first])).action == "remove"
    assert picture(desk.folder) == {}
    assert not Placement.objects.exists()


def test_both_go_at_once(desk: Desk, deploy: Callable[..., Any]) -> None:
    deploy(hook(desk), hook(desk, "check"))
    assert [action for _, _, action in outcome(desk.undeploy())] == ["remove", "remove"]
    assert picture(desk.folder) == {}


def test_a_hook_that_is_pruned_leaves_it_to_one_that_comes(desk: Desk, deploy: Callable[..., Any]) -> None:
    leaving, coming = hook(desk), hook(desk, "check")
    deploy(leaving)
    report = deploy(coming, prune=True)
    assert outcome(report) == [("hook:check", "success", "create"), ("hook:format", "success", "remove")]
    assert read(desk, FILE)["version"] == 1
    assert commands(desk) == [command_of("check")]
    desk.undeploy()
    assert picture(desk.folder) == {}


def test_one_that_comes_and_fails_does_not_lose_it_for_one_that_leaves(desk: Desk, deploy: Callable[..., Any]) -> None:
    leaving, coming = hook(desk), hook(desk, "check")
    deploy(leaving)
    before = picture(desk.folder)
    with refusing("check"):
        report = deploy(coming, prune=True)
    assert [status for _, status, _ in outcome(report)] == ["error", "error"]
    assert picture(desk.folder) == before
    assert outcome(desk.undeploy()) == [("hook:format", "success", "remove")]
    assert picture(desk.folder) == {}


def test_undo_gives_back_what_was_before_each_run(desk: Desk, deploy: Callable[..., Any]) -> None:
    first, second = hook(desk), hook(desk, "check")
    write(desk, FILE, THEIRS)
    pictures = [picture(desk.folder)]
    for run in (lambda: deploy(first), lambda: deploy(second), lambda: desk.undeploy(first), lambda: desk.undeploy()):
        run()
        pictures.append(picture(desk.folder))
    assert pictures[-1] == pictures[0]
    for before in reversed(pictures[:-1]):
        assert desk.undo().run is not None
        assert picture(desk.folder) == before
    assert not Placement.objects.exists()


def test_a_file_of_the_users_gets_it_and_loses_it_again(desk: Desk, deploy: Callable[..., Any]) -> None:
    write(desk, FILE, THEIRS)
    artifacts = [hook(desk), hook(desk, "check")]
    deploy(*artifacts)
    assert read(desk, FILE)["version"] == 1
    assert commands(desk) == ["echo mine", command_of("format"), command_of("check")]
    desk.undeploy(artifacts[0])
    assert read(desk, FILE)["version"] == 1
    desk.undeploy()
    assert (desk.folder / FILE).read_text() == THEIRS


def test_one_that_is_there_already_is_adopted_and_stays(desk: Desk, deploy: Callable[..., Any]) -> None:
    theirs = '{"version":  1, "hooks": {}}'
    write(desk, FILE, theirs)
    artifacts = [hook(desk), hook(desk, "check")]
    deploy(*artifacts)
    assert Placement.objects.get(entry='["member","version"]').adopted
    desk.undeploy(artifacts[0])
    desk.undeploy()
    assert (desk.folder / FILE).read_text() == theirs


def test_another_one_is_a_conflict_for_every_hook(desk: Desk, deploy: Callable[..., Any]) -> None:
    write(desk, FILE, '{"version": 2}')
    report = deploy(hook(desk), hook(desk, "check"))
    assert {(status, action) for _, status, action in outcome(report)} == {("error", "conflict")}
    assert all("version in .cursor/hooks.json was there before" in result.reason for result in report.results)
    assert desk.tree() == {FILE: b'{"version": 2}'}


def test_one_that_was_removed_by_hand_is_a_conflict(desk: Desk, deploy: Callable[..., Any]) -> None:
    first, second = hook(desk), hook(desk, "check")
    deploy(first)
    whole = read(desk, FILE)
    del whole["version"]
    write(desk, FILE, json.dumps(whole))
    for artifact in (first, second):
        result = only(deploy(artifact))
        assert (result.status, result.action) == ("error", "conflict")
        assert result.reason.startswith("version in .cursor/hooks.json was removed since it was deployed.")
    assert only(deploy(second, on_conflict=OnConflict.OVERWRITE)).status == "success"
    assert read(desk, FILE)["version"] == 1
    desk.undeploy()
    assert desk.tree() == {}


def test_comments_are_no_json_and_refused(desk: Desk, deploy: Callable[..., Any]) -> None:
    write(desk, FILE, "{} // mine")
    result = only(deploy(hook(desk)))
    assert (result.status, result.action) == ("error", "refused")
    assert desk.tree() == {FILE: b"{} // mine"}


@pytest.mark.parametrize("failing", ["format", "check"])
def test_one_hook_that_fails_does_not_take_it_from_the_other(
    desk: Desk, deploy: Callable[..., Any], failing: str
) -> None:
    with refusing(failing):
        report = deploy(hook(desk), hook(desk, "check"))
    other = "check" if failing == "format" else "format"
    statuses = {name: status for name, status, _ in outcome(report)}
    assert statuses == {f"hook:{failing}": "error", f"hook:{other}": "success"}
    assert read(desk, FILE)["version"] == 1
    assert commands(desk) == [command_of(other)]
    assert only(desk.undo()).artifact_id == f"hook:{other}"
    assert picture(desk.folder) == {}


def test_one_in_conflict_does_not_take_it_from_the_other(desk: Desk, deploy: Callable[..., Any]) -> None:
    write(desk, ".cursor/hooks/format/mine.txt", "mine")
    report = deploy(hook(desk), hook(desk, "check"))
    assert outcome(report) == [("hook:format", "error", "conflict"), ("hook:check", "success", "create")]
    assert read(desk, FILE)["version"] == 1


def test_a_new_version_of_one_hook_leaves_the_other_up_to_date(
    desk: Desk, deploy: Callable[..., Any], cursor: DeploymentProfile
) -> None:
    first, second = hook(desk), hook(desk, "check")
    deploy(first, second)
    give_version(first, {"hooks/hooks.json": hooks("echo new")})
    found = {each.target.label: each.status for each in statuses(project=desk.project)}
    assert found == {"hook:format": Status.OUTDATED, "hook:check": Status.IN_SYNC}
    assert [action for _, _, action in outcome(deploy(first, second))] == ["update", "unchanged"]
    assert commands(desk) == [command_of("check"), "echo new"]
    desk.undeploy(first)
    assert read(desk, FILE)["version"] == 1


def test_two_profiles_of_one_folder_share_a_hook_as_ever(
    desk: Desk, deploy: Callable[..., Any], cursor: DeploymentProfile
) -> None:
    again = desk.profile("again", platform="cursor")
    report = desk.deploy(hook(desk), profiles=[cursor, again])
    assert [action for _, _, action in outcome(report)] == ["create", "create"]
    desk.undeploy()
    assert picture(desk.folder) == {}


def test_another_claim_keeps_it(desk: Desk, deploy: Callable[..., Any], cursor: DeploymentProfile) -> None:
    first, second = hook(desk), hook(desk, "check")
    other = Desk(desk.project, desk.folder, Claimant("set:2", "Backend"))
    deploy(first)
    other.deploy(second, profiles=[cursor])
    desk.undeploy()
    assert read(desk, FILE)["version"] == 1
    other.undeploy()
    assert picture(desk.folder) == {}


def test_the_file_lies_in_the_folder_that_the_profile_names(desk: Desk) -> None:
    deployed = desk.deploy(hook(desk), profiles=[desk.profile("web", platform="cursor", root_dir="web/.cursor")])
    assert only(deployed).status == "success"
    assert (desk.folder / "web/.cursor/hooks.json").exists()


def refusing(name: str) -> Any:
    """Within the block, the disk refuses to place a folder called `name`."""

    def place(source: exchange.Spot, target: exchange.Spot) -> None:
        if target.name == name:
            raise PermissionError(13, "Permission denied", name)
        exchange.place(source, target)

    return mock.patch.object(changes, "place", place)
