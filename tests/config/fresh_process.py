"""Settings as a new process reads them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
NAMES = [
    "ALLOWED_HOSTS",
    "AUTH_ENABLED",
    "DATABASE_URL",
    "DATA_DIR",
    "DEBUG",
    "DEPLOYMENT_SETS_ENABLED",
    "HTTPS",
    "IMPORT_GIT_PROTOCOLS",
    "IMPORT_ROOTS",
    "LOG_FORMAT",
    "PROJECT_ROOTS",
    "SECRET_KEY",
    "TRUSTED_PROXIES",
]

_PRINT_SETTINGS = """
import json, config.settings as settings
print(json.dumps({name: getattr(settings, name) for name in dir(settings) if name.isupper()}, default=str))
"""


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with only these settings in it.

    The others are there but empty, so that a `.env` file of the person who runs the tests says nothing either.
    """
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    return {**kept, **dict.fromkeys(NAMES, ""), **settings}


def start(**settings: str) -> subprocess.Popen[str]:
    """A process that prints its settings as JSON."""
    return subprocess.Popen(
        [sys.executable, "-c", _PRINT_SETTINGS],
        cwd=PROJECT,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def read_settings(**settings: str) -> dict[str, Any]:
    """What `config.settings` says in a process with this environment."""
    output, errors = start(**settings).communicate(timeout=60)
    assert output, errors
    values: dict[str, Any] = json.loads(output)
    return values


def failure(**settings: str) -> str:
    """The last line such a process leaves when it refuses its settings."""
    process = start(**settings)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    return errors.strip().splitlines()[-1]


def manage(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """`manage.py` with this environment, to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment(**settings),
        capture_output=True,
        text=True,
    )
