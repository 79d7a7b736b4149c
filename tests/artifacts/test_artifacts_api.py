"""Artifacts over the API."""

from base64 import b64encode
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from artifacts.models import Artifact, Collection
from profiles.enums import Platform
from tests.api import Caller
from tests.artifacts.sources import skill
from tests.factories import ArtifactFactory, ArtifactTagFactory, CollectionFactory

ARTIFACTS = "/artifacts"
NOBODY = str(uuid4())
RULE: dict[str, Any] = {"type": "rule", "name": "kind", "files": {"kind.md": {"text": "Be kind.\n"}}}


def made(api: Caller, **fields: Any) -> str:
    """The address of a new artifact."""
    response = api.post(ARTIFACTS, {**RULE, **fields})
    assert response.status_code == 201, response.content
    return f"{ARTIFACTS}/{response.json()['uuid']}"


def files_at(api: Caller, address: str) -> dict[str, Any]:
    """All the files of an artifact, in the form in which they are sent."""
    paths = [file["path"] for file in api.get(f"{address}/files").json()["items"]]
    read = {path: api.get(f"{address}/file", path=path).json() for path in paths}
    return {path: {name: file[name] for name in ("text", "base64", "executable")} for path, file in read.items()}


def field_of(refused: Any) -> str:
    """The one field that is to blame."""
    assert refused.headers["Content-Type"] == "application/problem+json"
    (field,) = {error["field"] for error in refused.json()["errors"]}
    return str(field)


def test_every_field_survives_making_reading_changing_and_reading(keeper: Caller) -> None:
    fields: dict[str, Any] = {
        "type": "skill",
        "namespace": "office",
        "name": "pdf",
        "description": "Mine.",
        "target_platforms": ["claude_code", "codex"],
        "tags": ["a", "b"],
    }
    files = {
        "SKILL.md": {"text": skill("pdf"), "base64": None, "executable": False},
        "run.sh": {"text": "#!/bin/sh\n", "base64": None, "executable": True},
        "logo.png": {"text": None, "base64": b64encode(b"\x89PNG\x00\xff").decode(), "executable": False},
    }
    address = made(keeper, **fields, files=files)
    read = keeper.get(address).json()
    assert {name: read[name] for name in fields} == fields
    assert files_at(keeper, address) == files
    others: dict[str, Any] = {"description": "Ours.", "target_platforms": ["other"], "tags": ["c"]}
    other_files = {"SKILL.md": {"text": skill("pdf") + "\r\nMore.", "base64": None, "executable": False}}
    changed = keeper.patch(address, {**others, "files": other_files})
    assert changed.status_code == 200
    assert keeper.get(address).json() == changed.json()
    assert {name: changed.json()[name] for name in others} == others
    assert files_at(keeper, address) == other_files
    assert changed.json()["version"]["sha256"] != read["version"]["sha256"]


def test_a_string_in_place_of_a_file_is_its_text(keeper: Caller) -> None:
    address = made(keeper, type="command", name="commit", files={"commit.md": "Commit.\n"})
    assert files_at(keeper, address) == {"": {"text": "Commit.\n", "base64": None, "executable": False}}


@pytest.mark.parametrize(
    ("kind", "path", "text"),
    [
        ("command", "commit.md", "Commit.\n"),
        ("mcp", ".mcp.json", '{\n  "command": "npx"\n}\n'),
        ("rule", "", "Be kind.\n"),
    ],
)
def test_a_single_file_can_be_sent_back_as_it_was_read(keeper: Caller, kind: str, path: str, text: str) -> None:
    address = made(keeper, type=kind, files={path: {"text": text}})
    files = files_at(keeper, address)
    assert files == {"": {"text": text, "base64": None, "executable": False}}
    version = keeper.get(address).json()["version"]
    assert keeper.patch(address, {"files": files}).json()["version"] == version


def test_a_change_leaves_what_is_not_sent_and_null_clears(keeper: Caller) -> None:
    address = made(keeper, description="Mine.", tags=["a"], target_platforms=["codex"])
    changed = keeper.patch(address, {"tags": None}).json()
    assert (changed["description"], changed["tags"], changed["target_platforms"]) == ("Mine.", [], ["codex"])
    changed = keeper.patch(address, {"description": None, "target_platforms": None}).json()
    assert (changed["description"], changed["target_platforms"]) == ("Be kind.", None)
    assert keeper.patch(address, {}).status_code == 200
    for body in ({"files": None}, {"name": "other"}, {"type": "agent"}, {"namespace": "x"}):
        assert keeper.patch(address, body).status_code == 422, body


