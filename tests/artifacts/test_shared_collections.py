"""Real collections, where they lie beside the checkout."""

from pathlib import Path

import pytest
from pytest_django import Settings

from artifacts.exceptions import ImportFailedError
from artifacts.manifests import Manifest
from artifacts.models import Artifact, ArtifactGroup, CollectionImport
from artifacts.services.blobs import load_blobs
from artifacts.services.importing import import_collection
from profiles.enums import ArtifactType
from tests import shared_collections
from tests.artifacts.sources import labels

pytestmark = [pytest.mark.django_db, *shared_collections.needs_shared_collections]


@pytest.fixture(autouse=True)
def may_be_imported(settings: Settings) -> None:
    settings.IMPORT_ROOTS = [shared_collections.FOLDER.resolve()]


def every_file_is_accounted_for(done: CollectionImport) -> bool:
    """Whether the report's kinds add up to the files on disk, and each artifact holds its files' bytes."""
    folder = Path(done.collection.source)
    files: dict[str, int] = done.report["files"]
    counted = sum(number for kind, number in files.items() if kind != "total")
    return counted == files["total"] == sum(path.is_file() for path in folder.rglob("*"))


def stored_bytes_equal_the_files(folder: Path) -> bool:
    """Whether every stored file is byte for byte, and bit for bit, the one it came from."""
    for row in Artifact.objects.select_related("version__manifest"):
        assert row.version is not None
        manifest = Manifest.decode(bytes(row.version.manifest.data))
        blobs = load_blobs({file.sha256 for file in manifest.files})
        for file in manifest.files:
            original = folder / row.source_path / file.path if file.path else folder / row.source_path
            if original.read_bytes() != blobs[file.sha256]:
                return False
            if bool(original.stat().st_mode & 0o111) != file.executable:
                return False
    return True


def test_superpowers_gives_fourteen_skills() -> None:
    done = import_collection(source=str(shared_collections.FOLDER / "superpowers-skills"))
    assert len(labels(ArtifactType.SKILL)) == len(labels()) == 14
    assert every_file_is_accounted_for(done)
    assert done.report["other_files"] == ["LICENSE"]
    assert stored_bytes_equal_the_files(shared_collections.FOLDER / "superpowers-skills")


def test_voltagent_gives_its_agents_in_ten_groups() -> None:
    done = import_collection(source=str(shared_collections.FOLDER / "voltagent-subagents"))
    assert len(labels(ArtifactType.AGENT)) == len(labels()) == 157
    assert ArtifactGroup.objects.count() == 10
    assert sum(group.memberships.count() for group in ArtifactGroup.objects.all()) == 157
    assert every_file_is_accounted_for(done)
    assert done.report["not_imported"] == []
    (suggestion,) = done.report["suggestions"]
    assert suggestion["mapping"] == "categories/06-developer-experience/docs-drift-editor.md=agent"
    assert stored_bytes_equal_the_files(shared_collections.FOLDER / "voltagent-subagents")


def test_wshobson_says_what_to_do_and_gives_its_commands_then() -> None:
    folder = shared_collections.FOLDER / "wshobson-commands"
    with pytest.raises(ImportFailedError) as failure:
        import_collection(source=str(folder))
    record = failure.value.collection_import
    proposed = [suggestion["mapping"] for suggestion in record.report["suggestions"]]
    assert proposed == ["tools/*.md=command", "workflows/*.md=command"]
    assert every_file_is_accounted_for(record)
    done = import_collection(source=str(folder), mappings=proposed)
    assert len(labels(ArtifactType.COMMAND)) == len(labels()) == 57
    assert every_file_is_accounted_for(done)
    assert done.report["other_files"] == ["LICENSE", "README.md"]
    assert stored_bytes_equal_the_files(folder)


@pytest.mark.parametrize("name", ["superpowers-skills", "voltagent-subagents"])
def test_importing_again_reports_no_change(name: str) -> None:
    import_collection(source=str(shared_collections.FOLDER / name))
    before = list(Artifact.objects.order_by("pk").values())
    done = import_collection(source=str(shared_collections.FOLDER / name))
    assert done.report["changed"] is False
    assert done.report["counts"]["unchanged"] == len(before)
    assert list(Artifact.objects.order_by("pk").values()) == before
