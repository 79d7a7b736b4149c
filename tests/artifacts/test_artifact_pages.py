"""Pages of artifacts: finding one, reading its files, and saying something of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from artifacts.importing.inline import InlineFile
from artifacts.models import Artifact, Collection
from artifacts.queries import content_of, edition_of_artifact
from artifacts.services.artifacts import create_artifact, update_artifact
from profiles.enums import ArtifactType
from tests.factories import ArtifactFactory, ArtifactTagFactory, CollectionFactory, give_version
from tests.queries import assert_no_more_for_twice_as_many, statements

pytestmark = pytest.mark.django_db

IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}
GONE = datetime(2026, 1, 1, tzinfo=UTC)


def found(client: Client, **query: str) -> list[str]:
    """The names on the list, in order."""
    answer = client.get("/artifacts/", query)
    assert answer.status_code == 200
    return [artifact.name for artifact in answer.context["page"]]


@pytest.fixture
def several(db: None) -> Collection:
    """A collection with artifacts of several kinds, and one that is another's."""
    collection = CollectionFactory(name="Mine")
    ArtifactFactory(collection=collection, name="pdf", target_platforms=["codex"])
    ArtifactFactory(collection=collection, name="Pdf-review", type="agent")
    ArtifactTagFactory(artifact=ArtifactFactory(collection=collection, name="ship", type="command"), name="web")
    ArtifactFactory(collection=collection, name="lost", gone_at=GONE)
    ArtifactFactory(name="odd", flags=[{"code": "bidi-control", "file": "SKILL.md", "detail": "It holds two."}])
    return collection


def test_the_list_is_narrowed_by_everything_at_once_or_alone(client: Client, several: Collection) -> None:
    odd = Artifact.objects.get(name="odd")
    assert found(client) == ["odd", "pdf", "Pdf-review", "ship"]
    assert found(client, search="PDF") == ["pdf", "Pdf-review"]
    assert found(client, search="skill:pdf") == ["pdf"]
    assert found(client, search=str(odd.pk)) == ["odd"]
    assert found(client, type="agent") == ["Pdf-review"]
    assert found(client, platform="claude_code") == ["odd", "Pdf-review", "ship"]
    assert found(client, collection=str(several.pk)) == ["pdf", "Pdf-review", "ship"]
    assert found(client, tag="web") == ["ship"]
    assert found(client, state="flagged") == ["odd"]
    assert found(client, state="missing") == ["lost"]
    assert found(client, state="all") == ["lost", "odd", "pdf", "Pdf-review", "ship"]
    assert found(client, search="pdf", type="skill", collection=str(several.pk)) == ["pdf"]


def test_what_the_address_names_and_is_not_there_narrows_nothing(client: Client, several: Collection) -> None:
    assert len(found(client, type="spell", platform="toaster", collection="mine", state="odd", sort="size")) == 4
    assert found(client, tag="Nobody's") == []


def test_nothing_found_says_how_to_look(client: Client, several: Collection) -> None:
    text = client.get("/artifacts/", {"search": "nothing"}).text
    assert "No artifact matches" in text
    assert "Show all artifacts" in text


def test_without_any_artifact_the_way_to_some_is_shown(client: Client) -> None:
    answer = client.get("/artifacts/")
    assert "Import your first collection" in answer.text
    assert 'href="/collections/import"' in answer.text


def test_10_000_artifacts_are_listed_in_as_many_queries_as_three(client: Client) -> None:
    collection = CollectionFactory()
    Artifact.objects.bulk_create(Artifact(collection=collection, type="skill", name=f"a{n}") for n in range(3))
    # The first request makes the local user.
    client.get("/artifacts/")
    few = statements(lambda: client.get("/artifacts/"))
    Artifact.objects.bulk_create(Artifact(collection=collection, type="skill", name=f"b{n:05}") for n in range(9_997))
    answer = client.get("/artifacts/")
    assert answer.context["page"].paginator.count == 10_000
    assert len(answer.content) < 100_000
    assert len(statements(lambda: client.get("/artifacts/"))) == len(few)
    assert found(client, search="skill:b00077") == ["b00077"]


def test_its_page_says_what_is_known(client: Client, several: Collection) -> None:
    odd = Artifact.objects.get(name="odd")
    text = client.get(f"/artifacts/{odd.pk}").text
    for known in (str(odd.pk), odd.collection.name, "Look at this before you deploy it", "It holds two.", "SKILL.md"):
        assert known in text
    assert "missing from its collection" in client.get(f"/artifacts/{Artifact.objects.get(name='lost').pk}").text


def test_it_is_missing_under_any_other_id(client: Client) -> None:
    assert client.get("/artifacts/5a3b0f0e-0000-4000-8000-000000000000").status_code == 404


