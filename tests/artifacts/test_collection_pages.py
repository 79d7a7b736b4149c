"""Pages of collections: importing one, how far that is, and what came of it."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from artifacts.models import Artifact, Collection, CollectionImport
from artifacts.services.importing import begin_import, import_collection
from tests.artifacts.background import finished
from tests.artifacts.sources import agent, plugin, skill, write_files
from tests.factories import ArtifactFactory, CollectionFactory, CollectionImportFactory
from tests.queries import assert_no_more_for_twice_as_many

IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}

in_background = pytest.mark.django_db(transaction=True)
in_one_thread = pytest.mark.django_db


def begun(answer: Any) -> CollectionImport:
    """The import that an answer leads to, once it is finished."""
    address = answer.headers.get("HX-Redirect") or answer.headers["Location"]
    return finished(CollectionImport.objects.get(pk=address.removeprefix("/imports/")))


@in_background
def test_a_folder_is_imported_while_its_progress_shows(client: Client, source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x"), "tools/y.md": agent("y")})
    sent = {"source": str(source), "name": "Mine", "mappings": "tools/*.md=command\r\n"}
    row = begun(client.post("/collections/import", sent, headers=IN_DIALOG))
    assert (row.state, row.collection.name, row.collection.mappings) == ("done", "Mine", ["tools/*.md=command"])
    assert row.started_by is not None
    page = client.get(f"/imports/{row.pk}").text
    assert "What changed" in page
    for artifact in Artifact.objects.all():
        assert f'href="/artifacts/{artifact.pk}"' in page


@in_one_thread
def test_one_that_runs_shows_how_far_it_is_and_asks_again(client: Client, source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    pending = begin_import(source=str(source))
    row = pending.collection_import
    page = client.get(f"/imports/{row.pk}").text
    assert f'hx-get="/imports/{row.pk}/progress"' in page
    CollectionImport.objects.filter(pk=row.pk).update(progress_done=3, progress_total=7)
    piece = client.get(f"/imports/{row.pk}/progress", headers={"HX-Request": "true"})
    assert "3 of 7 artifacts read" in piece.text
    assert "<html" not in piece.text
    assert "HX-Trigger" not in piece.headers
    pending.lock.close()
    ended = client.get(f"/imports/{row.pk}/progress", headers={"HX-Request": "true"})
    assert ended.headers["HX-Trigger"] == "changed"
    assert "hx-get" not in ended.text
    assert "cut off before it was done" in client.get(f"/imports/{row.pk}").text


@in_one_thread
@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"source": ""}, "This field is required."),
        ({"source": "/nowhere/at/all"}, "field-error"),
        ({"source": "https://"}, "field-error"),
        ({"mappings": "nonsense"}, "is not of the form GLOB=TYPE"),
        ({"name": "Taken"}, "belongs to the collection"),
    ],
)
def test_what_cannot_be_imported_is_said_at_its_field(
    client: Client, source: Path, sent: dict[str, str], said: str
) -> None:
    CollectionFactory(name="Taken")
    answer = client.post("/collections/import", {"source": str(source), "name": "Typed", **sent}, headers=IN_DIALOG)
    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{sent.get("name", "Typed")}"' in answer.text
    assert not CollectionImport.objects.exists()


@in_one_thread
def test_a_source_that_is_known_is_named_with_the_way_to_import_it_again(client: Client, source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    known = import_collection(source=str(source), name="Mine").collection
    answer = client.post("/collections/import", {"source": str(source)}, headers=IN_DIALOG)
    assert answer.status_code == 422
    assert f'href="/collections/{known.pk}/import"' in answer.text


@in_background
def test_what_is_suggested_is_imported_with_one_press(client: Client, source: Path) -> None:
    write_files(source, {f"tools/{name}.md": "Do it." for name in ("a", "b")})
    failed = begun(client.post("/collections/import", {"source": str(source)}))
    assert failed.state == "failed"
    page = client.get(f"/imports/{failed.pk}").text
    assert "Nothing imported" in page
    assert "Import these as commands" in page
    again = begun(client.post(f"/collections/{failed.collection_id}/import", {"add": "tools/*.md=command"}))
    assert again.state == "done"
    assert again.collection.mappings == ["tools/*.md=command"]
    assert Artifact.objects.filter(type="command").count() == 2


@in_background
def test_importing_again_keeps_the_mappings_that_are_left_and_no_others(client: Client, source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x"), "a/y.md": "Do.", "b/z.md": "Do."})
    mappings = ["a/*.md=command", "b/*.md=command"]
    collection = import_collection(source=str(source), mappings=mappings).collection
    form = client.get(f"/collections/{collection.pk}/import").context["form"]
    assert form.initial["mappings"].split() == mappings
    row = begun(client.post(f"/collections/{collection.pk}/import", {"mappings": "b/*.md=rule"}))
    assert (row.state, row.collection.mappings) == ("done", ["b/*.md=rule"])
    refused = client.post(f"/collections/{collection.pk}/import", {"mappings": "b/*.md=spell"})
    assert refused.status_code == 422
    assert "names no artifact type" in refused.text


@in_one_thread
def test_a_collection_that_is_being_imported_says_so(client: Client, source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    pending = begin_import(source=str(source))
    answer = client.post(f"/collections/{pending.collection_import.collection_id}/import", {"mappings": ""})
    assert answer.status_code == 422
    assert "is being imported already" in answer.text
    assert "being imported" in client.get("/collections/").text
    pending.lock.close()
    assert "import failed" in client.get("/collections/").text


@in_one_thread
def test_the_report_tells_of_every_file_and_its_reason(client: Client, source: Path) -> None:
    write_files(
        source,
        {
            "skills/x/SKILL.md": "---\nname: other\n---\n\u202edetrevni",
            "agents/README.md": "# About",
            "hooks/hooks.json": "{",
            ".claude-plugin/plugin.json": plugin("p"),
        },
    )
    row = import_collection(source=str(source))
    page = client.get(f"/imports/{row.pk}").text
    for said in (
        "Look at these before you deploy",
        "bidirectional control",
        "Not imported",
        "hooks/hooks.json",
        "Notes",
    ):
        assert said in page
    assert "Nothing has changed since the last import" not in page
    again = import_collection(source=str(source))
    assert "Nothing has changed since the last import" in client.get(f"/imports/{again.pk}").text


@in_one_thread
def test_a_long_list_of_the_report_is_read_page_by_page(client: Client, source: Path) -> None:
    write_files(source, {f"commands/c{number:03}.md": "Do." for number in range(130)})
    row = import_collection(source=str(source))
    first = client.get(f"/imports/{row.pk}")
    (part,) = [part for part in first.context["parts"] if part.word == "added"]
    assert (part.count, len(part.shown)) == (130, 20)
    assert 'href="?part=added"' in first.text
    (alone,) = client.get(f"/imports/{row.pk}", {"part": "added", "page": "2"}).context["parts"]
    assert len(alone.shown) == 30
    assert len(client.get(f"/imports/{row.pk}", {"part": "nonsense"}).context["parts"]) >= 1


@in_one_thread
def test_a_collection_shows_what_it_has_and_its_imports(client: Client, source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x"), "skills/y/SKILL.md": skill("y")})
    collection = import_collection(source=str(source), name="Mine").collection
    (source / "skills/y/SKILL.md").unlink()
    import_collection(source=str(source))
    page = client.get(f"/collections/{collection.pk}").text
    for said in (str(source), "1 artifact<", "1 missing", "2 added", "1 gone", "Imports · 2"):
        assert said in page
    assert f"/collections/{collection.pk}/delete" not in page
    assert client.post(f"/collections/{collection.pk}/delete").status_code == 409


@in_one_thread
def test_one_is_renamed(client: Client) -> None:
    collection = CollectionFactory(name="Old")
    CollectionFactory(name="Taken")
    url = f"/collections/{collection.pk}/rename"
    refused = client.post(url, {"name": "Taken"}, headers=IN_DIALOG)
    assert refused.status_code == 422
    assert "belongs to the collection" in refused.text
    assert "dialog-done" in client.post(url, {"name": "New"}, headers=IN_DIALOG)["HX-Trigger"]
    assert "New" in client.get(f"/collections/{collection.pk}").text


@in_one_thread
def test_one_from_which_nothing_ever_came_is_deleted(client: Client) -> None:
    collection = CollectionFactory()
    assert f"/collections/{collection.pk}/delete" in client.get(f"/collections/{collection.pk}").text
    client.post(f"/collections/{collection.pk}/delete")
    assert not Collection.objects.exists()


@in_one_thread
def test_the_example_is_offered_where_it_may_be_imported(client: Client, settings: Settings) -> None:
    settings.IMPORT_ROOTS = [settings.BASE_DIR]
    assert "Import the example collection" in client.get("/collections/").text
    initial = client.get("/collections/import", {"example": ""}).context["form"].initial
    assert initial["source"] == str(settings.BASE_DIR / "examples" / "collection")
    settings.IMPORT_ROOTS = [Path("/nowhere")]
    assert "Import the example collection" not in client.get("/collections/").text


@in_one_thread
def test_pages_of_collections_ask_no_more_for_more_rows(client: Client) -> None:
    collection = CollectionFactory()

    def more(count: int) -> None:
        for _ in range(count):
            CollectionImportFactory(collection=collection)
            ArtifactFactory(collection=CollectionImportFactory().collection)

    # The first request makes the local user.
    client.get("/groups/")
    for address in ("/collections/", f"/collections/{collection.pk}"):
        assert_no_more_for_twice_as_many(more, lambda address=address: client.get(address))  # type: ignore[misc]


@in_one_thread
def test_who_may_change_nothing_is_shown_no_way_to_and_refused(reader: Client, source: Path) -> None:
    row = CollectionImportFactory(report={})
    for page in ("/collections/", f"/collections/{row.collection_id}", f"/imports/{row.pk}"):
        text = reader.get(page).text
        for way in ("import", "rename", "delete"):
            assert f'/{way}"' not in text
    ways = [f"/collections/{row.collection_id}/{way}" for way in ("import", "rename", "delete")]
    for address in ("/collections/import", *ways):
        assert reader.get(address).status_code == 403
        assert reader.post(address, {"source": str(source)}).status_code == 403
