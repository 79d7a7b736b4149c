"""Read typed settings from the environment, and say what to do when one is wrong."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


class Environment:
    """The process environment, with every error naming the setting and a way out.

    Values in a `.env` file count where the environment itself says nothing.
    """

    def __init__(self, env_file: Path) -> None:
        if env_file.is_file():
            environ.Env.read_env(str(env_file))
        self._env = environ.Env()

    def text(self, name: str, default: str) -> str:
        """The setting as text; an empty value counts as left out."""
        return os.environ.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool) -> bool:
        """The setting as true or false; any other word is refused."""
        word = self.text(name, "").lower()
        if not word:
            return default
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        raise self.wrong(name, f"{word!r} is neither true nor false", "Write true or false.")

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """The setting as one of `choices`."""
        word = self.text(name, default)
        if word not in choices:
            raise self.wrong(name, f"{word!r} is not known", f"Write one of {', '.join(choices)}.")
        return word

    def words(self, name: str, default: list[str]) -> list[str]:
        """The setting as a comma-separated list."""
        text = self.text(name, "")
        if not text:
            return default
        return [word.strip() for word in text.split(",") if word.strip()]

    def folders(self, name: str, default: list[Path]) -> list[Path]:
        """The setting as a list of absolute folders, symlinks resolved."""
        folders = [Path(word).expanduser() for word in self.words(name, [])] or default
        for folder in folders:
            if not folder.is_absolute():
                raise self.wrong(
                    name, f"{str(folder)!r} is not an absolute path", "Write whole paths, separated by commas."
                )
        return [folder.resolve() for folder in folders]

    def database(self, name: str, default: str) -> dict[str, object]:
        """The setting as a Django database, from a URL for SQLite or PostgreSQL."""
        url = self.text(name, default)
        try:
            scheme, netloc, path, query, fragment = urlsplit(url)
            options = dict(parse_qsl(query))
            pool = options.pop("pool", "")
            bare_query = "&".join(f"{key}={value}" for key, value in options.items())
            database: dict[str, object] = dict(
                self._env.db_url_config(urlunsplit((scheme, netloc, path, bare_query, fragment)))
            )
        except (ValueError, KeyError, ImproperlyConfigured) as error:
            raise self.wrong(name, str(error), self._database_hint) from error
        engine = database.get("ENGINE")
        if engine == "django.db.backends.sqlite3":
            database["OPTIONS"] = {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
            }
        elif engine == "django.db.backends.postgresql":
            existing = database.get("OPTIONS")
            database["OPTIONS"] = {
                **(existing if isinstance(existing, dict) else {}),
                **({"pool": True} if pool.lower() in TRUE else {}),
            }
        else:
            raise self.wrong(
                name, f"{url.split(':', 1)[0]!r} is not a database this application uses", self._database_hint
            )
        return database

    _database_hint = "Write sqlite:////path/to/file or postgres://user:password@host/name."

    @staticmethod
    def wrong(name: str, problem: str, hint: str) -> ImproperlyConfigured:
        """The error for a setting that cannot be used."""
        return ImproperlyConfigured(f"The setting {name} is wrong: {problem}. {hint}")


def private_folder(folder: Path, wrong: Callable[[str, str, str], ImproperlyConfigured]) -> Path:
    """Make `folder` with mode 0700 where it is missing, and return it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise wrong("DATA_DIR", str(error), "Name a folder that this process may write.") from error
    return folder


def kept_secret(file: Path) -> str:
    """The secret kept in `file`, made at random on first use.

    The file appears whole, by a link that refuses to replace, so that two
    processes starting at once agree on one secret.
    """
    if not file.exists():
        draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text().strip()