def test_the_file_that_says_most_is_open_and_others_open(client: Client) -> None:
    artifact = ArtifactFactory(files={"a.txt": "<b>", "docs/x.md": "# Deep", "SKILL.md": "# Top\n[x](docs/x.md)"})
    page = client.get(f"/artifacts/{artifact.pk}").text
    assert "<h3>Top</h3>" in page
    assert f'href="/artifacts/{artifact.pk}?file=docs%2Fx.md"' in page
    assert "<h3>Deep</h3>" in client.get(f"/artifacts/{artifact.pk}", {"file": "docs/x.md"}).text
    assert "<code>&lt;b&gt;</code>" in client.get(f"/artifacts/{artifact.pk}", {"file": "a.txt"}).text
    assert "<code># Top</code>" in client.get(f"/artifacts/{artifact.pk}", {"view": "text"}).text
    assert client.get(f"/artifacts/{artifact.pk}", {"file": "../x"}).status_code == 404


def test_what_strangers_wrote_does_nothing(client: Client) -> None:
    nasty = (
        "---\nname: <script>a()</script>\n---\n<script>b()</script>\n[c](javascript:c())\n![d](http://e.org/d.png)\n"
    )
    artifact = ArtifactFactory(type="command", name="<script>n()</script>", files={"": nasty})
    for view in ("", "text"):
        page = client.get(f"/artifacts/{artifact.pk}", {"view": view}).text
        for call in ("a()", "b()", "n()"):
            assert f"<script>{call}" not in page
        assert "<img" not in page
        assert 'href="javascript' not in page


def test_a_binary_is_described(client: Client) -> None:
    artifact = ArtifactFactory(files={"SKILL.md": "x", "logo.png": b"\x89PNG\0"})
    page = client.get(f"/artifacts/{artifact.pk}", {"file": "logo.png"}).text
    assert "image/png, which is not shown" in page
    assert "5 bytes" in page


def test_one_without_content_is_shown_all_the_same(client: Client) -> None:
    assert (
        "Nothing is known of what this artifact holds" in client.get(f"/artifacts/{ArtifactFactory(files={}).pk}").text
    )


def test_versions_are_counted_from_the_first(client: Client) -> None:
    artifact = ArtifactFactory()
    give_version(artifact, {"SKILL.md": "two"})
    context = client.get(f"/artifacts/{artifact.pk}").context
    assert [(each.number, each.is_current) for each in context["versions"]] == [(2, True), (1, False)]


def test_files_are_paged(client: Client) -> None:
    artifact = ArtifactFactory(files={"SKILL.md": "x", **{f"docs/{n:04}.txt": f"{n}" for n in range(450)}})
    text = client.get(f"/artifacts/{artifact.pk}").text
    assert "Files · 451" in text
    assert "0100.txt" in text
    assert "0449.txt" not in text
    assert "0449.txt" in client.get(f"/artifacts/{artifact.pk}", {"files": "3"}).text


def test_its_page_asks_no_more_for_more_files_and_versions(client: Client) -> None:
    artifact = ArtifactFactory()
    number = iter(range(100))

    def more(count: int) -> None:
        for _ in range(count):
            each = next(number)
            give_version(artifact, {"SKILL.md": f"{each}", **{f"{n}.txt": f"{n}" for n in range(each)}})
            ArtifactTagFactory(artifact=artifact)

    client.get("/artifacts/")
    assert_no_more_for_twice_as_many(more, lambda: client.get(f"/artifacts/{artifact.pk}"))


def test_what_is_said_of_it_is_changed_in_a_dialog(client: Client) -> None:
    artifact = ArtifactFactory(description="Old.")
    url = f"/artifacts/{artifact.pk}/edit"
    assert 'id="dialog-title"' in client.get(url, headers=IN_DIALOG).text
    sent = {"target_platforms": ["codex", "cursor"], "tags": "web, ops", "description": "One.\r\nTwo."}
    done = client.post(url, {**sent, "edition": edition_of_artifact(artifact)}, headers=IN_DIALOG)
    assert "dialog-done" in done["HX-Trigger"]
    artifact.refresh_from_db()
    assert (artifact.target_platforms, artifact.tags) == (["codex", "cursor"], ["ops", "web"])
    assert artifact.description == "One.\nTwo."
    nothing = {"target_platforms": [], "tags": "", "description": ""}
    client.post(url, {**nothing, "edition": edition_of_artifact(artifact)})
    artifact.refresh_from_db()
    assert (artifact.target_platforms, Artifact.objects.get().tags) == (None, [])


