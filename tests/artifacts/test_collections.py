"""What can be done to a collection besides importing it."""

from pathlib import Path

import pytest

from artifacts.exceptions import (
    CollectionExistsError,
    CollectionInUseError,
    CollectionNameError,
    ImportBusyError,
    ImportFailedError,
    NotImportedError,
)
from artifacts.importing.inline import InlineFile
from artifacts.models import Artifact, Collection, CollectionImport
from artifacts.services.artifacts import create_artifact
from artifacts.services.collections import delete_collection, rename_collection
from artifacts.services.importing import begin_import, begin_import_again, import_collection, run_import
from profiles.enums import ArtifactType
from tests.artifacts.sources import labels, skill, write_files
from tests.factories import ArtifactFactory, CollectionFactory, CollectionImportFactory

pytestmark = pytest.mark.django_db


def test_it_can_be_renamed() -> None:
    collection = CollectionFactory(name="Tools")
    assert rename_collection(collection=collection, name=" Things ").name == "Things"
    assert Collection.objects.get().name == "Things"
    rename_collection(collection=collection, name="Things")


@pytest.mark.parametrize("name", ["", "  ", "x" * 256, "a\x00", "\ud800"])
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    collection = CollectionFactory(name="Tools")
    with pytest.raises(CollectionNameError):
        rename_collection(collection=collection, name=name)
    assert Collection.objects.get().name == "Tools"


def test_the_name_of_another_is_refused() -> None:
    CollectionFactory(name="Theirs", source="/nowhere/theirs")
    with pytest.raises(CollectionNameError, match="from /nowhere/theirs"):
        rename_collection(collection=CollectionFactory(), name="Theirs")


def test_one_from_which_nothing_came_can_be_deleted_with_its_imports() -> None:
    collection = CollectionImportFactory(state="failed").collection
    delete_collection(collection=collection)
    assert not Collection.objects.exists()
    assert not CollectionImport.objects.exists()


@pytest.mark.parametrize("gone_at", [None, "2026-01-01T00:00:00Z"])
def test_one_that_ever_had_an_artifact_stays(gone_at: str | None) -> None:
    artifact = ArtifactFactory(gone_at=gone_at)
    with pytest.raises(CollectionInUseError):
        delete_collection(collection=artifact.collection)
    assert Artifact.objects.exists()


def test_one_that_is_being_imported_is_not_deleted(source: Path) -> None:
    pending = begin_import(source=str(source))
    with pending.lock, pytest.raises(ImportBusyError):
        delete_collection(collection=pending.collection_import.collection)
    delete_collection(collection=pending.collection_import.collection)


def test_a_source_can_be_asked_for_as_a_new_one(source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    run_import(pending=begin_import(source=str(source), only_new=True))
    with pytest.raises(CollectionExistsError, match=str(Collection.objects.get().pk)):
        begin_import(source=f"{source}/", only_new=True)
    assert CollectionImport.objects.count() == 1


def test_the_loser_of_two_who_make_it_new_lets_go_of_it(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    import_collection(source=str(source))
    known = Collection.objects.get()
    looks = iter([None, known, known])
    monkeypatch.setattr("artifacts.services.importing._known", lambda location: next(looks))
    with pytest.raises(CollectionExistsError):
        begin_import(source=str(source), only_new=True)
    monkeypatch.undo()
    begin_import_again(collection=known).lock.close()


def test_it_is_imported_again_by_itself(source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    collection = import_collection(source=str(source)).collection
    write_files(source, {"tools/y.md": "Y."})
    run_import(pending=begin_import_again(collection=collection, name="Mine", mappings=["tools/*.md=command"]))
    assert labels() == ["command:y", "skill:x"]
    collection.refresh_from_db()
    assert (collection.name, collection.mappings) == ("Mine", ["tools/*.md=command"])


def test_the_report_of_a_failed_first_import_can_be_read_later(source: Path) -> None:
    write_files(source, {"tools/a.md": "A."})
    pending = begin_import(source=str(source), only_new=True)
    with pytest.raises(ImportFailedError):
        run_import(pending=pending)
    kept = CollectionImport.objects.get()
    assert (kept.state, kept.report["suggestions"][0]["mapping"]) == ("failed", "tools/*.md=command")
    run_import(pending=begin_import_again(collection=kept.collection, mappings=["tools/*.md=command"]))
    assert labels() == ["command:a"]


def test_what_is_made_here_has_no_source_to_import() -> None:
    artifact = create_artifact(type=ArtifactType.RULE, name="x", files={"": InlineFile(b"Be kind.")})
    with pytest.raises(NotImportedError, match="made here"):
        begin_import_again(collection=artifact.collection)
    assert not CollectionImport.objects.exists()


def test_no_folder_is_taken_for_what_is_made_here(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = create_artifact(type=ArtifactType.RULE, name="x", files={"": InlineFile(b"Be kind.")}).collection
    folder = write_files(source / own.source, {"skills/x/SKILL.md": skill("x")})
    monkeypatch.chdir(source)
    done = import_collection(source=str(folder))
    assert done.collection != own
    assert done.collection.source == str(folder)
