"""The records are read without a lock: a run may end between two of the queries."""

import pytest

from deployments.services.status import statuses
from tests.deployments.conftest import Desk, outcome
from tests.meanwhile import just_before_reading

TABLES = ["deployments_deployment", "deployments_deploymentplacement", "deployments_claim"]


@pytest.mark.parametrize("table", TABLES)
def test_what_a_run_adds_meanwhile_may_be_missing(desk: Desk, table: str) -> None:
    old, new = desk.artifact("command:old"), desk.artifact("command:new")
    desk.deploy(old)
    with just_before_reading(table, lambda: desk.deploy(new)):
        assert [(each.target.label, str(each.status)) for each in statuses(project=desk.project)] == [
            ("command:old", "in_sync")
        ]
    assert len(statuses(project=desk.project)) == 2


@pytest.mark.parametrize("table", TABLES[:2])
def test_what_a_run_removes_meanwhile_is_not_shown_any_more(desk: Desk, table: str) -> None:
    old, new = desk.artifact("command:old"), desk.artifact("command:new")
    desk.deploy(old, new)
    with just_before_reading(table, lambda: desk.undeploy(old)):
        assert [each.target.label for each in statuses(project=desk.project)] == ["command:new"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("job", ["deploy", "undeploy"])
def test_a_dry_run_plans_on_what_it_saw(desk: Desk, table: str, job: str) -> None:
    old, new = desk.artifact("command:old"), desk.artifact("command:new")
    desk.deploy(old)
    meanwhile = {"deploy": lambda: desk.deploy(new), "undeploy": desk.undeploy}[job]
    with just_before_reading(table, meanwhile):
        assert [label for label, _, _ in outcome(desk.deploy(old, new, dry_run=True))] == ["command:old", "command:new"]