def test_what_somebody_else_said_of_it_meanwhile_is_told_before_it_is_overwritten(client: Client) -> None:
    artifact = ArtifactFactory(description="Old.")
    url = f"/artifacts/{artifact.pk}/edit"
    sent = {"tags": "web", "description": "Mine.", "edition": client.get(url).context["form"]["edition"].value()}
    update_artifact(artifact=artifact, tags=["theirs"])
    told = client.post(url, sent, headers=IN_DIALOG)
    assert told.status_code == 422
    assert "changed elsewhere since you opened it" in told.text
    assert "Mine." in told.text
    assert Artifact.objects.get().tags == ["theirs"]
    sent["edition"] = told.context["form"]["edition"].value()
    assert client.post(url, sent).status_code == 302
    assert Artifact.objects.get().tags == ["web"]


def test_a_refusal_keeps_what_was_typed(client: Client) -> None:
    artifact = ArtifactFactory()
    sent = {"tags": "Big", "description": "Typed.", "edition": edition_of_artifact(artifact)}
    refused = client.post(f"/artifacts/{artifact.pk}/edit", sent, headers=IN_DIALOG)
    assert refused.status_code == 422
    assert "A tag has 1 to 32 characters" in refused.text
    assert "Typed." in refused.text


def made_here(name: str = "notes", files: dict[str, str] | None = None) -> Artifact:
    """A skill that was made here."""
    given = {path: InlineFile(text.encode()) for path, text in (files or {"SKILL.md": "# Notes\n"}).items()}
    return create_artifact(type=ArtifactType.SKILL, name=name, files=given)


def test_one_is_made_file_by_file(client: Client) -> None:
    sent: dict[str, Any] = {
        "type": "skill",
        "name": "notes",
        "path-0": "SKILL.md",
        "text-0": "# Notes\r\nTake some.\r\n",
    }
    more = client.post("/artifacts/new", {**sent, "more": "1"})
    assert more.status_code == 200
    assert "Take some." in more.text
    assert 'name="path-1"' in more.text
    assert not Artifact.objects.exists()
    files = {"path-1": "bin/run.sh", "text-1": "#!/bin/sh\r\n", "executable-1": "on"}
    done = client.post("/artifacts/new", {**sent, **files, "save": "1"})
    made = Artifact.objects.get()
    assert done.headers["Location"] == f"/artifacts/{made.pk}"
    shown = client.get(f"/artifacts/{made.pk}", {"file": "bin/run.sh"}).context["files"].open
    assert (shown.file.size, shown.file.executable) == (10, True)


def test_files_that_make_no_artifact_are_refused_with_what_was_typed(client: Client) -> None:
    sent = {"type": "skill", "name": "notes", "path-0": "README.md", "text-0": "Typed.", "save": "1"}
    refused = client.post("/artifacts/new", sent)
    assert refused.status_code == 422
    assert "SKILL.md" in refused.text
    assert "Typed." in refused.text
    twice = {**sent, "path-0": "SKILL.md", "path-1": "SKILL.md", "text-1": "b"}
    assert "2 files have the path" in client.post("/artifacts/new", twice).text
    assert not Artifact.objects.exists()


def test_an_artifact_with_nothing_in_it_is_refused_at_its_file(client: Client) -> None:
    refused = client.post(
        "/artifacts/new", {"type": "command", "name": "ship", "path-0": "", "text-0": "", "save": "1"}
    )
    assert refused.status_code == 422
    assert "Write something in the file." in refused.text
    assert 'aria-invalid="true" aria-describedby="text-0_error"' in refused.text


def test_its_files_are_changed_all_at_once_and_a_binary_is_kept(client: Client) -> None:
    artifact = made_here()
    data = b"\x89PNG\0"
    files = {"SKILL.md": InlineFile(b"# Notes\n"), "logo.png": InlineFile(data), "old.md": InlineFile(b"x")}
    artifact = update_artifact(artifact=artifact, files=files)
    shown = client.get(f"/artifacts/{artifact.pk}/files").text
    assert "# Notes" in shown
    assert "kept as it is" in shown
    sent = {"path-0": "SKILL.md", "text-0": "# New\r\n", "path-1": "logo.png", "kept-1": "1"}
    sent |= {"path-2": "old.md", "removed-2": "on", "save": "1"}
    client.post(f"/artifacts/{artifact.pk}/files", {**sent, "edition": edition_of_artifact(artifact)})
    page = client.get(f"/artifacts/{artifact.pk}", {"file": "logo.png"}).context["files"]
    assert [file.path for file in page.page] == ["SKILL.md", "logo.png"]
    assert page.open.file.size == len(data)
    assert "<h3>New</h3>" in client.get(f"/artifacts/{artifact.pk}").text


