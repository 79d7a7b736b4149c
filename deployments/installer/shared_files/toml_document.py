"""TOML files. The entries that can be edited are tables with headers of their own."""

import re
import tomllib
from functools import partial
from itertools import groupby

from deployments.installer.shared_files.blocks import Block, BlockDocument
from deployments.installer.shared_files.document import without
from deployments.installer.shared_files.exceptions import SharedFileError, error_at
from deployments.installer.shared_files.toml_text import Statement, statements, written_table
from profiles.entries import EntryKey, Member, Value

_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class TomlDocument(BlockDocument):
    """A TOML file; a member is a table, `[mcp_servers.NAME]`, with the tables below it."""

    def __init__(self, data: bytes | None) -> None:
        super().__init__(data)
        try:
            self._data = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise self._unreadable(str(error)) from error
        except RecursionError as error:
            raise SharedFileError("The file is nested too deep.") from error
        except ValueError as error:
            raise SharedFileError(f"The file is not valid TOML: {error}.") from error

    def find(self, key: EntryKey) -> tuple[Value, ...]:
        """As `Document.find`."""
        data: object = self._data
        path = _path(key)
        for depth, name in enumerate(path):
            if not isinstance(data, dict):
                raise SharedFileError(f"{'.'.join(path[:depth])} is not a table.")
            if name not in data:
                return ()
            data = data[name]
        return (data,)

    def _blocks(self, key: EntryKey) -> list[Block]:
        path = _path(key)
        runs = [list(run) for inside, run in groupby(statements(self.text), partial(_is_inside, path)) if inside]
        if not runs and self.find(key):
            header = f"[{'.'.join(path)}]"
            raise SharedFileError(f"{'.'.join(path)} is not written as a table of its own. Give it a header, {header}.")
        return [_block(run) for run in runs]

    def _written(self, key: EntryKey, value: Value) -> str:
        if not isinstance(value, dict):
            raise SharedFileError(f"{'.'.join(_path(key))} must be a table.")
        try:
            return self._line_end.join(written_table(_path(key), value))
        except RecursionError as error:
            raise SharedFileError("The value is nested too deep.") from error

    def _rest(self, key: EntryKey) -> Value:
        return without(self._data, _path(key))

    def _unreadable(self, message: str) -> SharedFileError:
        reason = f"The file is not valid TOML: {_POSITION.sub('', message)}."
        position = _POSITION.search(message)
        if position is None or position[1] is None:
            return error_at(self.text, len(self.text), reason)
        return SharedFileError(reason, int(position[1]), int(position[2]))


def _is_inside(path: tuple[str, ...], statement: Statement) -> bool:
    return statement.table[: len(path)] == path


def _block(run: list[Statement]) -> Block:
    """What comments follow the last key are about what comes next."""
    while run[-1].is_comment:
        run.pop()
    return Block(run[0].start, run[-1].end, any(statement.has_comment for statement in run))


def _path(key: EntryKey) -> tuple[str, ...]:
    if not isinstance(key, Member):
        raise TypeError("In TOML only members can be edited.")
    return key.path
