"""`manage.py serve`: everything a server needs before it listens, then the server."""

import errno
import logging
import os
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from artifacts.services.importing import end_cut_off_imports
from config.network import can_listen, is_loopback
from deployments.services.recovery import recover_all

THREADS = 8

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Migrate the database, collect static files and serve the application."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: 8000)")

    def handle(self, *args: object, host: str, port: int, verbosity: int, **options: object) -> None:
        check_address(host, port)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        make_projects_whole()
        end_cut_off_imports()
        shown = f"[{host}]" if ":" in host else host
        self.stdout.write(f"Serving on http://{shown}:{port} (Ctrl-C stops it).")
        self.stdout.flush()
        command = [sys.executable, "-m", "granian", "config.wsgi:application", "--interface", "wsgi", "--no-ws"]
        command += ["--host", host, "--port", str(port), "--blocking-threads", str(THREADS)]
        command += ["--working-dir", str(settings.BASE_DIR), "--log-level", "info" if verbosity > 1 else "error"]
        # A worker that dies, for want of memory say, does not take the server with it.
        command += ["--respawn-failed-workers"]
        # A new process image: the server's workers inherit no connection and no thread of ours.
        os.execv(sys.executable, command)  # noqa: S606


def make_projects_whole() -> None:
    """Take back what was cut off. Where that cannot be done now, the next run in that project does it."""
    for recovery in recover_all(only_recorded=True):
        logger.warning("%s", recovery.outcome, extra={"project_id": str(recovery.project.pk)})


def check_address(host: str, port: int) -> None:
    """Raise CommandError where the server must not or cannot listen."""
    if not settings.AUTH_ENABLED and not is_loopback(host):
        raise CommandError(
            f"Nobody has to log in (AUTH_ENABLED is false), so the server listens on this machine only, not on {host}. "
            "Use --host 127.0.0.1, or set AUTH_ENABLED=true."
        )
    if not 0 < port < 65536:
        raise CommandError(f"{port} is not a port. Choose one from 1 to 65535.")
    problem = can_listen(host, port)
    if problem is None:
        return
    if problem.errno == errno.EADDRINUSE:
        raise CommandError(
            f"Something else listens on {host}, port {port}. Stop it, or choose another port: --port {port + 1}."
        )
    raise CommandError(f"The server cannot listen on {host}, port {port}: {problem.strerror}.")
