import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.config.fresh_process import PROJECT

# It starts processes of its own, with a database of their own.
pytestmark = pytest.mark.any_database


def make(*arguments: str, folder: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env={**kept, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True
    )


def test_make_alone_lists_every_target() -> None:
    targets = re.findall(r"^\.PHONY: (.+)$", (PROJECT / "Makefile").read_text(), re.MULTILINE)[0].split()
    assert re.findall(r"^  make (\w+) +\S", make().stdout, re.MULTILINE) == targets


def test_without_a_python_that_will_do_it_says_what_to_install(tmp_path: Path) -> None:
    for name in ("Makefile", "pyproject.toml", "uv.lock"):
        shutil.copy(PROJECT / name, tmp_path)
    done = make("test", "PYTHON=python-that-is-not-there", folder=tmp_path)
    assert done.returncode != 0
    assert "No Python 3.12 or newer was found" in done.stderr
    assert "Install Python 3.13 or uv" in done.stderr
    assert not (tmp_path / ".venv").exists()
