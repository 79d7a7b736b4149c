"""Importing from git repositories: exactly what a commit holds, and nothing else happens."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from artifacts.exceptions import ImportFailedError, SourceError
from artifacts.importing.limits import Limits
from artifacts.models import Artifact, Collection
from artifacts.services.importing import begin_import, import_collection, run_import
from tests.artifacts.sources import agent, commit, git, git_repository, labels, refusals, skill, write_files
from tests.artifacts.test_import_layouts import contents

pytestmark = pytest.mark.django_db


@pytest.fixture
def repository(source: Path, settings: Settings) -> Path:
    """A repository with one skill, on the branch `main`, that may be fetched by file URL."""
    settings.IMPORT_GIT_PROTOCOLS = ["https", "file"]
    return git_repository(
        source / "tools.git", {"skills/x/SKILL.md": skill("x"), "skills/x/run.sh*": "#!/bin/sh\necho x\n"}
    )


def test_it_imports_the_default_branch(repository: Path) -> None:
    done = import_collection(source=f"file://{repository}")
    assert labels() == ["skill:x"]
    assert contents(Artifact.objects.get())["run.sh"] == (b"#!/bin/sh\necho x\n", True)
    assert done.revision == git(repository, "rev-parse", "HEAD")
    assert (done.collection.kind, done.collection.name) == ("git", "tools")


def test_importing_it_again_changes_nothing_until_there_is_a_commit(repository: Path) -> None:
    url = f"file://{repository}"
    import_collection(source=url)
    assert import_collection(source=url).report["changed"] is False
    commit(repository, {"skills/y/SKILL.md": skill("y")})
    assert import_collection(source=url).report["counts"]["added"] == 1
    assert Collection.objects.count() == 1


@pytest.mark.parametrize("kind", ["branch", "tag", "annotated tag", "commit", "short commit"])
def test_a_ref_is_a_branch_a_tag_or_a_commit(repository: Path, kind: str) -> None:
    first = git(repository, "rev-parse", "HEAD")
    git(repository, "branch", "old/one")
    git(repository, "tag", "v1")
    git(repository, "tag", "--annotate", "--message=One", "v1-annotated")
    commit(repository, {"skills/y/SKILL.md": skill("y")})
    refs = {"branch": "old/one", "tag": "v1", "annotated tag": "v1-annotated", "commit": first}
    ref = refs.get(kind, first[:8])
    done = import_collection(source=f"file://{repository}", ref=ref)
    assert labels() == ["skill:x"]
    assert (done.revision, done.collection.ref) == (first, ref)


def test_two_refs_of_one_repository_are_two_collections(repository: Path) -> None:
    git(repository, "branch", "other")
    import_collection(source=f"file://{repository}")
    import_collection(source=f"file://{repository}", ref="other")
    assert list(Collection.objects.order_by("name").values_list("name", "ref")) == [
        ("tools", ""),
        ("tools (2)", "other"),
    ]


def test_bytes_come_as_they_are_committed_whatever_the_attributes_say(repository: Path) -> None:
    commit(
        repository,
        {
            ".gitattributes": "*.md text eol=crlf ident filter=loud\n*.txt export-ignore\n",
            "skills/x/notes.md": "one\n$Id$\n",
            "skills/x/kept.txt": "kept\n",
        },
    )
    import_collection(source=f"file://{repository}")
    found = contents(Artifact.objects.get())
    assert found["notes.md"] == (b"one\n$Id$\n", False)
    assert found["kept.txt"] == (b"kept\n", False)


def test_symlinks_and_submodules_are_reported(repository: Path) -> None:
    (repository / "skills/x/link.md").symlink_to("/etc/passwd")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor")
    commit(repository, {"agents/critic.md": agent("critic")})
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor")
    git(repository, "commit", "--quiet", "--message=Submodule")
    done = import_collection(source=f"file://{repository}")
    assert refusals(done) == {"skills/x/link.md": "symlink", "vendor": "submodule"}


def test_names_that_are_no_text_are_reported_and_caches_ignored(repository: Path) -> None:
    (repository / os.fsdecode(b"skills/x/caf\xe9.md")).write_text("x")
    commit(repository, {"node_modules/a/skills/b/SKILL.md": skill("b"), "skills/x/a b\tc.md": "x"})
    done = import_collection(source=f"file://{repository}")
    assert refusals(done) == {"skills/x/caf\\xe9.md": "name", "skills/x/a b\tc.md": "name"}
    assert done.report["ignored"] == ["node_modules"]
    assert labels() == ["skill:x"]


def test_nothing_of_the_repository_runs(repository: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    for hook in ("post-checkout", "post-merge", "reference-transaction", "pre-auto-gc"):
        write_files(repository / ".git/hooks", {f"{hook}*": f"#!/bin/sh\necho {hook} >> {trace}\n"})
    write_files(repository, {".lfsconfig": "[lfs]\nurl = http://127.0.0.1:9/\n"})
    commit(repository, {"skills/y/SKILL.md": skill("y")})
    trace.unlink(missing_ok=True)
    import_collection(source=f"file://{repository}")
    assert not trace.exists()


def test_the_settings_of_the_user_play_no_part(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "home", {".gitconfig": f'[url "file:///nowhere"]\n\tinsteadOf = file://{repository}\n'})
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert import_collection(source=f"file://{repository}").state == "done"


def test_no_temporary_folder_stays_behind(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    import_collection(source=f"file://{repository}")
    with pytest.raises(ImportFailedError):
        import_collection(source=f"file://{repository}", ref="nowhere")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_an_unknown_ref_fails_with_what_git_says(repository: Path) -> None:
    with pytest.raises(ImportFailedError, match="could not fetch nowhere of file://") as failure:
        import_collection(source=f"file://{repository}", ref="nowhere")
    assert "nowhere" in failure.value.collection_import.error
    assert failure.value.collection_import.state == "failed"


def test_a_repository_that_vanished_changes_nothing(repository: Path) -> None:
    import_collection(source=f"file://{repository}")
    (repository / ".git").rename(repository / "gone")
    with pytest.raises(ImportFailedError, match="could not fetch"):
        import_collection(source=f"file://{repository}")
    assert labels() == ["skill:x"]


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(seconds=0.5), "longer than 0.5 seconds"),
        (Limits(repository_bytes=500), "The repository is larger than"),
    ],
)
def test_a_repository_past_the_bounds_fails(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limits: Limits, words: str
) -> None:
    # A git that leaves its number and takes its time, so that the watch over it has something to see.
    slow = write_files(
        tmp_path / "bin",
        {
            "git*": """#!/bin/sh
