"""Real collections are messy: each mess is imported where it can be, and reported where it cannot."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from artifacts.importing.limits import Limits
from artifacts.models import Artifact, CollectionImport
from artifacts.services.importing import import_collection
from tests.artifacts.sources import agent, import_bounded, labels, notes, plugin, refusals, skill, write_files
from tests.artifacts.test_import_layouts import contents

pytestmark = pytest.mark.django_db

COLON = b"---\nname: colon\ndescription: Use it: now\n---\n\n# Colon\n"
BOM = b"\xef\xbb\xbf" + skill("bom").encode()
CRLF = skill("crlf").replace("\n", "\r\n").encode()


@pytest.fixture
def messy(source: Path) -> Path:
    """One collection with every mess at once."""
    write_files(
        source,
        {
            "skills/fine/SKILL.md": skill("fine"),
            "skills/fine/scripts/run.sh*": "#!/bin/sh\n",
            "skills/fine/data.bin": bytes(range(256)),
            "skills/fine/inner/SKILL.md": skill("inner"),
            "skills/colon/SKILL.md": COLON,
            "skills/plain/SKILL.md": "# Plain\n\nWithout frontmatter.\n",
            "skills/other-name/SKILL.md": skill("inner-name"),
            "skills/bom/SKILL.md": BOM,
            "skills/crlf/SKILL.md": CRLF,
            "skills/long/SKILL.md": f"---\nname: long\ndescription: {'word ' * 300}\n---\n",
            "skills/category/nested/SKILL.md": skill("nested"),
            "skills/another/nested/SKILL.md": skill("nested"),
            "skills/lower/skill.md": skill("lower"),
            "skills/CON/SKILL.md": skill("CON"),
            "skills/latin/SKILL.md": b"---\nname: latin\ndescription: caf\xe9\n---\n",
            "skills/unclosed/SKILL.md": "---\nname: unclosed\n",
            "skills/lfs/SKILL.md": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
            "skills/SKILL.md": skill("misplaced"),
            "agents/critic.md": agent("critic"),
            "agents/README.md": "# These agents\n",
            "agents/notes.md": "Some notes.\n",
            "agents/empty.md": "",
            "agents/nameless.md": "---\nmodel: opus\n---\n\nYou are.\n",
            "commands/README.md": "# These commands\n",
            "commands/tidy.md": "Tidy up.\n",
            "commands/deep/tidy.md": "Tidy up again.\n",
            "rules/Plain.md": "Plain.\n",
            "rules/a:b.md": "Colon.\n",
            "rules/plain.md": "plain.\n",
            "skills/cafe\u0301/SKILL.md": skill("cafe\u0301"),
            "commands/caf\u00e9.md": "Another type may share a name.\n",
            "skills/a/caf\u00e9/SKILL.md": skill("caf\u00e9"),
            "hooks/hooks.json": '{"hooks": {\n  "Stop": [,]\n}}',
            ".mcp.json": '{"mcpServers": {"bad\\u0000": {"command": "x"}, "empty": {}, "good": {"command": "x"}}}',
            "one/.claude-plugin/plugin.json": plugin("one"),
            "one/commands/shared.md": "Read ../../nowhere/x.md, [this](../../two/texts/shared.md) and ../README.md.\n",
            "one/README.md": "# One\n",
            "two/.claude-plugin/plugin.json": '{"name": "two", "commands": ["../one/commands/shared.md", "./lost.md"]}',
            "two/texts/shared.md": "Shared.\n",
            "broken/.claude-plugin/plugin.json": '{"name": "broken"',
            "broken/commands/inside.md": "Inside.\n",
            "LICENSE": "MIT",
            "__pycache__/x.pyc": b"x",
            "node_modules/x/skills/y/SKILL.md": skill("y"),
        },
    )
    (source / "skills/fine/linked.md").symlink_to(source / "LICENSE")
    (source / "agents/linked.md").symlink_to("critic.md")
    (source / "skills/linked").symlink_to("fine", target_is_directory=True)
    os.mkfifo(source / "agents/pipe.md")
    (source / os.fsdecode(b"agents/caf\xe9.md")).write_text(agent("cafe"))
    (source / "agents/two\nlines.md").write_text(agent("two"))
    return source


@pytest.fixture
def done(messy: Path) -> CollectionImport:
    return import_collection(source=str(messy))


def test_the_rest_is_imported_all_the_same(done: CollectionImport) -> None:
    assert done.state == "done"
    assert sorted(labels()) == [
        "agent:critic",
        "agent:nameless",
        "command:caf\u00e9",
        "command:tidy",
        "mcp:good",
        "one/command:shared",
        "rule:Plain",
        "rule:a:b",
        "rule:plain",
        *(
            f"skill:{name}"
            for name in (
                "CON",
                "bom",
                "cafe\u0301",
                "caf\u00e9",
                "colon",
                "crlf",
                "fine",
                "latin",
                "long",
                "nested",
                "other-name",
                "plain",
                "unclosed",
            )
        ),
    ]


def test_everything_left_out_is_reported_with_its_reason(done: CollectionImport) -> None:
    assert refusals(done) == {
        ".mcp.json": "no-server",
        "agents/README.md": "documentation",
        "agents/caf\\xe9.md": "name",
        "agents/empty.md": "empty",
        "agents/linked.md": "symlink",
        "agents/notes.md": "documentation",
        "agents/pipe.md": "special",
        "agents/two\nlines.md": "name",
        "broken/.claude-plugin/plugin.json": "invalid-json",
        "commands/README.md": "documentation",
        "commands/tidy.md": "duplicate",
        "hooks/hooks.json": "invalid-json",
        "skills/SKILL.md": "misplaced",
        "skills/category/nested/SKILL.md": "duplicate",
        "skills/fine/linked.md": "symlink",
        "skills/lfs/SKILL.md": "git-lfs",
        "skills/linked": "symlink",
        "skills/lower/skill.md": "lower-case",
        "two/.claude-plugin/plugin.json": "missing",
    }


def test_every_file_is_accounted_for_once(done: CollectionImport, messy: Path) -> None:
    files = done.report["files"]
    on_disk = [
        path
        for path in messy.rglob("*")
        if (path.is_symlink() or not path.is_dir()) and not {"__pycache__", "node_modules"} & set(path.parts)
    ]
    assert files["total"] == len(on_disk)
    assert files["total"] == sum(count for kind, count in files.items() if kind != "total")
    assert done.report["ignored"] == ["__pycache__", "node_modules"]
    assert done.report["other_files"] == [
        "LICENSE",
        "broken/commands/inside.md",
        "one/README.md",
        "two/texts/shared.md",
    ]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("skills/colon/SKILL.md", "not valid YAML (line 3"),
        ("skills/plain/SKILL.md", "no frontmatter"),
        ("skills/other-name/SKILL.md", "calls it 'inner-name'"),
        ("skills/bom/SKILL.md", "byte order mark"),
        ("skills/crlf/SKILL.md", "CRLF"),
        ("skills/long/SKILL.md", "has 1499 characters"),
        ("skills/another/nested/SKILL.md", "deeper than one folder"),
        ("skills/CON/SKILL.md", "cannot be deployed under its name"),
        ("rules/a:b.md", "contains ':'"),
        ("skills/fine/inner/SKILL.md", "came along as part of the skill 'fine'"),
        ("rules/plain.md", "On some disks rule:plain has the same path as rule:Plain"),
        ("skills/cafe\u0301/SKILL.md", "On some disks skill:cafe\u0301 has the same path as skill:caf\u00e9"),
        ("skills/latin/SKILL.md", "not UTF-8"),
        ("skills/unclosed/SKILL.md", "no closing"),
        ("agents/nameless.md", "needs 'name' and 'description'"),
        ("one/commands/shared.md", "refers to two/texts/shared.md"),
    ],
)
def test_what_is_odd_is_noted(done: CollectionImport, file: str, words: str) -> None:
    assert words in notes(done, file)


def test_names_of_several_types_do_not_meet(done: CollectionImport) -> None:
    assert notes(done, "commands/caf\u00e9.md") == ""


def test_a_link_out_of_a_plugin_is_refused(done: CollectionImport) -> None:
    reasons = [row["reason"] for row in done.report["not_imported"] if row["file"].startswith("two/")]
    assert any("../one/commands/shared.md" in reason and "outside" in reason for reason in reasons)


def test_invalid_json_is_reported_with_its_position(done: CollectionImport) -> None:
    (reason,) = (row["reason"] for row in done.report["not_imported"] if row["file"] == "hooks/hooks.json")
    assert "line 2, column" in reason


@pytest.mark.parametrize(("name", "data"), [("colon", COLON), ("bom", BOM), ("crlf", CRLF)])
def test_bytes_are_stored_as_they_are(done: CollectionImport, name: str, data: bytes) -> None:
    assert contents(Artifact.objects.get(type="skill", name=name))["SKILL.md"] == (data, False)


@pytest.mark.parametrize(("name", "description"), [("colon", "Use it: now"), ("bom", "About bom."),
                                                   ("crlf", "About crlf."), ("plain", "Plain")])  # fmt: skip
def test_descriptions_are_read_tolerantly(done: CollectionImport, name: str, description: str) -> None:
    assert Artifact.objects.get(type="skill", name=name).description == description


def test_a_skill_comes_without_its_links_but_with_everything_else(done: CollectionImport) -> None:
    found = contents(Artifact.objects.get(name="fine"))
    assert found.keys() == {"SKILL.md", "data.bin", "inner/SKILL.md", "scripts/run.sh"}
    assert found["data.bin"] == (bytes(range(256)), False)
    assert found["scripts/run.sh"][1]


def test_importing_the_mess_again_changes_nothing(done: CollectionImport, messy: Path) -> None:
    again = import_collection(source=str(messy))
    assert again.report["changed"] is False
    assert again.report["counts"]["unchanged"] == len(labels())
    assert again.report["not_imported"] == done.report["not_imported"]


def test_a_file_that_is_too_large_costs_its_own_artifact_only(source: Path) -> None:
    write_files(
        source,
        {
            "skills/big/SKILL.md": skill("big"),
            "skills/big/film.mp4": b"x" * 5000,
            "skills/small/SKILL.md": skill("small"),
            "elsewhere/film.mp4": b"x" * 5000,
        },
    )
    done = import_bounded(source, Limits(file_bytes=1000))
    assert labels() == ["skill:small"]
    assert refusals(done) == {"skills/big/film.mp4": "too-large"}
    assert done.report["files"]["not_imported"] == 2


def test_two_files_that_some_disks_cannot_tell_apart_are_reported(source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x"), "skills/x/Notes.md": "1", "skills/x/notes.md": "2"})
    done = import_collection(source=str(source))
    assert refusals(done) == {"skills/x/notes.md": "same-path"}
    assert contents(Artifact.objects.get()).keys() == {"SKILL.md", "Notes.md"}


def test_a_socket_is_reported(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(source, {"agents/critic.md": agent("critic")})
    monkeypatch.chdir(source / "agents")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.md")
        assert refusals(import_collection(source=str(source))) == {"agents/socket.md": "special"}


@pytest.fixture
def unreadable(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names that cannot be opened, even by root."""
    names: set[str] = set()
    really_open: Callable[..., int] = os.open

    def refuse(path: str, *arguments: int, **options: int) -> int:
        if path in names:
            raise PermissionError(13, "Permission denied")
        return really_open(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)
    return names


