"""Log lines for people (`text`) and for machines (`json`), carrying the same fields."""

import json
import logging
from copy import copy
from datetime import UTC, datetime

from accounts.text import printable

_STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "server_time"}


def structured_fields(record: logging.LogRecord) -> dict[str, object]:
    """What the caller passed as `extra`."""
    return {key: value for key, value in vars(record).items() if key not in _STANDARD}


class RefusalsInOneLine(logging.Filter):
    """Leaves the traceback out of what Django says about a request it refused: only failures need one.

    Django gives such records the status code of the answer.
    """

    def filter(self, record: logging.LogRecord) -> logging.LogRecord:
        """`record`, or a copy of it without its traceback; other handlers still see all of it."""
        if not (record.exc_info and 400 <= getattr(record, "status_code", 500) < 500):
            return record
        line = copy(record)
        line.exc_info = line.exc_text = None
        return line


class TextFormatter(logging.Formatter):
    """One line: time, level, message, then `key=value` for each extra field; a traceback follows it.

    What a person named cannot break the line in two and pass for another one, nor act on a terminal.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return "\n".join(map(printable, super().format(record).split("\n")))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        fields = "".join(f" {key}={value}" for key, value in structured_fields(record).items())
        return printable(super().formatMessage(record) + fields)


class JsonFormatter(logging.Formatter):
    """One JSON object a line (newlines inside values are escaped by JSON itself)."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            **structured_fields(record),
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)
