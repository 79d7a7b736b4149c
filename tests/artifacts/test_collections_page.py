"""What `docs/collections.md` says is so."""

import re
from pathlib import Path

from django.conf import settings

from artifacts.importing.inline import LIMITS
from artifacts.importing.limits import MEBIBYTE, Limits

BASE = Path(settings.BASE_DIR)
PAGE = (BASE / "docs/collections.md").read_text()


def test_every_code_and_flag_is_explained() -> None:
    source = "\n".join(file.read_text() for file in (BASE / "artifacts/importing").glob("*.py"))
    codes = set(re.findall(r"(?:refuse|skip)\(\s*[\w.]+(?:\[[^]]*\])?, \"([a-z-]+)\"", source))
    codes |= set(re.findall(r'UnreadableFileError\("([a-z-]+)"', source))
    codes |= set(re.findall(r'(?:Flag\(|    \(\s*)"([a-z]+-[a-z-]+)",', source))
    assert {"documentation", "symlink", "too-large", "bidi-control", "literal-secret", "duplicate"} <= codes
    assert {code for code in codes if f"`{code}`" not in PAGE} == set()


def test_the_limits_are_the_ones_in_force() -> None:
    limits = Limits()
    for number in (
        f"{limits.files:,} | files, links",
        f"{limits.file_bytes // MEBIBYTE} MiB |",
        f"{limits.total_bytes // MEBIBYTE} MiB |",
        f"{limits.repository_bytes // MEBIBYTE} MiB |",
        f"{limits.folder_depth} |",
        f"{limits.plugins:,} | plugins",
        f"{limits.artifacts:,} | artifacts",
        f"{limits.artifact_files:,} | files in all artifacts",
        f"{limits.remarks:,} | notes",
        f"{limits.seconds:g} seconds |",
    ):
        assert f"| {number}" in PAGE


def test_the_limits_of_what_is_sent_are_the_ones_in_force() -> None:
    assert f"At most {LIMITS.files:,} files with {LIMITS.total_bytes // MEBIBYTE} MiB together" in PAGE
