"""docs/api.md, word by word, against a real server."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.problems.kinds import Kind
from tests.config.fresh_process import PROJECT, environment
from tests.running_server import Server, serving

# It starts processes of its own, with a database of their own.
pytestmark = pytest.mark.any_database

PAPER = (PROJECT / "docs" / "api.md").read_text()
STEPS = re.findall(r"^```sh\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", PAPER, re.MULTILINE | re.DOTALL)
MARK = "-- end of step --"

MAKE_USER = """
from django.contrib.auth.models import Permission
from accounts.models import User
anna = User.objects.create_user("anna", password="correct horse")
anna.user_permissions.set(Permission.objects.filter(content_type__app_label="artifacts"))
"""


def script(server: Server) -> str:
    """All that the paper types, in one shell; a mark after each step tells their outputs apart."""
    text = "set -eu\n" + "".join(f"{commands}echo; echo '{MARK}'\n" for commands, _ in STEPS)
    text = text.replace("SERVER=http://127.0.0.1:8000", f"SERVER={server.url}")
    return text.replace(".venv/bin/python", sys.executable).replace("python3 -c", f"{sys.executable} -c")


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_every_command_works_and_prints_what_the_paper_says(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with serving(
        tmp_path, AUTH_ENABLED="true", PROJECT_ROOTS=str(home), IMPORT_ROOTS=str(PROJECT / "examples")
    ) as server:
        server.manage("shell", "--verbosity", "0", "--command", MAKE_USER)
        done = subprocess.run(
            ["sh"],
            input=script(server),
            cwd=PROJECT,
            env={**environment(**server.settings), "HOME": str(home), "TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    printed = [step.strip() for step in done.stdout.split(MARK)[:-1]]
    for (commands, expected), text in zip(STEPS, printed, strict=True):
        assert text == expected.strip(), commands


def test_every_kind_of_problem_is_explained() -> None:
    explained = dict(re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \|", PAPER, re.MULTILINE))
    assert explained == {kind.word: str(kind.status) for kind in Kind}
