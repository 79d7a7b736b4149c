"""A document of sets as text: what is written is read again, and what anybody else writes is told by its place."""

import json
import re
import tomllib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from deployment_sets.exceptions import (
    MAX_DEPTH,
    DeploymentSetCycleError,
    DeploymentSetDepthError,
    PortableDocumentError,
)
from deployment_sets.portable.document import (
    MAX_ARTIFACTS,
    MAX_COLLECTIONS,
    MAX_GROUPS,
    MAX_MEMBERS,
    MAX_SETS,
    PortableArtifact,
    PortableCollection,
    PortableDocument,
    PortableMember,
    PortableSet,
)
from deployment_sets.portable.reading import MAX_BYTES, document_of, format_of, parse
from deployment_sets.portable.writing import as_json, as_toml
from profiles.enums import ArtifactType, Platform
from tests.config.fresh_process import PROJECT

SKILL = str(UUID(int=1))
GROUP = str(UUID(int=2))
OUTER = str(UUID(int=3))
INNER = str(UUID(int=4))
LEFT_OUT = str(UUID(int=5))


def whole() -> dict[str, Any]:
    """A document in which there is one of everything."""
    return {
        "format": 1,
        "sets": [
            {
                "id": OUTER,
                "name": "Outer",
                "color": "#336699",
                "tags": ["web"],
                "members": [{"set": INNER}, {"group": GROUP}, {"set": LEFT_OUT}],
            },
            {"id": INNER, "name": "Inner", "members": [{"artifact": SKILL}]},
        ],
        "references": [{"kind": "set", "id": LEFT_OUT, "name": "Left out"}],
        "groups": [{"id": GROUP, "name": "Planning", "collection": "Examples", "artifacts": [SKILL]}],
        "collections": [{"name": "Examples", "kind": "git", "source": "https://example.org/x", "ref": "main"}],
        "artifacts": [
            {
                "uuid": SKILL,
                "collection": "Examples",
                "type": "skill",
                "name": "pdf",
                "tags": ["office"],
                "target_platforms": ["codex"],
            }
        ],
        "profiles": [
            {
                "platform": "claude_code",
                "root_dir": ".claude",
                "artifact_path_map": {"skill": ".claude/skills"},
                "project_config_filenames": ["CLAUDE.md"],
                "context_path_prefixes": [],
                "supported_artifact_types": ["skill"],
                "profile_id": "claude_code",
                "description": "",
            }
        ],
    }


def nested(*names: str) -> dict[str, Any]:
    """Sets of these names, each holding the next."""
    ids = [str(UUID(int=100 + index)) for index in range(len(names))]
    return {
        "format": 1,
        "sets": [
            {"id": one, "name": name, "members": [{"set": inner}] if inner else []}
            for one, name, inner in zip(ids, names, [*ids[1:], None], strict=True)
        ],
    }


def problems(data: object) -> dict[str, list[str]]:
    with pytest.raises(PortableDocumentError) as caught:
        document_of(data)
    return caught.value.problems


def test_toml_and_json_say_the_same() -> None:
    document = document_of(whole())
    assert parse(as_toml(document), "toml") == parse(as_json(document), "json") == document
    assert tomllib.loads(as_toml(document)) == json.loads(as_json(document)) == whole()


def test_what_is_empty_is_left_out_and_no_platforms_are_an_absent_key() -> None:
    data = whole()
    del data["artifacts"][0]["target_platforms"]
    document = document_of(data)
    assert document.artifacts[0].target_platforms is None
    assert "null" not in as_json(document)
    assert "target_platforms" not in as_toml(document)
    data["artifacts"][0]["target_platforms"] = None
    assert document_of(data) == document


def test_members_are_named_in_comments_for_whoever_reads_the_toml() -> None:
    text = as_toml(document_of(whole()))
    assert f'    {{ set = "{INNER}" }},  # Inner\n' in text
    assert f'    {{ group = "{GROUP}" }},  # Planning\n' in text
    assert f'    "{SKILL}",  # skill:pdf\n' in text