def test_files_and_folders_that_cannot_be_read_are_reported(source: Path, unreadable: set[str]) -> None:
    write_files(
        source,
        {
            "skills/x/SKILL.md": skill("x"),
            "skills/x/private.txt": "1",
            "skills/closed/SKILL.md": skill("closed"),
            "agents/hidden.md": agent("hidden"),
            "agents/critic.md": agent("critic"),
        },
    )
    unreadable.update({"private.txt", "closed", "hidden.md"})
    done = import_collection(source=str(source))
    assert labels() == ["agent:critic"]
    assert refusals(done) == {
        "skills/x/private.txt": "unreadable",
        "skills/closed": "unreadable",
        "agents/hidden.md": "unreadable",
    }


def test_what_cannot_be_read_this_time_stays_as_it_was(source: Path, unreadable: set[str]) -> None:
    write_files(
        source,
        {
            "p/.claude-plugin/plugin.json": plugin("p"),
            "p/skills/x/SKILL.md": skill("x"),
            "p/agents/critic.md": agent("critic"),
            ".mcp.json": '{"a": {"command": "a"}}',
            "commands/tidy.md": "Tidy up.",
        },
    )
    import_collection(source=str(source))
    before = list(Artifact.objects.order_by("uuid").values())
    unreadable.add("critic.md")
    write_files(source, {".mcp.json": "{"})
    done = import_collection(source=str(source))
    assert done.report["counts"] | {"kept": 2, "gone": 0, "unchanged": 2} == done.report["counts"]
    assert list(Artifact.objects.order_by("uuid").values()) == before
    assert done.report["groups"] == [{"name": "p", "outcome": "unchanged"}]