def test_a_change_of_nothing_changes_nothing_wherever_it_comes_from(keeper: Caller, db: None) -> None:
    here = keeper.post(ARTIFACTS, {"type": "rule", "name": "x", "files": {"": {"text": "Be kind."}}}).json()["uuid"]
    for uuid in (here, ArtifactFactory().uuid):
        before = keeper.get(f"{ARTIFACTS}/{uuid}").json()
        answer = keeper.patch(f"{ARTIFACTS}/{uuid}", {})
        assert (answer.status_code, answer.json()) == (200, before)


def test_an_artifact_says_where_it_comes_from(api: Caller, db: None) -> None:
    artifact = ArtifactFactory(
        name="pdf",
        source_path="office/skills/pdf",
        plugin_path="office",
        flags=[{"code": "bidi-control", "file": "SKILL.md", "detail": "It holds some."}],
        collection=CollectionFactory(name="Theirs", kind=Collection.Kind.GIT),
        gone_at="2030-01-01T00:00:00Z",
    )
    read = api.get(f"{ARTIFACTS}/{artifact.uuid}").json()
    assert read["collection"] == {"id": str(artifact.collection_id), "name": "Theirs", "kind": "git"}
    assert read["flags"] == artifact.flags
    assert (read["artifact_id"], read["source_path"], read["plugin_path"], read["missing"], read["gone_at"]) == (
        "skill:pdf",
        "office/skills/pdf",
        "office",
        True,
        "2030-01-01T00:00:00Z",
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"files": {}}, "files"),
        ({"files": {"a.md": {"text": "A"}, "b.md": {"text": "B"}}}, "files"),
        ({"type": "skill"}, "files"),
        ({"files": {"../x.md": {"text": "A"}}}, "files"),
        ({"files": {"x.md": {}}}, "files.x.md"),
        ({"files": {"x.md": {"text": "A", "base64": "QQ=="}}}, "files.x.md"),
        ({"files": {"x.md": {"base64": "Q"}}}, "files.x.md"),
        ({"files": {"x.md": {"base64": "Q\u00e4=="}}}, "files.x.md"),
        ({"files": {"x.md": {"text": "a\x00b"}}}, "files.x.md.text"),
        ({"files": {"x.md": {"text": "\ud800"}}}, "files.x.md.text"),
        ({"files": {"x.md": "a\x00b"}}, "files.x.md.text"),
        ({"files": {"x.md": {"text": "A", "mode": 7}}}, "files.x.md.mode"),
        ({"files": {"x.md": {"text": "A", "executable": 1}}}, "files.x.md.executable"),
        ({"type": "spell"}, "type"),
        ({"name": "../x"}, "name"),
        ({"name": " "}, "name"),
        ({"namespace": "a\nb"}, "namespace"),
        ({"target_platforms": []}, "target_platforms"),
        ({"target_platforms": ["codex", "codex"]}, "target_platforms"),
        ({"target_platforms": ["vim"]}, "target_platforms.0"),
        ({"tags": ["No"]}, "tags"),
        ({"description": "x" * 20_001}, "description"),
        ({"uuid": NOBODY}, "uuid"),
    ],
)
def test_what_cannot_be_made_is_refused_by_its_field(keeper: Caller, body: dict[str, Any], field: str) -> None:
    refused = keeper.post(ARTIFACTS, {**RULE, **body})
    assert refused.status_code == 422, refused.content
    assert field_of(refused) == field
    assert not Artifact.objects.exists()


def test_what_is_there_is_not_made_again(keeper: Caller) -> None:
    address = made(keeper)
    refused = keeper.post(ARTIFACTS, RULE)
    assert refused.status_code == 409
    assert address.rpartition("/")[2] in refused.json()["detail"]


def test_deleted_it_is_missing_and_made_again_it_is_the_same(keeper: Caller) -> None:
    address = made(keeper)
    assert keeper.delete(address).status_code == 204
    assert keeper.get(address).json()["missing"] is True
    assert keeper.delete(address).status_code == 204
    assert keeper.patch(address, {"files": RULE["files"]}).status_code == 409
    assert made(keeper) == address
    assert keeper.get(address).json()["missing"] is False


def test_what_was_imported_is_neither_rewritten_nor_deleted(keeper: Caller) -> None:
    address = f"{ARTIFACTS}/{ArtifactFactory(name='pdf').uuid}"
    for refused in (keeper.patch(address, {"files": RULE["files"]}), keeper.delete(address)):
        assert refused.status_code == 409
        assert "Change it at its source" in refused.json()["detail"]
    assert keeper.patch(address, {"tags": ["a"], "description": "Mine."}).json()["tags"] == ["a"]


def test_everybody_reads_and_only_some_change(keeper: Caller, api: Caller) -> None:
    address = made(keeper)
    assert api.get(address).status_code == 200
    assert api.get(f"{address}/file").json()["text"] == "Be kind.\n"
    assert api.get(ARTIFACTS).json()["total"] == 1
    for refused, permission in (
        (api.post(ARTIFACTS, RULE), "add_artifact"),
        (api.patch(address, {"tags": []}), "change_artifact"),
        (api.delete(address), "delete_artifact"),
    ):
        assert refused.status_code == 403
        assert f"artifacts.{permission}" in refused.json()["detail"]


