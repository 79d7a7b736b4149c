"""Collections in the admin: what they have, and importing them again."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.services.users import local_user
from artifacts import admin as artifacts_admin
from artifacts.models import Artifact, Collection
from artifacts.services.collections import own_collection
from artifacts.services.importing import import_collection
from tests.admin_pages import address, messages_of
from tests.factories import CollectionFactory


@pytest.fixture
def source(tmp_path: Path, settings: Settings) -> Path:
    """A folder of two commands."""
    settings.IMPORT_ROOTS = [tmp_path]
    folder = tmp_path / "tools"
    (folder / "commands").mkdir(parents=True)
    for name in ("one", "two"):
        (folder / "commands" / f"{name}.md").write_text(f"---\ndescription: {name}\n---\n")
    return folder


@pytest.mark.django_db
def test_collections_are_imported_again_and_what_became_of_each_is_said(client: Client, source: Path) -> None:
    known = import_collection(source=str(source)).collection
    lost = CollectionFactory(name="Lost", source=str(source.parent / "lost"))
    (source / "commands" / "one.md").write_text("---\ndescription: changed\n---\n")
    (source / "commands" / "two.md").rename(source / "commands" / "three.md")
    form = {"action": "import_again", "_selected_action": [known.pk, lost.pk]}
    page = client.post(address(Collection, "changelist"), form, follow=True)
    assert "“tools”: 1 added, 1 updated, 1 gone." in messages_of(page)
    assert "“Lost”: " in messages_of(page)
    assert Artifact.objects.count() == 3
    assert known.imports.latest("started_at").started_by == local_user()


@pytest.mark.django_db
def test_no_more_than_a_few_are_imported_at_once(client: Client, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(artifacts_admin, "_MOST_IMPORTS", 1)
    known = import_collection(source=str(source), name="A").collection
    other = CollectionFactory(name="B")
    form = {"action": "import_again", "_selected_action": [known.pk, other.pk]}
    said = messages_of(client.post(address(Collection, "changelist"), form, follow=True))
    assert "“A”: 2 unchanged." in said
    assert "“B” was not imported: at most 1 at once." in said


@pytest.mark.django_db
def test_the_list_says_how_many_artifacts_there_are_and_how_the_last_import_went(client: Client, source: Path) -> None:
    import_collection(source=str(source))
    CollectionFactory(name="Never imported")
    page = client.get(address(Collection, "changelist")).content.decode()
    assert '<td class="field-artifact_count">2</td>' in page
    assert ", done</td>" in page
    assert '<td class="field-last_import">-</td>' in page


@pytest.mark.django_db
def test_what_is_made_here_is_not_looked_for_in_a_folder(client: Client) -> None:
    form = {"action": "import_again", "_selected_action": [own_collection().pk]}
    said = messages_of(client.post(address(Collection, "changelist"), form, follow=True))
    assert "are made here, one by one, and have no source to be imported from." in said


@pytest.mark.django_db
def test_collections_are_neither_made_nor_changed_by_hand(client: Client) -> None:
    collection = CollectionFactory(name="Kept")
    assert client.post(address(Collection, "add"), {"name": "New"}).status_code == 403
    assert client.post(address(Collection, "change", collection.pk), {"name": "New"}).status_code == 403
    assert Collection.objects.get().name == "Kept"
