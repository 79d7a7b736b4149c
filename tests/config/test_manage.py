import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.fresh_process import PROJECT, environment, manage

# It starts processes of its own, with a database of their own.
pytestmark = pytest.mark.any_database


@pytest.mark.parametrize("command", ["recover", "check", "shell"])
def test_a_bad_setting_is_one_line_for_every_command(tmp_path: Path, command: str) -> None:
    done = manage(command, DATA_DIR=str(tmp_path), AUTH_ENABLED="maybe")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "The setting AUTH_ENABLED is wrong: 'maybe' is neither true nor false. Write true or false.\n"


@pytest.mark.parametrize("command", [["diffsettings", "--all"], ["check"]])
def test_a_reader_that_has_read_enough_ends_a_command_quietly(tmp_path: Path, command: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=PROJECT,
        env=environment(DATA_DIR=str(tmp_path)),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")