def test_without_login_the_local_user_may_do_all_of_it(db: None) -> None:
    local = Caller()
    address = made(local)
    assert local.patch(address, {"tags": ["a"]}).status_code == 200
    assert local.delete(address).status_code == 204


def test_what_does_not_exist_is_not_found(keeper: Caller) -> None:
    address = f"{ARTIFACTS}/{NOBODY}"
    for refused in (
        keeper.get(address),
        keeper.get(f"{address}/files"),
        keeper.get(f"{address}/file"),
        keeper.patch(address, {}),
        keeper.delete(address),
        keeper.get(f"{made(keeper)}/file", path="other.md"),
    ):
        assert (refused.status_code, refused.json()["type"]) == (404, "urn:deployment-sets:problem:not-found")


def test_artifacts_are_found_by_each_filter_and_come_in_pages(api: Caller) -> None:
    pdf = ArtifactTagFactory(artifact=ArtifactFactory(name="pdf", target_platforms=["codex"]), name="office").artifact
    ArtifactFactory(name="Übung", type="rule", namespace="school")
    ArtifactFactory(name="zzz", gone_at="2030-01-01T00:00:00Z", target_platforms=["cursor"])

    def names(**query: Any) -> list[str]:
        return [each["name"] for each in api.get(ARTIFACTS, **query).json()["items"]]

    assert names(type="rule") == ["Übung"]
    assert names(platform=Platform.CODEX) == ["pdf", "Übung"]
    assert names(collection=str(pdf.collection_id)) == ["pdf"]
    assert names(collection=NOBODY) == []
    assert names(tag="office") == ["pdf"]
    assert names(namespace="school") == ["Übung"]
    assert names(namespace="") == ["pdf", "zzz"]
    assert names(gone="true") == ["zzz"]
    assert names(search="übu") == ["Übung"]
    assert names(search="skill:pd") == ["pdf"]
    assert names(search=str(pdf.uuid)) == ["pdf"]
    assert names(sort="-name", limit=1, offset=1) == ["zzz"]
    assert api.get(ARTIFACTS, limit=1).json()["total"] == 3


def test_tags_are_counted_and_come_in_pages(api: Caller) -> None:
    for tags in (["b", "a"], ["b"]):
        artifact = ArtifactFactory()
        for tag in tags:
            ArtifactTagFactory(artifact=artifact, name=tag)
    assert api.get(f"{ARTIFACTS}/tags").json() == {
        "items": [{"name": "a", "artifact_count": 1}, {"name": "b", "artifact_count": 2}],
        "total": 2,
    }
    page = api.get(f"{ARTIFACTS}/tags", limit=1, offset=1).json()
    assert ([each["name"] for each in page["items"]], page["total"]) == (["b"], 2)


@pytest.mark.parametrize(
    "query",
    [{"type": "spell"}, {"platform": "vim"}, {"collection": "x"}, {"tag": "a\x00"}, {"search": "x" * 256}, {"nme": "x"},
     {"gone": "maybe"}, {"sort": "size"}],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_refused_by_its_name(api: Caller, query: dict[str, Any]) -> None:
    refused = api.get(ARTIFACTS, **query)
    assert refused.status_code in (400, 422)
    if refused.status_code == 422:
        assert str(next(iter(query))) in refused.content.decode()


def test_files_come_in_pages(keeper: Caller) -> None:
    files = {"SKILL.md": {"text": skill("x")}} | {f"{number}.md": {"text": "x"} for number in range(4)}
    address = made(keeper, type="skill", files=files)
    page = keeper.get(f"{address}/files", limit=2, offset=3).json()
    assert ([file["path"] for file in page["items"]], page["total"]) == (["3.md", "SKILL.md"], 5)
    assert (page["items"][0]["size"], page["items"][0]["executable"]) == (1, False)


def test_twice_the_rows_take_as_many_queries(api: Caller) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200
        return len(captured)

    def more() -> None:
        for artifact in ArtifactFactory.create_batch(3):
            ArtifactTagFactory.create_batch(2, artifact=artifact)

    many = ArtifactFactory(files={"SKILL.md": "x"} | {f"{number}.md": str(number) for number in range(8)})
    few = ArtifactFactory(files={"SKILL.md": "x"})
    more()
    before = queries(ARTIFACTS)
    more()
    assert queries(ARTIFACTS) == before
    for path in ("", "/files", "/file?path=SKILL.md"):
        assert queries(f"{ARTIFACTS}/{many.uuid}{path}") == queries(f"{ARTIFACTS}/{few.uuid}{path}")
