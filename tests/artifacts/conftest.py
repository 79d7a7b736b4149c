"""A folder to import from."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture
def source(tmp_path: Path, settings: Settings) -> Path:
    """An empty folder that may be imported, and the only one."""
    folder = tmp_path.resolve() / "source"
    folder.mkdir()
    settings.IMPORT_ROOTS = [folder]
    return folder
