"""What it costs to note in the ledger what a run did, counted in look-ups of ids."""

from typing import Any
from uuid import UUID

import pytest

from deployments.installer.bookkeeping import Bookkeeping
from deployments.models import Deployment
from tests.deployments.conftest import Desk

pytestmark = pytest.mark.django_db


def test_taking_over_twice_as_much_is_twice_the_work(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look_ups(desk, monkeypatch, 60) < 2.5 * look_ups(desk, monkeypatch, 30)


def look_ups(desk: Desk, monkeypatch: pytest.MonkeyPatch, count: int) -> int:
    """How many ids are looked up to record that one namespace's commands replace another's, which are pruned."""
    mine, theirs = (
        [desk.artifact(f"command:{count}-{number}", {"": name}, namespace=name) for number in range(count)]
        for name in ("mine", "theirs")
    )
    desk.deploy(*mine, prune=True)
    found = 0
    record, look_up = Bookkeeping.record, UUID.__hash__

    def counted_look_up(key: UUID) -> int:
        nonlocal found
        found += 1
        return look_up(key)

    def counted_record(bookkeeping: Bookkeeping, *given: Any) -> None:
        with monkeypatch.context() as counting:
            counting.setattr(UUID, "__hash__", counted_look_up)
            record(bookkeeping, *given)

    with monkeypatch.context() as counting:
        counting.setattr(Bookkeeping, "record", counted_record)
        desk.deploy(*theirs, prune=True)
    assert {each.namespace for each in Deployment.objects.all()} == {"theirs"}
    return found
