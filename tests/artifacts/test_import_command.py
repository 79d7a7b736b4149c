"""`manage.py import_collection`: what it prints, and how it ends."""

import io
import shlex
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from artifacts.models import Collection, CollectionImport
from projects.locks import named_lock
from tests.artifacts.sources import labels, skill, write_files

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    """What the command prints; it colours nothing here."""
    output = io.StringIO()
    call_command("import_collection", *arguments, stdout=output, stderr=io.StringIO(), no_color=True)
    return output.getvalue()


def failed(*arguments: str) -> tuple[int, str, str]:
    """The exit code of a run that fails, its message, and what it had printed before."""
    output = io.StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("import_collection", *arguments, stdout=output, stderr=io.StringIO(), no_color=True)
    return failure.value.returncode, str(failure.value), output.getvalue()


def test_it_reports_what_came_in(source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x"), "agents/README.md": "# About\n", "LICENSE": "MIT"})
    printed = run(str(source), "--name", "Mine")
    assert "Collection Mine" in printed
    assert "1 skill; 0 groups" in printed
    assert "Artifacts: 1 added, 0 updated, 0 returned, 0 unchanged, 0 kept, 0 gone" in printed
    assert "agents/README.md: It reads like documentation" in printed
    assert "3 files: 1 in artifacts, 0 manifests, 1 not imported, 0 suggested, 1 other" in printed


@pytest.mark.parametrize(("login", "expected"), [(False, "local-user"), (True, None)])
def test_without_login_the_local_user_has_started_it(
    source: Path, settings: Settings, login: bool, expected: str | None
) -> None:
    settings.AUTH_ENABLED = login
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    run(str(source))
    started_by = CollectionImport.objects.get().started_by
    assert (started_by.username if started_by else None) == expected


def test_the_log_says_how_long_it_took(source: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    with caplog.at_level("INFO", logger="artifacts"):
        run(str(source))
    [line] = [record for record in caplog.records if record.name == "artifacts.services.importing"]
    assert vars(line)["duration_ms"] >= 0
    assert vars(line)["added"] == 1


def test_a_second_run_says_that_nothing_changed(source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    assert "Nothing has changed" not in run(str(source))
    assert "Nothing has changed since the last import." in run(str(source))


def test_when_nothing_is_recognised_it_says_what_to_do_and_that_works(source: Path) -> None:
    write_files(source, {"tools/a.md": "A.", "tools/README.md": "# Tools", "my [old] prompts/b.md": "B."})
    code, message, printed = failed(str(source))
    assert code == 1
    assert "There is no artifact in this source" in message
    proposed = printed.splitlines()[-1].partition(f"import_collection {source} ")[2]
    assert proposed == "--map 'my [[]old] prompts/*.md=command' --map 'tools/*.md=command'"
    run(str(source), *shlex.split(proposed))
    assert labels() == ["command:a", "command:b"]


def test_some_trouble_is_no_failure(source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x"), "hooks/hooks.json": "{"})
    assert "hooks/hooks.json: It is not valid JSON" in run(str(source))


def test_a_source_that_became_empty_ends_with_one(source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    run(str(source))
    (source / "skills/x/SKILL.md").unlink()
    code, message, _ = failed(str(source))
    assert code == 1
    assert "nothing was changed" in message
    assert labels() == ["skill:x"]


def test_forgetting_the_only_mapping_takes_effect_and_ends_with_one(source: Path) -> None:
    write_files(source, {"tools/a.md": "A."})
    run(str(source), "--map", "tools/*.md=command")
    code, message, printed = failed(str(source), "--map", "tools/*.md=")
    assert code == 1
    assert "nothing else in this source is recognised" in message
    assert "Gone (1" in printed
    assert "Mappings kept" not in printed
    assert labels() == Collection.objects.get().mappings == []
    assert "There is no artifact in this source" in failed(str(source))[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["nowhere"],
        ["https://me:secret@example.org/x.git"],
        [".", "--ref", "main"],
        [".", "--map", "tools/*.md"],
        [".", "--name", "x" * 300],
    ],
)
def test_bad_arguments_end_with_two(source: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    monkeypatch.chdir(source)
    assert failed(*arguments)[0] == 2
    assert not Collection.objects.exists()
    assert not CollectionImport.objects.exists()


def test_a_collection_that_is_being_imported_ends_with_one(source: Path) -> None:
    write_files(source, {"skills/x/SKILL.md": skill("x")})
    run(str(source))
    with named_lock(f"collection-{Collection.objects.get().pk}", 0):
        assert failed(str(source))[0] == 1