def test_a_broken_plugin_manifest_keeps_the_whole_plugin(source: Path) -> None:
    write_files(source, {"p/.claude-plugin/plugin.json": plugin("p"), "p/skills/x/SKILL.md": skill("x"),
                         "commands/tidy.md": "Tidy up."})  # fmt: skip
    import_collection(source=str(source))
    write_files(source, {"p/.claude-plugin/plugin.json": "{"})
    done = import_collection(source=str(source))
    assert labels() == ["command:tidy", "p/skill:x"]
    assert done.report["counts"]["kept"] == 1
    assert done.report["groups"] == []


def test_text_that_no_database_keeps_is_written_as_escapes(source: Path) -> None:
    plugin_manifest = '{"name": "p", "description": "nul \\u0000", "agents": ["./\\ud800.md"]}'
    write_files(
        source,
        {
            "p/.claude-plugin/plugin.json": plugin_manifest,
            "p/skills/x/SKILL.md": '---\nname: "a\\0b"\ndescription: "half \\ud800, nul \\0"\n---\n',
            ".mcp.json": '{"s": {"command": "\\ud800", "env": {"A": "\\u0000"}}, "\\ud800": {"command": "x"}}',
        },
    )
    done = import_collection(source=str(source))
    assert labels() == ["mcp:s", "p/skill:x"]
    assert Artifact.objects.get(name="x").description == "half \\ud800, nul \\x00"
    assert b'"command": "\\ud800"' in contents(Artifact.objects.get(name="s"))[""][0]
    assert CollectionImport.objects.get().report == done.report


def test_a_report_is_bounded_and_says_so(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("artifacts.importing.report.MOST_ROWS", 3)
    write_files(source, {f"agents/n{n}.md": "No agent." for n in range(5)} | {"agents/critic.md": agent("critic")})
    report = import_collection(source=str(source)).report
    assert len(report["not_imported"]) == 3
    assert report["left_out"] == {"not_imported": 2}
    assert report["counts"]["refusals"] == report["counts"]["refused_files"] == report["files"]["not_imported"] == 5