case "$*" in
*"fetch --quiet"*) echo $$ > "$0.pid"; /usr/bin/git "$@"; exec sleep 30;;
esac
exec /usr/bin/git "$@"
"""
        },
    )
    monkeypatch.setenv("PATH", f"{slow}:{os.environ['PATH']}")
    with pytest.raises(ImportFailedError, match=words):
        run_import(pending=begin_import(source=f"file://{repository}"), limits=limits)
    assert labels() == []
    with pytest.raises(ProcessLookupError):
        os.kill(int((slow / "git.pid").read_text()), 0)


def test_a_commit_of_too_many_files_fails(repository: Path) -> None:
    with pytest.raises(ImportFailedError, match="more than 1 files"):
        run_import(pending=begin_import(source=f"file://{repository}"), limits=Limits(files=1))


def test_a_large_blob_is_reported_without_being_read(repository: Path) -> None:
    commit(repository, {"skills/y/SKILL.md": skill("y"), "skills/y/film.mp4": b"x" * 5000})
    done = run_import(pending=begin_import(source=f"file://{repository}"), limits=Limits(file_bytes=1000))
    assert refusals(done) == {"skills/y/film.mp4": "too-large"}
    assert labels() == ["skill:x"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ext::sh -c touch% /tmp/x", "helper program"),
        ("fd::3", "helper program"),
        ("http://example.org/x.git", "IMPORT_GIT_PROTOCOLS"),
        ("ssh://git@example.org/x.git", "IMPORT_GIT_PROTOCOLS"),
        ("git@example.org:x/y.git", "as a URL"),
        ("https:///x.git", "no host"),
        ("https://-oProxyCommand=x/y", "no host"),
        ("https://[::1/x", "cannot be read"),
        ("-u./x", "beginning with '/'"),
    ],
)
def test_other_urls_are_refused(source: Path, url: str, words: str) -> None:
    with pytest.raises(SourceError, match=words):
        import_collection(source=url)
    assert not Collection.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "https://somebody:hunter2@example.org/x.git",
        "https://hunter2@example.org/x.git",
        "https://example.org/x.git?token=hunter2",
        "https://example.org/x.git#hunter2",
    ],
)
def test_a_url_with_a_secret_is_refused_without_repeating_it(source: Path, url: str) -> None:
    with pytest.raises(SourceError) as failure:
        import_collection(source=url)
    assert "hunter2" not in str(failure.value)


def test_a_file_url_needs_to_be_configured(source: Path) -> None:
    with pytest.raises(SourceError, match="uses file"):
        import_collection(source=f"file://{source}")


def test_a_file_url_stays_inside_the_import_roots(repository: Path, tmp_path: Path) -> None:
    outside = git_repository(tmp_path / "outside", {"skills/x/SKILL.md": skill("x")})
    with pytest.raises(SourceError, match="IMPORT_ROOTS"):
        import_collection(source=f"file://{outside}")


@pytest.mark.parametrize(
    "ref", ["--upload-pack=x", "+main", "main:main", "a..b", "a b", "a\x00", "@{-1}", "x*", "x" * 300]
)
def test_a_ref_that_is_more_than_a_name_is_refused(repository: Path, ref: str) -> None:
    with pytest.raises(SourceError, match="not the name"):
        import_collection(source=f"file://{repository}", ref=ref)


def test_one_url_is_one_collection_however_it_is_written(repository: Path) -> None:
    import_collection(source=f"file://{repository}")
    import_collection(source=f" FILE://{repository}/ ")
    assert Collection.objects.count() == 1


def test_without_git_it_says_what_to_install(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ImportFailedError, match="Install git"):
        import_collection(source=f"file://{repository}")
