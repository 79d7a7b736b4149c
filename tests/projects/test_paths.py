"""Which relative paths there are, and which names become file names."""

import pytest

from projects.exceptions import PathError
from projects.paths import MAX_PATH_BYTES, file_name, folded, is_within, relative_path


@pytest.mark.parametrize(
    "path",
    [
        ".git/hooks/pre-commit",
        ".GIT/config",
        "skills/.git/config",
        "git~1/config",
        ".g\u200dit/config",
        ".git. /config",
        ".git:stream/config",
        ".git",
    ],
)
def test_no_path_leads_into_what_some_system_takes_for_gits_folder(path: str) -> None:
    with pytest.raises(PathError, match="git"):
        relative_path(path)


@pytest.mark.parametrize("path", [".github/skills", ".gitignore", "skills/git/SKILL.md", "a.git/b", "git~x"])
def test_paths_that_only_look_like_gits_folder_are_fine(path: str) -> None:
    assert relative_path(path) == path


@pytest.mark.parametrize(
    "path", ["", "/", ".", "/a", "a/../b", "..", "a\\b", "C:/a", "a\x00b", "a\nb", "x" * (MAX_PATH_BYTES + 1)]
)
def test_paths_that_are_not_relative_or_not_usable_are_refused(path: str) -> None:
    with pytest.raises(PathError):
        relative_path(path)


def test_empty_and_dot_parts_disappear() -> None:
    assert relative_path("./a//b/./c/") == "a/b/c"


@pytest.mark.parametrize(("one", "other"), [("Stra\u00dfe", "STRASSE"), ("caf\u00e9", "cafe\u0301"), ("A/B", "a/b")])
def test_paths_that_are_one_on_some_disk_fold_alike(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_within_means_the_folder_itself_or_below_it() -> None:
    assert is_within("a/b", "A")
    assert is_within("a", "a")
    assert not is_within("ab", "a")


@pytest.mark.parametrize("name", ["", ".x", "a/b", "a\\b", "a:b", "con", "LPT1.txt", "x.", " x", "x\u202ey", "x" * 65])
def test_names_that_cannot_be_file_names_are_refused(name: str) -> None:
    with pytest.raises(PathError):
        file_name(name)


@pytest.mark.parametrize("name", ["pdf", "dotnet-framework-4.8-expert", "caf\u00e9", "x" * 64, "console", "a b"])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert file_name(name) == name