@pytest.mark.parametrize(
    "text",
    [
        '"""',
        "'''",
        "\\",
        "a\r\nb\tc",
        "\x7f\x1b[2J\u202e",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "\u2028 # x",
        "#\n[sets]",
    ],
)
def test_any_text_comes_back_and_nothing_that_a_terminal_obeys_is_written(text: str) -> None:
    data = whole()
    data["sets"][1] |= {"name": f"x{text}x", "description": text}
    document = document_of(data)
    for written, read in ((as_toml(document), "toml"), (as_json(document), "json")):
        assert written.replace("\n", "").isprintable()
        assert parse(written, "toml" if read == "toml" else "json") == document


def test_the_format_of_a_text_shows_in_its_beginning() -> None:
    document = document_of(whole())
    for text in (as_toml(document), as_json(document)):
        expected = "json" if text.startswith("{") else "toml"
        assert format_of(text) == format_of(text.encode()) == format_of(b"\xef\xbb\xbf\n " + text.encode()) == expected
        assert parse(b"\xef\xbb\xbf" + text.encode(), expected) == parse("\ufeff" + text, expected) == document


def change(*path: str | int, to: object) -> Callable[[dict[str, Any]], None]:
    def changed(data: dict[str, Any]) -> None:
        *steps, last = path
        inner: Any = data
        for step in steps:
            inner = inner[step]
        inner[last] = to

    return changed


MISTAKES: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "format": (change("format", to=2), "format = 1"),
    "sets": (change("sets", to=[]), "at least 1"),
    "colours": (change("colours", to=1), "misspelt"),
    "sets.0.colour": (change("sets", 0, "colour", to="red"), "misspelt"),
    "sets.0.name": (change("sets", 0, "name", to="a\x00b"), "NUL"),
    "groups.0.name": (change("groups", 0, "name", to=" \n"), "at least 1"),
    "sets.1.name": (change("sets", 1, "name", to="\ud800"), "surrogate"),
    "sets.0.id": (change("sets", 0, "id", to="here"), "UUID"),
    "sets.1.id": (change("sets", 1, "id", to=OUTER), "same stands in sets.0.id"),
    "sets.0.tags": (change("sets", 0, "tags", to="web"), "list"),
    "sets.0.description": (change("sets", 0, "description", to=3), "text"),
    "sets.0.members.0": (change("sets", 0, "members", 0, to={"set": INNER, "group": GROUP}), "exactly one"),
    "sets.0.members.1": (change("sets", 0, "members", 1, to={}), "exactly one"),
    "sets.0.members.2": (change("sets", 0, "members", 2, to={"set": INNER}), "already, at 0"),
    "sets.1.members.0": (change("sets", 1, "members", 0, to={"artifact": GROUP}), "no artifact"),
    "sets.1.members.0.set": (change("sets", 1, "members", 0, to={"set": 7}), "UUID"),
    "references.0.kind": (change("references", 0, "kind", to="artifact"), "'set' or 'group'"),
    "references.0.collection": (change("references", 0, "collection", to="Examples"), "no collection"),
    "references.0.id": (change("references", 0, "id", to=INNER), "same stands in sets.1.id"),
    "groups.0.artifacts.0": (change("groups", 0, "artifacts", 0, to=INNER), "no artifact"),
    "groups.0.artifacts.1": (change("groups", 0, "artifacts", to=[SKILL, SKILL]), "already, at 0"),
    "groups.0.collection": (change("groups", 0, "collection", to="Other"), "no collection 'Other'"),
    "artifacts.0.collection": (change("artifacts", 0, "collection", to="Other"), "no collection 'Other'"),
    "artifacts.0.type": (change("artifacts", 0, "type", to="spell"), "'skill'"),
    "artifacts.0.target_platforms": (change("artifacts", 0, "target_platforms", to=[]), "at least 1"),
    "artifacts.0.target_platforms.0": (change("artifacts", 0, "target_platforms", to=["vim"]), "claude_code"),
    "profiles.0.root": (change("profiles", 0, "root", to="x"), "misspelt"),
    "profiles.0.root_dir": (change("profiles", 0, "root_dir", to=None), "text"),
}  # fmt: skip


@pytest.mark.parametrize("place", MISTAKES)
def test_a_mistake_is_told_by_its_place(place: str) -> None:
    data = whole()
    mistake, told = MISTAKES[place]
    mistake(data)
    found = problems(data)
    assert place in found
    assert told in found[place][0]


