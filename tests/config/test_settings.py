import json
import os
import stat
from pathlib import Path

import pytest

from config.environment import Environment
from tests.config.fresh_process import failure, read_settings, start

# It starts processes of its own, with a database of their own.
pytestmark = pytest.mark.any_database


def test_it_starts_with_nothing_set(tmp_path: Path) -> None:
    settings = read_settings(DATA_DIR=str(tmp_path / "data"))
    assert settings["DEBUG"] is False
    assert settings["AUTH_ENABLED"] is False
    assert settings["HTTPS"] is False
    assert settings["TRUSTED_PROXIES"] == []
    assert settings["DEPLOYMENT_SETS_ENABLED"] is True
    assert settings["LOG_FORMAT"] == "text"
    assert settings["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]
    assert settings["PROJECT_ROOTS"] == settings["IMPORT_ROOTS"] == [str(Path.home().resolve())]
    assert settings["IMPORT_GIT_PROTOCOLS"] == ["https"]


def test_what_is_set_counts(tmp_path: Path) -> None:
    settings = read_settings(
        DATA_DIR=str(tmp_path),
        SECRET_KEY="k" * 32,
        DEBUG="yes",
        AUTH_ENABLED="ON",
        HTTPS="true",
        TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8,fd00::/8",
        DEPLOYMENT_SETS_ENABLED="0",
        ALLOWED_HOSTS="sets.example.org, localhost",
        PROJECT_ROOTS=f"{tmp_path}, ~",
        IMPORT_ROOTS=str(tmp_path),
        IMPORT_GIT_PROTOCOLS="https,http,ssh,git,file",
        LOG_FORMAT="json",
    )
    assert settings["SECRET_KEY"] == "k" * 32
    assert settings["DEBUG"] is True
    assert settings["AUTH_ENABLED"] is True
    assert settings["HTTPS"] is True
    assert settings["TRUSTED_PROXIES"] == ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"]
    assert settings["DEPLOYMENT_SETS_ENABLED"] is False
    assert settings["ALLOWED_HOSTS"] == ["sets.example.org", "localhost"]
    assert settings["PROJECT_ROOTS"] == [str(tmp_path.resolve()), str(Path.home().resolve())]
    assert settings["IMPORT_ROOTS"] == [str(tmp_path.resolve())]
    assert settings["IMPORT_GIT_PROTOCOLS"] == ["https", "http", "ssh", "git", "file"]
    assert settings["LOGGING"]["handlers"]["stderr"]["formatter"] == "json"


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("DEBUG", "maybe", "Write true or false."),
        ("AUTH_ENABLED", "2", "Write true or false."),
        ("HTTPS", "only", "Write true or false."),
        ("TRUSTED_PROXIES", "proxy.example.org", "Write addresses such as 127.0.0.1"),
        ("TRUSTED_PROXIES", "10.0.0.1/8", "Write addresses such as 127.0.0.1"),
        ("DEPLOYMENT_SETS_ENABLED", "disabled", "Write true or false."),
        ("SECRET_KEY", "k" * 31, "Write a long random one, or leave it out"),
        ("IMPORT_GIT_PROTOCOLS", "https,ext", "Write some of https, http, ssh, git, file."),
        ("LOG_FORMAT", "xml", "Write one of text, json."),
        ("PROJECT_ROOTS", "projects", "Write whole paths"),
        ("IMPORT_ROOTS", "/srv,./collections", "Write whole paths"),
        ("DATABASE_URL", "mysql://localhost/sets", "Write sqlite:////path/to/file or postgres://"),
        ("DATABASE_URL", "nonsense", "Write sqlite:////path/to/file or postgres://"),
        ("DATABASE_URL", "sqlite://:memory:", "Write sqlite:////path/to/file or postgres://"),
        ("DATABASE_URL", "sqlite://", "Write sqlite:////path/to/file or postgres://"),
        ("DATABASE_URL", "postgres://host/name?pool=perhaps", "Write true or false."),
        ("DATABASE_URL", "postgres://host:port/name", "Write sqlite:////path/to/file or postgres://"),
    ],
)
def test_a_bad_value_is_refused_with_its_name_and_a_hint(tmp_path: Path, name: str, value: str, hint: str) -> None:
    message = failure(**{"DATA_DIR": str(tmp_path), name: value})
    assert f"The setting {name} is wrong" in message
    assert hint in message


