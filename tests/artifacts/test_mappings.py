"""Mappings are kept with a collection, and each import may add to them, change and forget some."""

from pathlib import Path

import pytest

from artifacts.exceptions import ImportFailedError, MappingError
from artifacts.models import Collection, CollectionImport
from artifacts.services.importing import import_collection
from tests.artifacts.sources import labels, notes, skill, write_files

pytestmark = pytest.mark.django_db


@pytest.fixture
def mapped(source: Path) -> Path:
    """A collection that was imported with a mapping for one of its two folders."""
    write_files(source, {"tools/a.md": "A.", "texts/b.md": "B."})
    import_collection(source=str(source), mappings=["tools/*.md=command"])
    return source


def kept() -> list[str]:
    mappings: list[str] = Collection.objects.get().mappings
    return mappings


def test_they_are_used_again_when_none_is_given(mapped: Path) -> None:
    import_collection(source=str(mapped))
    assert labels() == ["command:a"]
    assert kept() == ["tools/*.md=command"]


def test_a_new_one_is_added(mapped: Path) -> None:
    done = import_collection(source=str(mapped), mappings=["texts/*.md=rule"])
    assert labels() == ["command:a", "rule:b"]
    assert done.report["counts"]["gone"] == 0
    assert kept() == ["tools/*.md=command", "texts/*.md=rule"]


def test_the_same_glob_again_replaces_its_type(mapped: Path) -> None:
    import_collection(source=str(mapped), mappings=["./tools//*.md=agent", "texts/*.md=rule", "tools/*.md=rule"])
    assert kept() == ["tools/*.md=rule", "texts/*.md=rule"]
    assert labels() == ["rule:a", "rule:b"]


def test_an_empty_type_forgets_one(mapped: Path) -> None:
    import_collection(source=str(mapped), mappings=["texts/*.md=rule", "tools/*.md="])
    assert kept() == ["texts/*.md=rule"]
    assert labels() == ["rule:b"]


def test_forgetting_all_there_is_leaves_nothing(mapped: Path) -> None:
    import_collection(source=str(mapped), mappings=["texts/*.md=rule"])
    done = import_collection(source=str(mapped), mappings=["tools/*.md=", "texts/*.md="])
    assert (kept(), labels()) == ([], [])
    assert (done.state, done.report["counts"]["gone"]) == ("done", 2)
    import_collection(source=str(mapped), mappings=["tools/*.md=command"])
    assert labels() == ["command:a"]


def test_forgetting_the_mapping_of_all_skills_leaves_nothing(source: Path) -> None:
    write_files(source, {"kit/x/SKILL.md": skill("x"), "SKILL.md": skill("top")})
    import_collection(source=str(source), mappings=["**/SKILL.md=skill"])
    assert labels() == ["skill:top", "skill:x"]
    import_collection(source=str(source), mappings=["**/SKILL.md="])
    assert (kept(), labels()) == ([], [])


def test_the_last_one_can_be_forgotten_when_nothing_is_left_for_it(mapped: Path) -> None:
    import_collection(source=str(mapped), mappings=["more/*.md=rule"])
    import_collection(source=str(mapped), mappings=["tools/*.md="])
    assert (kept(), labels()) == (["more/*.md=rule"], [])
    import_collection(source=str(mapped), mappings=["more/*.md="])
    assert kept() == []


def test_forgetting_one_does_not_excuse_what_else_is_missing(mapped: Path) -> None:
    write_files(mapped, {"skills/x/SKILL.md": skill("x")})
    import_collection(source=str(mapped))
    (mapped / "skills/x/SKILL.md").unlink()
    with pytest.raises(ImportFailedError, match="Nothing in this source is recognised any more"):
        import_collection(source=str(mapped), mappings=["tools/*.md="])
    assert kept() == ["tools/*.md=command"]
    assert labels() == ["command:a", "skill:x"]


@pytest.mark.parametrize("again", [False, True])
def test_forgetting_one_that_is_not_kept_is_refused(source: Path, again: bool) -> None:
    write_files(source, {"tools/a.md": "A."})
    if again:
        import_collection(source=str(source), mappings=["tools/*.md=command"])
    words = "Kept with the collection: 'tools/\\*.md'" if again else "Kept with the collection: none"
    with pytest.raises(MappingError, match=words):
        import_collection(source=str(source), mappings=["tool/*.md="])
    assert Collection.objects.count() == CollectionImport.objects.count() == again


@pytest.mark.parametrize("mapping", ["tools/*.md", "tools/*.md=tool", "=command", "=", "../x/*.md=", "a\x00=command"])
def test_one_that_says_nothing_is_refused(source: Path, mapping: str) -> None:
    with pytest.raises(MappingError):
        import_collection(source=str(source), mappings=[mapping])
    assert not Collection.objects.exists()


def test_a_collection_keeps_a_bounded_number(mapped: Path) -> None:
    import_collection(source=str(mapped), mappings=[f"m{n}/*.md=rule" for n in range(49)])
    with pytest.raises(MappingError, match="51 mappings"):
        import_collection(source=str(mapped), mappings=["one/more.md=rule"])
    assert len(kept()) == 50


def test_an_import_that_fails_changes_none(mapped: Path) -> None:
    for file in mapped.rglob("*.md"):
        file.unlink()
    with pytest.raises(ImportFailedError):
        import_collection(source=str(mapped), name="Renamed", mappings=["texts/*.md=rule"])
    assert kept() == ["tools/*.md=command"]
    assert Collection.objects.get().name == "source"


def test_one_that_finds_everything_taken_is_noted(mapped: Path) -> None:
    done = import_collection(source=str(mapped), mappings=["tools/a.md=agent"])
    assert "takes nothing" in notes(done, "tools/a.md")
    assert labels() == ["command:a"]
