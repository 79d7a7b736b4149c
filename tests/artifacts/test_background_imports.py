"""Imports that go on after their request is answered, and those whose process did not."""

import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from artifacts.exceptions import ImportBusyError
from artifacts.models import Artifact, Collection, CollectionImport
from artifacts.queries import import_as_it_is
from artifacts.services.importing import (
    PendingImport,
    begin_import,
    end_cut_off_imports,
    import_in_background,
)
from tests.api import Caller
from tests.artifacts.background import finished
from tests.artifacts.sources import skill, write_files
from tests.running_server import free_port

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pending(source: Path) -> PendingImport:
    """An import that has begun, of one skill."""
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    return begin_import(source=str(source))


def test_it_is_done_meanwhile(pending: PendingImport) -> None:
    assert finished(import_in_background(pending=pending)).state == "done"
    assert Artifact.objects.get().name == "x"
    begin_import(source=pending.location.source).lock.close()


def test_it_holds_the_collection_until_it_is_done(pending: PendingImport, monkeypatch: pytest.MonkeyPatch) -> None:
    may_end = threading.Event()
    monkeypatch.setattr("artifacts.services.importing.discover", waiting(may_end))
    row = import_in_background(pending=pending)
    try:
        with pytest.raises(ImportBusyError):
            begin_import(source=pending.location.source)
        assert import_as_it_is(row.pk).state == "running"
    finally:
        may_end.set()
    assert finished(row).state == "failed"


def test_its_failure_is_recorded(pending: PendingImport, source: Path) -> None:
    (source / "skills/x/SKILL.md").unlink()
    row = finished(import_in_background(pending=pending))
    assert row.state == "failed"
    assert "no artifact" in row.error
    assert Collection.objects.filter(pk=row.collection_id).exists()


def test_an_error_of_the_application_is_recorded(pending: PendingImport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artifacts.services.importing.discover", waiting(threading.Event(), seconds=0))
    row = finished(import_in_background(pending=pending))
    assert row.state == "failed"
    assert "log" in row.error
    begin_import(source=pending.location.source).lock.close()


def test_without_a_thread_it_is_done_at_once(pending: PendingImport, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(work: object, *, name: str) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("artifacts.services.importing.run_in_background", refuse)
    assert import_in_background(pending=pending).state == "done"
    assert Artifact.objects.get().name == "x"
    begin_import(source=pending.location.source).lock.close()


def test_one_whose_process_died_is_read_as_cut_off(pending: PendingImport) -> None:
    # The kernel frees the lock of a process that died; its row still says that it runs.
    pending.lock.close()
    row = import_as_it_is(pending.collection_import.pk)
    assert row.state == "failed"
    assert "cut off" in row.error


def test_reading_one_that_was_cut_off_writes_nothing(pending: PendingImport, client: Client) -> None:
    pending.lock.close()
    row = pending.collection_import
    for address in ("/collections/", f"/collections/{row.collection_id}", f"/imports/{row.pk}"):
        assert "failed" in client.get(address).text
    assert "The import has ended" in client.get(f"/imports/{row.pk}/progress").text
    assert CollectionImport.objects.get().state == "running"
    begin_import(source=pending.location.source).lock.close()
    assert CollectionImport.objects.get(pk=row.pk).state == "failed"


def test_collections_that_are_being_imported_are_listed_without_waiting_for_them(
    source: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in "ab":
        write_files(source / name, {"skills/x/SKILL.md": skill("x")})
    running = [begin_import(source=str(source / name)) for name in "ab"]
    waits: list[float] = []
    monkeypatch.setattr("projects.locks.time.sleep", waits.append)
    try:
        assert client.get("/collections/").text.count("being imported") == 2
        assert waits == []
    finally:
        for each in running:
            each.lock.close()


def test_one_that_another_process_does_is_left(pending: PendingImport) -> None:
    assert end_cut_off_imports() == 0
    pending.lock.close()
    assert end_cut_off_imports() == 1
    assert end_cut_off_imports() == 0


def test_a_server_that_starts_ends_those_that_were_cut_off(
    pending: PendingImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending.lock.close()
    monkeypatch.setattr("os.execv", lambda *arguments: None)
    call_command("serve", port=free_port(), stdout=io.StringIO())
    assert CollectionImport.objects.get().state == "failed"


def test_the_api_reads_one_as_it_is(pending: PendingImport, keeper: Caller) -> None:
    row = pending.collection_import
    assert keeper.get(f"/imports/{row.pk}").json()["state"] == "running"
    pending.lock.close()
    listed = keeper.get(f"/collections/{row.collection_id}/imports").json()["items"]
    assert [each["state"] for each in listed] == ["failed"]
    assert keeper.get(f"/imports/{row.pk}").json()["state"] == "failed"


def waiting(until: threading.Event, seconds: float = 30) -> Callable[..., Any]:
    """Something that takes until then, and breaks."""

    def wait(*arguments: object, **options: object) -> None:
        until.wait(seconds)
        raise ZeroDivisionError

    return wait