def test_all_mistakes_are_told_at_once_but_no_endless_list_of_them() -> None:
    data = whole()
    data["sets"][0] |= {"colour": 1, "tags": 2}
    assert set(problems(data)) == {"sets.0.colour", "sets.0.tags"}
    data["sets"][0]["members"] = [1] * 1000
    with pytest.raises(PortableDocumentError, match="more problems") as caught:
        document_of(data)
    assert len(caught.value.problems) == 50


@pytest.mark.parametrize(
    ("table", "other", "place"),
    [
        ("groups", {"id": str(UUID(int=6))}, "groups.1.name"),
        ("collections", {"name": "Other"}, "collections.1.source"),
        ("artifacts", {"uuid": LEFT_OUT}, "artifacts.1.name"),
        ("artifacts", {"name": "other"}, "artifacts.1.uuid"),
        ("references", {"kind": "group", "id": GROUP}, "references.1.id"),
        ("references", {"name": "other"}, "references.1.id"),
    ],
)
def test_nothing_stands_in_a_document_twice_by_whatever_tells_it_apart(
    table: str, other: dict[str, str], place: str
) -> None:
    data = whole()
    data[table].append(data[table][0] | other)
    assert list(problems(data)) == [place]


def test_one_mistake_in_a_list_does_not_make_it_too_short() -> None:
    data = nested("Only")
    data["sets"][0]["name"] = ""
    assert list(problems(data)) == ["sets.0.name"]
    data = whole()
    data["artifacts"][0]["target_platforms"] = ["vim"]
    assert list(problems(data)) == ["artifacts.0.target_platforms.0"]


@pytest.mark.parametrize("table", ["collections", "artifacts", "groups", "profiles"])
def test_nothing_stands_in_a_document_twice(table: str) -> None:
    data = whole()
    data[table].append(data[table][0])
    assert any(place.startswith(f"{table}.1.") for place in problems(data))


@pytest.mark.parametrize("data", [None, [], "format = 1", 1, {}, {"format": True, "sets": []}, {"format": 1.0}])
def test_what_is_no_document_at_all_is_told(data: object) -> None:
    assert problems(data)


def test_a_set_inside_itself_is_told_with_the_circle_and_not_with_what_led_to_it() -> None:
    data = nested("A", "B", "C")
    data["sets"][2]["members"] = [{"set": data["sets"][1]["id"]}]
    with pytest.raises(DeploymentSetCycleError, match=r": B › C › B\.") as caught:
        document_of(data)
    assert [str(one) for one in caught.value.path_ids] == [data["sets"][each]["id"] for each in (1, 2, 1)]


def test_sets_nested_too_deep_are_told_with_the_path() -> None:
    names = [f"S{number}" for number in range(MAX_DEPTH + 1)]
    assert len(document_of(nested(*names[1:])).sets) == MAX_DEPTH
    with pytest.raises(DeploymentSetDepthError) as caught:
        document_of(nested(*names))
    assert caught.value.path_names == tuple(names)


