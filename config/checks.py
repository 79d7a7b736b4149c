"""What is looked at before the application starts, each with a way out."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, register

from config.network import is_loopback


@register
def data_folder(app_configs: Sequence[AppConfig] | None, **options: object) -> list[CheckMessage]:
    """DATA_DIR holds the database and the secret key: ours to write, and nobody else's to read."""
    folder: Path = settings.DATA_DIR
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return [
            checks.Error(
                f"This process cannot write in DATA_DIR, {folder}.",
                hint="Give the folder to the user that runs this, or set DATA_DIR to another one.",
                id="config.E001",
            )
        ]
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        return [
            checks.Warning(
                f"Other users of this machine can look into DATA_DIR, {folder}.",
                hint=f"chmod 700 {folder}",
                id="config.W001",
            )
        ]
    return []


@register
def root_folders(app_configs: Sequence[AppConfig] | None, **options: object) -> list[CheckMessage]:
    """A root that is not there lets nothing in; most likely it is misspelt."""
    return [
        checks.Warning(
            f"{name} names {folder}, which is not a folder.", hint="Make it, or correct the name.", id="config.W002"
        )
        for name in ("PROJECT_ROOTS", "IMPORT_ROOTS")
        for folder in getattr(settings, name)
        if not folder.is_dir()
    ]


@register
def hosts_without_login(app_configs: Sequence[AppConfig] | None, **options: object) -> list[CheckMessage]:
    """Without login whoever reaches the server is its user; then it answers to this machine's names only.

    A pattern is an error: it lets in names that their owner can point at this machine, and so any page that a
    browser here has open.
    """
    if settings.AUTH_ENABLED:
        return []
    foreign = [host for host in settings.ALLOWED_HOSTS if not is_loopback(host.strip("[]"))]
    patterns = [host for host in foreign if host == "*" or host.startswith(".")]
    names = [host for host in foreign if host not in patterns]
    return [
        kind(
            f"ALLOWED_HOSTS lets in {', '.join(hosts)}, and nobody has to log in.",
            hint="Leave only names of this machine (localhost, 127.0.0.1, [::1]), or set AUTH_ENABLED=true.",
            id=key,
        )
        for kind, hosts, key in ((checks.Error, patterns, "config.E002"), (checks.Warning, names, "config.W003"))
        if hosts
    ]
