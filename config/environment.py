"""Read typed settings from the environment, and say what to do when one is wrong."""

import contextlib
import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}
SHORTEST_SECRET = 32
DATABASE_SCHEMES = {"sqlite", "postgres", "postgresql"}


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
        word = self.text(name, "")
        return self._truth(name, word) if word else default

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """The setting as one of `choices`."""
        word = self.text(name, default)
        if word not in choices:
            raise self.wrong(name, f"{word!r} is not known", f"Write one of {', '.join(choices)}.")
        return word

    def words(self, name: str, default: list[str], choices: tuple[str, ...] = ()) -> list[str]:
        """The setting as a comma-separated list, of `choices` alone where there are any."""
        text = self.text(name, "")
        if not text:
            return default
        words = [word.strip() for word in text.split(",") if word.strip()]
        for word in words:
            if choices and word not in choices:
                raise self.wrong(name, f"{word!r} is not known", f"Write some of {', '.join(choices)}.")
        return words

    def secret(self, name: str, kept_in: Path) -> str:
        """The setting as a secret that cannot be guessed; left out, the one in the file `kept_in`."""
        key = self.text(name, "")
        if 0 < len(key) < SHORTEST_SECRET:
            raise self.wrong(
                name,
                f"it has {len(key)} characters, and needs at least {SHORTEST_SECRET}",
                f"Write a long random one, or leave it out: then one is made and kept in {kept_in}.",
            )
        return key or kept_secret(kept_in)

    def folders(self, name: str) -> list[Path]:
        """The setting as a list of absolute folders, symlinks resolved; by default the home folder."""
        try:
            folders = [Path(word).expanduser() for word in self.words(name, ["~"])]
        except RuntimeError as error:
            raise self.wrong(name, "there is no home folder", "Write whole paths, separated by commas.") from error
        for folder in folders:
            if not folder.is_absolute():
                raise self.wrong(
                    name, f"{str(folder)!r} is not an absolute path", "Write whole paths, separated by commas."
                )
        return [folder.resolve() for folder in folders]

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """The setting as a list of addresses and networks; by default none."""
        try:
            return [ip_network(word) for word in self.words(name, [])]
        except ValueError as error:
            raise self.wrong(
                name, str(error), "Write addresses such as 127.0.0.1 or networks such as 10.0.0.0/8, with commas."
            ) from error

    def database(self, name: str, default: str) -> dict[str, object]:
        """The setting as a Django database, from a URL for SQLite or PostgreSQL."""
        url = self.text(name, default)
        try:
            parts = urlsplit(url)
            if parts.scheme not in DATABASE_SCHEMES:
                # Not the whole URL is repeated: a password may stand in it.
                raise ValueError(f"{parts.scheme or parts.path!r} is not a database this application uses")
            options = dict(parse_qsl(parts.query))
            pool = self._truth(name, options.pop("pool", "false"))
            # The parser of django-environ would hand `pool=true` on as a string.
            bare = parts._replace(query=urlencode(options)).geturl()
            database: dict[str, object] = dict(self._env.db_url_config(bare))
        except (ValueError, KeyError) as error:
            raise self.wrong(name, str(error), self._database_hint) from error
        if parts.scheme == "sqlite":
            if database["NAME"] == ":memory:":
                raise self.wrong(name, "other processes cannot see a database in memory", self._database_hint)
            database["OPTIONS"] = {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
            }
        else:
            existing = database.get("OPTIONS")
            database["OPTIONS"] = {
                **(existing if isinstance(existing, dict) else {}),
                **({"pool": True} if pool else {}),
            }
        return database

    _database_hint = "Write sqlite:////path/to/file or postgres://user:password@host/name."

    def _truth(self, name: str, word: str) -> bool:
        if word.lower() in TRUE:
            return True
        if word.lower() in FALSE:
            return False
        raise self.wrong(name, f"{word!r} is neither true nor false", "Write true or false.")

    @staticmethod
    def wrong(name: str, problem: str, hint: str) -> ImproperlyConfigured:
        """The error for a setting that cannot be used."""
        return ImproperlyConfigured(f"The setting {name} is wrong: {problem}. {hint}")


def private_folder(folder: Path) -> Path:
    """Make `folder`, DATA_DIR, with mode 0700 where it is missing, its parents likewise, and return it."""
    try:
        for part in reversed([folder, *folder.parents]):
            part.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Environment.wrong("DATA_DIR", str(error), "Name a folder that this process may write.") from error
    return folder


def kept_secret(file: Path) -> str:
    """The secret kept in `file`, made at random on first use.

    The file appears whole, by a link that refuses to replace, so that two
    processes starting at once agree on one secret.
    """
    try:
        if not file.exists():
            draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
            draft.touch(mode=0o600)
            try:
                draft.write_text(secrets.token_urlsafe(50))
                with contextlib.suppress(FileExistsError):
                    os.link(draft, file)
            finally:
                draft.unlink()
        return file.read_text().strip()
    except OSError as error:
        raise Environment.wrong(
            "SECRET_KEY",
            f"it is left out, and none can be kept in {file} ({error.strerror})",
            "Set SECRET_KEY, or make that folder writable.",
        ) from error