def test_too_many_members_in_all_are_told() -> None:
    ids = [str(UUID(int=1000 + number)) for number in range(200)]
    data = nested("Outer")
    data["collections"] = whole()["collections"]
    data["artifacts"] = [
        {"uuid": uuid, "collection": "Examples", "type": "skill", "name": str(number)}
        for number, uuid in enumerate(ids)
    ]
    data["groups"] = [
        {"id": str(UUID(int=5000 + number)), "name": str(number), "artifacts": ids}
        for number in range(MAX_MEMBERS // len(ids) + 1)
    ]
    assert "members together" in problems(data)[""][0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "format",
        "format = ",
        'format = "1',
        "[[[",
        "format = 1\nformat = 1",
        "a" + ".a" * 100_000 + " = 1",
        "a = { b = '''x'''', " + "c." * 100_000 + "c = 1, d = '' }",
        'a = { b = """x"""", ' + "c." * 100_000 + 'c = 1, d = "" }',
        '\\"""\n' * 100_000,
        '"\\"' * 100_000,
        "a = " + "[" * 100_000,
        "a = " + "{a=" * 100_000,
        "format = " + "9" * 100_000,
        "format = 2020-01-01",
        "format = nan",
        "a = 1\n" * 2 + "\x00",
        b"format = 1 # \xff",
        "# \ud800\nformat = 1",
        " " * (MAX_BYTES + 1),
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_a_text_that_is_no_toml_is_told(text: str | bytes) -> None:
    with pytest.raises(PortableDocumentError):
        parse(text, "toml")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a.b.c.d.e = 1", "more than 4 parts"),
        ('[a."b.c".d.e.f]', "more than 4 parts"),
        ("".join(f"[a{number}.b.c.d]\n" for number in range(4_000)), "more than 10000 dots"),
        ("a = 1\n" * 500_001, "more than 1000000 lines"),
        ("a = [" + "1," * 1_000_000 + "]", "more than 1000000 lines"),
    ],
    ids=["long key", "long header", "many headers", "many keys", "many values"],
)
def test_a_text_that_would_take_long_to_read_is_refused_before_it_is(text: str, reason: str) -> None:
    with pytest.raises(PortableDocumentError, match=reason):
        parse(text, "toml")


def test_as_many_artifacts_as_may_be_in_a_document_are_written_and_read() -> None:
    ids = [str(UUID(int=number)) for number in range(MAX_ARTIFACTS)]
    document = document_of(
        {
            "format": 1,
            "sets": [
                {"id": str(UUID(int=MAX_ARTIFACTS)), "name": "S", "members": [{"artifact": each} for each in ids]}
            ],
            "collections": [{"name": "C", "source": "https://example.org/a.b.c"}],
            "artifacts": [
                {"uuid": each, "collection": "C", "type": "rule", "name": f"a.{each}", "tags": ["a", "b"]}
                for each in ids
            ],
        }
    )
    assert parse(as_toml(document), "toml") == document


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nul",
        "{",
        "[]",
        '{"format": NaN}',
        '{"format": 1e999}',
        '{"format": ' + "9" * 100_000 + "}",
        "[" * 1_000_000,
        '{"a":' * 100_000,
        '{"format": 1, "format": 1}',
        b'{"format": "\xff"}',
        b"\xff\xfe{\x00}\x00",
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_a_text_that_is_no_json_is_told(text: str | bytes) -> None:
    with pytest.raises(PortableDocumentError):
        parse(text, "json")


def test_an_error_in_the_text_says_where() -> None:
    with pytest.raises(PortableDocumentError, match="line 2, column 3"):
        parse("format = 1\na b", "toml")
    with pytest.raises(PortableDocumentError, match="line 2 column 1"):
        parse('{"format": 1,\n1}', "json")


def test_what_would_be_too_large_to_read_again_is_not_written() -> None:
    collection = PortableCollection(name="Examples", source="https://example.org/x")
    artifact = PortableArtifact(
        uuid=UUID(SKILL),
        collection="Examples",
        type=ArtifactType.SKILL,
        name="pdf",
        description="é" * (MAX_BYTES // 2),
        target_platforms=(Platform.CODEX,),
    )
    one = PortableSet(id=UUID(OUTER), name="Outer", members=(PortableMember(artifact=UUID(SKILL)),))
    document = PortableDocument(format=1, sets=(one,), collections=(collection,), artifacts=(artifact,))
    for write in (as_toml, as_json):
        with pytest.raises(PortableDocumentError, match="at most 8388608"):
            write(document)


def test_the_documentation_shows_a_document_as_it_would_be_written_and_tells_its_limits() -> None:
    paper = (PROJECT / "docs" / "sets.md").read_text()
    (example,) = re.findall(r"^```toml\n(.*?)^```$", paper, re.MULTILINE | re.DOTALL)
    assert as_toml(parse(example, "toml")) == example
    limits = (
        f"at most {MAX_BYTES // 2**20} MiB, {MAX_SETS:,} sets, {MAX_GROUPS:,} groups, "
        f"{MAX_COLLECTIONS:,} collections, {MAX_ARTIFACTS:,} artifacts, and {MAX_MEMBERS:,} members in all."
    )
    assert limits in paper.replace("\n", " ")
