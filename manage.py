"""Run Django's command line for this project."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        # Read before any command does: `shell` would start without settings it cannot use.
        settings.DEBUG  # noqa: B018
        try:
            execute_from_command_line(sys.argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads (`| head`) has read enough. What Python flushes at its end has to go somewhere, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except DatabaseError as error:
        from config.database import way_out

        if (words := way_out(error)) is None:
            raise
        sys.exit(words)
