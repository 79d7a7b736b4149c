"""How much one import reads at the most. Pure Python."""

import time
from dataclasses import dataclass

from artifacts.importing.exceptions import SourceError

MEBIBYTE = 1024 * 1024
# Of what an artifact says about itself, so much is kept.
LONGEST_DESCRIPTION = 20_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one import.

    What passes `file_bytes` or `folder_depth` is reported; any other bound ends the import. `files` counts all
    that a source holds; `artifact_files` counts a file once for each artifact that it belongs to.
    """

    files: int = 20_000
    file_bytes: int = 10 * MEBIBYTE
    total_bytes: int = 200 * MEBIBYTE
    repository_bytes: int = 500 * MEBIBYTE
    folder_depth: int = 50
    plugins: int = 1_000
    artifacts: int = 20_000
    artifact_files: int = 100_000
    remarks: int = 100_000
    seconds: float = 180


class Deadline:
    """The moment an import has to be done with reading."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds that remain, never below zero."""
        return max(0.0, self._end - time.monotonic())

    def check(self) -> None:
        """Raise SourceError once the time is over."""
        if not self.left:
            raise SourceError(
                f"Reading the source took longer than {self._seconds:g} seconds and was stopped; nothing was changed. "
                "Import a smaller folder of it."
            )
