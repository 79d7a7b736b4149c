from pathlib import Path

import pytest

from tests.config.fresh_process import manage


@pytest.mark.parametrize("command", ["recover", "check", "shell"])
def test_a_bad_setting_is_one_line_for_every_command(tmp_path: Path, command: str) -> None:
    done = manage(command, DATA_DIR=str(tmp_path), AUTH_ENABLED="maybe")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == "The setting AUTH_ENABLED is wrong: 'maybe' is neither true nor false. Write true or false.\n"