def test_files_that_are_refused_stay_on_the_page(client: Client) -> None:
    artifact = made_here()
    refused = client.post(f"/artifacts/{artifact.pk}/files", {"path-0": "x.md", "text-0": "Typed.", "save": "1"})
    assert refused.status_code == 422
    assert "SKILL.md at its top" in refused.text
    assert "Typed." in refused.text


def test_files_that_somebody_else_saved_meanwhile_are_told_before_they_are_overwritten(client: Client) -> None:
    artifact = made_here()
    url = f"/artifacts/{artifact.pk}/files"
    sent = {"path-0": "SKILL.md", "text-0": "# Mine", "save": "1", "edition": client.get(url).context["files"].edition}
    update_artifact(artifact=artifact, files={"SKILL.md": InlineFile(b"# Theirs"), "more.md": InlineFile(b"x")})
    told = client.post(url, sent)
    assert told.status_code == 422
    assert "changed elsewhere since you opened the page" in told.text
    assert "# Mine" in told.text
    assert texts_of(artifact) == {"SKILL.md": b"# Theirs", "more.md": b"x"}
    assert client.post(url, {**sent, "edition": told.context["files"].edition}).status_code == 302
    assert texts_of(artifact) == {"SKILL.md": b"# Mine"}


def test_a_file_that_is_to_be_kept_and_is_not_there_any_more_is_refused(client: Client) -> None:
    artifact = made_here()
    sent = {"path-0": "SKILL.md", "text-0": "# Notes", "path-1": "logo.png", "kept-1": "1", "save": "1"}
    sent["edition"] = edition_of_artifact(artifact)
    refused = client.post(f"/artifacts/{artifact.pk}/files", sent)
    assert refused.status_code == 422
    assert "is not there any more, so it cannot be kept" in refused.text
    assert texts_of(artifact) == {"SKILL.md": b"# Notes\n"}


def test_more_files_than_can_be_sent_back_are_not_written_here(client: Client) -> None:
    artifact = made_here(files={"SKILL.md": "# Notes\n", **{f"{n:03}.md": f"{n}" for n in range(199)}})
    url = f"/artifacts/{artifact.pk}/files"
    full = client.get(url)
    assert 'name="path-199"' in full.text
    assert "Add another file" not in full.text
    rows = {f"path-{n}": row.path for n, row in enumerate(full.context["files"].rows)}
    sent = {**rows, "text-0": "x", "path-200": "more.md", "save": "1", "edition": full.context["files"].edition}
    refused = client.post(url, sent)
    assert refused.status_code == 422
    assert "at most 200 files" in refused.text
    held = {file.path: InlineFile(file.data) for file in content_of(artifact)}
    update_artifact(artifact=artifact, files={**held, "more.md": InlineFile(b"x")})
    long = client.get(url)
    assert "at most 200 files" in long.text
    assert 'name="path-0"' not in long.text


def texts_of(artifact: Artifact) -> dict[str, bytes]:
    """What its files hold now, by path."""
    return {file.path: file.data for file in content_of(Artifact.objects.get(pk=artifact.pk))}


def test_one_that_was_made_here_is_deleted_after_a_word(client: Client) -> None:
    artifact = made_here()
    url = f"/artifacts/{artifact.pk}/delete"
    assert "show it as missing" in client.get(url).text
    client.post(url)
    artifact.refresh_from_db()
    assert artifact.gone_at is not None
    assert "missing from its collection" in client.get(f"/artifacts/{artifact.pk}").text


def test_what_was_imported_has_neither_its_files_changed_nor_is_it_deleted(client: Client) -> None:
    artifact = ArtifactFactory()
    page = client.get(f"/artifacts/{artifact.pk}").text
    for action in ("files", "delete"):
        assert f"/artifacts/{artifact.pk}/{action}" not in page
        assert client.get(f"/artifacts/{artifact.pk}/{action}").status_code == 409
        assert client.post(f"/artifacts/{artifact.pk}/{action}", {"save": "1"}).status_code == 409


def test_who_may_change_nothing_is_shown_no_way_to_and_refused(reader: Client) -> None:
    artifact = made_here()
    for page in ("/artifacts/", f"/artifacts/{artifact.pk}"):
        text = reader.get(page).text
        for way in ("/artifacts/new", "/edit", "/files", "/delete", "/collections/import"):
            assert f'{way}"' not in text
    for address in ("/artifacts/new", *(f"/artifacts/{artifact.pk}/{each}" for each in ("edit", "files", "delete"))):
        assert reader.get(address).status_code == 403
        assert reader.post(address, {"save": "1"}).status_code == 403
