"""Collections made to do harm: small ones that cost much.

An alarm ends a test that would hang; how long an import takes is not what these tests are about.
"""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from pytest_django import Settings

from artifacts.exceptions import ImportFailedError, SourceError
from artifacts.importing import git as git_source
from artifacts.importing.discovery import discover
from artifacts.importing.flags import hidden_unicode, literal_secrets
from artifacts.importing.limits import MEBIBYTE, Deadline, Limits
from artifacts.importing.mappings import Mapping
from artifacts.importing.sources import Listing, ListingBuilder, SourceFile
from artifacts.importing.survey import Survey
from artifacts.models import Artifact, ArtifactGroup, CollectionImport
from artifacts.services.importing import begin_import, import_collection, run_import
from profiles.enums import ArtifactType
from tests.artifacts.sources import (
    agent,
    git,
    git_repository,
    import_bounded,
    labels,
    notes,
    plugin,
    refusals,
    set_main,
    skill,
    tree,
    write_files,
)
from tests.artifacts.test_import_layouts import contents

pytestmark = pytest.mark.django_db

SECONDS = 20


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """Ends a test that takes too long, even inside of one search by a regular expression."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"This took longer than {SECONDS} seconds.")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def imported_repository(repository: Path, limits: Limits | None = None) -> CollectionImport:
    return run_import(pending=begin_import(source=f"file://{repository}"), limits=limits)


@pytest.fixture
def repository(source: Path, settings: Settings) -> Path:
    """A repository with one skill that may be fetched by file URL."""
    settings.IMPORT_GIT_PROTOCOLS = ["file"]
    return git_repository(source / "tools.git", {"skills/x/SKILL.md": skill("x")})


@pytest.mark.parametrize(
    "text", ["../" * 1000 + "!", "../" * 300_000, "a" * 900_000, "../a " * 180_000, "a/" * 450_000]
)
def test_a_file_full_of_paths_holds_nothing_up(source: Path, text: str) -> None:
    write_files(source, {"p/.claude-plugin/plugin.json": plugin("p"), "p/commands/tidy.md": text, "q.md": ""})
    assert import_collection(source=str(source)).state == "done"
    assert labels() == ["p/command:tidy"]


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("See ../../q/x.md.", "q/x.md"),
        ("[q](../../q/x.md)", "q/x.md"),
        ("`./deep/../../../q/x.md`", "q/x.md"),
        ("run ${CLAUDE_PLUGIN_ROOT}/../q/x.md", "q/x.md"),
        ("all of ../../q/", "q"),
        ("../README.md and q/x.md and .../../q", ""),
    ],
)
def test_a_link_out_of_a_plugin_is_still_noticed(source: Path, text: str, target: str) -> None:
    write_files(
        source,
        {
            "p/.claude-plugin/plugin.json": plugin("p"),
            "p/README.md": "",
            "p/commands/tidy.md": text,
            "q/x.md": "",
        },
    )
    remarks = notes(import_collection(source=str(source)), "p/commands/tidy.md")
    assert (f"It refers to {target}," in remarks) is bool(target)


def test_a_long_file_is_not_searched_for_links(source: Path) -> None:
    text = "../../q/x.md" + " " * MEBIBYTE
    write_files(source, {"p/.claude-plugin/plugin.json": plugin("p"), "p/commands/tidy.md": text, "q/x.md": ""})
    done = import_collection(source=str(source))
    assert "It refers to" not in notes(done, "p/commands/tidy.md")
    assert labels() == ["p/command:tidy"]


@pytest.mark.parametrize(
    "value",
    [
        "a" * MEBIBYTE,
        "eyJ" * 300_000,
        "eyJ-eyJ.eyJ" * 90_000,
        "a://" + ":" * MEBIBYTE,
        "a://:" * 200_000,
        "bearer" + " " * MEBIBYTE,
        "${a:-" * 200_000,
        "-----BEGIN " * 90_000,
        "<" * MEBIBYTE,
    ],
    ids=lambda value: value[:12],
)
def test_a_long_value_of_a_server_holds_nothing_up(value: str) -> None:
    literal_secrets({"env": {"TOKEN": value, value: "x" * 9}, "url": value, "args": [value, f"--{value}"]})


@pytest.mark.parametrize(
    "value",
    ["eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl", "Bearer eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.c2lnbmF0dXJl"],
)
def test_a_signed_token_is_still_noticed(value: str) -> None:
    assert [flag.code for flag in literal_secrets({"headers": {"X": value}})] == ["literal-secret"]


def test_a_password_with_colons_is_still_noticed() -> None:
    assert len(literal_secrets({"url": "postgres://me:pass:word@host/x"})) == 1
    assert literal_secrets({"url": "postgres://me:${PASSWORD}@host/x"}) == []


def test_invisible_characters_are_counted_however_many() -> None:
    (flag,) = hidden_unicode("x.md", ("\n" + "\u202e" * 1_000_000).encode())
    assert flag.detail == "It holds bidirectional control characters in 1000000 places, the first in line 2."


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("**/" * 300 + "x.md", "a/" * 49 + "y.md", False),
        ("**/" * 300 + "x.md", "a/" * 49 + "x.md", True),
        ("**/a/" * 150 + "x.md", "a/" * 49 + "x.md", False),
        ("a/**/b/**/*.md", "a/b/c.md", True),
        ("a/**/b/**/*.md", "a/x/y/b/z/c.md", True),
        ("a/**/b/**/*.md", "a/x/y/c.md", False),
        ("a/**", "a/b/c.md", True),
        ("a/**", "b/a/c.md", False),
        ("*.md", "a/b.md", False),
    ],
)
def test_a_pattern_of_many_stars_is_matched_in_no_time(glob: str, path: str, matches: bool) -> None:
    assert Mapping(glob, ArtifactType.COMMAND).matches(path) is matches


def test_a_repository_that_unfolds_to_a_million_million_files_is_stopped(repository: Path) -> None:
    blob = git(repository, "rev-parse", "HEAD:skills/x/SKILL.md")
    bomb = tree(repository, "".join(f"100644 blob {blob}\tf{n}\0" for n in range(10)))
    for _ in range(11):
        bomb = tree(repository, "".join(f"040000 tree {bomb}\td{n}\0" for n in range(10)))
    set_main(repository, bomb)
    with pytest.raises(ImportFailedError, match="more than 20000 files"):
        imported_repository(repository)


@pytest.mark.parametrize(("bound", "words"), [("_LISTING_BYTES", "too many files"), ("_LONGEST_RECORD", "too long")])
def test_a_listing_is_bounded_in_bytes_too(
    repository: Path, monkeypatch: pytest.MonkeyPatch, bound: str, words: str
) -> None:
    blob = git(repository, "rev-parse", "HEAD:skills/x/SKILL.md")
    entries = "".join(f"100644 blob {blob}\t{n}{'x' * 3000}\0" for n in range(100))
    set_main(repository, tree(repository, f"040000 tree {tree(repository, entries)}\tnode_modules\0"))
    monkeypatch.setattr(git_source, bound, 2000)
    monkeypatch.setattr(git_source, "_CHUNK_BYTES", 1000)
    with pytest.raises(ImportFailedError, match=words):
        imported_repository(repository)


def test_what_is_ignored_is_named_once_and_counted(source: Path, repository: Path) -> None:
    write_files(repository, {f"node_modules/{n}/a.js": "" for n in range(30)})
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=More")
    assert imported_repository(repository, Limits(files=2)).report["ignored"] == ["node_modules"]
    builder = ListingBuilder(Limits(files=2))
    with pytest.raises(SourceError, match="ignored names"):
        [builder.ignores(f"{n}~") for n in range(3)]


def test_a_skill_in_too_deep_folders_is_left_out_of_a_repository_as_of_a_folder(source: Path, repository: Path) -> None:
    deep = {"skills/y/SKILL.md": skill("y"), "skills/y/a/b/c/d/e.md": "Deep.", "skills/z/SKILL.md": skill("z")}
    limits = Limits(folder_depth=5)
    write_files(source / "folder", deep)
    assert refusals(import_bounded(source / "folder", limits)) == {"skills/y/a/b/c/d": "too-deep"}
    assert labels() == ["skill:z"]
    write_files(repository, deep)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=Deep")
    assert refusals(imported_repository(repository, limits)) == {"skills/y/a/b/c/d/e.md": "too-deep"}
    assert labels() == ["skill:x", "skill:z", "skill:z"]


def test_a_skill_whose_folder_cannot_be_looked_into_stays_as_it_was(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x"), "skills/x/closed/a.md": "", "skills/y/SKILL.md": skill("y")})
    import_collection(source=str(source))
    really_open = os.open

    def refuse(path: str, *arguments: int, **options: int) -> int:
        if path == "closed":
            raise PermissionError(13, "Permission denied")
        return really_open(path, *arguments, **options)

    monkeypatch.setattr(os, "open", refuse)
    counts = import_collection(source=str(source)).report["counts"]
    assert (counts["kept"], counts["unchanged"], counts["gone"]) == (1, 1, 0)
    assert contents(Artifact.objects.get(name="x")).keys() == {"SKILL.md", "closed/a.md"}


def test_many_plugins_of_one_folder_are_one(source: Path) -> None:
    entries = [{"name": f"p{n}", "source": "./"} for n in range(3000)]
    write_files(
        source,
        {".claude-plugin/marketplace.json": json.dumps({"plugins": entries})}
        | {f"commands/c{n}.md": "Do." for n in range(30)},
    )
    done = import_collection(source=str(source))
    assert done.report["counts"]["added"] == 30
    assert ArtifactGroup.objects.get().name == "p0"
    assert refusals(done)[".claude-plugin/marketplace.json"] == "same-folder"
    assert done.report["counts"]["refusals"] == 2999


def test_a_further_plugin_of_a_folder_gets_only_what_it_lists(source: Path) -> None:
    entries = [
        {"name": "first", "source": "./"},
        {"name": "second", "source": "./", "agents": ["./more/critic.md"], "mcpServers": {"s": {"command": "s"}}},
    ]
    write_files(
        source,
        {
            ".claude-plugin/marketplace.json": json.dumps({"plugins": entries}),
            "commands/tidy.md": "Tidy up.",
            "rules/plain.md": "Plainly.",
            "hooks/hooks.json": '{"hooks": {"Stop": []}}',
            "skills/x/SKILL.md": skill("x"),
            "more/critic.md": agent("critic"),
        },
    )
    import_collection(source=str(source))
    assert labels() == [
        "first/command:tidy",
        "first/hook:first",
        "first/rule:plain",
        "first/skill:x",
        "second/agent:critic",
        "second/mcp:s",
    ]


@pytest.mark.parametrize(("key", "number"), [("commands", 50), ("agents", 50), ("skills", 40), ("mcpServers", 30)])
def test_a_path_listed_again_and_again_is_looked_at_once(source: Path, key: str, number: int) -> None:
    folder = {"skills": "kits", "mcpServers": "s.json"}.get(key, "texts")
    manifest = {"name": "p", key: [f"./{folder}", f"./x/../{folder}", f"{folder}//"] * 20_000}
    write_files(
        source,
        {"p/.claude-plugin/plugin.json": json.dumps(manifest)}
        | {f"p/kits/n{n}/SKILL.md": "" for n in range(40)}
        | {f"p/texts/c{n}.md": agent(f"c{n}") for n in range(50)}
        | {"p/s.json": json.dumps({f"s{n}": {"command": "x"} for n in range(30)})},
    )
    done = import_collection(source=str(source))
    assert done.report["counts"]["added"] == number
    assert done.report["counts"]["refusals"] == 0


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(plugins=2), "more than 2 plugins"),
        (Limits(artifacts=2), "more than 2 artifacts"),
        (Limits(artifact_files=5), "more than 5 files"),
        (Limits(remarks=1), "than 1 remarks"),
    ],
)
def test_a_source_that_multiplies_past_the_bounds_fails(source: Path, limits: Limits, words: str) -> None:
    entries = [{"name": f"p{n}", "source": "./", "skills": ["./skills/x"]} for n in range(3)]
    write_files(
        source,
        {
            ".claude-plugin/marketplace.json": json.dumps({"plugins": entries}),
            "skills/x/SKILL.md": "Without frontmatter.",
            "skills/x/more.md": "",
            "skills/CON/SKILL.md": "Without frontmatter.",
            "agents/a.md": "",
        },
    )
    with pytest.raises(ImportFailedError, match=words):
        import_bounded(source, limits)
    assert not Artifact.objects.exists()


def test_plugins_of_their_own_are_bounded_too(source: Path) -> None:
    write_files(source, {f"p{n}/.claude-plugin/plugin.json": plugin(f"p{n}") for n in range(3)})
    with pytest.raises(ImportFailedError, match="more than 2 plugins"):
        import_bounded(source, Limits(plugins=2))


def test_time_counts_while_artifacts_are_looked_for(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = {"name": "p", "commands": {f"c{n}": {"source": "./x.md"} for n in range(100)}}
    write_files(source, {"p/.claude-plugin/plugin.json": json.dumps(manifest), "p/x.md": "Do."})
    now = [0.0]

    def later() -> float:
        now[0] += 0.1
        return now[0]

    monkeypatch.setattr("artifacts.importing.limits.time.monotonic", later)
    with pytest.raises(ImportFailedError, match="longer than 5 seconds"):
        import_bounded(source, Limits(seconds=5))


def test_many_folders_cost_no_more_than_their_number() -> None:
    manifests = {f"p/skills/q{n}/.claude-plugin/plugin.json": plugin(f"q{n}").encode() for n in range(999)}
    manifests["p/.claude-plugin/plugin.json"] = plugin("p").encode()
    skills = [f"p/skills/s{n}/SKILL.md" for n in range(9_000)] + [f"p/skills/t{n}/skill.md" for n in range(9_000)]
    listing = Listing(tuple(SourceFile(path, 1) for path in sorted([*manifests, *skills])))
    limits = Limits()
    found = discover(listing, lambda path: manifests.get(path, b"x"), limits=limits, deadline=Deadline(limits.seconds))
    assert len(found.found) == 9_000
    assert len(found.survey.refusals) == 9_000


def test_what_is_kept_is_looked_up_in_no_time() -> None:
    survey = Survey(Listing(()), lambda path: b"", Limits(), Deadline(60))
    for number in range(20_000):
        survey.refuse(f"a/k{number}/x/SKILL.md", "unreadable", "It cannot be read.")
    survey.keep("whole")
    assert [survey.keeps(f"a/n{number}") for number in range(20_000)] == [False] * 20_000
    kept = ["a/k7/x/SKILL.md", "a/k7/x", "a/k7", "a", "", "whole", "whole/b/c", "a/k7/x/SKILL.md/y"]
    assert [path for path in kept if not survey.keeps(path)] == []
    assert [path for path in ("a/k7/y", "wholes", "b", "a/k7/x/SKILL") if survey.keeps(path)] == []


def test_a_command_whose_source_is_a_folder_is_reported(repository: Path) -> None:
    manifest = {"name": "p", "commands": {"a": {"source": "./texts"}, "b": {"source": "./texts/b.md"}}}
    write_files(repository, {".claude-plugin/plugin.json": json.dumps(manifest), "texts/b.md": "B."})
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=Plugin")
    assert refusals(imported_repository(repository)) == {".claude-plugin/plugin.json": "not-a-file"}
    assert labels() == ["p/command:b", "p/skill:x"]
