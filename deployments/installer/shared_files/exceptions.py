"""What stops an edit of a shared file. Nothing was changed."""

from profiles.entries import EntryError


class SharedFileError(EntryError):
    """A file that cannot be read, or an entry that cannot be edited in it without touching what is not ours.

    `line` and `column` count from 1; both are 0 where no one place is to blame.
    """

    def __init__(self, reason: str, line: int = 0, column: int = 0) -> None:
        super().__init__(f"{reason.removesuffix('.')} (line {line}, column {column})." if line else reason)
        self.reason = reason
        self.line = line
        self.column = column


def error_at(text: str, offset: int, reason: str) -> SharedFileError:
    """The error that blames the character at `offset` of `text`."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return SharedFileError(reason, before.count("\n") + 1, len(before) - before.rfind("\n"))