def test_a_database_nobody_knows_is_named_without_its_password(tmp_path: Path) -> None:
    assert "'foo' is not a database" in failure(DATA_DIR=str(tmp_path), DATABASE_URL="foo")
    _, errors = start(DATA_DIR=str(tmp_path), DATABASE_URL="mysql://ann:pa55word@host/sets").communicate(timeout=60)
    assert "'mysql' is not a database" in errors
    assert "pa55word" not in errors


def test_project_roots_are_required_with_login(tmp_path: Path) -> None:
    message = failure(DATA_DIR=str(tmp_path), AUTH_ENABLED="true")
    assert "The setting PROJECT_ROOTS is wrong: it is missing" in message


@pytest.mark.parametrize("https", [True, False])
def test_cookies_are_kept_to_https_where_that_is_all_there_is(tmp_path: Path, https: bool) -> None:
    settings = read_settings(DATA_DIR=str(tmp_path), HTTPS=str(https))
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is https
    assert settings["SECURE_PROXY_SSL_HEADER"] == (["HTTP_X_FORWARDED_PROTO", "https"] if https else None)


def test_a_data_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    message = failure(DATA_DIR=str(tmp_path / "file" / "data"))
    assert "The setting DATA_DIR is wrong" in message
    assert "Name a folder that this process may write." in message


def test_a_secret_key_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret-key").mkdir()
    message = failure(DATA_DIR=str(tmp_path))
    assert "The setting SECRET_KEY is wrong" in message
    assert "Set SECRET_KEY, or make that folder writable." in message


def test_the_data_folder_is_private(tmp_path: Path) -> None:
    read_settings(DATA_DIR=str(tmp_path / "deep" / "data"))
    for folder in (tmp_path / "deep", tmp_path / "deep" / "data"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_secret_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = read_settings(DATA_DIR=str(tmp_path))["SECRET_KEY"]
    second = read_settings(DATA_DIR=str(tmp_path))["SECRET_KEY"]
    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_processes_starting_at_once_agree_on_the_secret_key(tmp_path: Path) -> None:
    processes = [start(DATA_DIR=str(tmp_path / "data")) for _ in range(4)]
    keys = {json.loads(process.communicate(timeout=60)[0])["SECRET_KEY"] for process in processes}
    assert len(keys) == 1


def test_the_database_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "50% of a #folder? +"
    database = read_settings(DATA_DIR=str(folder))["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.sqlite3"
    assert database["NAME"] == str(folder / "db.sqlite3")
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


def test_postgresql_is_reached_over_a_network_or_a_socket(tmp_path: Path) -> None:
    url = "postgres://ann:s%23cret@db.example.org:5433/sets"
    database = read_settings(DATA_DIR=str(tmp_path), DATABASE_URL=url)["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert (database["USER"], database["PASSWORD"], database["HOST"]) == ("ann", "s#cret", "db.example.org")
    assert (database["PORT"], database["NAME"], database["OPTIONS"]) == (5433, "sets", {})

    url = "postgres:///sets?host=/var/run/postgresql&application_name=a%26b"
    database = read_settings(DATA_DIR=str(tmp_path), DATABASE_URL=url)["DATABASES"]["default"]
    assert database["NAME"] == "sets"
    assert database["OPTIONS"] == {"host": "/var/run/postgresql", "application_name": "a&b"}


def test_the_connection_pool_of_postgresql_is_on_request(tmp_path: Path) -> None:
    for word, options in (("true", {"pool": True}), ("false", {})):
        url = f"postgres://localhost/sets?pool={word}"
        database = read_settings(DATA_DIR=str(tmp_path), DATABASE_URL=url)["DATABASES"]["default"]
        assert database["OPTIONS"] == options


def test_a_file_fills_in_what_the_environment_leaves_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("FIRST_WORD=from the file\nSECOND_WORD=from the file\n")
    monkeypatch.setenv("FIRST_WORD", "")
    monkeypatch.delenv("FIRST_WORD")
    monkeypatch.setenv("SECOND_WORD", "from the environment")
    environment = Environment(file)
    assert environment.text("FIRST_WORD", "default") == "from the file"
    assert environment.text("SECOND_WORD", "default") == "from the environment"
    assert environment.text("THIRD_WORD", "default") == "default"


def test_a_data_folder_is_found_from_everywhere(tmp_path: Path) -> None:
    settings = read_settings(DATA_DIR=os.path.relpath(tmp_path, Path(__file__).resolve().parents[2]))
    assert Path(settings["DATA_DIR"]).is_absolute()
    assert Path(settings["DATA_DIR"]).resolve() == tmp_path.resolve()
