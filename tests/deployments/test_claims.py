"""Who wants what is deployed: sets, under the names they have, for as long as they want it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artifacts.models import Artifact
from deployments.installer.decisions import Claimant, OnConflict
from deployments.models import Claim, Deployment, DeploymentPlacement, Placement
from tests.deployments.conftest import Desk, only, outcome
from tests.deployments.merged_artifacts import hook, server, write
from tests.factories import give_version

SHIP = ".claude/commands/ship.md"
FULL_STACK, BACKEND = Claimant("set:1", "Full-stack"), Claimant("set:2", "Backend")


@pytest.fixture
def ship(desk: Desk) -> Artifact:
    return desk.artifact("command:ship", {"": "Ship"})


def claims() -> list[tuple[str, str, str]]:
    """Who claims what, under which name."""
    return list(
        Claim.objects.order_by("deployment__label", "claimant").values_list("deployment__label", "claimant", "label")
    )


def written_tables(queries: CaptureQueriesContext) -> set[str]:
    """The tables that statements wrote to."""
    words = (query["sql"].split() for query in queries.captured_queries)
    return {
        parts[1 if parts[0] == "UPDATE" else 2].strip('"')
        for parts in words
        if parts[0] in ("INSERT", "UPDATE", "DELETE")
    }


def test_whoever_deploys_claims_what_landed_and_what_was_there_already(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, server(desk))
    desk.claimant = BACKEND
    desk.deploy(ship)
    assert claims() == [
        ("command:ship", "set:1", "Full-stack"),
        ("command:ship", "set:2", "Backend"),
        ("mcp:docs", "set:1", "Full-stack"),
    ]


def test_what_failed_is_not_claimed(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    write(desk, SHIP, "Mine")
    desk.claimant = BACKEND
    assert only(desk.deploy(ship)).action == "conflict"
    assert claims() == [("command:ship", "set:1", "Full-stack")]


def test_a_set_that_was_renamed_is_known_by_its_new_name_from_its_next_deploy_on(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    deployed_at = Deployment.objects.get().deployed_at
    desk.claimant = Claimant("set:1", "Whole stack")
    assert outcome(desk.deploy(ship)) == [("command:ship", "skip", "unchanged")]
    assert claims() == [("command:ship", "set:1", "Whole stack")]
    assert Deployment.objects.get().deployed_at == deployed_at


def test_a_deploy_that_changes_nothing_writes_only_that_it_took_place(desk: Desk, ship: Artifact) -> None:
    artifacts = [ship, desk.artifact("skill:pdf"), hook(desk), server(desk)]
    desk.deploy(*artifacts)
    with CaptureQueriesContext(connection) as queries:
        desk.deploy(*artifacts)
    assert written_tables(queries) == {"deployments_run", "deployments_runitem"}


def test_one_more_claim_is_all_that_a_second_set_writes(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship)
    desk.claimant = BACKEND
    with CaptureQueriesContext(connection) as queries:
        desk.deploy(ship)
    assert written_tables(queries) == {"deployments_run", "deployments_runitem", "deployments_claim"}


def test_what_is_taken_over_belongs_to_who_took_it(desk: Desk, ship: Artifact) -> None:
    desk.deploy(ship, desk.artifact("command:plan"))
    desk.claimant = BACKEND
    desk.deploy(desk.artifact("command:ship", {"": "Other"}), on_conflict=OnConflict.OVERWRITE)
    assert claims() == [("command:plan", "set:1", "Full-stack"), ("command:ship", "set:2", "Backend")]

    desk.claimant = FULL_STACK
    assert outcome(desk.undeploy()) == [("command:plan", "success", "remove")]
    assert desk.tree() == {SHIP: b"Other"}


def test_what_was_taken_over_by_one_profile_is_lost_to_all_that_shared_it(desk: Desk, ship: Artifact) -> None:
    first, again = desk.project.profiles.get(), desk.profile("again")
    desk.deploy(ship, profiles=[first, again])
    other = desk.artifact("command:ship", {"": "Other"})
    desk.deploy(other, profiles=[first], on_conflict=OnConflict.OVERWRITE)
    assert {row.artifact_uuid for row in Deployment.objects.all()} == {other.pk}
    assert Placement.objects.get().deployments.get().deployment_profile_id == "claude_code"


def test_a_hook_that_loses_a_part_keeps_the_rest(desk: Desk) -> None:
    """Its scripts are taken over by another hook of its name; its entry is its own, and goes with it."""
    desk.deploy(hook(desk))
    other = hook(desk, command="${CLAUDE_PLUGIN_ROOT}/scripts/run.sh --other")
    give_version(
        other,
        {
            "hooks/hooks.json": '{"hooks": {"Stop": [{"hooks": [{"type": "command", '
            '"command": "${CLAUDE_PLUGIN_ROOT}/scripts/run.sh"}]}]}}',
            "scripts/run.sh": "#!/bin/sh\necho other\n",
        },
    )
    desk.claimant = BACKEND
    assert only(desk.deploy(other, on_conflict=OnConflict.OVERWRITE)).status == "success"
    owners = {row.path: row.artifact_uuid for row in Placement.objects.exclude(entry="")} | {
        row.path: row.artifact_uuid for row in Placement.objects.filter(entry="")
    }
    assert owners[".claude/hooks/format"] == other.pk
    for claimant in (BACKEND, FULL_STACK):
        desk.claimant = claimant
        assert desk.undeploy().counts["error"] == 0
    assert desk.tree() == {}
    assert not DeploymentPlacement.objects.exists()


def test_a_new_version_reaches_every_profile_that_shares_the_path(desk: Desk, ship: Artifact) -> None:
    first, again = desk.project.profiles.get(), desk.profile("again")
    desk.deploy(ship, profiles=[first, again])
    give_version(ship, {"": "Ship better"})
    assert only(desk.deploy(ship, profiles=[again])).action == "update"
    assert outcome(desk.deploy(ship, profiles=[first])) == [("command:ship", "skip", "unchanged")]
    assert Placement.objects.get().deployments.count() == 2


def test_when_the_one_change_for_two_profiles_fails_it_fails_for_both(
    desk: Desk, ship: Artifact, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    profiles = [desk.project.profiles.get(), desk.profile("again")]
    with monkeypatch.context() as patched:
        patched.setattr("deployments.installer.changes.place", refuse)
        report = desk.deploy(ship, profiles=profiles)
    assert [str(result.status) for result in report.results] == ["error", "error"]
    assert not Deployment.objects.exists()
    assert [str(result.status) for result in desk.deploy(ship, profiles=profiles).results] == ["success"] * 2


def test_what_two_profiles_share_is_new_for_both_changed_for_both_and_then_as_it_is_for_both(
    desk: Desk, ship: Artifact
) -> None:
    profiles = [desk.project.profiles.get(), desk.profile("again")]
    first = desk.deploy(ship, profiles=profiles)
    assert outcome(first) == [("command:ship", "success", "create")] * 2
    assert first.results[1].reason == "Shared with the profile claude_code."
    give_version(ship, {"": "New"})
    assert outcome(desk.deploy(ship, profiles=profiles)) == [("command:ship", "success", "update")] * 2
    assert outcome(desk.deploy(ship, profiles=profiles)) == [("command:ship", "skip", "unchanged")] * 2


def test_a_server_two_profiles_share_is_one_entry_and_two_deployments(desk: Desk) -> None:
    docs = server(desk)
    desk.deploy(docs, profiles=[desk.project.profiles.get(), desk.profile("again")])
    assert Placement.objects.get().deployments.count() == 2
    desk.undo()
    assert desk.tree() == {}
    assert not Placement.objects.exists()
