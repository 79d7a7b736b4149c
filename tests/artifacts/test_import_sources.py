"""Which sources may be imported, and how much of them is read."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from artifacts.exceptions import ImportFailedError, SourceError
from artifacts.importing.discovery import Discovery, discover
from artifacts.importing.limits import Limits
from artifacts.models import Artifact, Collection
from artifacts.services.importing import import_collection
from tests.artifacts.sources import agent, import_bounded, labels, refusals, skill, write_files
from tests.commands import run

pytestmark = pytest.mark.django_db


def test_a_folder_outside_of_the_import_roots_is_refused(source: Path, tmp_path: Path) -> None:
    outside = write_files(tmp_path / "outside", {"agents/critic.md": agent("critic")})
    with pytest.raises(SourceError, match="IMPORT_ROOTS"):
        import_collection(source=str(outside))
    assert not Collection.objects.exists()


def test_a_folder_whose_whole_path_is_too_long_is_refused_however_it_is_written(source: Path) -> None:
    deep = source.joinpath(*["\N{LATIN SMALL LETTER E WITH ACUTE}" * 100] * 5)
    write_files(deep, {"agents/critic.md": agent("critic")})
    (source / "short").symlink_to(deep)
    with pytest.raises(SourceError, match="more than 1000 bytes"):
        import_collection(source=str(source / "short"))
    assert not Collection.objects.exists()


def test_a_symlink_out_of_the_import_roots_is_refused(source: Path, tmp_path: Path) -> None:
    outside = write_files(tmp_path / "outside", {"agents/critic.md": agent("critic")})
    (source / "way-out").symlink_to(outside)
    with pytest.raises(SourceError, match="IMPORT_ROOTS"):
        import_collection(source=str(source / "way-out"))


def test_a_folder_beside_an_import_root_is_refused(source: Path) -> None:
    beside = write_files(source.with_name("source-too"), {"agents/critic.md": agent("critic")})
    with pytest.raises(SourceError, match="IMPORT_ROOTS"):
        import_collection(source=str(beside))


def test_one_folder_is_one_collection_however_it_is_written(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(source / "mine", {"agents/critic.md": agent("critic")})
    (source / "link").symlink_to("mine")
    monkeypatch.chdir(source)
    for way in ("mine", "./mine/", "link", str(source / "mine" / ".." / "mine")):
        assert run("import_collection", way)[0] == 0
    assert Collection.objects.get().source == str(source / "mine")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "No source"),
        ("nowhere", "beginning with '/'"),
        ("/nowhere", "IMPORT_ROOTS"),
        ("nul\x00", "not plain text"),
        ("x" * 2000, "too long"),
    ],
)
def test_what_is_no_folder_is_refused(source: Path, given: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        import_collection(source=given)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("nowhere", "There is no folder"),
        ("./-rf", "There is no folder"),
        ("file.txt", "not a folder"),
        ("..", "IMPORT_ROOTS"),
        ("me@host:skills", "as a URL"),
        ("~nobody-has-this-name", "beginning with '/'"),
    ],
)
def test_the_command_says_what_is_wrong_with_a_folder_seen_from_here(
    source: Path, monkeypatch: pytest.MonkeyPatch, given: str, words: str
) -> None:
    write_files(source, {"file.txt": ""})
    monkeypatch.chdir(source)
    code, told = run("import_collection", given)
    assert code == 2
    assert words in told


def test_a_folder_may_be_named_like_a_git_source(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(source / "me@host:skills", {"agents/critic.md": agent("critic")})
    monkeypatch.chdir(source)
    assert run("import_collection", "me@host:skills")[0] == 0


def test_a_folder_has_no_ref(source: Path) -> None:
    with pytest.raises(SourceError, match="belongs to a git URL"):
        import_collection(source=str(source), ref="main")


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(files=2), "more than 2 files"),
        (Limits(total_bytes=50), "more than 50 bytes"),
        (Limits(seconds=0), "longer than 0 seconds"),
    ],
)
def test_a_source_past_the_bounds_fails_and_changes_nothing(source: Path, limits: Limits, words: str) -> None:
    write_files(source, {f"agents/a{n}.md": agent(f"a{n}") for n in range(3)})
    with pytest.raises(ImportFailedError, match=words):
        import_bounded(source, limits)
    assert not Artifact.objects.exists()


def test_folders_nested_too_deeply_are_reported(source: Path) -> None:
    write_files(source, {"agents/critic.md": agent("critic"), "a/b/c/d/e.md": "Deep."})
    done = import_bounded(source, Limits(folder_depth=3))
    assert refusals(done) == {"a/b/c/d": "too-deep"}


def test_a_thousand_artifacts_are_no_trouble(source: Path) -> None:
    write_files(source, {f"skills/s{n}/SKILL.md": skill(f"s{n}") for n in range(1000)})
    assert import_collection(source=str(source)).report["counts"]["added"] == 1000
    assert import_collection(source=str(source)).report["counts"]["unchanged"] == 1000


@pytest.mark.parametrize("changed", ["agents/critic.md", "agents"])
def test_a_symlink_put_in_place_while_it_is_read_is_not_followed(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    write_files(source, {"agents/critic.md": agent("critic"), "commands/tidy.md": "Tidy up."})
    secret = write_files(tmp_path / "secret", {"critic.md": agent("secret")})

    def swap() -> None:
        (source / changed).rename(source.with_name("aside"))
        (source / changed).symlink_to(secret / "critic.md" if changed.endswith(".md") else secret)

    _once_the_listing_is_done(monkeypatch, swap)
    done = import_collection(source=str(source))
    assert labels() == ["command:tidy"]
    assert refusals(done) == {"agents/critic.md": "unreadable"}


def test_a_pipe_put_in_place_while_it_is_read_holds_nothing_up(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(source, {"agents/critic.md": agent("critic"), "commands/tidy.md": "Tidy up."})

    def swap() -> None:
        (source / "agents/critic.md").unlink()
        os.mkfifo(source / "agents/critic.md")

    _once_the_listing_is_done(monkeypatch, swap)
    assert refusals(import_collection(source=str(source))) == {"agents/critic.md": "unreadable"}


def test_a_home_folder_may_be_written_with_a_tilde(
    source: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setenv("HOME", str(source))
    write_files(source / "mine", {"agents/critic.md": agent("critic")})
    assert run("import_collection", "~/mine")[0] == 0
    assert Collection.objects.get().source == str(source / "mine")


def _once_the_listing_is_done(monkeypatch: pytest.MonkeyPatch, then: Callable[[], None]) -> None:
    def changed(*arguments: Any, **options: Any) -> Discovery:
        then()
        return discover(*arguments, **options)

    monkeypatch.setattr("artifacts.services.importing.discover", changed)
