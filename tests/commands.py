"""Running management commands as a script does."""

import json
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command


def run(command: str, *arguments: str) -> tuple[int, str]:
    """The exit code, and what was printed, be it on standard output or as an error."""
    output = StringIO()
    code = 0
    try:
        call_command(command, *arguments, stdout=output)
    except CommandError as error:
        return error.returncode, output.getvalue() + str(error)
    except SystemExit as error:
        code = int(str(error.code))
    return code, output.getvalue()


def run_json(command: str, *arguments: str) -> Any:
    """What was printed with `--format json`."""
    return json.loads(run(command, *arguments, "--format", "json")[1])
