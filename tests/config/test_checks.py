import os
from pathlib import Path

import pytest
from django.core.checks import run_checks
from pytest_django.fixtures import Settings

from tests.config.fresh_process import manage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sound(settings: Settings, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    settings.DATA_DIR = tmp_path
    settings.PROJECT_ROOTS = settings.IMPORT_ROOTS = [tmp_path]
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]


def complaints() -> list[tuple[str | None, str, str | None]]:
    return [(message.id, message.msg, message.hint) for message in run_checks() if "config." in str(message.id)]


def test_what_is_sound_passes() -> None:
    assert complaints() == []


def test_a_data_folder_it_cannot_write_in_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert [(key, "cannot write in DATA_DIR" in text) for key, text, _ in complaints()] == [("config.E001", True)]


def test_a_data_folder_others_can_look_into_is_a_warning(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    assert [(key, hint) for key, _, hint in complaints()] == [("config.W001", f"chmod 700 {tmp_path}")]


def test_a_root_that_is_not_there_is_a_warning(settings: Settings, tmp_path: Path) -> None:
    settings.PROJECT_ROOTS = [tmp_path, tmp_path / "misspelt"]
    assert [text for _, text, _ in complaints()] == [f"PROJECT_ROOTS names {tmp_path}/misspelt, which is not a folder."]


@pytest.mark.parametrize("pattern", ["*", ".example.org"])
def test_a_pattern_of_names_without_login_is_an_error(settings: Settings, pattern: str) -> None:
    settings.ALLOWED_HOSTS = [".localhost", pattern]
    assert [(key, text) for key, text, _ in complaints()] == [
        ("config.E002", f"ALLOWED_HOSTS lets in {pattern}, and nobody has to log in.")
    ]
    settings.AUTH_ENABLED = True
    assert complaints() == []


@pytest.mark.parametrize("command", ["check", "serve"])
def test_a_pattern_of_names_without_login_stops_the_server(tmp_path: Path, command: str) -> None:
    done = manage(command, DATA_DIR=str(tmp_path), ALLOWED_HOSTS="*")
    assert done.returncode == 1
    assert "ALLOWED_HOSTS lets in *" in done.stderr
    assert "or set AUTH_ENABLED=true" in done.stderr
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.parametrize("host", ["sets.example.org", "192.168.1.5"])
def test_foreign_names_without_login_are_a_warning(settings: Settings, host: str) -> None:
    settings.ALLOWED_HOSTS = ["localhost", host]
    assert [(key, host in text) for key, text, _ in complaints()] == [("config.W003", True)]
    settings.AUTH_ENABLED = True
    assert complaints() == []


@pytest.mark.parametrize("auth", ["true", "false"])
def test_a_server_behind_https_has_nothing_left_to_set(tmp_path: Path, auth: str) -> None:
    settings = {"DATA_DIR": str(tmp_path), "PROJECT_ROOTS": str(tmp_path), "AUTH_ENABLED": auth, "HTTPS": "true"}
    done = manage("check", "--deploy", "--fail-level", "WARNING", **settings)
    assert done.returncode == 0, done.stderr
