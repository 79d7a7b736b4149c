"""A first import that fails leaves nothing behind, and still says what it saw."""

import logging
from pathlib import Path

import pytest
from pytest_django import Settings

from artifacts.exceptions import ImportBusyError, ImportFailedError
from artifacts.importing.discovery import Discovery
from artifacts.models import Collection, CollectionImport
from artifacts.services import importing
from artifacts.services.collections import lock_collection
from artifacts.services.importing import begin_import, import_collection, run_import
from projects.locks import HeldLock
from tests.artifacts.sources import git_repository, labels, skill, write_files

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wrong", ["url", "ref", "empty folder"])
def test_no_collection_stays(source: Path, settings: Settings, wrong: str) -> None:
    settings.IMPORT_GIT_PROTOCOLS = ["file"]
    repository = git_repository(source / "tools.git", {"skills/x/SKILL.md": skill("x")})
    (source / "empty").mkdir()
    address, ref = {
        "url": (f"file://{source}/empty", ""),
        "ref": (f"file://{repository}", "nowhere"),
        "empty folder": (str(source / "empty"), ""),
    }[wrong]
    with pytest.raises(ImportFailedError) as failure:
        import_collection(source=address, ref=ref)
    assert not Collection.objects.exists()
    assert not CollectionImport.objects.exists()
    assert failure.value.collection_import.state == "failed"
    assert failure.value.collection_import.error == str(failure.value)


def test_the_record_still_has_the_report(source: Path) -> None:
    write_files(source, {"tools/a.md": "A."})
    with pytest.raises(ImportFailedError) as failure:
        import_collection(source=str(source))
    assert failure.value.collection_import.report["suggestions"][0]["mapping"] == "tools/*.md=command"
    import_collection(source=str(source), mappings=["tools/*.md=command"])
    assert labels() == ["command:a"]


def test_an_error_of_the_application_leaves_none_either(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> Discovery:
        raise ZeroDivisionError

    monkeypatch.setattr("artifacts.services.importing.discover", fail)
    with pytest.raises(ZeroDivisionError):
        import_collection(source=str(source))
    assert not Collection.objects.exists()


def test_a_collection_that_was_there_stays_with_the_record(source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    import_collection(source=str(source))
    (source / "skills/x/SKILL.md").unlink()
    with pytest.raises(ImportFailedError):
        import_collection(source=str(source))
    assert list(CollectionImport.objects.values_list("state", flat=True)) == ["failed", "done"]


def test_an_import_in_two_steps_keeps_its_rows(source: Path) -> None:
    with pytest.raises(ImportFailedError):
        run_import(pending=begin_import(source=str(source)))
    record = CollectionImport.objects.get()
    assert record.state == "failed"
    assert "no artifact" in record.error
    assert record.collection.source == str(source)


def test_a_collection_taken_back_between_two_looks_is_made_anew(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    begin_import(source=str(source)).lock.close()
    first = Collection.objects.get()

    def taken_back(collection: Collection) -> HeldLock:
        Collection.objects.filter(pk=first.pk).delete()
        return lock_collection(collection)

    monkeypatch.setattr(importing, "lock_collection", taken_back)
    done = import_collection(source=str(source))
    assert done.collection.pk != first.pk
    assert labels() == ["skill:x"]


def test_a_collection_somebody_else_imports_into_is_not_taken_back(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_comes_first(collection: Collection) -> None:
        CollectionImport.objects.create(collection=collection, state=CollectionImport.State.DONE)

    monkeypatch.setattr("artifacts.services.importing._end_dead_imports", another_comes_first)
    with pytest.raises(ImportFailedError):
        import_collection(source=str(source))
    assert Collection.objects.count() == 1


def test_a_first_import_that_finds_the_collection_busy_leaves_it(source: Path) -> None:
    with begin_import(source=str(source)).lock, pytest.raises(ImportBusyError):
        import_collection(source=str(source))
    assert Collection.objects.count() == 1


def test_a_failure_is_logged_as_a_warning_with_its_reason(source: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(ImportFailedError) as failure:
        import_collection(source=str(source))
    (record,) = (record for record in caplog.records if record.name == "artifacts.services.importing")
    assert record.levelno == logging.WARNING
    assert (vars(record)["reason"], vars(record)["source"]) == (str(failure.value), str(source))


def test_a_success_is_logged_as_information(source: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    with caplog.at_level(logging.INFO):
        import_collection(source=str(source))
    (record,) = (record for record in caplog.records if record.name == "artifacts.services.importing")
    assert (record.levelno, vars(record)["added"]) == (logging.INFO, 1)
